/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/clock.c */
/* The guest's clock, against exact 128-bit arithmetic. */
#include "vmm/clock.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define TEN_YEARS_NS (10ull * 31557600 * 1000000000)

static const uint64_t rates[] = {
	1000,
	1193,
	33333,
	100000,
	999999,
	1000000,
	1000001,
	1800000,
	2399998,
	2500000,
	2904000,
	3000003,
	3999999,
	5000000,
	7654321,
	99999999,
	100000000,
};

static uint64_t seed = 1;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void init_rejects_rates(void **state)
{
	static const uint64_t bad[] = {0, 1, 999, 100000001, UINT64_MAX};
	struct clock clock;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(clock_init(&clock, bad[i]), STATUS_BAD_ARG);
		assert_int_equal(clock.tsc_khz, 1000000);
		assert_int_equal(clock_ns_to_ticks(&clock, 12345), 12345);
		assert_int_equal(clock_ticks_to_ns(&clock, 12345), 12345);
	}
}

static void one_ghz_is_exact(void **state)
{
	struct clock clock;

	(void)state;
	assert_int_equal(clock_init(&clock, 1000000), STATUS_OK);
	for (unsigned i = 0; i < 64; i++) {
		assert_int_equal(clock_ns_to_ticks(&clock, BIT(i)), BIT(i));
		assert_int_equal(clock_ticks_to_ns(&clock, BIT(i)), BIT(i));
	}
}

/* `got` is the exact value num/den rounded down, or one less. */
static void assert_near(uint64_t got, unsigned __int128 num, uint64_t den)
{
	unsigned __int128 exact = num / den;

	if (exact > UINT64_MAX) {
		assert_true(got >= UINT64_MAX - 1);
		return;
	}
	assert_true(got <= exact);
	assert_true(exact - got <= 1);
}

static void no_drift_in_ten_years(void **state)
{
	struct clock clock;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rates); i++) {
		assert_int_equal(clock_init(&clock, rates[i]), STATUS_OK);
		for (unsigned j = 0; j < 2000; j++) {
			uint64_t ns = j ? rnd() % TEN_YEARS_NS >> rnd() % 40 : TEN_YEARS_NS;
			uint64_t ticks = clock_ns_to_ticks(&clock, ns);

			assert_near(ticks, (unsigned __int128)ns * rates[i], 1000000);
			assert_near(clock_ticks_to_ns(&clock, ticks),
				(unsigned __int128)ticks * 1000000, rates[i]);
		}
	}
}

static void conversions_saturate(void **state)
{
	struct clock clock;

	(void)state;
	assert_int_equal(clock_init(&clock, 1000), STATUS_OK);
	assert_int_equal(clock_ticks_to_ns(&clock, UINT64_MAX), UINT64_MAX);
	assert_int_equal(clock_ticks_to_ns_up(&clock, UINT64_MAX), CLOCK_NEVER);
	assert_int_equal(clock_init(&clock, 100000000), STATUS_OK);
	assert_int_equal(clock_ns_to_ticks(&clock, UINT64_MAX), UINT64_MAX);
}

static void round_up_is_never_early(void **state)
{
	struct clock clock;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rates); i++) {
		assert_int_equal(clock_init(&clock, rates[i]), STATUS_OK);
		assert_int_equal(clock_ticks_to_ns_up(&clock, 0), 0);
		for (unsigned j = 0; j < 2000; j++) {
			uint64_t ticks = 1 + (rnd() >> (6 + rnd() % 50)) %
						     clock_ns_to_ticks(&clock, TEN_YEARS_NS);
			uint64_t ns = clock_ticks_to_ns_up(&clock, ticks);

			assert_true(clock_ticks_to_ns(&clock, ticks - 1) < ns);
			assert_true(ns <= clock_ticks_to_ns(&clock, ticks) + 2);
		}
	}
}

static void tsc_follows_a_write(void **state)
{
	struct clock clock;

	(void)state;
	assert_int_equal(clock_init(&clock, 2000000), STATUS_OK);
	assert_int_equal(clock_tsc(&clock, 50), 100);
	clock_set_tsc(&clock, 50, 7);
	assert_int_equal(clock_tsc(&clock, 50), 7);
	assert_int_equal(clock_tsc(&clock, 60), 27);
	clock_set_tsc(&clock, 60, 0);
	assert_int_equal(clock_tsc(&clock, 60), 0);
	clock_set_tsc(&clock, 60, UINT64_MAX);
	assert_int_equal(clock_tsc(&clock, 61), 1);
}

struct deadline_row {
	uint64_t khz, base_at_zero, now, tsc, low, high;
};

static void deadline_rows(void **state)
{
	static const struct deadline_row rows[] = {
		{1000000, 0, 100, 100, 100, 100}, /* now */
		{1000000, 0, 100, 99, 100, 100},  /* past */
		{1000000, 0, 100, 0, 100, 100},   /* past */
		{1000000, 0, 100, 101, 101, 101},
		{2000000, 0, 100, 300, 150, 151},
		{2000000, 5000, 100, 5300, 150, 151}, /* a shifted counter */
		{2000000, 5000, 100, 300, 100, 100},
		{1000, 0, 0, UINT64_MAX, CLOCK_NEVER, CLOCK_NEVER},
		{1000000, 1000, 500, 999, 500, 500},
		/* The counter has wrapped: a small number is past, a large one to come. */
		{1000000, UINT64_MAX - 9, 5, UINT64_MAX - 4, 5, 5},
		{1000000, UINT64_MAX - 9, 5, UINT64_MAX, 9, 9},
		{1000000, UINT64_MAX - 9, 15, 4, 15, 15},
		{1000000, UINT64_MAX - 9, 15, 6, 16, 16},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct clock clock;
		uint64_t at;

		assert_int_equal(clock_init(&clock, rows[i].khz), STATUS_OK);
		clock_set_tsc(&clock, 0, rows[i].base_at_zero);
		at = clock_deadline_ns(&clock, rows[i].now, rows[i].tsc);
		if (at < rows[i].low || at > rows[i].high)
			fail_msg("row %u: %llu", i, (unsigned long long)at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_rejects_rates),
		cmocka_unit_test(one_ghz_is_exact),
		cmocka_unit_test(no_drift_in_ten_years),
		cmocka_unit_test(conversions_saturate),
		cmocka_unit_test(round_up_is_never_early),
		cmocka_unit_test(tsc_follows_a_write),
		cmocka_unit_test(deadline_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
