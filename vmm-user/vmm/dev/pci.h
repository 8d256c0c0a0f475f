/* SPDX-License-Identifier: MIT */
/*
 * PCI configuration ports with no device behind them, and the reset control
 * register that lies in their middle.
 *
 *   port 0xCF8  address (4 bytes, as one access)   0xCF9  reset (1 byte)
 *   port 0xCFC  data window
 *
 * Model: the address reads back; every configuration read is all ones, so a
 *   scan finds nothing. Port 0xCF9: bit 2 going from 0 to 1 resets the machine.
 * State: struct pci.
 * Missing: devices, configuration mechanism 2, memory-mapped configuration.
 * Ignored bits: address bits 30..24 and 1..0 (read 0); reset register bits 7..4
 *   and 0 (read 0), 3 (full reset) and 1 (kind of reset) read back; accesses to
 *   0xCF8 narrower than 4 bytes (read all ones, but for 0xCF9).
 * Source: PCI Local Bus Specification 3.0, section 3.2.2.3.2 "Software
 *   Generation of Configuration Transactions"; Intel ICH9 data sheet, section
 *   13.7.5 "RST_CNT - Reset Control Register".
 */
#ifndef VMM_DEV_PCI_H
#define VMM_DEV_PCI_H

#include "vmm/dev/event.h"

#include <stdint.h>

#define PCI_PORT 0xcf8u
#define PCI_PORTS 8u
#define PCI_RESET_PORT 0xcf9u /* the FADT's reset register ... */
#define PCI_RESET_VALUE 6u    /* ... and the value that resets */

struct pci {
	uint32_t address;
	uint8_t reset_control;
	enum machine_event event;
};

void pci_init(struct pci *);

/* Guest access at `offset` from PCI_PORT, 1, 2, 4 or 8 bytes. */
uint64_t pci_read(struct pci *, uint64_t offset, unsigned bytes);
void pci_write(struct pci *, uint64_t offset, unsigned bytes, uint64_t value);

/* MACHINE_RESET once the guest asked for it. */
enum machine_event pci_event(const struct pci *);

#endif
