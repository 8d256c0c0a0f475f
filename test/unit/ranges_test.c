/* SPDX-License-Identifier: MIT */
/* Memory-map arithmetic, against a bitmap of pages as the model. */
/* LINK: arch/x86_64/ranges.c */
#include "ranges.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PAGES 256u

static bool holds(const struct ranges *r, uint64_t page)
{
	unsigned hits = 0;

	for (unsigned i = 0; i < r->count; i++)
		hits += page * PAGE_SIZE >= r->range[i].base &&
			page * PAGE_SIZE < r->range[i].base + r->range[i].size;
	assert_true(hits <= 1);
	return hits;
}

static void test_random_against_bitmap(void **state)
{
	(void)state;
	srand(7);
	for (unsigned run = 0; run < 300; run++) {
		struct ranges r = {0};
		bool model[PAGES] = {false};

		for (unsigned step = 0; step < 30; step++) {
			uint64_t first = (uint64_t)rand() % PAGES;
			uint64_t count = (uint64_t)rand() % (PAGES - first) + 1;
			bool add = rand() % 3 != 0;

			if (add)
				ranges_add(&r, first * PAGE_SIZE, count * PAGE_SIZE);
			else
				ranges_remove(&r, first * PAGE_SIZE, count * PAGE_SIZE);
			memset(model + first, add, count);
			assert_false(r.overflow);
			for (uint64_t page = 0; page < PAGES; page++)
				assert_int_equal(holds(&r, page), model[page]);
		}
	}
}

static void test_partial_pages_shrink_ram_and_widen_holes(void **state)
{
	struct ranges r = {0};

	(void)state;
	ranges_add(&r, 100, 3 * PAGE_SIZE);
	assert_int_equal(ranges_total(&r), 2 * PAGE_SIZE);
	ranges_remove(&r, 2 * PAGE_SIZE + 5, 1);
	assert_int_equal(ranges_total(&r), PAGE_SIZE);
	assert_true(holds(&r, 1));
}

static void test_find_takes_the_highest_place_below_the_end(void **state)
{
	struct ranges r = {0};
	uint64_t base = 0;

	(void)state;
	ranges_add(&r, 0x100000, 0x700000);
	ranges_add(&r, 0x1000000, 0x400000);
	assert_true(ranges_find(&r, 0x200000, 0x200000, UINT64_MAX, &base));
	assert_int_equal(base, 0x1200000);
	assert_true(ranges_find(&r, 0x200000, 0x200000, 0x1300000, &base));
	assert_int_equal(base, 0x1000000);
	assert_true(ranges_find(&r, 0x600000, 0x200000, UINT64_MAX, &base));
	assert_int_equal(base, 0x200000);
	assert_false(ranges_find(&r, 0x800000, 0x1000, UINT64_MAX, &base));
}

static void test_extreme_values_do_no_harm(void **state)
{
	struct ranges r = {0};

	(void)state;
	ranges_add(&r, UINT64_MAX, UINT64_MAX);
	ranges_add(&r, UINT64_MAX - 5, 3);
	ranges_add(&r, PAGE_SIZE, UINT64_MAX);
	assert_int_equal(r.count, 0);
	ranges_add(&r, 0, 8 * PAGE_SIZE);
	ranges_remove(&r, 4 * PAGE_SIZE, UINT64_MAX);
	assert_int_equal(ranges_total(&r), 4 * PAGE_SIZE);
	for (unsigned i = 0; i < 2 * RANGES_MAX; i++)
		ranges_add(&r, (100 + 2 * i) * PAGE_SIZE, PAGE_SIZE);
	assert_true(r.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_against_bitmap),
		cmocka_unit_test(test_partial_pages_shrink_ram_and_widen_holes),
		cmocka_unit_test(test_find_takes_the_highest_place_below_the_end),
		cmocka_unit_test(test_extreme_values_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
