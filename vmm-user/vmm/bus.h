/* SPDX-License-Identifier: MIT */
/*
 * A bus of a guest machine: which device answers at which address. There is one
 * for I/O ports and one for memory-mapped registers; the code is the same.
 *
 * An access that no device claims reads as all ones and drops what is written,
 * is counted, and the first one of each address is reported. An access that is
 * not split and runs over the end of a device's range belongs to that device.
 *
 * States: devices are added before the guest runs, never taken away.
 * Locks: none; one thread uses a bus.
 */
#ifndef VMM_BUS_H
#define VMM_BUS_H

#include "abi/status.h"
#include "lib/compiler.h"
#include "vmm/seen.h"

#include <stdbool.h>
#include <stdint.h>

#define BUS_DEVICES 32u

/* Offsets count from `base`; `bytes` is 1, 2, 4 or 8. The value read is masked
 * to `bytes` by the bus. `width` is the widest access the device knows, 0 for
 * any: wider ones are split, lowest address first, and each part is looked up on
 * its own, as an ISA bus does with 8-bit devices. */
struct bus_device {
	const char *name;
	uint64_t base, size;
	unsigned width;
	uint64_t (*read)(void *ctx, uint64_t offset, unsigned bytes);
	void (*write)(void *ctx, uint64_t offset, unsigned bytes, uint64_t value);
	void *ctx;
};

struct bus {
	const char *name; /* for reports: "port", "mmio" */
	/* Told of the first access to an unassigned address; may be NULL. */
	void (*report)(const struct bus *bus, uint64_t address, unsigned bytes, bool write);
	struct bus_device device[BUS_DEVICES]; /* sorted by base */
	unsigned devices;
	unsigned last; /* index that answered last */
	uint64_t unassigned_reads, unassigned_writes;
	struct seen seen; /* addresses already reported */
};

void bus_init(struct bus *bus, const char *name,
	void (*report)(const struct bus *bus, uint64_t address, unsigned bytes, bool write));

/* Adds a copy of *device. STATUS_BAD_ARG: empty range, wrap, or a handler is
 * missing. STATUS_IN_USE: overlaps a device. STATUS_NO_MEMORY: the table is
 * full. After an error the bus is as before. */
enum status bus_add(struct bus *bus, const struct bus_device *device) MUST_CHECK;

/* The device whose range holds `address`, or NULL. */
const struct bus_device *bus_find(struct bus *bus, uint64_t address);

/* One access of `bytes` = 1, 2, 4 or 8. */
uint64_t bus_read(struct bus *bus, uint64_t address, unsigned bytes);
void bus_write(struct bus *bus, uint64_t address, unsigned bytes, uint64_t value);

#endif
