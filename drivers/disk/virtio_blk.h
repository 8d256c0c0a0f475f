/* SPDX-License-Identifier: MIT */
/*
 * A virtio block device of the machine as a disk.
 *
 *   virtio_blk_begin() ──► slot: header, data, status ──► virtq ──► device
 *   virtio_blk_look()  ◄── slot ◄───────────────────────── virtq ◄── device
 *
 * Model: one queue, VIRTIO_BLK_SLOTS orders under way, one request each. An order that is
 *   longer than the device takes at once becomes several requests, one after the other. A
 *   device that is given no interrupt line is asked for no interrupts.
 * Errors: a request's status is its order's. A device that gives back what it has not, or
 *   says that it needs a reset, is reset, and what was under way is sent again,
 *   VIRTIO_BLK_TRIES times in all. One that does not come back is gone.
 * Flushes: a device that does not offer them writes through.
 * State: struct virtio_blk; one thread.
 * Missing: blocks of another size than 512 bytes (clients count in those), several queues,
 *   changes of the capacity.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 5.2 "Block Device".
 */
#ifndef DISK_VIRTIO_BLK_H
#define DISK_VIRTIO_BLK_H

#include "order.h"
#include "virtio/virtio.h"

#define VIRTIO_BLK_MEMORY 8192u /* of the rings, and of requests */
#define VIRTIO_BLK_SLOTS 16u
#define VIRTIO_BLK_TRIES 3u

/* Why a device is no disk of ours. */
enum virtio_blk_refusal {
	VIRTIO_BLK_TAKEN = 0,
	VIRTIO_BLK_SILENT,
	VIRTIO_BLK_OLD,
	VIRTIO_BLK_FEATURES,
	VIRTIO_BLK_NO_QUEUE, /* or one that is too short */
	VIRTIO_BLK_NONSENSE, /* its configuration cannot be */
	VIRTIO_BLK_LARGE_BLOCKS,
	VIRTIO_BLK_REFUSALS
};

enum virtio_blk_slot_state { VIRTIO_BLK_FREE = 0, VIRTIO_BLK_SENT, VIRTIO_BLK_ENDED };

struct virtio_blk_slot {
	enum virtio_blk_slot_state state;
	uint32_t tag;
	struct order order; /* what is left to be done */
	uint32_t sent;      /* sectors of the request */
	uint32_t tries;     /* how often it was sent */
	uint32_t written;   /* bytes that the device has to write */
	uint64_t since_us;
	bool good; /* ended */
};

struct virtio_blk {
	struct unit unit; /* its orders have tag 0 */
	struct virtio virtio;
	struct virtq queue;
	struct virtio_io io;
	struct virtio_caps caps;
	struct virtq_memory rings;
	struct unit_memory requests;
	struct virtio_blk_slot slot[VIRTIO_BLK_SLOTS];
	uint32_t slots; /* as many as its queue takes */
	uint32_t most_sectors, most_discard; /* of one request */
	bool interrupts, gone;
};

/* Resets the device and starts it. `memory`: VIRTIO_BLK_MEMORY bytes from a page on,
 * `buffer`: UNIT_BUFFER bytes. `disk` stays where it is. */
enum virtio_blk_refusal virtio_blk_open(struct virtio_blk *disk, const struct virtio_io *io,
	const struct virtio_caps *caps, const struct unit_clock *clock,
	const struct unit_memory *memory, const struct unit_memory *buffer);

/* Starts an order, which order_of() has made; orders under way have different tags. False:
 * the device cannot take it now. */
MUST_CHECK bool virtio_blk_begin(struct virtio_blk *disk, uint32_t tag, const struct order *order);

/* What became of it. Once it has ended its tag is free. */
enum unit_state virtio_blk_look(struct virtio_blk *disk, uint32_t tag);

/* Lets interrupts come. */
void virtio_blk_interrupts(struct virtio_blk *disk);

/* An interrupt came by the line: takes what caused it. False: it was not ours. */
bool virtio_blk_interrupt(struct virtio_blk *disk);

/* For people. */
const char *virtio_blk_refusal_text(enum virtio_blk_refusal refusal);

#endif
