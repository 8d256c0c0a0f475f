/* SPDX-License-Identifier: MIT */
/*
 * A split virtqueue, the driver's side of it. Pure: it knows no registers.
 *
 *   virtq_put()  ──► descriptors, available ring ──► device
 *   virtq_take() ◄── used ring ◄──────────────────── device
 *
 *   memory: | descriptors, 16 each | available: flags, index, ring | used: the same |
 *
 * Model: chains of buffers, those that the device reads before those that it writes; no
 *   indirect descriptors, no event indices.
 * State: struct virtq; one thread. What is free and what is under way is known from memory
 *   of our own, never from the rings, which the device may write at any time. A device
 *   that gives back what it has not, or claims to have written more than there was room
 *   for, has broken the queue: nothing is taken until it is reset.
 * Missing: packed rings.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 2.7 "Split Virtqueues".
 */
#ifndef VIRTIO_VIRTQ_H
#define VIRTIO_VIRTQ_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/compiler.h"

#define VIRTQ_MAX 256u
#define VIRTQ_BYTES(size) ((size)*26u + 128u) /* of memory, at least; from a multiple of 64 */

/* Memory that the device can reach: where it is for us, and for the device. */
struct virtq_memory {
	uint8_t *at;
	uint64_t physical;
};

struct virtq_piece {
	uint64_t physical;
	uint32_t bytes;
};

struct virtq {
	struct virtq_memory memory;
	uint32_t size;       /* a power of two, at most VIRTQ_MAX */
	uint32_t index;      /* of the queue at its device */
	uint32_t notify_at;  /* virtio.h: offset of its notification register */
	uint32_t free;       /* descriptors */
	uint32_t under_way;  /* chains */
	uint16_t first_free; /* and from there by next[] */
	uint16_t put, taken; /* counts, as in the rings' indices */
	bool broken;
	struct {
		uint16_t next;
		uint16_t length; /* of the chain that begins here, 0: none does */
		uint32_t token;
		uint64_t room; /* bytes of it that the device may write */
	} own[VIRTQ_MAX];
};

/* Makes it empty. No device has it. */
void virtq_reset(struct virtq *queue, const struct virtq_memory *memory, uint32_t size);

/* Where its three parts are, for the device. */
uint64_t virtq_descriptors(const struct virtq *queue);
uint64_t virtq_available(const struct virtq *queue);
uint64_t virtq_used(const struct virtq *queue);

/* Hands a chain to the device: `out` pieces that it reads, then `in` pieces that it writes,
 * one at least. False: there is no room. */
MUST_CHECK bool virtq_put(struct virtq *queue, const struct virtq_piece *piece, uint32_t out,
	uint32_t in, uint32_t token);

/* True if the device is to be notified of what was put. */
MUST_CHECK bool virtq_must_notify(const struct virtq *queue);

/* Takes back a chain that the device has done with, and how much it has written of it.
 * False: there is none, or the queue is broken. */
MUST_CHECK bool virtq_take(struct virtq *queue, uint32_t *token, uint32_t *bytes);

/* Asks for interrupts, or for none; the device may send some that were not asked for. After
 * asking for them the queue has to be looked at once more. */
void virtq_interrupts(struct virtq *queue, bool wanted);

#endif
