/* SPDX-License-Identifier: MIT */
/* Finding disk controllers by the PCI configuration space. Pure: see pci.h. */
#include "pci.h"
#include "lib/compiler.h"

/* Configuration registers. */
enum {
	CONFIG_ID = 0x00,
	CONFIG_COMMAND = 0x04,
	CONFIG_CLASS = 0x08,
	CONFIG_HEADER = 0x0c,
	CONFIG_BAR = 0x10,
	CONFIG_LINE = 0x3c
};
#define ADDRESS_ENABLE 0x80000000u
#define NOBODY 0xffffffffu
#define COMMAND_PORTS 0x1u
#define COMMAND_MEMORY 0x2u
#define COMMAND_MASTER 0x4u
#define COMMAND_NO_LINE 0x400u
#define COMMAND_MASK 0xffffu /* status bits above are cleared by ones */
#define HEADER_MANY 0x800000u
#define HEADER_KIND(value) ((value) >> 16 & 0x7f)
#define CLASS_AHCI 0x010601u
#define CLASS_IDE 0x0101u
#define CLASS_NVME 0x010802u
#define ID_VIRTIO_DISK 0x10421af4u
#define ID_VIRTIO_DISK_OLD 0x10011af4u /* it may be of the modern kind too */
#define IDE_MASTER 0x80u
#define BAR_PORTS 0x1u
#define BAR_KIND 0x7u
#define BAR_64 0x4u
#define BUSES 256u
#define TRIES 16u

static uint32_t address_of(uint16_t function, uint32_t reg)
{
	return ADDRESS_ENABLE | (uint32_t)function << 8 | reg;
}

static uint32_t config_read(const struct pci_io *io, uint16_t function, uint32_t reg)
{
	uint32_t address = address_of(function, reg), value = NOBODY;

	for (uint32_t i = 0; i < TRIES; i++) {
		io->address_write(io->ctx, address);
		value = io->data_read(io->ctx);
		if (io->address_read(io->ctx) == address)
			return value;
	}
	return NOBODY;
}

static void config_write(const struct pci_io *io, uint16_t function, uint32_t reg, uint32_t value)
{
	io->address_write(io->ctx, address_of(function, reg));
	io->data_write(io->ctx, value);
}

static enum pci_class class_of(uint32_t value, uint32_t id)
{
	if (id == ID_VIRTIO_DISK || id == ID_VIRTIO_DISK_OLD)
		return PCI_VIRTIO;
	if (value >> 8 == CLASS_NVME)
		return PCI_NVME;
	if (value >> 8 == CLASS_AHCI)
		return PCI_AHCI;
	if (value >> 16 == CLASS_IDE && (value >> 8 & IDE_MASTER) != 0)
		return PCI_IDE;
	return PCI_OTHER;
}

static bool function_read(const struct pci_io *io, uint16_t address, struct pci_function *out)
{
	uint32_t class = config_read(io, address, CONFIG_CLASS);
	uint32_t id = config_read(io, address, CONFIG_ID);

	*out = (struct pci_function){.class = class_of(class, id), .address = address};
	if (out->class == PCI_OTHER || HEADER_KIND(config_read(io, address, CONFIG_HEADER)) != 0)
		return false;
	out->interface = (uint8_t)(class >> 8);
	out->line = (uint8_t)config_read(io, address, CONFIG_LINE);
	for (uint32_t i = 0; i < ARRAY_SIZE(out->bar); i++)
		out->bar[i] = config_read(io, address, CONFIG_BAR + 4 * i);
	return true;
}

uint32_t pci_find(const struct pci_io *io, struct pci_function *found, uint32_t most)
{
	uint32_t count = 0, functions = 1;

	for (uint32_t i = 0; i < BUSES << 8 && count < most; i++) {
		uint16_t address = (uint16_t)i;

		if ((i & 7) == 0)
			functions = 1;
		if ((i & 7) >= functions || config_read(io, address, CONFIG_ID) == NOBODY)
			continue;
		if ((i & 7) == 0 && (config_read(io, address, CONFIG_HEADER) & HEADER_MANY) != 0)
			functions = 8;
		count += function_read(io, address, &found[count]);
	}
	return count;
}

uint32_t pci_read(const struct pci_io *io, const struct pci_function *function, uint32_t reg)
{
	return config_read(io, function->address, reg);
}

void pci_enable(const struct pci_io *io, const struct pci_function *function)
{
	uint32_t command = config_read(io, function->address, CONFIG_COMMAND) & COMMAND_MASK;

	command |= COMMAND_PORTS | COMMAND_MEMORY | COMMAND_MASTER;
	config_write(io, function->address, CONFIG_COMMAND, command & ~COMMAND_NO_LINE);
}

uint32_t pci_memory(const struct pci_function *function, uint32_t bar)
{
	uint32_t value = function->bar[bar];

	if ((value & BAR_PORTS) != 0 ||
		((value & BAR_KIND) == BAR_64 && bar < 5 && function->bar[bar + 1] != 0))
		return 0;
	return value & ~0xfu;
}

uint16_t pci_ports(const struct pci_function *function, uint32_t bar)
{
	uint32_t value = function->bar[bar];

	return (value & BAR_PORTS) != 0 && value <= 0xffff ? (uint16_t)(value & ~0x3u) : 0;
}
