/* SPDX-License-Identifier: MIT */
/*
 * PCI bus 0: configuration by ports and by memory, the window of the functions' BARs,
 * the host bridge, and the reset control register that lies among the ports.
 *
 *   port 0xCF8  address (4 bytes, as one access)   0xCF9  reset (1 byte)
 *   port 0xCFC  data window
 *   PCI_WINDOW  PCI_WINDOW_SIZE bytes, where BARs decode
 *   PCI_ECAM    1 MiB: bus 0, 32 devices, 8 functions, 4 KiB each
 *
 * Model: device 0 is a host bridge, if there is any other function; those have the
 *   devices from 1 on, function 0. What does not exist reads as all ones. BARs have
 *   places when the power comes on, as firmware would leave them, and decode when the
 *   guest says so; one that leaves the window, or that overlaps another, does not
 *   decode, the other neither. Port 0xCF9: bit 2 going from 0 to 1 resets the machine.
 * State: struct pci. Functions are added before there are processors, and live on.
 * Missing: further buses, configuration mechanism 2, I/O BARs.
 * Ignored bits: address bits 30..24 and 1..0 (read 0); reset register bits 7..4
 *   and 0 (read 0), 3 (full reset) and 1 (kind of reset) read back; accesses to
 *   0xCF8 narrower than 4 bytes (read all ones, but for 0xCF9).
 * Locks: none; whoever calls holds the machine.
 * Source: PCI Local Bus Specification 3.0, section 3.2.2.3.2 "Software
 *   Generation of Configuration Transactions"; PCI Express Base Specification 3.0,
 *   section 7.2.2 "PCI Express Enhanced Configuration Access Mechanism (ECAM)"; Intel
 *   ICH9 data sheet, section 13.7.5 "RST_CNT - Reset Control Register".
 */
#ifndef VMM_DEV_PCI_H
#define VMM_DEV_PCI_H

#include "abi/status.h"
#include "lib/compiler.h"
#include "vmm/dev/event.h"
#include "vmm/dev/pci_function.h"

#include <stdint.h>

#define PCI_PORT 0xcf8u
#define PCI_PORTS 8u
#define PCI_RESET_PORT 0xcf9u /* the FADT's reset register ... */
#define PCI_RESET_VALUE 6u    /* ... and the value that resets */

#define PCI_WINDOW 0xc0000000ull
#define PCI_WINDOW_SIZE 0x10000000ull
#define PCI_ECAM 0xe0000000ull
#define PCI_ECAM_SIZE 0x100000ull

#define PCI_DEVICES 32u

/* A BAR that decodes. */
struct pci_range {
	uint64_t base, size;
	struct pci_function *function;
};

struct pci {
	uint32_t address;
	uint8_t reset_control;
	enum machine_event event;
	struct pci_function bridge;
	struct pci_function *function[PCI_DEVICES]; /* by device; NULL: none */
	unsigned devices;                           /* with the bridge; 0: no bus */
	struct pci_range range[PCI_DEVICES];
	unsigned ranges;
	uint32_t next_base; /* where the next BAR goes */
};

void pci_init(struct pci *);

/* Plugs in a function, which must live as long as the bus and not move, and gives its
 * BAR a place. STATUS_NO_MEMORY: the bus or the window is full. */
enum status pci_add(struct pci *, struct pci_function *function) MUST_CHECK;

/* Guest access at `offset` from PCI_PORT, 1, 2, 4 or 8 bytes. */
uint64_t pci_read(struct pci *, uint64_t offset, unsigned bytes);
void pci_write(struct pci *, uint64_t offset, unsigned bytes, uint64_t value);

/* Guest access at `offset` from PCI_ECAM, at most 4 bytes. */
uint64_t pci_ecam_read(struct pci *, uint64_t offset, unsigned bytes);
void pci_ecam_write(struct pci *, uint64_t offset, unsigned bytes, uint64_t value);

/* Guest access at `offset` from PCI_WINDOW. */
uint64_t pci_window_read(struct pci *, uint64_t offset, unsigned bytes);
void pci_window_write(struct pci *, uint64_t offset, unsigned bytes, uint64_t value);

/* MACHINE_RESET once the guest asked for it. */
enum machine_event pci_event(const struct pci *);

#endif
