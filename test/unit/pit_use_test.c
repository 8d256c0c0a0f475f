/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/pit.c vmm-user/vmm/dev/pit_counter.c */
/* The interval timer as programs use it: Linux, calibration, gate 2, latches. */
#include "test/unit/pit_fixture.h"

/* Mode 0 by count: low until it expires, then high for good. */
static void terminal_count(void **state)
{
	(void)state;
	program(0x30, 11932); /* 10 ms */
	assert_false(line);
	run_until(9 * MS);
	assert_false(line);
	assert_int_equal(pit_deadline(&pit) / 1000, 10000);
	run_until(100 * MS);
	assert_true(line);
	assert_int_equal(rises, 1);
	assert_true(pit_deadline(&pit) == UINT64_MAX);
	out(0, 1);
	assert_false(line);
}

/* Linux's one-shot clock event: mode 4, the count rewritten for each event. */
static void software_strobe_by_linux(void **state)
{
	(void)state;
	out(CONTROL, 0x38);
	assert_true(line);
	for (unsigned i = 0; i < 50; i++) {
		rises = 0;
		out(0, 1193 & 0xff);
		out(0, 1193 >> 8);
		run_until(now + 1 * MS - 10000);
		assert_int_equal(rises, 0);
		run_until(now + 20000);
		assert_int_equal(rises, 1);
		run_until(now + 100 * MS);
		assert_int_equal(rises, 1);
	}
}

/* pit_calibrate_tsc(): gate on, speaker off, mode 0, wait for OUT 2. */
static void linux_calibration_by_out2(void **state)
{
	unsigned latch = PIT_HZ / 100;

	(void)state;
	to(5 * MS);
	out(PIT_PORT61, (in(PIT_PORT61) & ~2u) | 1);
	program(0xb0, latch);
	to(14 * MS);
	assert_int_equal(in(PIT_PORT61)&0x20, 0);
	to(15 * MS - 10000);
	assert_int_equal(in(PIT_PORT61)&0x20, 0);
	to(15 * MS + 10000);
	assert_int_equal(in(PIT_PORT61)&0x20, 0x20);
}

/* quick_pit_calibrate(): the high byte falls by one every 256 clocks. */
static void linux_calibration_by_count(void **state)
{
	(void)state;
	out(PIT_PORT61, 1);
	program(0xb0, 0xffff);
	for (unsigned msb = 0xff; msb; msb--) {
		to((2 + (0xffull - msb) * 256) * SECOND / PIT_HZ + 10000);
		(void)in(2);
		assert_int_equal(in(2), msb);
	}
}

static void gate_2_stops_and_retriggers(void **state)
{
	unsigned stopped;

	(void)state;
	out(PIT_PORT61, 1);
	program(0xb0, 0x8000);
	to(10 * MS);
	out(PIT_PORT61, 0);
	stopped = in(2);
	stopped |= in(2) << 8;
	assert_in_range(stopped, 0x8000 - 11932, 0x8000 - 11930);
	to(100 * MS);
	assert_int_equal(in(2) | in(2) << 8, stopped);
	out(PIT_PORT61, 1);
	to(105 * MS);
	out(PIT_PORT61, 3); /* no edge: counts on */
	to(110 * MS);
	assert_in_range(in(2) | in(2) << 8, stopped - 11933, stopped - 11930);
	program(0xb2, 1193); /* one-shot: the gate starts it */
	assert_int_equal(in(PIT_PORT61)&0x20, 0x20);
	out(PIT_PORT61, 0);
	out(PIT_PORT61, 1);
	to(now + 10000);
	assert_int_equal(in(PIT_PORT61)&0x20, 0);
	to(now + 1 * MS);
	assert_int_equal(in(PIT_PORT61)&0x20, 0x20);
}

static void gates_at_power_on(void **state)
{
	(void)state;
	program(0x70, 0x1000);
	program(0xb0, 0x1000); /* counter 2: closed */
	to(1 * MS);
	assert_int_equal(in(2) | in(2) << 8, 0x1000);
	assert_in_range(in(1) | in(1) << 8, 0x1000 - 1194, 0x1000 - 1192);
}

static void read_back_selects(void **state)
{
	(void)state;
	program(0x14, 50);
	program(0x54, 60);
	to(MS);
	out(CONTROL, 0xc0 | 0x20 | 0x02); /* status of counter 0 only */
	assert_int_equal(pit.counter[0].status_latched, true);
	assert_int_equal(pit.counter[0].latched, false);
	assert_int_equal(pit.counter[1].status_latched, false);
	out(CONTROL, 0xc0 | 0x10 | 0x0c); /* count of 1 and 2 */
	assert_int_equal(pit.counter[1].latched, true);
	assert_int_equal(pit.counter[1].status_latched, false);
	assert_int_equal(pit.counter[2].latched, true);
	out(CONTROL, 0x40); /* latch command: already latched */
	out(CONTROL, 0x00);
	assert_int_equal(pit.counter[0].latched, true);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(terminal_count),
		TEST(software_strobe_by_linux),
		TEST(linux_calibration_by_out2),
		TEST(linux_calibration_by_count),
		TEST(gate_2_stops_and_retriggers),
		TEST(gates_at_power_on),
		TEST(read_back_selects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
