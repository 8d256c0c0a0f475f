/* SPDX-License-Identifier: MIT */
#include "reserved.h"

#include "assert.h"

/*
 * Sorted by `first`; they may overlap. range[count] is what the CPU cannot
 * address, up to the last byte there is: every search ends there.
 */
static struct {
	unsigned count;
	struct {
		uint64_t first, last; /* bytes, inclusive */
	} range[RESERVED_MAX + 1];
} reserved = {.range = {{0, ~0ull}}};

void reserved_set_end(uint64_t end)
{
	reserved.range[reserved.count].first = end;
	reserved.range[reserved.count].last = ~0ull;
}

void reserved_add(hpa_t base, uint64_t size)
{
	uint64_t first = PAGE_ALIGN_DOWN(base.raw);
	unsigned i = ++reserved.count;

	ASSERT(i <= RESERVED_MAX && size > 0);
	/* What begins later, and always the end, moves up. */
	do
		reserved.range[i] = reserved.range[i - 1];
	while (--i > 0 && reserved.range[i - 1].first > first);
	reserved.range[i].first = first;
	reserved.range[i].last = (base.raw + size - 1) | PAGE_MASK;
}

bool reserved_overlaps(hpa_t base, uint64_t size)
{
	uint64_t last = base.raw + (size - 1);
	unsigned i = 0;

	if (last < base.raw)
		return true; /* beyond all addresses, or empty */
	/* The first range that does not end before `base` begins the earliest of all
	 * that could overlap. */
	while (reserved.range[i].last < base.raw)
		i++;
	return reserved.range[i].first <= last;
}
