/* SPDX-License-Identifier: MIT */
/*
 * Allocator of physical memory. Pure; state in the caller's struct, main thread
 * only. Best fit at each alignment, the largest alignment first: small requests
 * leave the big aligned stretches whole.
 */
#include "init/memory.h"
#include "lib/addr.h"
#include "lib/string.h"

#define DEVICE_ALIGNMENT (1ull << 16)
#define DEVICE_LIMIT (1ull << 32)

static const uint64_t alignments[] = {1ull << 30, 1ull << 21, PAGE_SIZE};

/* Puts [base, base + size) at `index` of the list. */
static bool range_insert(struct memory *memory, uint32_t index, uint64_t base, uint64_t size)
{
	if (memory->ranges == MEMORY_RANGES)
		return false;
	memmove(&memory->range[index + 1], &memory->range[index],
		(memory->ranges - index) * sizeof(memory->range[0]));
	memory->range[index] = (struct memory_chunk){base, size};
	memory->ranges++;
	return true;
}

static void range_remove(struct memory *memory, uint32_t index)
{
	memory->ranges--;
	memmove(&memory->range[index], &memory->range[index + 1],
		(memory->ranges - index) * sizeof(memory->range[0]));
}

static uint64_t range_end(const struct memory *memory, uint32_t index)
{
	return memory->range[index].base + memory->range[index].size;
}

/* Joins the range at `index` with the next one if they touch. */
static void range_join(struct memory *memory, uint32_t index)
{
	if (index + 1 >= memory->ranges ||
		range_end(memory, index) != memory->range[index + 1].base)
		return;
	memory->range[index].size += memory->range[index + 1].size;
	range_remove(memory, index + 1);
}

static enum status range_free(struct memory *memory, uint64_t base, uint64_t size)
{
	uint32_t at = 0;

	if (size == 0 || base % PAGE_SIZE != 0 || size % PAGE_SIZE != 0 || base + size < base ||
		memory_overlaps(memory, base, size))
		return STATUS_BAD_ARG;
	while (at < memory->ranges && memory->range[at].base < base)
		at++;
	if (at > 0 && range_end(memory, at - 1) == base) {
		memory->range[at - 1].size += size;
		range_join(memory, at - 1);
	} else if (at < memory->ranges && base + size == memory->range[at].base) {
		memory->range[at].base = base;
		memory->range[at].size += size;
	} else if (!range_insert(memory, at, base, size)) {
		return STATUS_NO_MEMORY;
	}
	memory->free_bytes += size;
	return STATUS_OK;
}

bool memory_overlaps(const struct memory *memory, uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < memory->ranges; i++)
		if (base < range_end(memory, i) && memory->range[i].base < base + size)
			return true;
	return false;
}

enum status memory_open(struct memory *memory, const struct boot_range *range, uint32_t count)
{
	enum status status = STATUS_OK;

	*memory = (struct memory){0};
	for (uint32_t i = 0; i < count && status == STATUS_OK; i++)
		status = range_free(memory, range[i].base, range[i].size);
	if (status != STATUS_OK)
		*memory = (struct memory){0};
	return status;
}

/* Bytes at the start of a range that lie before the first aligned address. */
static uint64_t range_lead(const struct memory_chunk *range, uint64_t alignment)
{
	return -range->base & (alignment - 1);
}

/* Whole units of `alignment` bytes in a range, aligned, in bytes. */
static uint64_t range_span(const struct memory_chunk *range, uint64_t alignment)
{
	uint64_t lead = range_lead(range, alignment);

	return lead >= range->size ? 0 : (range->size - lead) & ~(alignment - 1);
}

/* The range with the smallest span that holds `need`, else the largest span. */
static int range_choose(const struct memory *memory, uint64_t need, uint64_t alignment)
{
	uint64_t best = 0;
	int choice = -1;

	for (uint32_t i = 0; i < memory->ranges; i++) {
		uint64_t span = range_span(&memory->range[i], alignment);
		bool better = best < need ? span > best : span >= need && span < best;

		if (span == 0 || !better)
			continue;
		best = span;
		choice = (int)i;
	}
	return choice;
}

/* Cuts `size` bytes out of range `index` at its first aligned address. */
static bool range_cut(
	struct memory *memory, uint32_t index, uint64_t alignment, uint64_t size, uint64_t *base)
{
	struct memory_chunk *range = &memory->range[index];
	uint64_t lead = range_lead(range, alignment), tail = range->size - lead - size;

	*base = range->base + lead;
	if (lead != 0 && tail != 0 && !range_insert(memory, index + 1, *base + size, tail))
		return false;
	if (lead != 0)
		range->size = lead;
	else if (tail != 0)
		*range = (struct memory_chunk){*base + size, tail};
	else
		range_remove(memory, index);
	memory->free_bytes -= size;
	return true;
}

/* Adds chunks of `alignment` to `region` until less than one unit of `size` lacks. */
static bool region_fill(
	struct memory *memory, struct memory_region *region, uint64_t size, uint64_t alignment)
{
	while (size - region->size >= alignment) {
		uint64_t need = (size - region->size) & ~(alignment - 1), span, base;
		int choice = range_choose(memory, need, alignment);

		if (choice < 0)
			return true;
		span = range_span(&memory->range[choice], alignment);
		if (span > need)
			span = need;
		if (region->chunks == MEMORY_CHUNKS ||
			!range_cut(memory, (uint32_t)choice, alignment, span, &base))
			return false;
		region->chunk[region->chunks++] = (struct memory_chunk){base, span};
		region->size += span;
	}
	return true;
}

enum status memory_alloc(struct memory *memory, uint64_t size, struct memory_region *region)
{
	bool done = true;

	*region = (struct memory_region){0};
	if (size == 0 || size % PAGE_SIZE != 0)
		return STATUS_BAD_ARG;
	if (size > memory->free_bytes)
		return STATUS_NO_MEMORY;
	for (uint32_t i = 0; i < ARRAY_SIZE(alignments) && done; i++)
		done = region_fill(memory, region, size, alignments[i]);
	if (region->size == size)
		return STATUS_OK;
	/* Freeing what was just cut out cannot need more entries than before. */
	if (memory_free(memory, region) != STATUS_OK)
		return STATUS_BAD_STATE;
	return STATUS_NO_MEMORY;
}

/* The stretch that has room for `size` bytes below the limit, and is highest: low memory
 * is left to devices that need it lower. */
static int range_for_device(const struct memory *memory, uint64_t size)
{
	int choice = -1;

	for (uint32_t i = 0; i < memory->ranges; i++) {
		uint64_t lead = range_lead(&memory->range[i], DEVICE_ALIGNMENT);

		if (lead < memory->range[i].size && size <= memory->range[i].size - lead &&
			memory->range[i].base + lead + size <= DEVICE_LIMIT)
			choice = (int)i;
	}
	return choice;
}

enum status memory_alloc_device(struct memory *memory, uint64_t size, struct memory_region *region)
{
	uint64_t base;
	int choice;

	*region = (struct memory_region){0};
	if (size == 0 || size % PAGE_SIZE != 0)
		return STATUS_BAD_ARG;
	choice = range_for_device(memory, size);
	if (choice < 0 || !range_cut(memory, (uint32_t)choice, DEVICE_ALIGNMENT, size, &base))
		return STATUS_NO_MEMORY;
	*region = (struct memory_region){.size = size, .chunks = 1, .chunk = {{base, size}}};
	return STATUS_OK;
}

enum status memory_free(struct memory *memory, struct memory_region *region)
{
	enum status result = STATUS_OK;

	for (uint32_t i = 0; i < region->chunks; i++) {
		enum status status =
			range_free(memory, region->chunk[i].base, region->chunk[i].size);

		if (status != STATUS_OK)
			result = status;
	}
	*region = (struct memory_region){0};
	return result;
}
