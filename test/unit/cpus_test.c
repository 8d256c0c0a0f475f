/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/cpus.c tools/carrel/alloc.c */
/* Lists of CPUs: read, suggested, written, and held against a machine. */
#include "carrel/cpus.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#define ALL (~0ull)

static void lists_are_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t mask;
	} rows[] = {
		{"0", 1},
		{"31", 1ull << 31},
		{"1-3", 0xe},
		{"0-31", 0xffffffff},
		{"0,2", 5},
		{"0, 2 ,4", 0x15},
		{"2,0,2", 5},
		{"0-3,^1", 0xd},
		{"0-3,^1-2", 9},
		{"0-3,^1,1", 0xf},
		{"all", 0},
		{"all,^0", ALL - 1},
		{"^0", ALL - 1},
		{"^0,^1", ALL - 3},
		{"^0,0", 0},
		{"1,all", 0},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t mask = 42;
		assert_int_equal(cpus_read(rows[i].text, &mask), STATUS_OK);
		assert_true(mask == rows[i].mask);
	}
}

static void other_texts_are_refused(void **state)
{
	static const char *const texts[] = {"", " ", "32", "0-32", "4294967296", "3-1", "-1", "1-",
		"1,", ",1", "1,,2", "1 2", "a", "allx", "1x", "^", "0x1", "1--2", "1-2-3",
		"node:0"};
	static const char *const empty[] = {"0,^0", "^all", "all,^0-31", "1-3,^0-5"};
	uint64_t mask = 42;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(cpus_read(texts[i], &mask), STATUS_BAD_ARG);
	for (unsigned i = 0; i < ARRAY_SIZE(empty); i++)
		assert_int_equal(cpus_read(empty[i], &mask), STATUS_BAD_STATE);
	assert_int_equal(mask, 42);
}

static void what_was_meant_is_found(void **state)
{
	static const struct {
		const char *text, *meant;
	} rows[] = {
		{"[\"1\", \"3\"]", "1,3"},
		{"1 3", "1,3"},
		{"1;3", "1,3"},
		{"3-1", "1-3"},
		{"1..3", "1-3"},
		{"1:3", "1-3"},
		{"5-4,1--3", "4-5,1-3"},
		{",1,,2,", "1,2"},
		{"(all, ^0)", "all,^0"},
		{"1-32", NULL},
		{"x", NULL},
		{"", NULL},
		{"nodes:0", NULL},
		{"0 ^0", NULL},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		char *meant = cpus_suggest(rows[i].text);
		if (rows[i].meant)
			assert_string_equal(meant, rows[i].meant);
		else
			assert_null(meant);
		free(meant);
	}
}

/* What is written is read as the same again. */
static void masks_are_written(void **state)
{
	static const struct {
		uint64_t mask;
		const char *text;
	} rows[] = {
		{1, "0"},
		{0xe, "1-3"},
		{0x15, "0,2,4"},
		{0x80000003, "0-1,31"},
		{0xffffffff, "0-31"},
		{ALL - 1, "all,^0"},
		{ALL - 0x39, "all,^0,^3-5"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		char *text = cpus_format(rows[i].mask);
		uint64_t mask;
		assert_string_equal(text, rows[i].text);
		assert_int_equal(cpus_read(text, &mask), STATUS_OK);
		assert_true(mask == rows[i].mask);
		free(text);
	}
	char *any = cpus_format(0);
	assert_string_equal(any, "any");
	free(any);
}

static void lists_meet_machines(void **state)
{
	static const struct {
		uint64_t mask;
		unsigned cpus, needed;
		uint64_t there, missing;
		bool open;
	} rows[] = {
		{0, 1, 1, 1, 0, true},
		{0, 4, 1, 0xf, 0, true},
		{0, 32, 1, 0xffffffff, 0, true},
		{0xe, 4, 4, 0xe, 0, false},
		{0xe, 2, 4, 2, 0xc, false},
		{0xe, 1, 4, 0, 0xe, false},
		{1ull << 31, 32, 32, 1ull << 31, 0, false},
		{ALL - 1, 4, 2, 0xe, 0, true},
		{ALL - 1, 1, 2, 0, 0, true},
		{ALL - 7, 4, 4, 8, 0, true},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(cpus_needed(rows[i].mask), rows[i].needed);
		assert_true(cpus_there(rows[i].mask, rows[i].cpus) == rows[i].there);
		assert_true(cpus_missing(rows[i].mask, rows[i].cpus) == rows[i].missing);
		assert_int_equal(cpus_are_open(rows[i].mask), rows[i].open);
	}
}

static void turns_go_round(void **state)
{
	(void)state;
	assert_int_equal(cpus_turn(0xe, 0), 1);
	assert_int_equal(cpus_turn(0xe, 2), 3);
	assert_int_equal(cpus_turn(0xe, 3), 1);
	assert_int_equal(cpus_turn(1, 31), 0);
	assert_int_equal(cpus_turn(0x80000001, 31), 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(what_was_meant_is_found),
		cmocka_unit_test(masks_are_written),
		cmocka_unit_test(lists_meet_machines),
		cmocka_unit_test(turns_go_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
