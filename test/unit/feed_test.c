/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/feed.c tools/carrel/alloc.c */
/* Standard input on its way to the console: Ctrl-] q, and lines at a prompt. */
#include "carrel/feed.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "lib/compiler.h"

static void keys_pass_but_for_the_one_that_ends(void **state)
{
	static const struct {
		const char *keys, *passed;
		bool quit, prefix;
	} rows[] = {
		{"ls\r", "ls\r", false, false},
		{"\x03\x1a", "\x03\x1a", false, false},
		{"\x1d", "", false, true},
		{"\x1dq", "", true, false},
		{"a\x1dqb", "ab", true, false},
		{"\x1d"
		 "1",
			"\x1d"
			"1",
			false, false},
		{"\x1dh", "\x1dh", false, false},
		{"\x1d\x1d", "\x1d\x1d", false, false},
		{"\x1d\x1dq", "\x1d\x1dq", false, false},
		{"\x1d\x1d\x1dq", "\x1d\x1d", true, false},
		{"\x1ds", "", false, false},
		{"a\x1dsb\x1dq", "ab", true, false},
		{"\x1d\x1ds", "\x1d\x1ds", false, false},
		{"qqq", "qqq", false, false},
		{"\x1dQ", "\x1dQ", false, false},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		for (unsigned piece = 1; piece <= 2; piece++) { /* byte by byte, and at once */
			struct feed feed = {0};
			size_t size = strlen(rows[i].keys);
			if (piece == 2)
				feed_input(&feed, rows[i].keys, size);
			for (size_t k = 0; k < size && piece == 1; k++)
				feed_input(&feed, rows[i].keys + k, 1);
			assert_int_equal(feed.size, strlen(rows[i].passed));
			if (feed.size)
				assert_memory_equal(feed.data, rows[i].passed, feed.size);
			assert_int_equal(feed.quit, rows[i].quit);
			assert_int_equal(feed.ask, strchr(rows[i].keys, 's') && !strchr(rows[i].passed, 's'));
			assert_int_equal(feed.prefix, rows[i].prefix);
			feed_free(&feed);
		}
}

static void terminal_is_not_held_back(void **state)
{
	struct feed feed = {0};

	(void)state;
	feed_input(&feed, "one\ntwo\n", 8);
	assert_int_equal(feed_ready(&feed, 0), 8);
	feed_sent(&feed, 3, 0);
	assert_int_equal(feed_ready(&feed, 0), 5);
	assert_memory_equal(feed.data, "\ntwo\n", 5);
	feed_free(&feed);
}

/* The pace of what is piped in: a line at each prompt. */
static void lines_wait_for_a_prompt(void **state)
{
	struct feed feed = {.paced = true};

	(void)state;
	feed_input(&feed, "one\ntwo\nthree", 13);
	assert_int_equal(feed_ready(&feed, 100), 0); /* nothing was said yet */
	feed_output(&feed, "booting\r\n", 9, 100);
	assert_int_equal(feed_ready(&feed, 130), 0); /* a long silence, but no prompt */
	feed_output(&feed, "web # ", 6, 130);
	assert_int_equal(feed_ready(&feed, 130.4), 0); /* maybe the line goes on */
	assert_int_equal(feed_ready(&feed, 130.5), 4); /* "one\n" */
	feed_sent(&feed, 4, 130.5);
	assert_int_equal(feed_ready(&feed, 130.9), 0);
	feed_output(&feed, "one\r\n", 5, 130.6); /* the echo */
	assert_int_equal(feed_ready(&feed, 131.2), 0);
	feed_output(&feed, "web # ", 6, 132);
	assert_int_equal(feed_ready(&feed, 132.5), 4);
	feed_sent(&feed, 4, 132.5);
	feed_output(&feed, "\r\n", 2, 132.6); /* a program that reads without a prompt */
	assert_int_equal(feed_ready(&feed, 137), 0);
	assert_int_equal(feed_ready(&feed, 137.6), 5); /* the last line has no end */
	assert_memory_equal(feed.data, "three", 5);
	feed_sent(&feed, 5, 138);
	assert_int_equal(feed_ready(&feed, 200), 0);
	feed_free(&feed);
}

static void half_a_line_that_was_sent_goes_on(void **state)
{
	struct feed feed = {.paced = true};

	(void)state;
	feed_input(&feed, "abcdef\n", 7);
	feed_output(&feed, "$ ", 2, 1);
	assert_int_equal(feed_ready(&feed, 2), 7);
	feed_sent(&feed, 3, 2); /* the port took no more */
	assert_int_equal(feed_ready(&feed, 2.5), 4);
	feed_free(&feed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_pass_but_for_the_one_that_ends),
		cmocka_unit_test(terminal_is_not_held_back),
		cmocka_unit_test(lines_wait_for_a_prompt),
		cmocka_unit_test(half_a_line_that_was_sent_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
