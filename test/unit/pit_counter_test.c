/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/pit_counter.c */
/*
 * One 8254 counter, against a model that does count every clock, as the datasheet
 * tells it; and rows for what a program sees.
 */
#include "vmm/dev/pit_counter.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

/* The slow model: only 16-bit counts written at once, binary. */
struct slow {
	unsigned mode;
	bool gate, out, counting, load, fresh, strobe;
	uint32_t reload, count;
	bool has_reload, low_half, odd;
};

static uint32_t full(uint32_t count)
{
	return count ? count : 65536;
}

static void slow_control(struct slow *s, unsigned mode)
{
	bool gate = s->gate;

	memset(s, 0, sizeof *s);
	s->mode = mode;
	s->gate = gate;
	s->out = mode != 0;
}

static void slow_load(struct slow *s)
{
	s->load = false;
	s->fresh = false;
	s->counting = true;
	s->count = s->reload;
	s->strobe = s->mode == 0 || s->mode >= 4; /* the end is still to come */
	s->low_half = false;
	if (s->mode >= 4)
		s->out = true; /* the strobe lasts one clock, whatever comes */
	if (s->mode == 1) {
		s->out = false;
		s->strobe = true;
	}
	if (s->mode == 3) {
		s->odd = s->count & 1;
		s->count &= ~1u;
	}
}

static void slow_write(struct slow *s, uint32_t count)
{
	bool first = !s->has_reload;

	s->reload = full(count);
	s->has_reload = true;
	if (s->mode == 0)
		s->out = false;
	if (s->mode == 0 || s->mode == 4 || ((s->mode == 2 || s->mode == 3) && (first || s->load)))
		s->load = true;
	s->fresh = true;
}

static void slow_gate(struct slow *s, bool gate)
{
	bool rise = gate && !s->gate;

	s->gate = gate;
	if ((s->mode == 2 || s->mode == 3) && !gate)
		s->out = true;
	if (rise && s->has_reload && s->mode != 0 && s->mode != 4)
		s->load = true;
}

static void slow_square(struct slow *s)
{
	/* High: an odd count has one clock more, at 0. Low: ends at 2. */
	bool end = !s->low_half && s->odd ? s->count == 0 : s->count == 2;

	if (!end) {
		s->count -= 2;
		return;
	}
	s->low_half = !s->low_half;
	s->out = !s->low_half;
	if (s->fresh) {
		s->fresh = false;
		s->odd = s->reload & 1;
	}
	s->count = s->reload & ~1u;
}

static void slow_rate(struct slow *s)
{
	if (s->count == 1) {
		s->count = s->reload;
		s->fresh = false;
		s->out = true;
		return;
	}
	s->count--;
	s->out = s->count != 1;
}

static void slow_clock(struct slow *s)
{
	bool gated = s->mode != 1 && s->mode != 5;

	if (s->load && (s->gate || s->mode == 0 || s->mode == 4 || !gated)) {
		slow_load(s);
		return;
	}
	if (!s->counting || (gated && !s->gate))
		return;
	if (s->mode == 2) {
		slow_rate(s);
		return;
	}
	if (s->mode == 3) {
		slow_square(s);
		return;
	}
	s->count = (s->count - 1) & 0xffff;
	if (s->mode <= 1 && s->count == 0)
		s->out = true;
	if (s->mode >= 4) {
		s->out = !(s->strobe && s->count == 0);
		if (s->count == 0)
			s->strobe = false;
	}
}

static uint64_t seed = 42;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static struct pit_counter counter;
static struct slow slow;
static uint64_t tick;

static void both_control(unsigned mode)
{
	pit_counter_control(&counter, (uint8_t)(0x30 | mode << 1));
	slow_control(&slow, mode);
}

static void both_write(unsigned count)
{
	pit_counter_write(&counter, tick, (uint8_t)count);
	pit_counter_write(&counter, tick, (uint8_t)(count >> 8));
	slow_write(&slow, count);
}

static void both_compare(unsigned mode)
{
	bool out = pit_counter_out(&counter, tick);

	if (out != slow.out)
		fail_msg("mode %u tick %llu: OUT %d, model %d (from %u elapsed %lld)", mode,
			(unsigned long long)tick, out, slow.out, counter.from,
			(long long)(tick - counter.start));
	if (slow.counting && !slow.load && (int64_t)(tick - counter.start) >= 0)
		assert_int_equal(pit_counter_value(&counter, tick), slow.count & 0xffff);
}

static void both_clock(unsigned mode)
{
	bool was = slow.out;
	uint64_t next = pit_counter_next_rise(&counter, tick), rises;

	slow_clock(&slow);
	tick++;
	rises = pit_counter_advance(&counter, tick - 1, tick);
	if (rises != (slow.out && !was))
		fail_msg("mode %u: %llu rises", mode, (unsigned long long)rises);
	if (rises)
		assert_int_equal(next, tick);
	if (!rises && next <= tick)
		fail_msg("mode %u: the rise of tick %llu did not come", mode,
			(unsigned long long)next);
	both_compare(mode);
}

/* Small counts (above the minimum of modes 2 and 3), counts rewritten and gates
 * moved at random moments: output, count and edges agree at every clock. */
static void agrees_with_the_slow_model(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 3000; run++) {
		unsigned mode = run % 6;

		pit_counter_init(&counter, true);
		memset(&slow, 0, sizeof slow);
		slow.gate = true;
		tick = rnd() >> 20;
		both_control(mode);
		for (unsigned i = 0; i < 120; i++) {
			unsigned what = rnd() % 20;

			if (what == 0 || i == 3)
				both_write(2 + rnd() % 12);
			if (what == 1) {
				pit_counter_gate(&counter, tick, !slow.gate);
				slow_gate(&slow, !slow.gate);
			}
			both_compare(mode);
			both_clock(mode);
		}
	}
}

/* One step over many clocks gives what single steps give. */
static void long_steps_give_the_same_edges(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 3000; run++) {
		struct pit_counter far;
		uint64_t rises = 0, start, steps = 1 + rnd() % 100, first = PIT_NEVER, promised;

		pit_counter_init(&counter, true);
		tick = 1000;
		pit_counter_control(&counter, (uint8_t)(0x10 | (run % 6) << 1));
		pit_counter_write(&counter, tick, (uint8_t)(2 + rnd() % 9));
		for (start = tick; tick < start + rnd() % 30; tick++)
			(void)pit_counter_advance(&counter, tick, tick + 1);
		pit_counter_write(&counter, tick, (uint8_t)(2 + rnd() % 9));
		far = counter;
		start = tick;
		promised = pit_counter_next_rise(&far, tick);
		for (; tick < start + steps; tick++) {
			rises += pit_counter_advance(&counter, tick, tick + 1);
			if (rises && first == PIT_NEVER)
				first = tick + 1;
		}
		if (rises)
			assert_int_equal(promised, first);
		else
			assert_true(promised > tick);
		assert_int_equal(pit_counter_advance(&far, start, tick), rises);
		assert_int_equal(pit_counter_out(&far, tick), pit_counter_out(&counter, tick));
		assert_int_equal(pit_counter_value(&far, tick), pit_counter_value(&counter, tick));
	}
}

struct full_row {
	uint8_t word, low, high;
	uint64_t period; /* clocks from the load to the rise of OUT */
	uint16_t at_load, after_3;
};

static void full_range_counts(void **state)
{
	static const struct full_row rows[] = {
		{0x30, 0, 0, 65536, 0, 0xfffd}, {0x31, 0, 0, 10000, 0, 0x9997},
		{0x30, 0xff, 0xff, 65535, 0xffff, 0xfffc}, {0x31, 0x34, 0x12, 1234, 0x1234, 0x1231},
		{0x31, 0xff, 0xff, 16665, 0x6665, 0x6662}, /* no BCD number */
		{0x34, 0, 0, 65536, 0, 0xfffd}, {0x35, 0x10, 0x00, 10, 0x10, 0x07},
		{0x36, 0, 0, 65536, 0, 0xfffa}, {0x3c, 0, 0, 65536, 0, 0xfffa}, /* mode 6 is 2 */
		{0x3e, 5, 0, 5, 4, 4},                                          /* mode 7 is 3 */
		{0x10, 7, 0, 7, 7, 4},                                          /* low byte only */
		{0x20, 2, 0, 512, 512, 509},                                    /* high byte only */
		{0x34, 1, 0, 2, 2, 1},                        /* below the minimum */
		{0x36, 1, 0, 2, 2, 2}, {0x38, 4, 0, 5, 4, 1}, /* strobe: falls at 4, rises at 5 */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool one_byte = (rows[i].word & 0x30) != 0x30;
		uint16_t after_3 = rows[i].after_3;

		pit_counter_init(&counter, true);
		pit_counter_control(&counter, rows[i].word);
		pit_counter_write(&counter, 100, rows[i].low);
		if (!one_byte)
			pit_counter_write(&counter, 100, rows[i].high);
		assert_int_equal(pit_counter_next_rise(&counter, 100), 101 + rows[i].period);
		assert_int_equal(pit_counter_value(&counter, 101), rows[i].at_load);
		if ((rows[i].word >> 1 & 7) == 6)
			after_3 = 0xfffd;
		assert_int_equal(pit_counter_value(&counter, 104), after_3);
	}
}

struct status_row {
	uint8_t word, status_new, status_written, status_running;
};

static void status_byte(void **state)
{
	static const struct status_row rows[] = {
		{0x30, 0x70, 0x70, 0x30},
		{0x32, 0xf2, 0xf2, 0xf2},
		{0x34, 0xf4, 0xf4, 0xb4},
		{0x36, 0xf6, 0xf6, 0xb6},
		{0x38, 0xf8, 0xf8, 0xb8},
		{0x3a, 0xfa, 0xfa, 0xfa},
		{0x31, 0x71, 0x71, 0x31},
		{0x35, 0xf5, 0xf5, 0xb5},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pit_counter_init(&counter, true);
		pit_counter_control(&counter, rows[i].word);
		pit_counter_latch_status(&counter, 0);
		assert_int_equal(pit_counter_read(&counter, 0), rows[i].status_new);
		pit_counter_write(&counter, 0, 9);
		pit_counter_write(&counter, 0, 0);
		pit_counter_latch_status(&counter, 0);
		assert_int_equal(pit_counter_read(&counter, 0), rows[i].status_written);
		pit_counter_latch_status(&counter, 1);
		pit_counter_latch_status(&counter, 500); /* not before it was read */
		assert_int_equal(pit_counter_read(&counter, 1), rows[i].status_running);
	}
}

static void latch_stands_until_read(void **state)
{
	(void)state;
	pit_counter_init(&counter, true);
	pit_counter_control(&counter, 0x34);
	pit_counter_write(&counter, 0, 0x00);
	pit_counter_write(&counter, 0, 0x10);
	pit_counter_latch(&counter, 0x101);
	pit_counter_latch(&counter, 0x201);
	assert_int_equal(pit_counter_read(&counter, 0x301), 0x00);
	assert_int_equal(pit_counter_read(&counter, 0x401), 0x0f);
	assert_int_equal(pit_counter_read(&counter, 0x501), 0x00); /* live again */
	assert_int_equal(pit_counter_read(&counter, 0x501), 0x0b);
	pit_counter_latch(&counter, 0x101);
	pit_counter_control(&counter, 0x30);
	assert_int_equal(pit_counter_read(&counter, 0x501), 0); /* reprogrammed: gone */
}

static void status_comes_before_count(void **state)
{
	(void)state;
	pit_counter_init(&counter, true);
	pit_counter_control(&counter, 0x14);
	pit_counter_write(&counter, 0, 100);
	pit_counter_latch(&counter, 11);
	pit_counter_latch_status(&counter, 11);
	assert_int_equal(pit_counter_read(&counter, 50), 0x94);
	assert_int_equal(pit_counter_read(&counter, 50), 90);
	assert_int_equal(pit_counter_read(&counter, 51), 50);
}

static void mode_0_first_byte_stops(void **state)
{
	(void)state;
	pit_counter_init(&counter, true);
	pit_counter_control(&counter, 0x30);
	pit_counter_write(&counter, 0, 2);
	pit_counter_write(&counter, 0, 0);
	assert_true(pit_counter_out(&counter, 3));
	pit_counter_write(&counter, 3, 5);
	assert_false(pit_counter_out(&counter, 3));
	assert_int_equal(pit_counter_next_rise(&counter, 3), PIT_NEVER);
	pit_counter_write(&counter, 10, 0);
	assert_int_equal(pit_counter_next_rise(&counter, 10), 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_slow_model),
		cmocka_unit_test(long_steps_give_the_same_edges),
		cmocka_unit_test(full_range_counts),
		cmocka_unit_test(status_byte),
		cmocka_unit_test(latch_stands_until_read),
		cmocka_unit_test(status_comes_before_count),
		cmocka_unit_test(mode_0_first_byte_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
