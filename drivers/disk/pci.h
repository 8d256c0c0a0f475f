/* SPDX-License-Identifier: MIT */
/*
 * Finding disk controllers by the PCI configuration space. Pure; no state.
 *
 * Reached by struct pci_io: address and data of configuration mechanism #1. Another
 * driver may use the two ports between our two accesses, so an access counts only if the
 * address still stands there after it.
 * Missing: configuration by memory, functions whose registers are above 4 GiB.
 * Source: PCI Local Bus Specification 3.0, section 3.2.2.3.2 "Software Generation of
 *   Configuration Transactions", 6.1 "Configuration Space Organization", appendix D
 *   "Class Codes"; NVM Express Base Specification 1.4, section 2.1.5 "Offset 09h: CC - Class
 *   Code"; Virtual I/O Device (VIRTIO) Version 1.2, section 4.1.2 "PCI Device Discovery".
 */
#ifndef DISK_PCI_H
#define DISK_PCI_H

#include <stdbool.h>
#include <stdint.h>

struct pci_io {
	void (*address_write)(void *ctx, uint32_t value);
	uint32_t (*address_read)(void *ctx);
	uint32_t (*data_read)(void *ctx);
	void (*data_write)(void *ctx, uint32_t value);
	void *ctx;
};

enum pci_class { PCI_OTHER = 0, PCI_AHCI, PCI_IDE, PCI_NVME, PCI_VIRTIO };

#define PCI_BARS 6u

struct pci_function {
	enum pci_class class;
	uint16_t address; /* bus, device, function */
	uint8_t interface, line;
	uint32_t bar[PCI_BARS];
};

/* Visits every function of the machine in the order of buses, devices and functions, and
 * notes up to `most` disk controllers. Returns how many. */
uint32_t pci_find(const struct pci_io *io, struct pci_function *found, uint32_t most);

/* Register `reg` of the function, a multiple of 4 below 256. */
uint32_t pci_read(const struct pci_io *io, const struct pci_function *function, uint32_t reg);

/* Lets the function decode its registers and use the bus, with its line on. */
void pci_enable(const struct pci_io *io, const struct pci_function *function);

/* The address of a BAR, if it is one of memory below 4 GiB, or of ports; else 0. */
uint32_t pci_memory(const struct pci_function *function, uint32_t bar);
uint16_t pci_ports(const struct pci_function *function, uint32_t bar);

#endif
