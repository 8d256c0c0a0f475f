/* SPDX-License-Identifier: MIT */
/*
 * A byte ring in shared memory: one producer, one consumer, no lock.
 *
 *   page 0..n-1 of the channel:
 *   +--------------------------+--------------------------+
 *   | struct ring  first -> second (half of the channel)  |
 *   +--------------------------+--------------------------+
 *   | struct ring  second -> first (the other half)       |
 *   +-----------------------------------------------------+
 *
 * head is written by the producer only, tail by the consumer only; both count
 * bytes since the start and wrap at 2^32. Each side treats the other's counter
 * as hostile: head - tail above the size means the peer is broken, and reads as
 * an empty (or full) ring. The size is the channel's half minus the header,
 * rounded down to a power of two, and is computed by each side itself.
 */
#ifndef ABI_RING_H
#define ABI_RING_H

#include <stdint.h>

struct ring {
	volatile uint32_t head; /* producer */
	uint32_t pad0[15];
	volatile uint32_t tail; /* consumer */
	uint32_t pad1[15];
	uint8_t data[];
};

#endif
