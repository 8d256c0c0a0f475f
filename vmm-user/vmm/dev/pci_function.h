/* SPDX-License-Identifier: MIT */
/*
 * One function on the PCI bus: its configuration space, its capabilities, its window
 * of memory.
 *
 * Model: a header of type 0 whose bytes the guest may change only where its masks say
 *   so; one 32-bit memory BAR at most, of a power of two, which the guest sizes and
 *   places as it likes. What it means is pci.c's matter. No interrupt pin: MSI-X only.
 * State: struct pci_function; between pci_function_init() and pci_add() the device
 *   fills it in, then only the guest changes it.
 * Missing: further BARs, I/O BARs, expansion ROM, the extended space (reads as zeroes,
 *   which says that it has no capability), error reporting, power management.
 * Ignored bits: all that are not writable.
 * Locks: none; whoever calls holds the machine.
 * Source: PCI Local Bus Specification 3.0, section 6.1 "Configuration Space
 *   Organization", 6.2 "Configuration Space Functions", 6.7 "Capabilities List".
 */
#ifndef VMM_DEV_PCI_FUNCTION_H
#define VMM_DEV_PCI_FUNCTION_H

#include <stdbool.h>
#include <stdint.h>

#define PCI_CONFIG_SIZE 256u

#define PCI_COMMAND 0x04u
#define PCI_COMMAND_MEMORY 0x0002u
#define PCI_COMMAND_MASTER 0x0004u
#define PCI_BAR 0x10u /* the one BAR */

struct pci_identity {
	uint16_t vendor, device, subsystem_vendor, subsystem;
	uint8_t revision;
	uint32_t class_code; /* 24 bits: class, subclass, interface */
};

struct pci_function {
	uint8_t config[PCI_CONFIG_SIZE];
	uint8_t writable[PCI_CONFIG_SIZE];
	unsigned next_capability; /* the first free byte */
	unsigned last_capability; /* 0: none yet */
	uint32_t bar_size;        /* 0: no BAR */
	/* Guest access to the BAR; the access lies inside it. */
	uint64_t (*read)(void *ctx, uint64_t offset, unsigned bytes);
	void (*write)(void *ctx, uint64_t offset, unsigned bytes, uint64_t value);
	/* Bytes of the configuration space are about to be read, or were written; NULL:
	 * nobody wants to know. */
	void (*config_read)(void *ctx, unsigned offset, unsigned bytes);
	void (*config_written)(void *ctx, unsigned offset, unsigned bytes);
	void *ctx;
};

/* A function without BAR and capabilities. */
void pci_function_init(struct pci_function *function, const struct pci_identity *identity);

/* Gives it a memory BAR of `size` bytes, a power of two from 16 on. */
void pci_function_set_bar(struct pci_function *function, uint32_t size);

/* Takes `bytes` bytes for a capability, its id and link included, and chains it in.
 * Returns its offset; what follows the link is the caller's to fill in. There is room
 * for 192 bytes in all; 0: no more. */
unsigned pci_function_add_capability(struct pci_function *function, uint8_t id, unsigned bytes);

/* Little-endian fields of the configuration space, for devices. */
uint32_t pci_function_get(const struct pci_function *function, unsigned offset, unsigned bytes);
void pci_function_put(
	struct pci_function *function, unsigned offset, unsigned bytes, uint32_t value);

/* Guest access to the configuration space at `offset`, 1, 2 or 4 bytes that do not cross
 * a word of four. Beyond the 256 bytes there are zeroes. */
uint32_t pci_function_read(struct pci_function *function, unsigned offset, unsigned bytes);
void pci_function_write(
	struct pci_function *function, unsigned offset, unsigned bytes, uint32_t value);

/* Where its BAR is, if memory decoding is on and it has one. */
bool pci_function_decodes(const struct pci_function *function, uint64_t *base);

/* Whether it may send messages and read memory. */
static inline bool pci_function_is_master(const struct pci_function *function)
{
	return function->config[PCI_COMMAND] & PCI_COMMAND_MASTER;
}

#endif
