/* SPDX-License-Identifier: MIT */
/*
 * A medium made of sectors, as a disk of the guest uses it: what is behind the disk may
 * be memory, a driver of its own, or anything else.
 *
 *   disk ── submit(request) ──► medium ── request->done(), at once or later ──► disk
 *
 * A request belongs to the medium from submit() until it calls done(), or until cancel()
 * returns. Its data is the guest's memory: it may change at any time, and after cancel()
 * nobody may touch it.
 * Locks: submit() and cancel() are called, and done() has to be, with the machine's lock.
 */
#ifndef VMM_DEV_BLK_H
#define VMM_DEV_BLK_H

#include "vmm/dev/scatter.h"

#include <stdbool.h>
#include <stdint.h>

#define BLK_SECTOR 512u
#define BLK_ID 20u /* characters of a medium's name that guests can read */

enum blk_op {
	BLK_READ = 0,
	BLK_WRITE,
	BLK_FLUSH,   /* what was done is on the medium before this is */
	BLK_DISCARD, /* the bytes matter no more, and may read as anything */
	BLK_ZERO     /* they read as zeroes */
};

enum blk_result { BLK_OK = 0, BLK_ERROR, BLK_UNSUPPORTED };

struct blk_request {
	enum blk_op op;
	uint64_t sector, sectors; /* inside the medium; BLK_FLUSH: 0, 0 */
	struct scatter data;      /* read, write: holds at least as many bytes */
	void (*done)(struct blk_request *request, enum blk_result result);
};

struct blk_medium {
	uint64_t sectors;
	bool readonly;   /* is only read and flushed */
	char id[BLK_ID]; /* padded with zeroes */
	void (*submit)(struct blk_medium *medium, struct blk_request *request);
	void (*cancel)(struct blk_medium *medium); /* all that were submitted */
};

#endif
