/* SPDX-License-Identifier: MIT */
#include "ranges.h"

static void ranges_append(struct ranges *ranges, uint64_t first, uint64_t end)
{
	if (first >= end)
		return;
	if (ranges->count == RANGES_MAX) {
		ranges->overflow = true;
		return;
	}
	ranges->range[ranges->count++] = (struct range){first, end - first};
}

void ranges_remove(struct ranges *ranges, uint64_t base, uint64_t size)
{
	uint64_t first = PAGE_ALIGN_DOWN(base);
	uint64_t end = size > UINT64_MAX - base - PAGE_MASK ? UINT64_MAX & ~PAGE_MASK
							    : PAGE_ALIGN_UP(base + size);

	if (size == 0)
		return;
	for (unsigned i = 0; i < ranges->count;) {
		struct range r = ranges->range[i], last;
		uint64_t r_end = r.base + r.size;

		if (r_end <= first || r.base >= end) {
			i++;
			continue;
		}
		last = ranges->range[--ranges->count];
		ranges->range[i] = last;
		ranges_append(ranges, r.base, first < r_end ? first : r_end);
		ranges_append(ranges, end > r.base ? end : r.base, r_end);
	}
}

void ranges_add(struct ranges *ranges, uint64_t base, uint64_t size)
{
	uint64_t first, end;

	if (base > UINT64_MAX - PAGE_MASK || size > UINT64_MAX - base)
		return;
	first = PAGE_ALIGN_UP(base);
	end = PAGE_ALIGN_DOWN(base + size);
	if (first >= end)
		return;
	ranges_remove(ranges, first, end - first);
	ranges_append(ranges, first, end);
}

bool ranges_find(
	const struct ranges *ranges, uint64_t size, uint64_t align, uint64_t end, uint64_t *base)
{
	bool found = false;

	for (unsigned i = 0; i < ranges->count; i++) {
		const struct range *r = &ranges->range[i];
		uint64_t r_end = r->base + r->size < end ? r->base + r->size : end;
		uint64_t place;

		if (r_end < r->base || r_end - r->base < size)
			continue;
		place = (r_end - size) & ~(align - 1);
		if (place < r->base || (found && place <= *base))
			continue;
		*base = place;
		found = true;
	}
	return found;
}

uint64_t ranges_total(const struct ranges *ranges)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < ranges->count; i++)
		total += ranges->range[i].size;
	return total;
}
