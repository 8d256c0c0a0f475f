/* SPDX-License-Identifier: MIT */
/*
 * A split virtqueue, the device's side of it: chains of buffers that the driver made
 * available are popped, checked, and given back as used.
 *
 *   driver ── descriptors, available ring ──► virtio_queue_pop() ──► struct virtio_chain
 *   driver ◄────────────── used ring ──────── virtio_queue_put(), virtio_queue_publish()
 *
 * Model: indirect descriptors and event indices if they were negotiated. Every word of
 *   the rings is read once into memory of our own, then checked, then used. Whatever a
 *   driver may not do (more chains than the queue is long, an index or an address out of
 *   range, a loop, a chain longer than the queue or than 4 GiB, a buffer to be read
 *   behind one to be written, an indirect table in a table, of no or half an entry, or
 *   not negotiated) breaks the queue, and with it the device.
 * State: closed, or open from virtio_queue_open() to virtio_queue_reset(). The three
 *   areas were checked when it was opened, and the guest's RAM stays where it is.
 * Missing: packed rings, in-order use.
 * Ignored bits: available flags but bit 0; the write flag of an indirect descriptor.
 * Locks: none; whoever calls holds the machine. The driver runs meanwhile.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 2.7 "Split Virtqueues".
 */
#ifndef VMM_DEV_VIRTIO_QUEUE_H
#define VMM_DEV_VIRTIO_QUEUE_H

#include "lib/compiler.h"
#include "vmm/dev/scatter.h"
#include "vmm/guest_memory.h"

#include <stdbool.h>
#include <stdint.h>

#define VIRTIO_QUEUE_MAX 128u             /* longest queue, so longest chain */
#define VIRTIO_CHAIN_BYTES 0x100000000ull /* most in one chain */

/* One request: `out` pieces that the device reads, then `in` pieces that it writes. */
struct virtio_chain {
	uint16_t head; /* its name in the used ring */
	unsigned out, in;
	uint64_t out_bytes, in_bytes;
	struct piece piece[VIRTIO_QUEUE_MAX];
};

struct virtio_queue {
	const struct guest_memory *memory;
	uint16_t most; /* the longest that the device lets it be; a power of two */
	uint16_t size; /* a power of two, at most `most` */
	uint64_t descriptors, available, used; /* guest-physical, as the driver wrote them */
	bool open;
	bool event_idx, indirect; /* negotiated */
	/* In the guest's RAM, checked; valid while open. */
	const uint8_t *descriptor_area;
	const uint16_t *available_area;
	uint8_t *used_area;
	uint16_t next_available; /* the next entry to pop */
	uint16_t next_used;      /* the next entry to publish */
	uint16_t put;            /* entries from there on that are written, not published */
	uint16_t told;           /* next_used when an interrupt was last thought of */
};

enum virtio_pop { VIRTIO_EMPTY = 0, VIRTIO_POPPED, VIRTIO_BROKEN };

/* Closed, `most` long, no addresses. */
void virtio_queue_reset(struct virtio_queue *queue);

/* Takes up the queue at the addresses and with the size that are set. false: they are
 * not aligned, or not RAM; it stays closed. */
bool virtio_queue_open(struct virtio_queue *queue, bool event_idx, bool indirect) MUST_CHECK;

/* Takes the next chain. VIRTIO_BROKEN: the driver did what it may not; *chain is then
 * not valid. The queue must be open. */
enum virtio_pop virtio_queue_pop(struct virtio_queue *queue, struct virtio_chain *chain) MUST_CHECK;

/* Lays back the last `chains` that were popped: they come again. */
void virtio_queue_unpop(struct virtio_queue *queue, unsigned chains);

/* Gives the chain `head` back, `bytes` of it written. The driver sees it, with all
 * others since, after virtio_queue_publish(). Each popped chain once. */
void virtio_queue_put(struct virtio_queue *queue, uint16_t head, uint32_t bytes);
void virtio_queue_publish(struct virtio_queue *queue);

/* Whether the driver wants an interrupt for what was published since the last such
 * question. */
bool virtio_queue_interrupts(struct virtio_queue *queue) MUST_CHECK;

/* Asks the driver not to notify: the device looks by itself. */
void virtio_queue_hush(struct virtio_queue *queue);

/* Asks it to notify again. true: something came meanwhile, look at once. */
bool virtio_queue_listen(struct virtio_queue *queue) MUST_CHECK;

/* Where the parts of a chain begin. */
static inline struct scatter virtio_chain_out(const struct virtio_chain *chain)
{
	return (struct scatter){chain->piece, chain->out, 0};
}
static inline struct scatter virtio_chain_in(const struct virtio_chain *chain)
{
	return (struct scatter){chain->piece + chain->out, chain->in, 0};
}

#endif
