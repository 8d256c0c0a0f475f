/* SPDX-License-Identifier: MIT */
/*
 * The two ends of a byte ring in shared memory (abi/ring.h). Pure: no system
 * call. State: each end keeps its own counter privately and only publishes it,
 * so a hostile peer can spoil the bytes but never an index. No locks: one
 * producer, one consumer.
 *
 * Sleeping. A producer that finds the ring full, or a consumer that finds it
 * empty, may sleep and must be signalled by the other side. `wake` becomes true
 * when a read or write may have ended such a sleep; whoever signals clears it
 * (rt/channel.h does both).
 */
#ifndef RT_RING_H
#define RT_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/ring.h"

struct ring_producer {
	struct ring *shared;
	uint32_t size; /* bytes of data, a power of two */
	uint32_t head;
	bool wake;
};

struct ring_consumer {
	struct ring *shared;
	uint32_t size;
	uint32_t tail;
	bool wake;
};

/* Bytes of data of a ring in `bytes` bytes of memory: a power of two, or 0. */
uint32_t ring_size(uint64_t bytes);

/*
 * Takes up one end of the ring in `memory`, `bytes` bytes long, 64-byte aligned.
 * The counters found there are adopted, because the peer may outlive a restart
 * of this side; if they contradict each other the ring starts empty.
 */
void ring_producer_attach(struct ring_producer *ring, void *memory, uint64_t bytes);
void ring_consumer_attach(struct ring_consumer *ring, void *memory, uint64_t bytes);

/* Bytes that can be written now; 0 if the peer's counter makes no sense. */
size_t ring_space(const struct ring_producer *ring);

/* Bytes that can be read now; 0 if the peer's counter makes no sense. */
size_t ring_pending(const struct ring_consumer *ring);

/* Writes up to `size` bytes. Returns how many fitted. */
size_t ring_write(struct ring_producer *ring, const void *data, size_t size);

/* Writes all `size` bytes or none. */
bool ring_write_all(struct ring_producer *ring, const void *data, size_t size);

/* Copies up to `size` bytes without taking them. Returns how many there were. */
size_t ring_peek(const struct ring_consumer *ring, void *data, size_t size);

/* Takes up to `size` bytes without copying them. Returns how many there were. */
size_t ring_skip(struct ring_consumer *ring, size_t size);

/* Reads and takes up to `size` bytes. Returns how many there were. */
size_t ring_read(struct ring_consumer *ring, void *data, size_t size);

#endif
