/* SPDX-License-Identifier: MIT */
/*
 * A disk at a port of a controller, as the rest of the driver uses it: one command at a
 * time, started, then looked at until it has ended.
 *
 *   start() ──► UNIT_BUSY ──► UNIT_DONE
 *                    └──────► UNIT_FAILED ──► recover() ──► start() again
 *
 * State: struct unit, which ahci.c and ide.c have as the first member of theirs.
 */
#ifndef DISK_UNIT_H
#define DISK_UNIT_H

#include <stdbool.h>
#include <stdint.h>
#include "ata.h"

#define UNITS 8u
#define UNIT_MEMORY 8192u /* DMA memory of each: a page of tables, a page of data */
#define UNIT_BUFFER 4096u

enum unit_state { UNIT_BUSY = 0, UNIT_DONE, UNIT_FAILED };

struct unit;

struct unit_ops {
	/* False: the port cannot take it now. */
	bool (*start)(struct unit *unit, const struct ata_command *command);
	enum unit_state (*poll)(struct unit *unit);
	/* Ends whatever is under way. False: the disk is gone for good. */
	bool (*recover)(struct unit *unit);
};

/* Memory that a device can reach: where it is for us, and for the device. */
struct unit_memory {
	uint8_t *at;
	uint64_t physical;
};

/* The time, and a wait that is a little longer than nothing. */
struct unit_clock {
	uint64_t (*now_us)(void *ctx);
	void (*rest)(void *ctx);
	void *ctx;
};

struct unit {
	const struct unit_ops *ops;
	const struct unit_clock *clock;
	struct ata_identity identity;
	struct unit_memory buffer; /* UNIT_BUFFER bytes for our own transfers */
	bool readonly;             /* the medium is */
	bool gone;
};

/* Waits until what `is_there` looks at has come; false: not within `ms`. */
static inline bool unit_wait(
	const struct unit_clock *clock, uint32_t ms, bool (*is_there)(void *port), void *port)
{
	uint64_t end = clock->now_us(clock->ctx) + ms * 1000ull;

	while (!is_there(port)) {
		if (clock->now_us(clock->ctx) >= end)
			return is_there(port);
		clock->rest(clock->ctx);
	}
	return true;
}

/* Does a command and waits for its end, at most `ms`. After a failure recover() was
 * called. */
bool unit_do(struct unit *unit, const struct ata_command *command, uint32_t ms);

/* Reads `sectors` (at most 8) of the disk into unit->buffer. */
bool unit_read(struct unit *unit, uint64_t sector, uint32_t sectors);

#endif
