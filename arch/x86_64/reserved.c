/* SPDX-License-Identifier: MIT */
#include "reserved.h"

#include "assert.h"

static struct {
	uint64_t end;
	unsigned count;
	struct {
		uint64_t first, last; /* bytes, inclusive */
	} range[RESERVED_MAX];
} reserved;

void reserved_set_end(uint64_t end)
{
	reserved.end = end;
}

void reserved_add(hpa_t base, uint64_t size)
{
	ASSERT(reserved.count < RESERVED_MAX && size > 0);
	reserved.range[reserved.count].first = PAGE_ALIGN_DOWN(base.raw);
	reserved.range[reserved.count].last = (base.raw + size - 1) | PAGE_MASK;
	reserved.count++;
}

bool reserved_overlaps(hpa_t base, uint64_t size)
{
	uint64_t last = base.raw + size - 1;

	if (size == 0 || last < base.raw || last >= reserved.end)
		return true;
	for (unsigned i = 0; i < reserved.count; i++)
		if (base.raw <= reserved.range[i].last && last >= reserved.range[i].first)
			return true;
	return false;
}

bool reserved_get(unsigned i, hpa_t *base, uint64_t *size)
{
	if (i >= reserved.count)
		return false;
	*base = hpa(reserved.range[i].first);
	*size = reserved.range[i].last - reserved.range[i].first + 1;
	return true;
}
