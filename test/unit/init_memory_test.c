/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/memory.c */
/*
 * The allocator of physical memory against a plain model: one byte per page that
 * says who has it. No page is ever given twice, none is lost.
 */
#include "init/memory.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096ull
#define MIB (1ull << 20)
#define GIB (1ull << 30)
#define LARGE (2 * MIB)

static struct memory memory;

static void open_one(uint64_t base, uint64_t size)
{
	const struct boot_range range = {base, size};

	assert_int_equal(memory_open(&memory, &range, 1), STATUS_OK);
}

static void ranges_are_sorted_and_joined(void **state)
{
	static const struct boot_range range[] = {
		{8 * MIB, MIB}, {MIB, MIB}, {2 * MIB, MIB}, {16 * PAGE, PAGE}, {9 * MIB, MIB}};

	(void)state;
	assert_int_equal(memory_open(&memory, range, ARRAY_SIZE(range)), STATUS_OK);
	assert_int_equal(memory.ranges, 3);
	assert_int_equal(memory.range[0].base, 16 * PAGE);
	assert_int_equal(memory.range[1].base, MIB);
	assert_int_equal(memory.range[1].size, 2 * MIB);
	assert_int_equal(memory.range[2].base, 8 * MIB);
	assert_int_equal(memory.range[2].size, 2 * MIB);
	assert_int_equal(memory.free_bytes, 4 * MIB + PAGE);
}

static void bad_ranges_are_refused(void **state)
{
	static const struct boot_range bad[][2] = {
		{{0x1001, PAGE}, {0, 0}},
		{{PAGE, 100}, {0, 0}},
		{{PAGE, 0}, {0, 0}},
		{{-PAGE, 2 * PAGE}, {0, 0}},
		{{MIB, MIB}, {MIB, MIB}},
		{{MIB, MIB}, {2 * MIB - PAGE, PAGE}},
		{{MIB, MIB}, {MIB - PAGE, 2 * PAGE}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint32_t count = bad[i][1].size != 0 ? 2 : 1;

		assert_int_equal(memory_open(&memory, bad[i], count), STATUS_BAD_ARG);
		assert_int_equal(memory.ranges, 0);
		assert_int_equal(memory.free_bytes, 0);
	}
}

static void large_parts_are_aligned(void **state)
{
	struct memory_region region;

	(void)state;
	open_one(3 * MIB + PAGE, 64 * MIB);
	assert_int_equal(memory_alloc(&memory, 32 * MIB, &region), STATUS_OK);
	assert_int_equal(region.chunks, 1);
	assert_int_equal(region.chunk[0].base, 4 * MIB);
	assert_int_equal(region.chunk[0].size, 32 * MIB);
}

static void gigabytes_are_aligned_where_possible(void **state)
{
	struct memory_region region;

	(void)state;
	open_one(16 * MIB, 4 * GIB);
	assert_int_equal(memory_alloc(&memory, 2 * GIB + 5 * MIB, &region), STATUS_OK);
	assert_int_equal(region.size, 2 * GIB + 5 * MIB);
	assert_int_equal(region.chunk[0].base, GIB);
	assert_int_equal(region.chunk[0].size, 2 * GIB);
	assert_int_equal(region.chunk[1].base % LARGE, 0);
	assert_int_equal(region.chunk[1].size, 4 * MIB);
	assert_int_equal(region.chunk[2].size, MIB);
	assert_int_equal(region.chunks, 3);
}

static void pieces_are_put_together(void **state)
{
	static const struct boot_range range[] = {
		{MIB, 5 * MIB}, {10 * MIB, 4 * MIB}, {100 * MIB + PAGE, 3 * MIB}};
	struct memory_region region;

	(void)state;
	assert_int_equal(memory_open(&memory, range, ARRAY_SIZE(range)), STATUS_OK);
	assert_int_equal(memory_alloc(&memory, 12 * MIB, &region), STATUS_OK);
	assert_int_equal(memory.free_bytes, 0);
	assert_int_equal(memory.ranges, 0);
	assert_int_equal(memory_free(&memory, &region), STATUS_OK);
	assert_int_equal(memory.ranges, 3);
	assert_int_equal(memory.free_bytes, 12 * MIB);
	assert_int_equal(region.size, 0);
	assert_int_equal(region.chunks, 0);
}

static void small_request_leaves_large_range_alone(void **state)
{
	static const struct boot_range range[] = {{4 * MIB, 64 * MIB}, {MIB, 16 * PAGE}};
	struct memory_region region;

	(void)state;
	assert_int_equal(memory_open(&memory, range, ARRAY_SIZE(range)), STATUS_OK);
	assert_int_equal(memory_alloc(&memory, 4 * PAGE, &region), STATUS_OK);
	assert_int_equal(region.chunk[0].base, MIB);
}

static void bad_sizes_are_refused(void **state)
{
	struct memory_region region;

	(void)state;
	open_one(MIB, MIB);
	assert_int_equal(memory_alloc(&memory, 0, &region), STATUS_BAD_ARG);
	assert_int_equal(memory_alloc(&memory, PAGE + 1, &region), STATUS_BAD_ARG);
	assert_int_equal(memory_alloc(&memory, MIB + PAGE, &region), STATUS_NO_MEMORY);
	assert_int_equal(memory_alloc(&memory, -PAGE, &region), STATUS_NO_MEMORY);
	assert_int_equal(memory.free_bytes, MIB);
	assert_int_equal(memory_alloc(&memory, MIB, &region), STATUS_OK);
}

/* More than MEMORY_CHUNKS pieces: refused, and nothing is taken. */
static void too_many_pieces_are_refused(void **state)
{
	struct boot_range range[MEMORY_CHUNKS + 1];
	struct memory_region region;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_SIZE(range); i++)
		range[i] = (struct boot_range){(i + 1) * MIB, PAGE};
	assert_int_equal(memory_open(&memory, range, ARRAY_SIZE(range)), STATUS_OK);
	assert_int_equal(
		memory_alloc(&memory, ARRAY_SIZE(range) * PAGE, &region), STATUS_NO_MEMORY);
	assert_int_equal(region.chunks, 0);
	assert_int_equal(memory.free_bytes, ARRAY_SIZE(range) * PAGE);
	assert_int_equal(memory.ranges, ARRAY_SIZE(range));
	assert_int_equal(memory_alloc(&memory, MEMORY_CHUNKS * PAGE, &region), STATUS_OK);
}

static void freeing_twice_is_refused(void **state)
{
	struct memory_region region, copy;

	(void)state;
	open_one(MIB, MIB);
	assert_int_equal(memory_alloc(&memory, 4 * PAGE, &region), STATUS_OK);
	copy = region;
	assert_int_equal(memory_free(&memory, &region), STATUS_OK);
	assert_int_equal(memory_free(&memory, &copy), STATUS_BAD_ARG);
	assert_int_equal(memory.free_bytes, MIB);
}

static void overlap_is_found(void **state)
{
	(void)state;
	open_one(2 * MIB, MIB);
	assert_true(memory_overlaps(&memory, 2 * MIB, PAGE));
	assert_true(memory_overlaps(&memory, 3 * MIB - PAGE, 2 * PAGE));
	assert_true(memory_overlaps(&memory, 0, 16 * MIB));
	assert_false(memory_overlaps(&memory, 3 * MIB, PAGE));
	assert_false(memory_overlaps(&memory, 2 * MIB - PAGE, PAGE));
}

#define MODEL_PAGES (48u * 256u) /* 48 MiB */
#define OWNERS 40u

static uint8_t model[MODEL_PAGES];

static void model_set(const struct memory_region *region, uint8_t from, uint8_t to)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < region->chunks; i++) {
		sum += region->chunk[i].size;
		for (uint64_t at = 0; at < region->chunk[i].size; at += PAGE) {
			uint8_t *page = &model[(region->chunk[i].base + at) / PAGE];

			assert_int_equal(*page, from);
			*page = to;
		}
	}
	assert_int_equal(sum, region->size);
}

static void random_use_agrees_with_the_model(void **state)
{
	static const struct boot_range range[] = {{16 * PAGE, 100 * PAGE}, {MIB, 14 * MIB},
		{16 * MIB + PAGE, 20 * MIB}, {40 * MIB, 8 * MIB}};
	struct memory_region region[OWNERS] = {0};
	uint64_t free_bytes;
	uint32_t served = 0;

	(void)state;
	srand(5);
	assert_int_equal(memory_open(&memory, range, ARRAY_SIZE(range)), STATUS_OK);
	free_bytes = memory.free_bytes;
	for (int round = 0; round < 5000; round++) {
		uint32_t owner = (uint32_t)rand() % OWNERS;
		uint64_t size = (1 + (uint64_t)rand() % (rand() % 4 == 0 ? 2000 : 60)) * PAGE;

		model_set(&region[owner], (uint8_t)(owner + 1), 0);
		assert_int_equal(memory_free(&memory, &region[owner]), STATUS_OK);
		if (memory_alloc(&memory, size, &region[owner]) == STATUS_OK) {
			assert_int_equal(region[owner].size, size);
			served++;
		}
		model_set(&region[owner], 0, (uint8_t)(owner + 1));
	}
	for (uint32_t owner = 0; owner < OWNERS; owner++)
		assert_int_equal(memory_free(&memory, &region[owner]), STATUS_OK);
	assert_int_equal(memory.free_bytes, free_bytes);
	assert_int_equal(memory.ranges, ARRAY_SIZE(range));
	assert_true(served > 1000);
}

/* For devices: in one piece, from a multiple of 64 KiB on, below 4 GiB, the highest. */
static void devices_get_one_piece_below_4_gib(void **state)
{
	static const struct boot_range range[] = {{0x1000, 0x9e000}, {0x100000, 0x301000},
		{0xfffe0000, 0x400000}, {0x200000000, 0x40000000}};
	struct memory_region region, more;
	uint64_t free_bytes;

	(void)state;
	assert_int_equal(memory_open(&memory, range, ARRAY_SIZE(range)), STATUS_OK);
	free_bytes = memory.free_bytes;
	assert_int_equal(memory_alloc_device(&memory, 0x102000, &region), STATUS_OK);
	assert_int_equal(region.chunks, 1);
	assert_int_equal(region.chunk[0].base, 0x100000);
	assert_int_equal(memory_alloc_device(&memory, 0x102000, &more), STATUS_OK);
	assert_int_equal(more.chunk[0].base, 0x210000);
	assert_int_equal(memory_alloc_device(&memory, 0x102000, &more), STATUS_NO_MEMORY);
	assert_int_equal(more.size, 0);
	assert_int_equal(memory_alloc_device(&memory, 0x20000, &more), STATUS_OK);
	assert_int_equal(more.chunk[0].base, 0xfffe0000);
	assert_int_equal(memory_alloc_device(&memory, 0x1001, &more), STATUS_BAD_ARG);
	assert_int_equal(memory_free(&memory, &region), STATUS_OK);
	assert_int_equal(memory.free_bytes, free_bytes - 0x122000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_sorted_and_joined),
		cmocka_unit_test(bad_ranges_are_refused),
		cmocka_unit_test(large_parts_are_aligned),
		cmocka_unit_test(gigabytes_are_aligned_where_possible),
		cmocka_unit_test(pieces_are_put_together),
		cmocka_unit_test(small_request_leaves_large_range_alone),
		cmocka_unit_test(bad_sizes_are_refused),
		cmocka_unit_test(too_many_pieces_are_refused),
		cmocka_unit_test(freeing_twice_is_refused),
		cmocka_unit_test(overlap_is_found),
		cmocka_unit_test(devices_get_one_piece_below_4_gib),
		cmocka_unit_test(random_use_agrees_with_the_model),
	};

	return cmocka_run_group_tests_name("init_memory", tests, NULL, NULL);
}
