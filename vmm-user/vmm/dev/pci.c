/* SPDX-License-Identifier: MIT */
/* PCI bus 0, and the reset register; see pci.h. */
#include "vmm/dev/pci.h"

#include "vmm/dev/ones.h"

#include <stdbool.h>
#include <stddef.h>

enum { PCI_ADDRESS = 0, PCI_RESET = 1, PCI_DATA = 4 };

#define ADDRESS_KEPT 0x80fffffcu /* enable, bus, device, function, register */
#define ADDRESS_ENABLE 0x80000000u
#define RESET_CPU 0x04u
#define RESET_KEPT 0x0eu

#define ECAM_FUNCTION_SHIFT 12u

/* A bridge that no driver knows: vendor and device are those that QEMU's generic
 * PCI Express host bridge has; PCI Code and ID Assignment Specification 1.11, section
 * 1.7 "Base Class 06h". */
static const struct pci_identity bridge = {
	.vendor = 0x1b36, .device = 0x0008, .class_code = 0x060000};

void pci_init(struct pci *p)
{
	*p = (struct pci){.next_base = (uint32_t)PCI_WINDOW};
}

/* --- functions --- */

/* Function `number`, device * 8 + function, of bus number >> 8. */
static struct pci_function *function_find(const struct pci *p, uint32_t number)
{
	unsigned device = number >> 3;

	return number & 7 || device >= PCI_DEVICES ? NULL : p->function[device];
}

static bool ranges_overlap(const struct pci_range *a, const struct pci_range *b)
{
	return a->base < b->base + b->size && b->base < a->base + a->size;
}

/* All BARs that are on and inside the window. */
static unsigned ranges_find(const struct pci *p, struct pci_range range[PCI_DEVICES])
{
	unsigned count = 0;

	for (unsigned i = 0; i < p->devices; i++) {
		struct pci_function *f = p->function[i];
		uint64_t base;

		if (!pci_function_decodes(f, &base))
			continue;
		if (base < PCI_WINDOW || base + f->bar_size > PCI_WINDOW + PCI_WINDOW_SIZE)
			continue;
		range[count++] = (struct pci_range){base, f->bar_size, f};
	}
	return count;
}

/* A BAR or a command may have changed. */
static void ranges_update(struct pci *p)
{
	struct pci_range all[PCI_DEVICES];
	unsigned count = ranges_find(p, all);

	p->ranges = 0;
	for (unsigned i = 0; i < count; i++) {
		bool alone = true;

		for (unsigned k = 0; k < count && alone; k++)
			alone = k == i || !ranges_overlap(&all[i], &all[k]);
		if (alone)
			p->range[p->ranges++] = all[i];
	}
}

/* Powers of two in turn: each place is a multiple of its size. */
static bool place_bar(struct pci *p, struct pci_function *f)
{
	uint64_t base = ((uint64_t)p->next_base + f->bar_size - 1) & ~((uint64_t)f->bar_size - 1);

	if (base + f->bar_size > PCI_WINDOW + PCI_WINDOW_SIZE)
		return false;
	pci_function_put(f, PCI_BAR, 4, (uint32_t)base);
	p->next_base = (uint32_t)(base + f->bar_size);
	return true;
}

enum status pci_add(struct pci *p, struct pci_function *f)
{
	if (!p->devices) {
		pci_function_init(&p->bridge, &bridge);
		p->function[p->devices++] = &p->bridge;
	}
	if (p->devices == PCI_DEVICES || (f->bar_size && !place_bar(p, f)))
		return STATUS_NO_MEMORY;
	p->function[p->devices++] = f;
	return STATUS_OK;
}

/* --- configuration --- */

static uint64_t config_read(struct pci *p, uint32_t number, unsigned offset, unsigned bytes)
{
	struct pci_function *f = function_find(p, number);

	if (!f || (offset & 3) + bytes > 4)
		return ones_read(bytes);
	return pci_function_read(f, offset, bytes);
}

static void config_write(
	struct pci *p, uint32_t number, unsigned offset, unsigned bytes, uint64_t value)
{
	struct pci_function *f = function_find(p, number);

	if (!f || (offset & 3) + bytes > 4)
		return;
	pci_function_write(f, offset, bytes, (uint32_t)value);
	if (offset < PCI_BAR + 4)
		ranges_update(p);
}

static uint64_t data_read(struct pci *p, unsigned byte, unsigned bytes)
{
	if (!(p->address & ADDRESS_ENABLE))
		return ones_read(bytes);
	return config_read(p, p->address >> 8 & 0xffff, (p->address & 0xfc) + byte, bytes);
}

static void data_write(struct pci *p, unsigned byte, unsigned bytes, uint64_t value)
{
	if (p->address & ADDRESS_ENABLE)
		config_write(p, p->address >> 8 & 0xffff, (p->address & 0xfc) + byte, bytes, value);
}

uint64_t pci_ecam_read(struct pci *p, uint64_t offset, unsigned bytes)
{
	return config_read(p, (uint32_t)(offset >> ECAM_FUNCTION_SHIFT), offset & 0xfff, bytes);
}

void pci_ecam_write(struct pci *p, uint64_t offset, unsigned bytes, uint64_t value)
{
	config_write(p, (uint32_t)(offset >> ECAM_FUNCTION_SHIFT), offset & 0xfff, bytes, value);
}

uint64_t pci_read(struct pci *p, uint64_t offset, unsigned bytes)
{
	if (offset == PCI_ADDRESS && bytes == 4)
		return p->address;
	if (offset == PCI_RESET && bytes == 1)
		return p->reset_control;
	if (offset >= PCI_DATA && offset < PCI_PORTS)
		return data_read(p, (unsigned)offset - PCI_DATA, bytes);
	return ones_read(bytes);
}

static void reset_write(struct pci *p, uint8_t value)
{
	bool rises = (value & RESET_CPU) && !(p->reset_control & RESET_CPU);

	p->reset_control = value & RESET_KEPT;
	if (rises)
		p->event = MACHINE_RESET;
}

void pci_write(struct pci *p, uint64_t offset, unsigned bytes, uint64_t value)
{
	if (offset == PCI_ADDRESS && bytes == 4)
		p->address = (uint32_t)value & ADDRESS_KEPT;
	else if (offset == PCI_RESET && bytes == 1)
		reset_write(p, (uint8_t)value);
	else if (offset >= PCI_DATA && offset < PCI_PORTS)
		data_write(p, (unsigned)offset - PCI_DATA, bytes, value);
}

/* --- the window --- */

/* The BAR that holds the whole access, or NULL. */
static const struct pci_range *range_find(const struct pci *p, uint64_t address, unsigned bytes)
{
	for (unsigned i = 0; i < p->ranges; i++) {
		const struct pci_range *r = &p->range[i];

		if (address >= r->base && address - r->base < r->size &&
			bytes <= r->size - (address - r->base))
			return r;
	}
	return NULL;
}

uint64_t pci_window_read(struct pci *p, uint64_t offset, unsigned bytes)
{
	const struct pci_range *r = range_find(p, PCI_WINDOW + offset, bytes);

	if (!r)
		return ones_read(bytes);
	return r->function->read(r->function->ctx, PCI_WINDOW + offset - r->base, bytes);
}

void pci_window_write(struct pci *p, uint64_t offset, unsigned bytes, uint64_t value)
{
	const struct pci_range *r = range_find(p, PCI_WINDOW + offset, bytes);

	if (r)
		r->function->write(r->function->ctx, PCI_WINDOW + offset - r->base, bytes, value);
}

enum machine_event pci_event(const struct pci *p)
{
	return p->event;
}

_Static_assert(PCI_ECAM_SIZE == PCI_DEVICES * 8u << ECAM_FUNCTION_SHIFT, "one bus");
