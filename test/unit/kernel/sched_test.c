/* SPDX-License-Identifier: MIT */
/* The scheduler: priorities, slices, budgets, contexts that go. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

enum { D = 20, N, M, A = 30, B = 40, C = 50, S = 60, P };

/* The root task waits for bit 0 of N, so that lower ones run. */
static void root_waits(void)
{
	EXPECT(PENDING, root, SYS_WAIT, 0, N, 1);
}

static void test_the_highest_priority_runs(void **state)
{
	struct thread *a, *b, *c;

	(void)state;
	make_notification(N);
	make_notification(M);
	a = make_thread(ROOT_DOMAIN, A, 1);
	b = make_thread(ROOT_DOMAIN, B, 40);
	c = make_thread(ROOT_DOMAIN, C, 0);
	root_waits();
	assert_ptr_equal(running(), b);
	clock_to(fake_now + 1000000);
	assert_ptr_equal(running(), b);
	EXPECT(PENDING, b, SYS_WAIT, 0, M, 1);
	assert_ptr_equal(running(), a);
	EXPECT(STATUS_OK, a, SYS_SIGNAL, 0, M, 1);
	assert_ptr_equal(running(), b);
	assert_int_equal(c->regs.rip, USER_START);
}

static void test_equals_take_turns(void **state)
{
	struct thread *thread[3];
	uint64_t ran[3] = {0};

	(void)state;
	make_notification(N);
	for (unsigned i = 0; i < 3; i++)
		thread[i] = make_thread(ROOT_DOMAIN, A + 2 * i, 7);
	root_waits();
	for (unsigned us = 0; us < 30 * SLICE_US; us += 100) {
		for (unsigned i = 0; i < 3; i++)
			ran[i] += running() == thread[i] ? 100 : 0;
		clock_to(fake_now + 100);
	}
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(ran[i], 10 * SLICE_US - 200, 10 * SLICE_US + 200);
}

static void test_a_thread_alone_is_not_interrupted(void **state)
{
	(void)state;
	make_notification(N);
	make_thread(ROOT_DOMAIN, A, 7);
	root_waits();
	assert_true(fake_armed == UINT64_MAX);
}

static void test_a_preempted_thread_keeps_the_rest_of_its_slice(void **state)
{
	struct thread *a, *b, *high;

	(void)state;
	make_notification(N);
	make_notification(M);
	a = make_thread(ROOT_DOMAIN, A, 7);
	b = make_thread(ROOT_DOMAIN, B, 7);
	high = make_thread(ROOT_DOMAIN, C, 8);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, M, 1, fake_now + SLICE_US / 2);
	root_waits();
	EXPECT(PENDING, high, SYS_WAIT, 0, M, 1);
	assert_ptr_equal(running(), a);
	clock_to(fake_now + SLICE_US / 2);
	assert_ptr_equal(running(), high);
	EXPECT(PENDING, high, SYS_WAIT, 0, M, 1);
	assert_ptr_equal(running(), a);
	clock_to(fake_now + SLICE_US / 2 - 1);
	assert_ptr_equal(running(), a);
	clock_to(fake_now + 1);
	assert_ptr_equal(running(), b);
}

static void test_a_budget_ends_and_comes_back_with_the_period(void **state)
{
	struct thread *low, *limited;
	uint64_t start;

	(void)state;
	make_notification(N);
	low = make_thread(ROOT_DOMAIN, A, 3);
	start = fake_now;
	limited = make_limited(B, 5, 200, 1000);
	root_waits();
	for (unsigned period = 0; period < 5; period++) {
		clock_to(start + period * 1000 + 199);
		assert_ptr_equal(running(), limited);
		clock_to(start + period * 1000 + 200);
		assert_ptr_equal(running(), low);
		check_all();
		clock_to(start + period * 1000 + 999);
		assert_ptr_equal(running(), low);
		clock_to(start + period * 1000 + 1000);
	}
}

/* What is used late comes back late: else two budgets could meet. */
static void test_a_late_timer_moves_what_follows(void **state)
{
	struct thread *low, *limited;
	uint64_t start;

	(void)state;
	make_notification(N);
	low = make_thread(ROOT_DOMAIN, A, 3);
	start = fake_now;
	limited = make_limited(B, 5, 200, 1000);
	root_waits();
	clock_to(start + 900);
	fake_now = start + 1300; /* interrupts were off all the time */
	clock_to(start + 1300);
	assert_ptr_equal(running(), limited);
	clock_to(start + 1500);
	assert_ptr_equal(running(), low);
	clock_to(start + 2299);
	assert_ptr_equal(running(), low);
	clock_to(start + 2300);
	assert_ptr_equal(running(), limited);
}

static void test_a_server_uses_up_its_callers_budget(void **state)
{
	struct thread *low, *limited, *server;
	uint64_t start;

	(void)state;
	make_notification(N);
	low = make_thread(ROOT_DOMAIN, A, 3);
	server = make_server(ROOT_DOMAIN, S);
	make_portal(P, S, 1);
	start = fake_now;
	limited = make_limited(B, 5, 200, 1000);
	root_waits();
	clock_to(start + 100);
	EXPECT(PENDING, limited, SYS_CALL, 0, P);
	clock_to(start + 200);
	assert_ptr_equal(running(), low);
	clock_to(start + 1000);
	assert_ptr_equal(running(), server);
	EXPECT(PENDING, server, SYS_REPLY, 0, 0);
	assert_ptr_equal(running(), limited);
}

/* A context that does not use its budget up has no more than one for it later. */
static void test_time_that_was_not_used_does_not_add_up(void **state)
{
	struct thread *low, *limited;
	uint64_t start;

	(void)state;
	make_notification(N);
	make_notification(M);
	low = make_thread(ROOT_DOMAIN, A, 3);
	start = fake_now;
	limited = make_limited(B, 5, 200, 1000);
	root_waits();
	EXPECT(PENDING, limited, SYS_WAIT, 0, M, 1);
	clock_to(start + 10000);
	EXPECT(STATUS_OK, low, SYS_SIGNAL, 0, M, 1);
	assert_ptr_equal(running(), limited);
	clock_to(start + 10000 + 199);
	assert_ptr_equal(running(), limited);
	clock_to(start + 10000 + 200);
	assert_ptr_equal(running(), low);
}

static void test_the_idle_cpu_wakes_for_a_refill(void **state)
{
	struct thread *limited;
	uint64_t start;

	(void)state;
	make_notification(N);
	start = fake_now;
	limited = make_limited(B, 5, 200, 1000);
	root_waits();
	clock_to(start + 500);
	assert_null(running());
	clock_to(start + 1000);
	assert_ptr_equal(running(), limited);
}

static void test_contexts_that_cannot_be(void **state)
{
	static const struct {
		uint64_t priority, budget, period;
	} bad[] = {{PRIORITY_COUNT, 0, 0}, {UINT64_MAX, 0, 0}, {1ull << 32, 0, 0}, {1, 2, 1},
		{1, 0, 1}, {1, 1, 0}, {1, UINT64_MAX, 1}};

	(void)state;
	make_server(ROOT_DOMAIN, S);
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_SC, A, S, bad[i].priority,
					 bad[i].budget, bad[i].period),
			STATUS_BAD_ARG);
	make_limited(B, 1, UINT64_MAX, UINT64_MAX);
	make_limited(C, 1, 1, UINT64_MAX);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_SC, A, B, 1), STATUS_IN_USE);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, B + 1);
	/* It never runs on its own again. */
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_SC, A, B, 1), STATUS_IN_USE);
}

/* Contexts in every state are destroyed: what ran or waited on them stays. */
static void test_a_context_is_destroyed_in_each_state(void **state)
{
	struct thread *low, *limited;

	(void)state;
	make_notification(N);
	make_notification(M);
	make_thread(ROOT_DOMAIN, A, 3); /* ready */
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A + 1);
	check_all();
	make_thread(ROOT_DOMAIN, B, TOP); /* blocked */
	EXPECT(PENDING, thread_at(B), SYS_WAIT, 0, M, 1);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, B + 1);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, M, 1);
	assert_int_equal(status_of(thread_at(B)), STATUS_OK);
	check_all();
	limited = make_limited(C, TOP, 100, 1000000); /* throttled */
	run(limited);
	clock_to(fake_now + 100);
	assert_int_equal(limited->sc->state, SC_THROTTLED);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, C + 1);
	check_all();
	low = make_thread(ROOT_DOMAIN, S, TOP); /* current */
	EXPECT(STATUS_OK, low, SYS_DESTROY, 0, S + 1);
	assert_ptr_equal(running(), root);
	clock_to(fake_now + 2000000);
	assert_ptr_equal(running(), root);
}

static void test_the_context_of_a_server_in_the_middle_of_a_call(void **state)
{
	struct thread *a, *b, *server;

	(void)state;
	server = make_server(ROOT_DOMAIN, S);
	make_portal(P, S, 1);
	a = make_thread(ROOT_DOMAIN, A, TOP);
	EXPECT(PENDING, a, SYS_CALL, 0, P);
	EXPECT(STATUS_OK, server, SYS_DESTROY, 0, A + 1);
	assert_ptr_equal(running(), root);
	clock_to(fake_now + 10 * SLICE_US);
	assert_ptr_equal(running(), root);
	b = make_thread(ROOT_DOMAIN, B, TOP);
	EXPECT(PENDING, b, SYS_CALL, 0, P, 5);
	EXPECT(PENDING, server, SYS_REPLY, 0, 0);
	EXPECT_MESSAGE(server, 1, 5, 0, 0, 0, 0);
	/* The first caller has its answer, and nothing to run on. */
	assert_int_equal(status_of(a), STATUS_OK);
	run(root);
	clock_to(fake_now + 10 * SLICE_US);
	assert_int_equal(a->regs.rip, USER_AFTER);
}

static void test_the_guest_of_a_thread_is_switched_like_a_thread(void **state)
{
	struct thread *a, *b;

	(void)state;
	make_vcpu(ROOT_DOMAIN, S, 0);
	make_vcpu(ROOT_DOMAIN, S + 2, 0);
	a = make_thread(ROOT_DOMAIN, A, TOP);
	b = make_thread(ROOT_DOMAIN, B, TOP);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, S);
	EXPECT(IN_GUEST, b, SYS_VCPU_RUN, 0, S + 2);
	for (unsigned i = 0; i < 5; i++) {
		run(a);
		assert_int_equal(cpu_frame->resume, RESUME_GUEST);
		run(root);
		run(b);
		assert_int_equal(cpu_frame->resume, RESUME_GUEST);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_highest_priority_runs),
		TEST(test_equals_take_turns),
		TEST(test_a_thread_alone_is_not_interrupted),
		TEST(test_a_preempted_thread_keeps_the_rest_of_its_slice),
		TEST(test_a_budget_ends_and_comes_back_with_the_period),
		TEST(test_a_late_timer_moves_what_follows),
		TEST(test_a_server_uses_up_its_callers_budget),
		TEST(test_time_that_was_not_used_does_not_add_up),
		TEST(test_the_idle_cpu_wakes_for_a_refill),
		TEST(test_contexts_that_cannot_be),
		TEST(test_a_context_is_destroyed_in_each_state),
		TEST(test_the_context_of_a_server_in_the_middle_of_a_call),
		TEST(test_the_guest_of_a_thread_is_switched_like_a_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
