/* SPDX-License-Identifier: MIT */
/* An AHCI host bus adapter: see ahci.h for states and sources. */
#include "ahci.h"
#include "lib/string.h"

/* Registers of the adapter. */
enum { CAP = 0x00, GHC = 0x04, IS = 0x08, PI = 0x0c, CAP2 = 0x24, BOHC = 0x28 };
#define CAP_STAGGERED BIT(27)
#define GHC_RESET 0x1u
#define GHC_INTERRUPTS 0x2u
#define GHC_AHCI 0x80000000u
#define CAP2_HANDOFF BIT(0)
#define BOHC_FIRMWARE 0x1u
#define BOHC_OURS 0x2u
#define NO_ADAPTER 0xffffffffu

/* Registers of a port. */
#define PORT(index, reg) (0x100u + (index)*0x80u + (reg))
enum {
	PX_CLB = 0x00,
	PX_CLBU = 0x04,
	PX_FB = 0x08,
	PX_FBU = 0x0c,
	PX_IS = 0x10,
	PX_IE = 0x14,
	PX_CMD = 0x18,
	PX_TFD = 0x20,
	PX_SIG = 0x24,
	PX_SSTS = 0x28,
	PX_SCTL = 0x2c,
	PX_SERR = 0x30,
	PX_CI = 0x38
};
#define CMD_START 0x0001u
#define CMD_SPIN_UP 0x0002u
#define CMD_POWER 0x0004u
#define CMD_RECEIVE 0x0010u
#define CMD_RECEIVES 0x4000u
#define CMD_RUNS 0x8000u
#define TFD_ERROR 0x01u
#define TFD_DRQ 0x08u
#define TFD_BUSY 0x80u
#define SIG_DISK 0x00000101u
#define SSTS_DETECTED(value) (((value)&0xfu) == 3)
#define SCTL_RESET 0x301u /* and no partial or slumber state */
#define SCTL_NONE 0x300u
/* Device to host, PIO setup, DMA setup and set device bits FIS, descriptor; errors: overflow,
 * interface (fatal and not), host bus (fatal and not), task file. */
#define EVENT_ERRORS 0x7d000000u
#define EVENT_WANTED (EVENT_ERRORS | 0x2fu)

/* The page of tables: the list of commands, received FISes, the one command's table. */
#define LIST_AT 0x000u
#define RECEIVED_AT 0x400u
#define TABLE_AT 0x800u
#define REGION_AT (TABLE_AT + 0x80u)
#define HEADER_WRITE 0x40u
#define HEADER_ONE_REGION 0x10000u
#define FIS_DWORDS 5u
#define FIS_H2D 0x27u
#define FIS_COMMAND 0x80u
#define SLOT 1u

#define RESET_MS 1000u
#define FIRMWARE_MS 2000u
#define STOP_MS 500u
#define LINK_MS 30u
#define READY_MS 10000u
#define IDENTIFY_MS 5000u
#define COMRESET_US 1000u

static uint32_t adapter_read(const struct ahci *ahci, uint32_t reg)
{
	return ahci->io.read(ahci->io.ctx, reg);
}

static void adapter_write(const struct ahci *ahci, uint32_t reg, uint32_t value)
{
	ahci->io.write(ahci->io.ctx, reg, value);
}

static uint32_t port_read(const struct ahci_port *port, uint32_t reg)
{
	return adapter_read(port->ahci, PORT(port->index, reg));
}

static void port_write(const struct ahci_port *port, uint32_t reg, uint32_t value)
{
	adapter_write(port->ahci, PORT(port->index, reg), value);
}

/* --- the adapter --- */

static bool is_handed_over(void *ahci)
{
	return (adapter_read(ahci, BOHC) & BOHC_FIRMWARE) == 0;
}

static bool is_reset(void *ahci)
{
	return (adapter_read(ahci, GHC) & GHC_RESET) == 0;
}

/* Firmware that does not let go is not waited for any longer: section 10.6.3. */
static void handoff(struct ahci *ahci)
{
	if ((adapter_read(ahci, CAP2) & CAP2_HANDOFF) == 0)
		return;
	adapter_write(ahci, BOHC, adapter_read(ahci, BOHC) | BOHC_OURS);
	(void)unit_wait(ahci->clock, FIRMWARE_MS, is_handed_over, ahci);
}

bool ahci_open(struct ahci *ahci, const struct ahci_io *io, const struct unit_clock *clock)
{
	uint32_t ports;

	memset(ahci, 0, sizeof(*ahci));
	ahci->io = *io;
	ahci->clock = clock;
	if (adapter_read(ahci, PI) == NO_ADAPTER && adapter_read(ahci, CAP) == NO_ADAPTER)
		return false;
	handoff(ahci);
	ports = adapter_read(ahci, PI); /* a reset may lose it: the firmware wrote it */
	adapter_write(ahci, GHC, GHC_AHCI);
	adapter_write(ahci, GHC, GHC_AHCI | GHC_RESET);
	if (!unit_wait(clock, RESET_MS, is_reset, ahci))
		return false;
	adapter_write(ahci, GHC, GHC_AHCI);
	ahci->staggered = (adapter_read(ahci, CAP) & CAP_STAGGERED) != 0;
	ahci->ports = ports;
	return true;
}

void ahci_interrupts(struct ahci *ahci)
{
	adapter_write(ahci, IS, ~0u);
	adapter_write(ahci, GHC, GHC_AHCI | GHC_INTERRUPTS);
}

/* The port's bits first, then the adapter's: section 5.6.4. */
static void events_take(struct ahci_port *port)
{
	uint32_t events = port_read(port, PX_IS);

	port->events |= events;
	if (events != 0)
		port_write(port, PX_IS, events);
}

bool ahci_interrupt(struct ahci *ahci)
{
	uint32_t pending = adapter_read(ahci, IS);

	if (pending == 0 || pending == NO_ADAPTER)
		return false;
	for (uint32_t i = 0; i < AHCI_PORTS; i++) {
		if ((pending & 1u << i) == 0)
			continue;
		if (ahci->port[i] != NULL)
			events_take(ahci->port[i]);
		else
			adapter_write(ahci, PORT(i, PX_IS), ~0u);
	}
	adapter_write(ahci, IS, pending);
	return true;
}

/* --- a port --- */

static bool is_stopped(void *port)
{
	return (port_read(port, PX_CMD) & CMD_RUNS) == 0;
}

static bool is_deaf(void *port)
{
	return (port_read(port, PX_CMD) & CMD_RECEIVES) == 0;
}

static bool is_linked(void *port)
{
	return SSTS_DETECTED(port_read(port, PX_SSTS));
}

static bool is_ready(void *port)
{
	return (port_read(port, PX_TFD) & (TFD_BUSY | TFD_DRQ)) == 0;
}

static bool port_stop(struct ahci_port *port)
{
	port_write(port, PX_CMD, port_read(port, PX_CMD) & ~CMD_START);
	return unit_wait(port->ahci->clock, STOP_MS, is_stopped, port);
}

static bool port_quiet(struct ahci_port *port)
{
	port_write(port, PX_IE, 0);
	if (!port_stop(port))
		return false;
	port_write(port, PX_CMD, port_read(port, PX_CMD) & ~CMD_RECEIVE);
	return unit_wait(port->ahci->clock, STOP_MS, is_deaf, port);
}

static void errors_clear(struct ahci_port *port)
{
	port_write(port, PX_SERR, ~0u);
	port_write(port, PX_IS, ~0u);
	port->events = 0;
}

static void port_run(struct ahci_port *port)
{
	errors_clear(port);
	port_write(port, PX_IE, EVENT_WANTED);
	port_write(port, PX_CMD, port_read(port, PX_CMD) | CMD_START);
}

static bool port_reset(struct ahci_port *port)
{
	const struct unit_clock *clock = port->ahci->clock;
	uint64_t end;

	port_write(port, PX_SCTL, SCTL_RESET);
	end = clock->now_us(clock->ctx) + COMRESET_US;
	while (clock->now_us(clock->ctx) < end)
		clock->rest(clock->ctx);
	port_write(port, PX_SCTL, SCTL_NONE);
	if (!unit_wait(clock, RESET_MS, is_linked, port))
		return false;
	errors_clear(port);
	return unit_wait(clock, READY_MS, is_ready, port);
}

static void header_fill(const struct ahci_port *port, const struct ata_command *command)
{
	uint32_t header[8] = {FIS_DWORDS | (command->write ? HEADER_WRITE : 0) |
				      (command->bytes != 0 ? HEADER_ONE_REGION : 0),
		0, (uint32_t)(port->memory.physical + TABLE_AT)};

	memcpy(port->memory.at + LIST_AT, header, sizeof(header));
}

/* Register - host to device FIS: Serial ATA 3.x, section 10.5.5. */
static void table_fill(const struct ahci_port *port, const struct ata_command *command)
{
	uint64_t sector = command->sector;
	const uint8_t fis[FIS_DWORDS * 4] = {FIS_H2D, FIS_COMMAND, command->code,
		(uint8_t)command->features, (uint8_t)sector, (uint8_t)(sector >> 8),
		(uint8_t)(sector >> 16), command->device, (uint8_t)(sector >> 24),
		(uint8_t)(sector >> 32), (uint8_t)(sector >> 40), (uint8_t)(command->features >> 8),
		(uint8_t)command->count, (uint8_t)(command->count >> 8)};
	uint32_t region[4] = {(uint32_t)command->physical, (uint32_t)(command->physical >> 32), 0,
		command->bytes - 1};

	memcpy(port->memory.at + TABLE_AT, fis, sizeof(fis));
	if (command->bytes != 0)
		memcpy(port->memory.at + REGION_AT, region, sizeof(region));
}

static bool start(struct unit *unit, const struct ata_command *command)
{
	struct ahci_port *port = CONTAINER_OF(unit, struct ahci_port, unit);

	if (!is_ready(port) || (port_read(port, PX_CI) & SLOT) != 0)
		return false;
	header_fill(port, command);
	table_fill(port, command);
	errors_clear(port);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	port_write(port, PX_CI, SLOT);
	return true;
}

static enum unit_state poll(struct unit *unit)
{
	struct ahci_port *port = CONTAINER_OF(unit, struct ahci_port, unit);
	uint32_t left = port_read(port, PX_CI);

	events_take(port);
	if ((port->events & EVENT_ERRORS) != 0 || left == NO_ADAPTER)
		return UNIT_FAILED;
	if ((left & SLOT) != 0)
		return UNIT_BUSY;
	return (port_read(port, PX_TFD) & TFD_ERROR) != 0 ? UNIT_FAILED : UNIT_DONE;
}

/* Section 6.2.2.1: stop, and reset the port if the disk is still at it. */
static bool recover(struct unit *unit)
{
	struct ahci_port *port = CONTAINER_OF(unit, struct ahci_port, unit);
	bool good = port_stop(port);

	errors_clear(port);
	if (!good || !is_ready(port))
		good = port_reset(port) && is_stopped(port);
	if (good)
		port_run(port);
	return good;
}

static const struct unit_ops ops = {.start = start, .poll = poll, .recover = recover};

static bool identify(struct ahci_port *port)
{
	const struct ata_command command = {.code = ATA_IDENTIFY,
		.physical = port->unit.buffer.physical,
		.bytes = ATA_WORDS * 2};
	uint16_t word[ATA_WORDS];

	if (!unit_do(&port->unit, &command, IDENTIFY_MS))
		return false;
	memcpy(word, port->unit.buffer.at, sizeof(word));
	return ata_identify(word, &port->unit.identity);
}

static bool port_begin(struct ahci_port *port)
{
	const struct ahci *ahci = port->ahci;

	if (!port_quiet(port))
		return false;
	port_write(port, PX_CLB, (uint32_t)(port->memory.physical + LIST_AT));
	port_write(port, PX_CLBU, 0);
	port_write(port, PX_FB, (uint32_t)(port->memory.physical + RECEIVED_AT));
	port_write(port, PX_FBU, 0);
	errors_clear(port);
	port_write(port, PX_CMD,
		port_read(port, PX_CMD) | CMD_RECEIVE | CMD_POWER |
			(ahci->staggered ? CMD_SPIN_UP : 0));
	if (!unit_wait(ahci->clock, LINK_MS, is_linked, port))
		return false;
	errors_clear(port);
	if (!unit_wait(ahci->clock, READY_MS, is_ready, port))
		return false;
	return port_read(port, PX_SIG) == SIG_DISK;
}

bool ahci_port_open(
	struct ahci *ahci, uint32_t index, const struct unit_memory *memory, struct ahci_port *port)
{
	memset(port, 0, sizeof(*port));
	port->ahci = ahci;
	port->index = index;
	port->memory = *memory;
	port->unit.ops = &ops;
	port->unit.clock = ahci->clock;
	port->unit.buffer = (struct unit_memory){memory->at + UNIT_MEMORY - UNIT_BUFFER,
		memory->physical + UNIT_MEMORY - UNIT_BUFFER};
	if (index >= AHCI_PORTS || (ahci->ports & 1u << index) == 0)
		return false;
	ahci->port[index] = port;
	if (port_begin(port)) {
		port_run(port);
		if (identify(port))
			return true;
	}
	(void)port_quiet(port);
	ahci->port[index] = NULL;
	return false;
}
