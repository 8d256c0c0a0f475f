/* SPDX-License-Identifier: MIT */
/*
 * A medium behind a block channel (abi/block.h): a disk that a driver serves.
 *
 * Model: a request becomes parts of at most BLOCK_SLOT_BYTES, each in a slot; the data is
 *   copied once, between the guest and the slot. Zeroes are written. What the driver does
 *   not discard is left as it is, and the guest is told that all is well, as it may be.
 * State: struct blk_channel. A request is kept until every part of it is answered, however
 *   long that takes: a driver that is started again does it again. A slot whose request
 *   was cancelled is used again when the driver has answered it, not before: the device
 *   may still write there.
 * The driver may write anything to the channel at any time: it can spoil its disk's
 *   bytes, and nothing else of the guest or the monitor.
 * Locks: none; whoever calls holds the machine.
 */
#ifndef VMM_DEV_BLK_CHANNEL_H
#define VMM_DEV_BLK_CHANNEL_H

#include "abi/block.h"
#include "vmm/dev/blk.h"

#define BLK_CHANNEL_REQUESTS 32u /* that are kept at a time */

/* A request under way; free: request is NULL. */
struct blk_work {
	struct blk_request *request;
	uint64_t age;          /* the lowest is the oldest */
	uint64_t sector, left; /* what has no slot yet; a flush counts as one sector */
	struct scatter data;
	unsigned parts; /* in slots */
	bool failed;
};

struct blk_part {
	struct blk_work *work; /* NULL: free, or nobody waits for the answer */
	uint32_t submitted;
	bool busy;
	struct scatter to; /* read: where the bytes go */
	uint32_t bytes;
};

struct blk_channel {
	struct blk_medium medium;
	uint8_t *data;
	struct block_client *client;
	struct block_server *server;
	void (*signal)(void *ctx); /* wakes the driver */
	void *ctx;
	bool discards;
	uint64_t ages;
	struct blk_work work[BLK_CHANNEL_REQUESTS];
	struct blk_part part[BLOCK_SLOTS];
};

/* Takes up the client's end of the channel at `memory`, BLOCK_CHANNEL bytes, as whoever
 * had it before left it. The medium can be used when blk_channel_ready() was true. */
void blk_channel_init(struct blk_channel *channel, void *memory, const char *id,
	void (*signal)(void *ctx), void *ctx);

/* Looks what the driver says. BLOCK_READY: *channel is a medium now. BLOCK_ABSENT: it
 * never will be, for *reason. */
enum block_state blk_channel_look(struct blk_channel *channel, enum block_reason *reason);

/* Takes the answers that are there: calls done() of requests. */
void blk_channel_poll(struct blk_channel *channel);

#endif
