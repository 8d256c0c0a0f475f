/* SPDX-License-Identifier: MIT */
/* The controllers of the machine, their disks and interrupts: see controllers.h. */
#include "controllers.h"
#include "abi/syscall.h"
#include "hardware.h"
#include "rt/format.h"
#include "rt/log.h"
#include "rt/syscall.h"

#define CONTROLLERS 8u
#define CHANNELS 2u /* of an IDE controller */
#define AHCI_BAR 5u
#define IDE_MASTER_BAR 4u
#define IDE_NATIVE(channel) (1u << (2 * (channel)))
#define USELESS_MAX 1000u
#define LINES_MAX 24u

static struct line {
	uint64_t slot;
	struct ahci *ahci; /* the one or the other */
	struct ide *ide;
	uint32_t useless; /* interrupts in a row with nothing to it */
	bool seen, off;
} lines[CONTROLLERS_LINES];

static struct place {
	struct ahci_port port;
	struct ide_disk disk;
	const struct pci_function *function;
	uint32_t index; /* of the port, or of the disk at the controller */
} places[UNITS];

static struct pci_function functions[CONTROLLERS];
static struct ahci adapters[CONTROLLERS];
static struct ide channels[CONTROLLERS][CHANNELS];
static uint32_t line_count, place_count;

static struct unit_memory memory_at(const struct unit_memory *memory, uint32_t index)
{
	return (struct unit_memory){memory->at + (uint64_t)index * UNIT_MEMORY,
		memory->physical + (uint64_t)index * UNIT_MEMORY};
}

/* A line of its own; without one the clock serves. */
static void line_add(uint32_t gsi, uint64_t flags, struct ahci *ahci, struct ide *ide)
{
	struct line *line = &lines[line_count];

	if (line_count == CONTROLLERS_LINES)
		return;
	*line = (struct line){.ahci = ahci, .ide = ide};
	if (gsi != 0 && gsi < LINES_MAX)
		line->slot = hardware_line(gsi, flags, 1ull << (CONTROLLERS_BIT + line_count));
	line->off = line->slot == 0;
	line_count++;
}

/* --- AHCI --- */

static void ahci_ports_open(struct ahci *ahci, const struct pci_function *function,
	const struct unit_memory *memory, struct unit *unit[UNITS])
{
	for (uint32_t i = 0; i < AHCI_PORTS && place_count < UNITS; i++) {
		struct place *place = &places[place_count];
		struct unit_memory own = memory_at(memory, place_count);

		if (!ahci_port_open(ahci, i, &own, &place->port))
			continue;
		place->function = function;
		place->index = i;
		unit[place_count++] = &place->port.unit;
	}
}

static void ahci_begin(uint32_t index, const struct pci_function *function,
	const struct unit_memory *memory, struct unit *unit[UNITS])
{
	uint32_t base = pci_memory(function, AHCI_BAR), before = place_count;
	volatile uint32_t *registers = base != 0 ? hardware_memory(base, AHCI_REGISTERS) : NULL;
	struct ahci *ahci = &adapters[index];
	struct ahci_io io;

	if (registers == NULL) {
		rt_log("an AHCI controller's registers (0x%x) are not given", base);
		return;
	}
	pci_enable(&hardware_pci, function);
	io = hardware_ahci(registers);
	if (!ahci_open(ahci, &io, &hardware_clock)) {
		rt_log("the AHCI controller at 0x%x does not answer", base);
		return;
	}
	ahci_ports_open(ahci, function, memory, unit);
	if (place_count == before)
		return;
	line_add(function->line, IRQ_LEVEL | IRQ_ACTIVE_LOW, ahci, NULL);
	ahci_interrupts(ahci);
}

/* --- IDE --- */

static bool ide_ports_get(
	const struct pci_function *function, uint32_t channel, struct ide_ports *ports)
{
	static const struct ide_ports fixed[CHANNELS] = {
		{.command = 0x1f0, .control = 0x3f6}, {.command = 0x170, .control = 0x376}};
	uint16_t master = pci_ports(function, IDE_MASTER_BAR);

	if ((function->interface & IDE_NATIVE(channel)) == 0) {
		*ports = fixed[channel];
	} else {
		ports->command = pci_ports(function, 2 * channel);
		ports->control = (uint16_t)(pci_ports(function, 2 * channel + 1) + 2);
		if (ports->command == 0 || ports->control == 2)
			return false;
	}
	ports->master = (uint16_t)(master + 8 * channel);
	return master != 0 && hardware_ports(ports->command, 8) &&
	       hardware_ports(ports->control, 1) && hardware_ports(ports->master, 8);
}

static void ide_disks_open(struct ide *ide, uint32_t channel, const struct pci_function *function,
	const struct unit_memory *memory, struct unit *unit[UNITS])
{
	for (uint32_t i = 0; i < IDE_DISKS && place_count < UNITS; i++) {
		struct place *place = &places[place_count];
		struct unit_memory own = memory_at(memory, place_count);

		if (!ide_disk_open(ide, i, &own, &place->disk))
			continue;
		place->function = function;
		place->index = channel * IDE_DISKS + i;
		unit[place_count++] = &place->disk.unit;
	}
}

static void ide_begin(uint32_t index, const struct pci_function *function,
	const struct unit_memory *memory, struct unit *unit[UNITS])
{
	pci_enable(&hardware_pci, function);
	for (uint32_t i = 0; i < CHANNELS; i++) {
		struct ide *ide = &channels[index][i];
		struct unit_memory table = memory_at(memory, UNITS + index * CHANNELS + i);
		uint32_t before = place_count;
		bool native = (function->interface & IDE_NATIVE(i)) != 0;
		struct ide_ports ports;

		if (!ide_ports_get(function, i, &ports) ||
			!ide_open(ide, &hardware_ide, &ports, &table, &hardware_clock))
			continue;
		ide_disks_open(ide, i, function, memory, unit);
		if (place_count > before)
			line_add(native ? function->line : 14 + i,
				native ? IRQ_LEVEL | IRQ_ACTIVE_LOW : 0, NULL, ide);
	}
}

uint32_t controllers_open(const struct unit_memory *memory, struct unit *unit[UNITS])
{
	uint32_t count = pci_find(&hardware_pci, functions, CONTROLLERS);

	for (uint32_t i = 0; i < count; i++)
		(functions[i].class == PCI_AHCI ? ahci_begin : ide_begin)(
			i, &functions[i], memory, unit);
	return place_count;
}

/* --- interrupts --- */

static void line_interrupt(struct line *line)
{
	bool ours = line->ahci != NULL ? ahci_interrupt(line->ahci) : ide_interrupt(line->ide);

	line->seen |= ours;
	line->useless = ours ? 0 : line->useless + 1;
	if (line->useless > USELESS_MAX) {
		line->off = true;
		line->seen = false;
		rt_log("interrupt line in slot %lu is another device's; disks are looked at by "
		       "the clock",
			line->slot);
	} else if (sys_irq_ack(line->slot) != STATUS_OK) {
		line->off = true;
		line->seen = false;
	}
}

void controllers_interrupt(uint64_t bits)
{
	for (uint32_t i = 0; i < line_count; i++)
		if ((bits >> (CONTROLLERS_BIT + i) & 1) != 0 && !lines[i].off)
			line_interrupt(&lines[i]);
}

bool controllers_tell(void)
{
	for (uint32_t i = 0; i < line_count; i++)
		if (!lines[i].seen)
			return false;
	return true;
}

void controllers_place(uint32_t index, char text[CONTROLLERS_TEXT])
{
	const struct place *place = &places[index];
	uint32_t at = place->function->address;

	rt_snprintf(text, CONTROLLERS_TEXT, "%s %x:%x.%x, %s %u",
		place->function->class == PCI_AHCI ? "ahci" : "ide", at >> 8, at >> 3 & 0x1f,
		at & 7, place->function->class == PCI_AHCI ? "port" : "drive", place->index);
}
