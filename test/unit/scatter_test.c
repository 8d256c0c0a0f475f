/* SPDX-License-Identifier: MIT */
/* Bytes in several pieces: taken, given, zeroed and skipped from the front. */
#include "vmm/dev/scatter.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* LINK: vmm-user/vmm/dev/scatter.c */

static uint8_t ram[32];

static void scattered_bytes(void **state)
{
	struct piece pieces[] = {{ram, 3}, {ram + 8, 0}, {ram + 16, 5}};
	struct scatter s = {pieces, 3, 0}, place;
	uint8_t got[9], *data;

	(void)state;
	assert_int_equal(scatter_give(&s, "abcdefghi", 9), 8);
	assert_memory_equal(ram, "abc\0", 4);
	assert_memory_equal(ram + 16, "defgh\0", 6);
	assert_int_equal(scatter_next(&s, 1, &data), 0);
	s = (struct scatter){pieces, 3, 0};
	assert_int_equal(scatter_skip(&s, 2), 2);
	place = s;
	assert_int_equal(scatter_take(&s, got, 2), 2);
	assert_memory_equal(got, "cd", 2);
	assert_int_equal(scatter_take(&place, got, 9), 6);
	assert_memory_equal(got, "cdefgh", 6);
	assert_int_equal(scatter_zero(&s, 3), 3);
	assert_memory_equal(ram + 16, "d\0\0\0h", 5);
	assert_int_equal(scatter_next(&s, 9, &data), 1);
	assert_ptr_equal(data, ram + 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scattered_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
