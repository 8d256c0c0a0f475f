/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/value.c */
/* Sizes, numbers, yes and no, names. */
#include "carrel/value.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/compiler.h"

static void sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes; /* 0: refused, unless the text is "0K" */
	} rows[] = {
		{"4K", 4096},
		{"4k", 4096},
		{"256M", 256ull << 20},
		{"256m", 256ull << 20},
		{"1G", 1ull << 30},
		{"1g", 1ull << 30},
		{"0K", 0},
		{"007M", 7ull << 20},
		{"17179869183G", 17179869183ull << 30}, /* the largest below 2^64 */
		{"17179869184G", 0},
		{"18446744073709551616K", 0},
		{"256", 0},
		{"M", 0},
		{"", 0},
		{"256MB", 0},
		{"256 M", 0},
		{" 256M", 0},
		{"256M ", 0},
		{"-1M", 0},
		{"+1M", 0},
		{"1.5G", 0},
		{"0x10M", 0},
		{"1T", 0},
		{"1MM", 0},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t bytes = 42;
		bool zero = rows[i].text[0] == '0' && rows[i].text[1] == 'K';
		enum status status = value_size(rows[i].text, &bytes);
		if (rows[i].bytes || zero) {
			assert_int_equal(status, STATUS_OK);
			assert_int_equal(bytes, rows[i].bytes);
		} else {
			assert_int_equal(status, STATUS_BAD_ARG);
			assert_int_equal(bytes, 42);
		}
	}
}

static void times(void **state)
{
	static const struct {
		const char *text;
		uint64_t us; /* 0: refused, unless the text begins with 0 */
	} rows[] = {
		{"1us", 1},
		{"500us", 500},
		{"5ms", 5000},
		{"1s", 1000000},
		{"0ms", 0},
		{"18446744073709s", 18446744073709000000ull}, /* the largest below 2^64 */
		{"18446744073710s", 0},
		{"18446744073709551616us", 0},
		{"5", 0},
		{"ms", 0},
		{"", 0},
		{"5 ms", 0},
		{"5ms ", 0},
		{"5MS", 0},
		{"5m", 0},
		{"1.5ms", 0},
		{"-1ms", 0},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t us = 42;
		bool good = rows[i].us || rows[i].text[0] == '0';
		assert_int_equal(value_time(rows[i].text, &us), good ? STATUS_OK : STATUS_BAD_ARG);
		assert_true(us == (good ? rows[i].us : 42));
	}
}

static void times_are_written_in_the_largest_unit(void **state)
{
	char text[VALUE_TIME_TEXT];

	(void)state;
	assert_string_equal(value_format_time(0, text), "0us");
	assert_string_equal(value_format_time(999, text), "999us");
	assert_string_equal(value_format_time(1000, text), "1ms");
	assert_string_equal(value_format_time(1500, text), "1500us");
	assert_string_equal(value_format_time(1000000, text), "1s");
	assert_string_equal(value_format_time(UINT64_MAX, text), "18446744073709551615us");
}

static void percents(void **state)
{
	uint64_t percent = 42;

	(void)state;
	assert_int_equal(value_percent("25", &percent), STATUS_BAD_ARG);
	assert_int_equal(value_percent("%", &percent), STATUS_BAD_ARG);
	assert_int_equal(value_percent("25 %", &percent), STATUS_BAD_ARG);
	assert_int_equal(value_percent("25%%", &percent), STATUS_BAD_ARG);
	assert_int_equal(percent, 42);
	assert_int_equal(value_percent("25%", &percent), STATUS_OK);
	assert_int_equal(percent, 25);
}

static void numbers(void **state)
{
	static const char *const refused[] = {
		"", "x", "1x", "-1", " 1", "1 ", "18446744073709551616"};
	uint64_t number = 42;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(refused); i++) {
		assert_int_equal(value_number(refused[i], &number), STATUS_BAD_ARG);
		assert_int_equal(number, 42);
	}
	assert_int_equal(value_number("0", &number), STATUS_OK);
	assert_int_equal(number, 0);
	assert_int_equal(value_number("18446744073709551615", &number), STATUS_OK);
	assert_int_equal(number, UINT64_MAX);
}

static void yes_and_no(void **state)
{
	static const char *const refused[] = {"", "y", "Yes", "true", "1", "no "};
	bool yes = false;

	(void)state;
	assert_int_equal(value_yes_no("yes", &yes), STATUS_OK);
	assert_true(yes);
	for (unsigned i = 0; i < ARRAY_SIZE(refused); i++)
		assert_int_equal(value_yes_no(refused[i], &yes), STATUS_BAD_ARG);
	assert_true(yes);
	assert_int_equal(value_yes_no("no", &yes), STATUS_OK);
	assert_false(yes);
}

static void names(void **state)
{
	static const char *const good[] = {
		"a", "web", "0", "Web-2", "a_b.c", "abcdefghijklmnopqrstuvwxyz01234"};
	static const char *const bad[] = {"", "-a", ".a", "_a", "a b", "a/b", "..", "a\n", "a\"",
		"a'", "\xc3\xa4", "abcdefghijklmnopqrstuvwxyz012345"};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(value_is_name(good[i]));
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(value_is_name(bad[i]));
}

static void sizes_are_written_as_they_are_read(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {{1ull << 30, "1G"}, {1536ull << 20, "1536M"}, {4096, "4K"}, {5, "5 bytes"},
		{0, "0 bytes"}, {(1ull << 20) + 1024, "1025K"}};
	char text[VALUE_SIZE_TEXT];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(value_format_size(rows[i].bytes, text), rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(times),
		cmocka_unit_test(times_are_written_in_the_largest_unit),
		cmocka_unit_test(percents),
		cmocka_unit_test(numbers),
		cmocka_unit_test(yes_and_no),
		cmocka_unit_test(names),
		cmocka_unit_test(sizes_are_written_as_they_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
