/* SPDX-License-Identifier: MIT */
/* Port 0xf4, and the ports that only keep a byte. */
#include "vmm/dev/debugexit.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "vmm/dev/postcode.h"
#include "lib/compiler.h"

/* LINK: vmm-user/vmm/dev/debugexit.c vmm-user/vmm/dev/postcode.c */

static void first_write_is_the_code(void **state)
{
	static const struct {
		unsigned bytes;
		uint64_t value;
		uint8_t code;
	} rows[] = {
		{1, 0, 0},
		{1, 1, 1},
		{1, 0xff, 0xff},
		{2, 0x1234, 0x34},
		{4, 0x12345678, 0x78},
		{8, UINT64_MAX, 0xff},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct debugexit d;
		debugexit_init(&d, true);
		assert_int_equal(debugexit_event(&d), MACHINE_NONE);
		assert_int_equal(debugexit_read(&d, 0, 1), 0);
		debugexit_write(&d, 0, rows[i].bytes, rows[i].value);
		assert_int_equal(debugexit_event(&d), MACHINE_DEBUG_EXIT);
		assert_int_equal(debugexit_code(&d), rows[i].code);
		debugexit_write(&d, 0, 1, 0x77);
		assert_int_equal(debugexit_code(&d), rows[i].code);
	}
}

static void four_bytes_of_crash_are_no_code(void **state)
{
	struct debugexit d;
	(void)state;
	debugexit_init(&d, true);
	debugexit_write(&d, 0, 4, DEBUGEXIT_CRASH);
	assert_int_equal(debugexit_event(&d), MACHINE_CRASH);
	debugexit_init(&d, true);
	debugexit_write(&d, 0, 2, DEBUGEXIT_CRASH);
	assert_int_equal(debugexit_event(&d), MACHINE_DEBUG_EXIT);
	debugexit_init(&d, false);
	debugexit_write(&d, 0, 4, DEBUGEXIT_CRASH);
	assert_int_equal(debugexit_event(&d), MACHINE_NONE);
}

static void disabled_is_no_device(void **state)
{
	struct debugexit d;
	(void)state;
	debugexit_init(&d, false);
	debugexit_write(&d, 0, 1, 5);
	assert_int_equal(debugexit_event(&d), MACHINE_NONE);
	assert_int_equal(debugexit_code(&d), 0);
	assert_int_equal(debugexit_read(&d, 0, 1), 0xff);
	assert_int_equal(debugexit_read(&d, 0, 2), 0xffff);
	assert_int_equal(debugexit_read(&d, 0, 8), UINT64_MAX);
}

static void other_offsets_do_not_end_the_guest(void **state)
{
	struct debugexit d;
	(void)state;
	debugexit_init(&d, true);
	for (uint64_t offset = 1; offset < 8; offset++)
		debugexit_write(&d, offset, 1, 5);
	debugexit_write(&d, UINT64_MAX, 8, 5);
	assert_int_equal(debugexit_event(&d), MACHINE_NONE);
	assert_int_equal(debugexit_read(&d, 3, 1), 0);
	assert_int_equal(debugexit_read(&d, 4, 1), 0xff);
}

static void postcode_keeps_the_last_byte(void **state)
{
	struct postcode p;
	(void)state;
	postcode_init(&p);
	assert_int_equal(postcode_read(&p, 0, 1), 0);
	postcode_write(&p, 0, 1, 0xa5);
	assert_int_equal(postcode_read(&p, 0, 1), 0xa5);
	postcode_write(&p, 0, 4, 0x12345678);
	assert_int_equal(postcode_read(&p, 0, 2), 0xff78);
	postcode_write(&p, 1, 1, 0x11);
	assert_int_equal(postcode_read(&p, 0, 8), 0xffffffffffffff78);
	assert_int_equal(postcode_read(&p, 1, 1), 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_write_is_the_code),
		cmocka_unit_test(four_bytes_of_crash_are_no_code),
		cmocka_unit_test(disabled_is_no_device),
		cmocka_unit_test(other_offsets_do_not_end_the_guest),
		cmocka_unit_test(postcode_keeps_the_last_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
