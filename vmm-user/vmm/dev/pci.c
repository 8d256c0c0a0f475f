/* SPDX-License-Identifier: MIT */
/* PCI configuration ports and the reset register; see pci.h. No locks: one vCPU
 * thread uses it. */
#include "vmm/dev/pci.h"
#include "vmm/dev/ones.h"

#include <stdbool.h>

enum { PCI_ADDRESS = 0, PCI_RESET = 1 };

#define ADDRESS_KEPT 0x80fffffcu /* enable, bus, device, function, register */
#define RESET_CPU 0x04u
#define RESET_KEPT 0x0eu

void pci_init(struct pci *p)
{
	*p = (struct pci){0};
}

uint64_t pci_read(struct pci *p, uint64_t offset, unsigned bytes)
{
	if (offset == PCI_ADDRESS && bytes == 4)
		return p->address;
	if (offset == PCI_RESET && bytes == 1)
		return p->reset_control;
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
	if (offset == PCI_RESET && bytes == 1)
		reset_write(p, (uint8_t)value);
}

enum machine_event pci_event(const struct pci *p)
{
	return p->event;
}
