/* SPDX-License-Identifier: MIT */
/* Port 0xf4; see debugexit.h. No locks: one vCPU thread uses it. */
#include "vmm/dev/debugexit.h"
#include "vmm/dev/ones.h"

void debugexit_init(struct debugexit *d, bool enabled)
{
	*d = (struct debugexit){.enabled = enabled};
}

uint64_t debugexit_read(struct debugexit *d, uint64_t offset, unsigned bytes)
{
	return d->enabled && offset < DEBUGEXIT_PORTS ? 0 : ones_read(bytes);
}

void debugexit_write(struct debugexit *d, uint64_t offset, unsigned bytes, uint64_t value)
{
	if (!d->enabled || offset != 0 || d->event != MACHINE_NONE)
		return;
	if (bytes == 4 && (uint32_t)value == DEBUGEXIT_CRASH) {
		d->event = MACHINE_CRASH;
		return;
	}
	d->code = (uint8_t)value;
	d->event = MACHINE_DEBUG_EXIT;
}

enum machine_event debugexit_event(const struct debugexit *d)
{
	return d->event;
}

uint8_t debugexit_code(const struct debugexit *d)
{
	return d->code;
}
