/* SPDX-License-Identifier: MIT */
/*
 * Port 0xf4: a test kernel ends itself with a code.
 *
 * Model: the low byte of the first write is the code. Reads are 0. Four bytes
 *   DEBUGEXIT_CRASH make the monitor itself fail, for tests of what happens then.
 * State: struct debugexit.
 * Missing: nothing.
 * Ignored bits: 63..8 of the value; every write after the first; everything
 *   when not enabled, and then reads are all ones, as of no device.
 * Source: QEMU's isa-debug-exit device, as its users know it; the code here is
 *   the byte itself.
 */
#ifndef VMM_DEV_DEBUGEXIT_H
#define VMM_DEV_DEBUGEXIT_H

#include "vmm/dev/event.h"

#include <stdbool.h>
#include <stdint.h>

#define DEBUGEXIT_PORT 0xf4u
#define DEBUGEXIT_PORTS 4u
#define DEBUGEXIT_CRASH 0x68737263u /* "crsh" */

struct debugexit {
	bool enabled; /* debug-exit = yes in the guest's configuration */
	uint8_t code;
	enum machine_event event;
};

void debugexit_init(struct debugexit *, bool enabled);

/* Guest access at `offset` from DEBUGEXIT_PORT, 1, 2, 4 or 8 bytes. Only a
 * write at offset 0 ends the guest. */
uint64_t debugexit_read(struct debugexit *, uint64_t offset, unsigned bytes);
void debugexit_write(struct debugexit *, uint64_t offset, unsigned bytes, uint64_t value);

/* MACHINE_DEBUG_EXIT (or MACHINE_CRASH) once written; then debugexit_code() is the byte. */
enum machine_event debugexit_event(const struct debugexit *);
uint8_t debugexit_code(const struct debugexit *);

#endif
