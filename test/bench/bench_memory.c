/* SPDX-License-Identifier: MIT */
/* Mapping and unmapping: one page, a run of pages, and the longest calls there are. */
#include "bench.h"
#include "lib/addr.h"

#define PAGE(address) ((address) >> PAGE_SHIFT)
#define TARGET PAGE(0x70000000ull)
#define RUN 64u /* pages: as many as one entry into the kernel does */

/* Device memory is delegated like any other: frames no RAM and no kernel is at. */
#define LARGE 0x40000u /* pages of 1 GiB */
#define LARGE_FRAMES PAGE(0x100000000ull)
#define LARGE_TARGET PAGE(0x8000000000ull)

/* Pages so far apart that each has tables of its own, three. */
#define SPARSE 5u
#define SPARSE_TARGET PAGE(0x100000000000ull)
#define SPARSE_STRIDE PAGE(0x8000000000ull)

static uint64_t map_frame;

static void put(uint64_t frame, uint64_t page, uint64_t count)
{
	bench_need(sys_delegate(DELEGATE_MEMORY, ROOT_MEMORY, ROOT_DOMAIN, MEM_R | MEM_W, frame,
			   page, count),
		"map");
}

static void take(uint64_t page, uint64_t count)
{
	bench_need(sys_delegate(DELEGATE_MEMORY, ROOT_MEMORY, ROOT_DOMAIN, 0, 0, page, count),
		"unmap");
}

static uint64_t timed_put(uint64_t frame, uint64_t page, uint64_t count)
{
	uint64_t start = tsc_read();
	enum status status = sys_delegate(
		DELEGATE_MEMORY, ROOT_MEMORY, ROOT_DOMAIN, MEM_R | MEM_W, frame, page, count);
	uint64_t ticks = tsc_read() - start;

	bench_need(status, "timed map");
	return ticks;
}

static uint64_t timed_take(uint64_t page, uint64_t count)
{
	uint64_t start = tsc_read();
	enum status status =
		sys_delegate(DELEGATE_MEMORY, ROOT_MEMORY, ROOT_DOMAIN, 0, 0, page, count);
	uint64_t ticks = tsc_read() - start;

	bench_need(status, "timed unmap");
	return ticks;
}

static uint64_t bench_map(void)
{
	uint64_t ticks = timed_put(map_frame, TARGET, 1);

	take(TARGET, 1);
	return ticks;
}

static uint64_t bench_unmap(void)
{
	put(map_frame, TARGET, 1);
	return timed_take(TARGET, 1);
}

static uint64_t bench_map_run(void)
{
	uint64_t ticks = timed_put(map_frame, TARGET, RUN);

	take(TARGET, RUN);
	return ticks;
}

static uint64_t bench_unmap_run(void)
{
	put(map_frame, TARGET, RUN);
	return timed_take(TARGET, RUN);
}

/* Small pages across the border of two of 1 GiB: both are split twice. */
static uint64_t bench_map_longest(void)
{
	uint64_t ticks;

	put(LARGE_FRAMES, LARGE_TARGET, 2 * LARGE);
	ticks = timed_put(LARGE_FRAMES, LARGE_TARGET + LARGE - RUN / 2, RUN);
	take(LARGE_TARGET, 2 * LARGE);
	return ticks;
}

/* Every table of every page is searched in vain for another entry. */
static uint64_t bench_unmap_longest(void)
{
	for (unsigned i = 0; i < SPARSE; i++)
		put(map_frame, SPARSE_TARGET + i * SPARSE_STRIDE, 1);
	return timed_take(SPARSE_TARGET, (SPARSE - 1) * SPARSE_STRIDE + 1);
}

void bench_memory_rows(uint64_t frame)
{
	map_frame = frame;
	/* A neighbour keeps the page tables in place. */
	put(map_frame, TARGET + RUN, 1);
	bench_row("map_4k", bench_map);
	put(map_frame, TARGET + 1, 1);
	bench_row("unmap_4k", bench_unmap);
	bench_row("map_64_pages", bench_map_run);
	bench_row("unmap_64_pages", bench_unmap_run);
	bench_row("map_longest", bench_map_longest);
	bench_row("unmap_longest", bench_unmap_longest);
}
