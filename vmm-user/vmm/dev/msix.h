/* SPDX-License-Identifier: MIT */
/*
 * MSI-X: the table of messages of a PCI function, and who waits to be sent.
 *
 * Model: a vector is sent when it is raised, if the function's MSI-X is on and neither
 *   it nor the function is masked; while masked it is pending, and sent when the mask
 *   goes. With MSI-X off, raising does nothing.
 * State: struct msix. Reset: all masked, nothing pending.
 * Missing: a pending bit that software clears by other means than unmasking.
 * Ignored bits: address bits 1..0 (read 0), vector control bits 31..1 (read 0).
 * Locks: none; whoever calls holds the machine.
 * Source: PCI Local Bus Specification 3.0, section 6.8.2 "MSI-X Capability and Table
 *   Structure".
 */
#ifndef VMM_DEV_MSIX_H
#define VMM_DEV_MSIX_H

#include <stdbool.h>
#include <stdint.h>

#define MSIX_VECTORS 8u /* most of one function */
#define MSIX_ENTRY 16u  /* bytes */

/* Message control, the upper half of the capability's first word. */
#define MSIX_CONTROL_ENABLE 0x8000u
#define MSIX_CONTROL_MASK 0x4000u

struct msix {
	unsigned vectors; /* at most MSIX_VECTORS */
	bool enabled, masked;
	uint32_t pending;
	uint32_t entry[MSIX_VECTORS][MSIX_ENTRY / 4]; /* address low, high, data, control */
	/* Sends a message: the memory write that an MSI is. */
	void (*send)(void *ctx, uint64_t address, uint32_t data);
	void *ctx;
};

void msix_init(struct msix *msix, unsigned vectors,
	void (*send)(void *ctx, uint64_t address, uint32_t data), void *ctx);

/* Guest access to the table at `offset`, 4 bytes, aligned; others read as zeroes and
 * write nothing. */
uint64_t msix_table_read(const struct msix *msix, uint64_t offset, unsigned bytes);
void msix_table_write(struct msix *msix, uint64_t offset, unsigned bytes, uint64_t value);

/* Guest access to the pending bits: read only. */
uint64_t msix_pending_read(const struct msix *msix, uint64_t offset, unsigned bytes);

/* Message control was written. */
void msix_control_write(struct msix *msix, uint16_t control);

/* Sends vector `vector`, or notes that it waits. One that there is not is ignored. */
void msix_raise(struct msix *msix, unsigned vector);

#endif
