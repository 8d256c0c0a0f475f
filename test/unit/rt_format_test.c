/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/rt/format.c vmm-user/rt/ending.c */
/* Formatted output: every row must equal what the C library writes. */
#include "rt/format.h"
#include "rt/ending.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "abi/start.h"
#include "lib/compiler.h"

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat-overflow"

#define SAME(...)                                                                                  \
	do {                                                                                       \
		char want[128], got[128];                                                          \
		int want_length = snprintf(want, sizeof(want), __VA_ARGS__);                       \
		int got_length = rt_snprintf(got, sizeof(got), __VA_ARGS__);                       \
		assert_string_equal(got, want);                                                    \
		assert_int_equal(got_length, want_length);                                         \
	} while (0)

static void strings(void **state)
{
	(void)state;
	SAME("plain");
	SAME("%s", "text");
	SAME("[%10s]", "right");
	SAME("[%-10s]", "left");
	SAME("[%*s]", 7, "star");
	SAME("[%.3s]", "precision");
	SAME("[%.*s]", 4, "precision");
	SAME("[%8.2s]", "both");
	SAME("[%c%c]", 'a', 'b');
	SAME("[%3c]", 'x');
	SAME("100%%");
	SAME("%s", "");
}

static void numbers(void **state)
{
	(void)state;
	SAME("%d %d %d", 0, 7, -7);
	SAME("%d %d", INT_MAX, INT_MIN);
	SAME("%i", 42);
	SAME("%u", UINT_MAX);
	SAME("%x %X", 0xdeadbeefu, 0xdeadbeefu);
	SAME("%lx %lu %ld", ULONG_MAX, ULONG_MAX, LONG_MIN);
	SAME("%llx %llu %lld", ULLONG_MAX, ULLONG_MAX, LLONG_MIN);
	SAME("%zu %zx", SIZE_MAX, SIZE_MAX);
	SAME("[%5d] [%-5d] [%05d]", 42, 42, 42);
	SAME("[%5d] [%-5d] [%05d]", -42, -42, -42);
	SAME("[%2d] [%02x]", 12345, 0x12345);
	SAME("[%08x] [%016lx]", 0xbeefu, 0xbeeful);
	SAME("[%*d]", 6, -1);
	SAME("[%04d]", -12345);
}

static void pointer_is_hexadecimal(void **state)
{
	char got[32];

	(void)state;
	rt_snprintf(got, sizeof(got), "%p", (void *)0x1234);
	assert_string_equal(got, "1234");
}

static void null_string_is_shown(void **state)
{
	char got[32];

	(void)state;
	rt_snprintf(got, sizeof(got), "%s", (char *)NULL);
	assert_string_equal(got, "(null)");
}

static void precision_bounds_the_read(void **state)
{
	const char unterminated[3] = {'a', 'b', 'c'};
	char got[8];

	(void)state;
	rt_snprintf(got, sizeof(got), "%.*s", 3, unterminated);
	assert_string_equal(got, "abc");
}

static void unknown_conversion_is_copied(void **state)
{
	char got[32];

	(void)state;
	rt_snprintf(got, sizeof(got), "a%qb%");
	assert_string_equal(got, "a%qb%");
}

static void cut_to_size(void **state)
{
	char got[9];

	(void)state;
	for (size_t size = 1; size < sizeof(got); size++) {
		memset(got, '#', sizeof(got));
		assert_int_equal(rt_snprintf(got, size, "%s%d", "abcd", 123456), 10);
		assert_int_equal(strlen(got), size - 1);
		assert_memory_equal(got, "abcd123456", size - 1);
		assert_int_equal(got[size], '#');
	}
	got[0] = '#';
	assert_int_equal(rt_snprintf(got, 0, "abc"), 3);
	assert_int_equal(got[0], '#');
}

static void endings(void **state)
{
	static const struct {
		uint32_t how, code;
		const char *text;
	} row[] = {
		{GUEST_RUNNING, 0, "running"},
		{GUEST_POWEROFF, 0, "powered off"},
		{GUEST_REBOOT, 0, "asked for a reboot"},
		{GUEST_DEBUG_EXIT, 33, "left by debug-exit 33"},
		{GUEST_TRIPLE_FAULT, 0, "triple fault"},
		{GUEST_KILLED, KILL_NONE, "killed: no reason given"},
		{GUEST_KILLED, KILL_VMM_FAULT, "killed: the monitor faulted"},
		{GUEST_KILLED, KILL_BAD_KERNEL,
			"killed: the kernel file is not one that can be loaded"},
		{GUEST_KILLED, KILL_BAD_INITRD, "killed: the initrd does not fit into its memory"},
		{GUEST_KILLED, KILL_BAD_MODULE, "killed: a module does not fit into its memory"},
		{GUEST_KILLED, KILL_NO_MEMORY, "killed: not enough memory"},
		{GUEST_KILLED, KILL_NO_MODULE, "killed: a file of the plan was not loaded by GRUB"},
		{GUEST_KILLED, KILL_ENTRY_FAILED, "killed: the CPU refused the guest's state"},
		{GUEST_KILLED, KILL_EMULATION, "killed: an access that the monitor cannot emulate"},
		{GUEST_KILLED, KILL_NO_VIRT, "killed: this CPU cannot run guests"},
		{GUEST_KILLED, KILL_NO_CPU, "killed: the machine has none of its CPUs"},
		{GUEST_KILLED, KILL_NO_DISK, "killed: the machine has not one of its disks"},
		{GUEST_KILLED, KILL_COUNT, "killed: unknown reason 12"},
		{GUEST_KILLED, UINT32_MAX, "killed: unknown reason 4294967295"},
		{GUEST_END_COUNT, 0, "ended in an unknown way (6)"},
		{UINT32_MAX, 0, "ended in an unknown way (4294967295)"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		char got[ENDING_TEXT];

		ending_text(got, sizeof(got), row[i].how, row[i].code);
		assert_string_equal(got, row[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings),
		cmocka_unit_test(numbers),
		cmocka_unit_test(pointer_is_hexadecimal),
		cmocka_unit_test(null_string_is_shown),
		cmocka_unit_test(precision_bounds_the_read),
		cmocka_unit_test(unknown_conversion_is_copied),
		cmocka_unit_test(cut_to_size),
		cmocka_unit_test(endings),
	};

	return cmocka_run_group_tests_name("rt_format", tests, NULL, NULL);
}
