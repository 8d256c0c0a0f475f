/* SPDX-License-Identifier: MIT */
/*
 * What a command asks for, for disks that do not speak ATA: everything above the units
 * (unit.h) gives them ATA commands. Pure; no state.
 */
#ifndef DISK_ORDER_H
#define DISK_ORDER_H

#include "lib/compiler.h"
#include "unit.h"

#define ORDER_SECTORS 128u /* of a read or a write: 64 KiB */
#define ORDER_PIECES 17u   /* pages that so much touches */
#define ORDER_PAGE 4096u

enum order_op { ORDER_READ = 0, ORDER_WRITE, ORDER_FLUSH, ORDER_DISCARD };

struct order {
	enum order_op op;
	uint64_t sector;
	uint32_t sectors;  /* read and write: 1 to ORDER_SECTORS; discard: 1 to 65535 */
	uint64_t physical; /* read and write: a multiple of 4 */
};

/* False: it is none that there is, or not inside of the unit's disk. */
MUST_CHECK bool order_of(
	const struct unit *unit, const struct ata_command *command, struct order *order);

#endif
