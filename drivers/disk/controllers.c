/* SPDX-License-Identifier: MIT */
/* The controllers of the machine, their disks and interrupts: see controllers.h. */
#include "controllers.h"
#include "abi/syscall.h"
#include "hardware.h"
#include "lines.h"
#include "nvme_disk.h"
#include "virtio_blk.h"
#include "rt/format.h"
#include "rt/log.h"

#define CONTROLLERS 8u
#define CHANNELS 2u /* of an IDE controller, each with UNIT_MEMORY; others have both */
#define AHCI_BAR 5u
#define NVME_BAR 0u
#define NAMESPACES_MAX 64u /* that are asked for what they are */
#define IDE_MASTER_BAR 4u
#define IDE_NATIVE(channel) (1u << (2 * (channel)))
#define LEVEL (IRQ_LEVEL | IRQ_ACTIVE_LOW)

static struct place {
	struct ahci_port port;
	struct ide_disk disk;
	struct nvme_disk namespace;
	struct virtio_blk virtio;
	const struct pci_function *function;
	uint32_t index; /* of the port, the disk at the controller, the namespace */
} places[UNITS];

static struct pci_function functions[CONTROLLERS];
static struct ahci adapters[CONTROLLERS];
static struct ide channels[CONTROLLERS][CHANNELS];
static struct nvme nvmes[CONTROLLERS];
static struct hardware_virtio virtios[CONTROLLERS];
static uint32_t place_count;

static struct unit_memory memory_at(const struct unit_memory *memory, uint32_t index)
{
	return (struct unit_memory){memory->at + (uint64_t)index * UNIT_MEMORY,
		memory->physical + (uint64_t)index * UNIT_MEMORY};
}

/* The pages of data of a disk. */
static struct unit_memory buffer_at(const struct unit_memory *memory, uint32_t index)
{
	struct unit_memory own = memory_at(memory, index);

	return (struct unit_memory){
		own.at + UNIT_MEMORY - UNIT_BUFFER, own.physical + UNIT_MEMORY - UNIT_BUFFER};
}

/* What a controller has for its queues. */
static struct unit_memory controller_memory(const struct unit_memory *memory, uint32_t index)
{
	return memory_at(memory, UNITS + index * CHANNELS);
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

static bool ahci_take(void *ahci)
{
	return ahci_interrupt(ahci);
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
	(void)lines_add(function->line, LEVEL, ahci_take, ahci);
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

static bool ide_take(void *ide)
{
	return ide_interrupt(ide);
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
			(void)lines_add(native ? function->line : 14 + i, native ? LEVEL : 0,
				ide_take, ide);
	}
}

/* --- NVM Express --- */

static void namespaces_open(struct nvme *nvme, const struct pci_function *function,
	const struct unit_memory *memory, struct unit *unit[UNITS])
{
	uint32_t number = 0;

	for (uint32_t i = 0; i < NAMESPACES_MAX && place_count < UNITS; i++) {
		struct place *place = &places[place_count];
		struct unit_memory buffer = buffer_at(memory, place_count);
		enum nvme_refusal refusal;

		number = nvme_next(nvme, number);
		if (number == 0)
			return;
		refusal = nvme_disk_open(nvme, number, &buffer, &place->namespace);
		if (refusal != NVME_TAKEN && refusal != NVME_INACTIVE)
			rt_log("namespace %u of an NVMe controller is not used: %s", number,
				nvme_refusal_text(refusal));
		if (refusal != NVME_TAKEN)
			continue;
		place->function = function;
		place->index = number;
		unit[place_count++] = &place->namespace.unit;
	}
}

static bool nvme_take_interrupt(void *nvme)
{
	return nvme_interrupt(nvme);
}

static void nvme_begin_controller(uint32_t index, const struct pci_function *function,
	const struct unit_memory *memory, struct unit *unit[UNITS])
{
	uint32_t base = pci_memory(function, NVME_BAR), before = place_count;
	volatile uint32_t *registers = base != 0 ? hardware_memory(base, NVME_REGISTERS) : NULL;
	struct unit_memory queues = controller_memory(memory, index);
	struct unit_memory page = memory_at(memory, place_count); /* no disk is there yet */
	struct nvme *nvme = &nvmes[index];
	enum nvme_refusal refusal;
	struct nvme_io io;

	if (registers == NULL) {
		rt_log("an NVMe controller is not used: its registers are %s",
			base != 0 ? "not given" : "above 4 GiB");
		return;
	}
	pci_enable(&hardware_pci, function);
	io = hardware_nvme(registers);
	refusal = nvme_open(nvme, &io, &hardware_clock, &queues, &page);
	if (refusal != NVME_TAKEN) {
		rt_log("the NVMe controller at 0x%x is not used: %s", base,
			nvme_refusal_text(refusal));
		return;
	}
	namespaces_open(nvme, function, memory, unit);
	if (place_count == before)
		(void)nvme_stop(nvme);
	else if (lines_add(function->line, LEVEL, nvme_take_interrupt, nvme))
		nvme_interrupts(nvme);
}

/* --- virtio --- */

static uint32_t virtio_config_read(void *function, uint32_t reg)
{
	return pci_read(&hardware_pci, function, reg);
}

/* Structures of one BAR are asked for together: rights are few. */
static bool virtio_bar_map(const struct pci_function *function, const struct virtio_caps *caps,
	uint32_t bar, struct hardware_virtio *parts)
{
	uint32_t base = pci_memory(function, bar), first = UINT32_MAX, end = 0;
	volatile uint8_t *at;

	for (uint32_t i = 0; i < VIRTIO_PARTS; i++) {
		const struct virtio_place *place = &caps->place[i];

		if (place->length == 0 || place->bar != bar)
			continue;
		first = place->offset < first ? place->offset : first;
		end = place->offset + place->length > end ? place->offset + place->length : end;
	}
	if (end == 0)
		return true;
	if (base == 0 || end > UINT32_MAX - base || end - first > START_GRANT_SIZE / 2)
		return false;
	at = (volatile uint8_t *)hardware_memory(base + first, end - first);
	for (uint32_t i = 0; i < VIRTIO_PARTS && at != NULL; i++)
		if (caps->place[i].length != 0 && caps->place[i].bar == bar)
			parts->part[i] = at + (caps->place[i].offset - first);
	return at != NULL;
}

static bool virtio_take(void *disk)
{
	return virtio_blk_interrupt(disk);
}

static void virtio_begin(uint32_t index, const struct pci_function *function,
	const struct unit_memory *memory, struct unit *unit[UNITS])
{
	struct unit_memory rings = controller_memory(memory, index);
	struct unit_memory buffer = buffer_at(memory, place_count);
	struct virtio_blk *disk = &places[place_count].virtio;
	struct virtio_io io = hardware_virtio(&virtios[index]);
	enum virtio_blk_refusal refusal;
	struct virtio_caps caps;

	if (!virtio_caps_read(virtio_config_read, (void *)(uintptr_t)function, &caps)) {
		rt_log("a virtio disk is of the old kind, and not used");
		return;
	}
	for (uint32_t i = 0; i < PCI_BARS; i++) {
		if (virtio_bar_map(function, &caps, i, &virtios[index]))
			continue;
		rt_log("a virtio disk is not used: its registers are not given, or above 4 GiB");
		return;
	}
	pci_enable(&hardware_pci, function);
	refusal = virtio_blk_open(disk, &io, &caps, &hardware_clock, &rings, &buffer);
	if (refusal != VIRTIO_BLK_TAKEN) {
		rt_log("a virtio disk is not used: %s", virtio_blk_refusal_text(refusal));
		return;
	}
	places[place_count].function = function;
	unit[place_count++] = &disk->unit;
	if (lines_add(function->line, LEVEL, virtio_take, disk))
		virtio_blk_interrupts(disk);
}

/* --- all of them --- */

static const struct {
	const char *name, *part;
	void (*begin)(uint32_t index, const struct pci_function *function,
		const struct unit_memory *memory, struct unit *unit[UNITS]);
} kinds[] = {[PCI_AHCI] = {"ahci", "port", ahci_begin},
	[PCI_IDE] = {"ide", "drive", ide_begin},
	[PCI_NVME] = {"nvme", "namespace", nvme_begin_controller},
	[PCI_VIRTIO] = {"virtio", "disk", virtio_begin}};

uint32_t controllers_open(const struct unit_memory *memory, struct unit *unit[UNITS])
{
	uint32_t count = pci_find(&hardware_pci, functions, CONTROLLERS);

	for (uint32_t i = 0; i < count && place_count < UNITS; i++)
		kinds[functions[i].class].begin(i, &functions[i], memory, unit);
	return place_count;
}

void controllers_interrupt(uint64_t bits)
{
	lines_interrupt(bits >> CONTROLLERS_BIT);
}

bool controllers_tell(void)
{
	return lines_tell();
}

void controllers_place(uint32_t index, char text[CONTROLLERS_TEXT])
{
	const struct place *place = &places[index];
	uint32_t at = place->function->address;

	rt_snprintf(text, CONTROLLERS_TEXT, "%s %x:%x.%x, %s %u",
		kinds[place->function->class].name, at >> 8, at >> 3 & 0x1f, at & 7,
		kinds[place->function->class].part, place->index);
}

_Static_assert(NVME_MEMORY <= CHANNELS * UNIT_MEMORY && VIRTIO_BLK_MEMORY <= CHANNELS * UNIT_MEMORY,
	"a controller's memory has room for its queues");
_Static_assert(CONTROLLERS *CHANNELS <= LINES_SOURCES, "one for each controller or channel");
