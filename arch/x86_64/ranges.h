/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic on the machine's memory map: a small set of disjoint ranges of
 * physical memory, in bytes. Used at boot only.
 */
#ifndef ARCH_RANGES_H
#define ARCH_RANGES_H

#include "lib/addr.h"

#include <stdbool.h>
#include <stdint.h>

#define RANGES_MAX 96u

struct range {
	uint64_t base, size;
};

struct ranges {
	unsigned count;
	bool overflow; /* some memory was left out: the set was full */
	struct range range[RANGES_MAX];
};

/* Adds [base, base + size), cut to whole pages inwards, without what is there
 * already. */
void ranges_add(struct ranges *ranges, uint64_t base, uint64_t size);

/* Takes [base, base + size), widened to whole pages, out of the set. */
void ranges_remove(struct ranges *ranges, uint64_t base, uint64_t size);

/* The highest place for `size` bytes, aligned to `align` (a power of two), that
 * ends at or below `end`. false: there is none. */
bool ranges_find(
	const struct ranges *ranges, uint64_t size, uint64_t align, uint64_t end, uint64_t *base);

uint64_t ranges_total(const struct ranges *ranges);

#endif
