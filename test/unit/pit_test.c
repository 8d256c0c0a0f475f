/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/pit.c vmm-user/vmm/dev/pit_counter.c */
/* The interval timer as a device: ports, IRQ 0 over time, port 0x61. */
#include "test/unit/pit_fixture.h"

static void power_on(void **state)
{
	(void)state;
	assert_false(pit_irq(&pit));
	assert_true(pit_deadline(&pit) == UINT64_MAX);
	assert_int_equal(in(0), 0);
	assert_int_equal(in(1), 0);
	assert_int_equal(in(2), 0);
	assert_int_equal(in(PIT_PORT61), 0);
}

struct access_row {
	uint64_t offset;
	unsigned bytes;
	uint64_t value;
};

/* What reads give with counter n programmed to count 0x0n00 + 5 low-high, at the
 * load: odd offsets and widths. */
static void read_access(void **state)
{
	static const struct access_row rows[] = {
		{CONTROL, 1, 0xff},
		{CONTROL, 2, 0xffff},
		{CONTROL, 8, UINT64_MAX},
		{0, 4, 0xff050505},
		{1, 4, 0xffff0505},
		{2, 8, 0xffffffffffffff05},
		{PIT_PORT61, 1, 0x00},
		{PIT_PORT61, 2, 0xff00},
		{5, 1, 0xff},
		{UINT64_MAX, 8, UINT64_MAX},
	};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)setup(state);
		program(0x30, 0x0005);
		program(0x70, 0x0105);
		program(0xb0, 0x0205);
		assert_true(pit_read(&pit, rows[i].offset, rows[i].bytes) == rows[i].value);
	}
}

static void wide_write_is_split(void **state)
{
	(void)state;
	pit_write(&pit, 2, 4, 0xffffb034); /* 0x42, then 0x43; not 0x44 */
	pit_write(&pit, 2, 2, 0x3434);     /* low byte; counter 0 in mode 2 */
	assert_int_equal(pit.counter[2].mode, 0);
	assert_true(pit.counter[2].write_high);
	assert_int_equal(pit.counter[0].mode, 2);
	pit_write(&pit, PIT_PORT61, 4, 0xffffff02);
	assert_int_equal(in(PIT_PORT61), 0x02);
	pit_write(&pit, 5, 1, 0xff);
	pit_write(&pit, UINT64_MAX, 8, UINT64_MAX);
}

static void port_61_bits(void **state)
{
	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		out(PIT_PORT61, value);
		assert_int_equal(in(PIT_PORT61)&0xcf, value & 0x0f);
	}
}

static void refresh_bit_toggles(void **state)
{
	unsigned toggles = 0, last = 0;

	(void)state;
	for (unsigned us = 0; us <= 1000; us++) {
		to(us * 1000ull);
		toggles += (in(PIT_PORT61)&0x10) != last;
		last = in(PIT_PORT61)&0x10;
	}
	assert_int_equal(toggles, 66); /* every 15.085 us */
}

/* 1 kHz in mode 2, served at once: no tick too many, none too few, no drift. */
static void rate_generator(void **state)
{
	(void)state;
	program(0x34, 1193);
	rises = 0;
	run_until(10 * SECOND);
	/* 11931820 clocks less the one before the load */
	assert_int_equal(rises, 11931819 / 1193);
	assert_int_equal(pit.lost, 0);
}

static void square_wave_ticks_once_a_period(void **state)
{
	(void)state;
	program(0x36, 0);
	rises = 0;
	run_until(SECOND);
	assert_int_equal(rises, 18);
	assert_int_equal(pit.lost, 0);
}

static void deadlines_are_the_edges(void **state)
{
	uint64_t at;

	(void)state;
	program(0x34, 1000);
	for (unsigned i = 1; i < 100; i++) {
		at = pit_deadline(&pit);
		/* first nanosecond with 1 + 1000 * i clocks */
		assert_int_equal(at, ((1 + 1000ull * i) * SECOND + PIT_HZ - 1) / PIT_HZ);
		rises = 0;
		to(at - 1);
		assert_int_equal(rises, 0);
		to(at);
		assert_int_equal(rises, 1);
	}
}

static void late_machine_gets_one_edge(void **state)
{
	(void)state;
	program(0x34, 1193);
	to(1 * MS);
	rises = 0;
	to(11 * MS);
	assert_int_equal(rises, 1);
	assert_int_equal(pit.lost, 10);
	assert_true(line);
	assert_true(pit_deadline(&pit) > 11 * MS);
}

/* A machine that shows the level once per advance still gets the edge. */
static void edge_is_spread_over_two_calls(void **state)
{
	(void)state;
	program(0x34, 1193);
	pit_advance(&pit, 3 * MS);
	assert_false(pit_irq(&pit));
	assert_true(pit_deadline(&pit) <= 3 * MS);
	pit_advance(&pit, 5 * MS);
	assert_true(pit_irq(&pit));
	assert_true(pit_deadline(&pit) > 5 * MS);
}

/* Control words alone move OUT 0. */
static void control_word_sets_the_level(void **state)
{
	(void)state;
	for (unsigned mode = 0; mode < 8; mode++) {
		out(CONTROL, 0x30);
		assert_false(line);
		out(CONTROL, 0x30 | mode << 1);
		assert_int_equal(line, mode != 0);
		assert_true(pit_deadline(&pit) == UINT64_MAX);
	}
}

/* Counters 0 and 1 have no gate to trigger modes 1 and 5. */
static void hardware_modes_never_fire_on_counter_0(void **state)
{
	(void)state;
	program(0x32, 10);
	assert_true(pit_deadline(&pit) == UINT64_MAX);
	program(0x3a, 10);
	assert_true(pit_deadline(&pit) == UINT64_MAX);
}

static void counter_2_never_interrupts(void **state)
{
	(void)state;
	out(PIT_PORT61, 1);
	program(0xb4, 100);
	program(0x74, 100);
	assert_true(pit_deadline(&pit) == UINT64_MAX);
	to(SECOND);
	assert_int_equal(rises, 0);
}

static void time_does_not_go_back(void **state)
{
	(void)state;
	program(0x34, 1000);
	to(10 * MS);
	pit_advance(&pit, 3);
	assert_int_equal(pit.now, 10 * MS);
}

static void end_of_time(void **state)
{
	(void)state;
	program(0x34, 1000);
	pit_advance(&pit, UINT64_MAX - 5);
	pit_advance(&pit, UINT64_MAX - 5);
	assert_true(pit_deadline(&pit) == UINT64_MAX);
	program(0x30, 1000);
	pit_advance(&pit, UINT64_MAX);
	assert_true(pit_deadline(&pit) == UINT64_MAX);
}

static uint64_t seed = 88172645463325252ull;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void random_operations(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t r = rnd(), offset = r >> 8 & 15 ? (r >> 12) % 6 : rnd();
		unsigned bytes = 1u << (r >> 20 & 3);

		if (r & 1)
			pit_write(&pit, offset, bytes, rnd());
		else
			(void)pit_read(&pit, offset, bytes);
		show();
		if ((r >> 24 & 3) == 0)
			to(now + (rnd() >> (24 + (r >> 32) % 40)));
		if ((r >> 26 & 15) == 0 && pit_deadline(&pit) != UINT64_MAX)
			to(pit_deadline(&pit));
		assert_true(pit_deadline(&pit) > pit.now || pit.edge);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(power_on),
		TEST(read_access),
		TEST(wide_write_is_split),
		TEST(port_61_bits),
		TEST(refresh_bit_toggles),
		TEST(rate_generator),
		TEST(square_wave_ticks_once_a_period),
		TEST(deadlines_are_the_edges),
		TEST(late_machine_gets_one_edge),
		TEST(edge_is_spread_over_two_calls),
		TEST(control_word_sets_the_level),
		TEST(hardware_modes_never_fire_on_counter_0),
		TEST(counter_2_never_interrupts),
		TEST(time_does_not_go_back),
		TEST(end_of_time),
		TEST(random_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
