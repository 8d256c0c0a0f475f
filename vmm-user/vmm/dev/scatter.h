/* SPDX-License-Identifier: MIT */
/*
 * Bytes that lie in several pieces, read or written from the front: what a driver of
 * the guest hands to a device in one request.
 *
 * The pieces were found by guest_span(), so they are the guest's RAM as a whole, and
 * the guest may change them at any time: what matters is taken once into memory of
 * our own, then checked, then used.
 * States: a struct scatter is a place in a list; copying it keeps the place.
 * Locks: none.
 */
#ifndef VMM_DEV_SCATTER_H
#define VMM_DEV_SCATTER_H

#include <stddef.h>
#include <stdint.h>

struct piece {
	uint8_t *data;
	uint32_t size;
};

struct scatter {
	const struct piece *piece;
	unsigned pieces; /* that are left, the first one from `at` on */
	uint32_t at;
};

/* The next bytes that lie together, at most `most`: how many, and where. 0: none are
 * left. The place moves behind them. */
size_t scatter_next(struct scatter *from, size_t most, uint8_t **data);

/* Each moves `size` bytes, or as many as are left, and returns how many: out of the
 * guest's memory, into it, zeroes into it, nowhere. */
size_t scatter_take(struct scatter *from, void *to, size_t size);
size_t scatter_give(struct scatter *to, const void *from, size_t size);
size_t scatter_zero(struct scatter *to, size_t size);
size_t scatter_skip(struct scatter *s, size_t size);

#endif
