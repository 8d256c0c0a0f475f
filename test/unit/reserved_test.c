/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/reserved.c */
/* Physical ranges of ring 0: against a plain list, in every order of adding. */
#include "reserved.h"

#include "assert.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define K4 PAGE_SIZE
#define END (64 * K4)

void panic(const char *format, ...)
{
	fail_msg("%s", format);
	__builtin_trap();
}

/* Pages 10 to 12, 12 and 13 again, 11 alone (inside the first), 40: bytes at their
 * edges take the whole page. */
static const struct {
	uint64_t base, size;
} added[] = {{40 * K4 + 8, 1}, {10 * K4, 3 * K4}, {12 * K4 + 4095, 2}, {11 * K4, K4}};

static bool is_reserved(uint64_t page)
{
	return (page >= 10 && page <= 13) || page == 40 || page >= END / K4;
}

static void every_range_is_found(void **state)
{
	(void)state;
	assert_true(reserved_overlaps(hpa(0), 1)); /* before the CPU's width is known */
	reserved_set_end(END);
	for (unsigned i = 0; i < ARRAY_SIZE(added); i++)
		reserved_add(hpa(added[i].base), added[i].size);
	for (uint64_t first = 0; first < 70; first++)
		for (uint64_t last = first; last < 70; last++) {
			bool expected = false;

			for (uint64_t page = first; page <= last; page++)
				expected = expected || is_reserved(page);
			assert_int_equal(
				reserved_overlaps(hpa(first * K4), (last - first + 1) * K4),
				expected);
		}
	assert_false(reserved_overlaps(hpa(39 * K4 + 1), K4 - 1));
	assert_true(reserved_overlaps(hpa(39 * K4 + 2), K4 - 1));
}

static void ranges_that_cannot_be(void **state)
{
	(void)state;
	assert_true(reserved_overlaps(hpa(K4), 0));
	assert_true(reserved_overlaps(hpa(0), 0));
	assert_true(reserved_overlaps(hpa(~0ull), 1));
	assert_true(reserved_overlaps(hpa(~0ull - K4), 2 * K4));
	assert_true(reserved_overlaps(hpa(0), END + 1));
	assert_true(reserved_overlaps(hpa(K4), ~0ull));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_range_is_found),
		cmocka_unit_test(ranges_that_cannot_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
