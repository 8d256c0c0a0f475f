/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/format.c */
/*
 * The kernel's formatted output against the C library's: the same text and the
 * same length, at every size of the output.
 */
#include "format.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

static void check(const char *format, ...)
{
	char ours[128], theirs[128];
	va_list args, again;
	va_start(args, format);
	int want = vsnprintf(theirs, sizeof(theirs), format, args);
	va_end(args);
	for (size_t size = 0; size <= (size_t)want + 2; size++) {
		memset(ours, '#', sizeof(ours));
		va_start(again, format);
		assert_int_equal(format_text(size ? ours : NULL, size, format, again), want);
		va_end(again);
		assert_int_equal(ours[size], '#');
		if (size == 0)
			continue;
		assert_int_equal(strlen(ours), size - 1 < (size_t)want ? size - 1 : (size_t)want);
		assert_memory_equal(ours, theirs, strlen(ours));
	}
}

static void integers(void **state)
{
	static const int values[] = {0, 1, -1, 9, 10, -10, 4096, INT_MAX, INT_MIN};
	static const char *const formats[] = {"%d", "%u", "%x", "[%d]", "a%xb"};
	(void)state;
	for (unsigned f = 0; f < sizeof(formats) / sizeof(formats[0]); f++)
		for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			check(formats[f], values[i]);
}

static void long_integers(void **state)
{
	static const long values[] = {0, 1, -1, 1l << 32, LONG_MAX, LONG_MIN};
	static const char *const formats[] = {"%ld", "%lld", "%lu", "%llu", "%lx", "%llx"};
	(void)state;
	for (unsigned f = 0; f < sizeof(formats) / sizeof(formats[0]); f++)
		for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			check(formats[f], values[i]);
}

static void texts(void **state)
{
	(void)state;
	check("");
	check("plain");
	check("%s", "");
	check("%s and %s", "one", "two");
	check("100%%");
	check("%s: %d of %llu (%x)", "all", -3, 5ull, 0xbeefu);
	char *volatile none = NULL;
	check("%s|", none);
}

static void unknown_conversions_are_copied(void **state)
{
	char out[32];
	va_list args;
	(void)state;
	memset(&args, 0, sizeof(args));
	static const char *const formats[] = {
		"%q", "%5d|", "%", "50% of", "%l", "%-", "%c", "%p"};
	for (unsigned i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const char *volatile format = formats[i];
		size_t length = format_text(out, sizeof(out), format, args);
		assert_int_equal(length, strlen(formats[i]));
		assert_string_equal(out, formats[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers),
		cmocka_unit_test(long_integers),
		cmocka_unit_test(texts),
		cmocka_unit_test(unknown_conversions_are_copied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
