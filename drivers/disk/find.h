/* SPDX-License-Identifier: MIT */
/* Which disk, or which part of one, a client is given. Pure; no state of its own. */
#ifndef DISK_FIND_H
#define DISK_FIND_H

#include "desk.h"

/* What the plan says of a disk. */
struct find_wish {
	uint32_t device;       /* PLAN_ANY_DEVICE: the one with this ... */
	const char *serial;    /* ... serial number */
	const char *partition; /* "": the whole disk */
	bool readonly;
};

/*
 * Opens or refuses the channel of client `index`, and says which in the channel. Those
 * before it have been asked about: what one of them can write, or it could write, is not
 * given twice.
 */
enum block_reason find_disk(struct desk *desk, uint32_t index, const struct find_wish *wish);

/* For people. */
const char *find_text(enum block_reason reason);

#endif
