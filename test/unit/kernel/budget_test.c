/* SPDX-License-Identifier: MIT */
/* Budgets: in no window of one period more than one budget is used, and who
 * wants it gets it. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include <string.h>

enum { N = 20, M = 24, A = 30, B = 32, C = 34, D = 36, LOW = 40 };

#define CONTEXTS 4u
#define INTERVALS 40000u

/* --- when each context has run --- */

static struct interval {
	uint64_t begin, end, before; /* before: run in all earlier ones */
} ran[CONTEXTS][INTERVALS];
static unsigned intervals[CONTEXTS];
static struct sc *watched[CONTEXTS];
static uint64_t latency, seed; /* timer interrupts come up to so late */

static unsigned draw(unsigned below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(seed >> 33) % below;
}

static void watch(unsigned i, struct sc *sc)
{
	watched[i] = sc;
	intervals[i] = 0;
}

static void note(const struct sc *sc, uint64_t begin, uint64_t end)
{
	for (unsigned i = 0; i < CONTEXTS && begin < end; i++) {
		struct interval *last = &ran[i][intervals[i]];

		if (watched[i] != sc)
			continue;
		assert_true(intervals[i] + 1 < INTERVALS);
		if (intervals[i] && last[-1].end == begin) {
			last[-1].end = end;
			continue;
		}
		last->begin = begin;
		last->end = end;
		last->before = intervals[i] ? last[-1].before + last[-1].end - last[-1].begin : 0;
		intervals[i]++;
	}
}

/* Time passes until `time`; the timer interrupts come, late if they do. */
static void pass_to(uint64_t time)
{
	do {
		const struct sc *current = cpu_this()->current;
		uint64_t next = fake_armed < time ? fake_armed : time, begin = fake_now;

		next = next < fake_now ? fake_now : next;
		if (next < time && latency)
			next += draw((unsigned)latency + 1);
		fake_now = next;
		note(current, begin, fake_now);
		clock_to(fake_now);
	} while (fake_now < time || fake_armed <= fake_now);
}

/* How long context i had run by `time`; *at is an interval before it, if any is. */
static uint64_t run_by(unsigned i, uint64_t time, unsigned *at)
{
	const struct interval *r;

	while (*at + 1 < intervals[i] && ran[i][*at + 1].begin <= time)
		++*at;
	if (!intervals[i] || ran[i][*at].begin > time)
		return 0;
	r = &ran[i][*at];
	return r->before + (time < r->end ? time : r->end) - r->begin;
}

static uint64_t run_in_all(unsigned i)
{
	unsigned at = 0;

	return run_by(i, UINT64_MAX, &at);
}

/* The most that context i has run in any window of `width`: one that begins
 * where an interval does, or ends where one does. */
static uint64_t most_in(unsigned i, uint64_t width)
{
	uint64_t most = 0;
	unsigned a = 0, b = 0, c = 0, d = 0;

	for (unsigned k = 0; k < intervals[i]; k++) {
		const struct interval *r = &ran[i][k];
		uint64_t from = r->end > width ? r->end - width : 0;
		uint64_t first = run_by(i, r->begin + width, &a) - run_by(i, r->begin, &b);
		uint64_t second = run_by(i, r->end, &c) - run_by(i, from, &d);

		most = first > most ? first : most;
		most = second > most ? second : most;
	}
	return most;
}

static void root_waits(void)
{
	make_notification(N);
	EXPECT(PENDING, root, SYS_WAIT, 0, N, 1);
}

static int start(void **state)
{
	latency = 0;
	seed = 1;
	memset(watched, 0, sizeof(watched));
	return machine_start(state);
}

#define BUDGET_TEST(name) cmocka_unit_test_setup_teardown(name, start, machine_stop)

/* --- random patterns --- */

/* The running thread sleeps for a while, or somebody is to wake in its time. */
static void random_act(const struct thread *const thread[CONTEXTS])
{
	unsigned i = 0;

	while (i < CONTEXTS && thread[i] != running())
		i++;
	if (i == CONTEXTS || draw(3) == 0)
		return;
	EXPECT(STATUS_OK, running(), SYS_TIMER, 0, M + i, 1, fake_now + 1 + draw(900));
	/* The bit of an earlier timer may be there already. */
	(void)SYS(running(), SYS_WAIT, draw(4) ? 0 : WAIT_POLL, M + i, 1);
}

static void random_pattern(uint64_t seed_of_run, uint64_t late)
{
	struct thread *thread[CONTEXTS];

	for (unsigned i = 0; i < CONTEXTS; i++) {
		uint64_t period = 50 + draw(1500), budget = 1 + draw((unsigned)period);

		make_notification(M + i);
		thread[i] = make_limited(A + 2 * i, 5 + draw(3), budget, period);
		watch(i, thread[i]->sc);
	}
	make_thread(ROOT_DOMAIN, LOW, 1);
	root_waits();
	latency = late;
	seed = seed_of_run;
	for (unsigned step = 0; step < 4000; step++) {
		random_act((const struct thread *const *)thread);
		pass_to(fake_now + 1 + draw(draw(4) ? 40 : 600));
		if (step % 64 == 0)
			check_all();
	}
	for (unsigned i = 0; i < CONTEXTS; i++) {
		const struct sc *sc = watched[i];

		if (most_in(i, sc->period) > sc->budget + late)
			fail_msg("seed %lu: %lu of %lu in a period of %lu", seed_of_run,
				most_in(i, sc->period), sc->budget, sc->period);
	}
}

static void test_no_window_holds_more_than_a_budget(void **state)
{
	for (uint64_t run = 1; run <= 40; run++) {
		seed = run * 7919;
		random_pattern(run, 0);
		machine_stop(state);
		start(state);
	}
}

static void test_no_window_holds_more_than_a_budget_and_what_the_timer_was_late(void **state)
{
	for (uint64_t run = 1; run <= 20; run++) {
		seed = run * 104729;
		random_pattern(run, 1 + run % 9);
		machine_stop(state);
		start(state);
	}
}

/* --- who wants all of it gets all of it --- */

static void test_a_spinning_context_gets_its_share_exactly(void **state)
{
	static const struct {
		uint64_t budget, period;
	} rows[] = {{200, 1000}, {1, 50}, {999, 1000}, {1000, 1000}, {333, 777}};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t from;

		watch(0, make_limited(A, 9, rows[i].budget, rows[i].period)->sc);
		make_thread(ROOT_DOMAIN, LOW, 1);
		root_waits();
		from = fake_now;
		for (unsigned k = 1; k <= 100; k++) {
			pass_to(from + k * rows[i].period);
			assert_int_equal(run_in_all(0), k * rows[i].budget);
		}
		check_all();
		machine_stop(state);
		start(state);
	}
}

/* Others wake for a moment again and again while it runs: nothing is lost, for
 * what it uses in pieces comes back in pieces. */
static void test_a_share_does_not_suffer_from_preemption(void **state)
{
	struct thread *other;
	uint64_t from;

	(void)state;
	watch(0, make_limited(A, 9, 400, 1000)->sc);
	other = make_thread(ROOT_DOMAIN, B, 30);
	make_notification(M);
	root_waits();
	from = fake_now;
	for (unsigned i = 1; i <= 1000; i++) {
		run(other);
		EXPECT(STATUS_OK, other, SYS_TIMER, 0, M, 1, from + 70 * i);
		EXPECT(PENDING, other, SYS_WAIT, 0, M, 1);
		pass_to(from + 70 * i);
		assert_ptr_equal(running(), other);
		pass_to(fake_now + 2);
	}
	assert_in_range(run_in_all(0), 70 * 400 * 90 / 100, 70 * 400);
	assert_in_range(most_in(0, 1000), 1, 400);
}

/* It wakes 50 times in a period, and needs half of its budget: it never waits. */
static void test_who_wakes_often_and_briefly_is_not_throttled(void **state)
{
	struct thread *a;
	uint64_t from;

	(void)state;
	a = make_limited(A, 9, 5000, 10000);
	make_notification(M);
	root_waits();
	from = fake_now;
	for (unsigned i = 1; i <= 1000; i++) {
		pass_to(fake_now + 50);
		assert_ptr_equal(running(), a);
		EXPECT(STATUS_OK, a, SYS_TIMER, 0, M, 1, from + 200 * i);
		EXPECT(PENDING, a, SYS_WAIT, 0, M, 1);
		pass_to(from + 200 * i);
		assert_ptr_equal(running(), a);
	}
}

/* It sleeps long and wakes at the end of what would be its period. */
static void test_two_budgets_do_not_meet(void **state)
{
	struct thread *a, *low;

	(void)state;
	a = make_limited(A, 9, 200, 1000);
	low = make_thread(ROOT_DOMAIN, LOW, 1);
	make_notification(M);
	root_waits();
	EXPECT(PENDING, a, SYS_WAIT, 0, M, 1);
	pass_to(1000 + 1800);
	EXPECT(STATUS_OK, low, SYS_SIGNAL, 0, M, 1);
	assert_ptr_equal(running(), a);
	pass_to(1000 + 2000);
	assert_ptr_equal(running(), low);
	pass_to(1000 + 2799);
	assert_ptr_equal(running(), low);
	pass_to(1000 + 2800);
	assert_ptr_equal(running(), a);
}

/* What a late timer lets a context have is taken from what comes next. */
static void test_overtime_is_paid_back(void **state)
{
	struct thread *low;
	uint64_t from;

	(void)state;
	watch(0, make_limited(A, 9, 100, 1000)->sc);
	low = make_thread(ROOT_DOMAIN, LOW, 1);
	root_waits();
	from = fake_now;
	fake_now = from + 130; /* interrupts were off */
	clock_to(fake_now);
	assert_ptr_equal(running(), low);
	assert_int_equal(watched[0]->debt, 30);
	check_all();
	pass_to(from + 10000);
	assert_int_equal(run_in_all(0), 1000 - 130);
	check_all();
}

/* A clock that has jumped costs one budget, not an eternity. */
static void test_a_jump_of_the_clock_is_forgiven(void **state)
{
	struct sc *sc;
	uint64_t from;

	(void)state;
	sc = make_limited(A, 9, 100, 1000)->sc;
	make_thread(ROOT_DOMAIN, LOW, 1);
	root_waits();
	fake_now += 1ull << 40;
	clock_to(fake_now);
	assert_in_range(sc->debt, 0, 100);
	from = fake_now;
	watch(0, sc);
	pass_to(from + 5000);
	assert_in_range(run_in_all(0), 400, 500);
}

static void test_the_whole_cpu_as_a_budget_leaves_equals_their_turn(void **state)
{
	(void)state;
	watch(0, make_limited(A, 9, 1000, 1000)->sc);
	watch(1, make_limited(B, 9, 1000, 1000)->sc);
	watch(2, make_thread(ROOT_DOMAIN, C, 9)->sc);
	root_waits();
	pass_to(fake_now + 120000);
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(run_in_all(i), 9000, 111000);
	assert_in_range(most_in(0, 1000), 1000, 1000);
}

/* Timer interrupts of a context that does what it can to have many of them. */
static void test_a_tiny_budget_is_no_storm(void **state)
{
	unsigned ticks = 0;
	uint64_t from;

	(void)state;
	make_limited(A, 9, 1, 1);
	make_limited(B, 9, 1, 2);
	make_thread(ROOT_DOMAIN, LOW, 1);
	root_waits();
	for (from = fake_now; fake_now < from + 10000; ticks++)
		clock_to(fake_armed);
	assert_in_range(ticks, 100, 4 * 10000 / SC_PERIOD_LEAST_US + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BUDGET_TEST(test_no_window_holds_more_than_a_budget),
		BUDGET_TEST(test_no_window_holds_more_than_a_budget_and_what_the_timer_was_late),
		BUDGET_TEST(test_a_spinning_context_gets_its_share_exactly),
		BUDGET_TEST(test_a_share_does_not_suffer_from_preemption),
		BUDGET_TEST(test_who_wakes_often_and_briefly_is_not_throttled),
		BUDGET_TEST(test_two_budgets_do_not_meet),
		BUDGET_TEST(test_overtime_is_paid_back),
		BUDGET_TEST(test_a_jump_of_the_clock_is_forgiven),
		BUDGET_TEST(test_the_whole_cpu_as_a_budget_leaves_equals_their_turn),
		BUDGET_TEST(test_a_tiny_budget_is_no_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
