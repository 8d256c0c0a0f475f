/* SPDX-License-Identifier: MIT */
/* A PCI function: see pci_function.h. */
#include "vmm/dev/pci_function.h"

#include "lib/string.h"

/* 6.1, figure 6-1 "Type 00h Configuration Space Header". */
enum header_field {
	HEADER_VENDOR = 0x00,
	HEADER_DEVICE = 0x02,
	HEADER_STATUS = 0x06,
	HEADER_REVISION = 0x08, /* and the class in the three bytes behind it */
	HEADER_CACHE_LINE = 0x0c,
	HEADER_SUBSYSTEM_VENDOR = 0x2c,
	HEADER_SUBSYSTEM = 0x2e,
	HEADER_CAPABILITIES = 0x34,
	HEADER_INTERRUPT_LINE = 0x3c,
	HEADER_END = 0x40
};
#define STATUS_CAPABILITIES 0x10u
#define COMMAND_NO_INTX 0x0400u

void pci_function_put(struct pci_function *f, unsigned offset, unsigned bytes, uint32_t value)
{
	for (unsigned i = 0; i < bytes && offset + i < PCI_CONFIG_SIZE; i++)
		f->config[offset + i] = (uint8_t)(value >> 8 * i);
}

uint32_t pci_function_get(const struct pci_function *f, unsigned offset, unsigned bytes)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < bytes && offset + i < PCI_CONFIG_SIZE; i++)
		value |= (uint32_t)f->config[offset + i] << 8 * i;
	return value;
}

static void allow(struct pci_function *f, unsigned offset, unsigned bytes, uint32_t mask)
{
	for (unsigned i = 0; i < bytes; i++)
		f->writable[offset + i] = (uint8_t)(mask >> 8 * i);
}

void pci_function_init(struct pci_function *f, const struct pci_identity *id)
{
	memset(f, 0, sizeof *f);
	f->next_capability = HEADER_END;
	pci_function_put(f, HEADER_VENDOR, 2, id->vendor);
	pci_function_put(f, HEADER_DEVICE, 2, id->device);
	pci_function_put(f, HEADER_REVISION, 4, id->class_code << 8 | id->revision);
	pci_function_put(f, HEADER_SUBSYSTEM_VENDOR, 2, id->subsystem_vendor);
	pci_function_put(f, HEADER_SUBSYSTEM, 2, id->subsystem);
	allow(f, PCI_COMMAND, 2, PCI_COMMAND_MASTER | COMMAND_NO_INTX);
	allow(f, HEADER_CACHE_LINE, 1, 0xff);
	allow(f, HEADER_INTERRUPT_LINE, 1, 0xff);
}

void pci_function_set_bar(struct pci_function *f, uint32_t size)
{
	f->bar_size = size;
	allow(f, PCI_BAR, 4, ~(size - 1));
	allow(f, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | COMMAND_NO_INTX);
}

unsigned pci_function_add_capability(struct pci_function *f, uint8_t id, unsigned bytes)
{
	unsigned at = f->next_capability;
	unsigned link = f->last_capability ? f->last_capability + 1 : HEADER_CAPABILITIES;

	if (bytes < 2 || bytes > PCI_CONFIG_SIZE - at)
		return 0;
	f->config[link] = (uint8_t)at;
	f->config[at] = id;
	f->config[HEADER_STATUS] |= STATUS_CAPABILITIES;
	f->last_capability = at;
	f->next_capability = (at + bytes + 3) & ~3u;
	return at;
}

uint32_t pci_function_read(struct pci_function *f, unsigned offset, unsigned bytes)
{
	if (f->config_read)
		f->config_read(f->ctx, offset, bytes);
	return pci_function_get(f, offset, bytes);
}

void pci_function_write(struct pci_function *f, unsigned offset, unsigned bytes, uint32_t value)
{
	for (unsigned i = 0; i < bytes && offset + i < PCI_CONFIG_SIZE; i++) {
		uint8_t mask = f->writable[offset + i];
		uint8_t *byte = &f->config[offset + i];

		*byte = (uint8_t)((*byte & ~mask) | (value >> 8 * i & mask));
	}
	if (f->config_written)
		f->config_written(f->ctx, offset, bytes);
}

bool pci_function_decodes(const struct pci_function *f, uint64_t *base)
{
	*base = pci_function_get(f, PCI_BAR, 4);
	return f->bar_size && f->config[PCI_COMMAND] & PCI_COMMAND_MEMORY;
}
