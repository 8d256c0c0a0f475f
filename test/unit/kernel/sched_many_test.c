/* SPDX-License-Identifier: MIT */
/* More contexts and timers at once than one pass through the kernel takes on. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "notification.h"

enum { N = 20, M, LOW = 42, S = 50, P = 60, MANY = 100 };

#define HELPERS 100u
#define TIMERS 200u

static struct thread *low, *server;

/* HELPERS threads wait for one server, which waits for a notification. */
static void make_helpers(void)
{
	server = make_server(ROOT_DOMAIN, S);
	make_portal(P, S, 1);
	make_notification(M);
	make_notification(N);
	for (unsigned i = 0; i < HELPERS; i++) {
		make_thread(ROOT_DOMAIN, MANY + 2 * i, 2 + i % 8);
		thread_at(MANY + 2 * i)->regs.rdi = SYS_WORD(SYS_CALL, 0, P);
		thread_at(MANY + 2 * i)->regs.rip = USER_SYSCALL;
	}
	low = make_thread(ROOT_DOMAIN, LOW, 1);
	EXPECT(PENDING, root, SYS_WAIT, 0, N, 1);
	clock_to(fake_now);
	EXPECT(PENDING, server, SYS_WAIT, 0, M, 1);
	clock_to(fake_now);
	assert_ptr_equal(running(), low);
}

static unsigned contexts_in(enum sc_state state)
{
	unsigned count = 0;

	for (unsigned i = 0; i < HELPERS; i++)
		count += thread_at(MANY + 2 * i)->sc->state == state;
	return count;
}

/* One timer interrupt, and no system calls after it. */
static void tick(void)
{
	assert_true(fake_armed <= fake_now);
	cpu_hold = true;
	clock_tick();
	cpu_hold = false;
}

static void test_many_helpers_wake_a_few_at_a_time(void **state)
{
	unsigned blocked = HELPERS;
	struct thread *caller;

	(void)state;
	make_helpers();
	assert_int_equal(contexts_in(SC_BLOCKED), HELPERS);
	cpu_hold = true;
	EXPECT(STATUS_OK, low, SYS_SIGNAL, 0, M, 1);
	assert_ptr_equal(running(), server);
	for (unsigned ticks = 1; contexts_in(SC_BLOCKED) > 0; ticks++) {
		assert_int_equal(blocked - contexts_in(SC_BLOCKED), SCHED_BATCH);
		blocked -= SCHED_BATCH;
		check_all();
		if (blocked <= SCHED_BATCH)
			break;
		tick();
	}
	cpu_hold = false;
	/* Each is served in the end, and nobody twice. */
	for (unsigned i = 0; i < HELPERS; i++) {
		clock_to(fake_now);
		assert_ptr_equal(running(), server);
		caller = server->caller;
		EXPECT(PENDING, server, SYS_REPLY, 0, 0);
		assert_int_equal(status_of(caller), STATUS_OK);
		fault(caller, 14, 0, 0); /* stops it */
		check_all();
	}
	assert_ptr_equal(running(), low);
}

/* They wake for a server that waits again before it has served anybody. */
static void test_many_helpers_wake_for_nothing(void **state)
{
	(void)state;
	make_helpers();
	EXPECT(STATUS_OK, low, SYS_SIGNAL, 0, M, 1);
	clock_to(fake_now);
	assert_int_equal(contexts_in(SC_BLOCKED), 0);
	cpu_hold = true;
	(void)SYS(server, SYS_WAIT, 0, M, 1);
	assert_null(running());
	for (unsigned ticks = 1; ticks < HELPERS / SCHED_BATCH; ticks++) {
		assert_int_equal(contexts_in(SC_BLOCKED), ticks * SCHED_BATCH);
		check_all();
		tick();
	}
	cpu_hold = false;
	clock_to(fake_now);
	assert_ptr_equal(running(), low);
	assert_int_equal(contexts_in(SC_BLOCKED), HELPERS);
}

/* What waits to be woken is destroyed; and the server that it waited for. */
static void test_what_goes_before_it_is_woken(void **state)
{
	(void)state;
	make_helpers();
	EXPECT(STATUS_OK, low, SYS_SIGNAL, 0, N, 1);
	assert_ptr_equal(running(), root);
	cpu_hold = true;
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, M, 1);
	assert_false(list_empty(&cpu_this()->waking));
	for (unsigned i = 0; i < HELPERS; i += 3)
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, MANY + 2 * i + i % 2);
	check_all();
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, S);
	cpu_hold = false;
	check_all();
	EXPECT(PENDING, root, SYS_WAIT, 0, N, 1);
	for (unsigned i = 0; i < HELPERS; i++) {
		clock_to(fake_now);
		if (i % 3 == 0)
			continue;
		assert_int_equal(status_of(running()), STATUS_ABORTED);
		fault(running(), 14, 0, 0);
	}
	assert_ptr_equal(running(), low);
}

/* Timers of one instant: each interrupt signals a few, and the rest at once. */
static void test_many_timers_are_due_at_once(void **state)
{
	uint64_t at = fake_now + 1000;
	unsigned ticks = 0, set = 0;

	(void)state;
	for (unsigned i = 0; i < TIMERS; i++) {
		make_notification(MANY + i);
		EXPECT(STATUS_OK, root, SYS_TIMER, 0, MANY + i, 1, at);
	}
	fake_now = at;
	for (; fake_armed <= fake_now; ticks++) {
		tick();
		set = 0;
		for (unsigned i = 0; i < TIMERS; i++)
			set += CONTAINER_OF(object_at(MANY + i), struct notification, object)->word;
		assert_true(set == (ticks + 1) * TIMEOUT_BATCH || set == TIMERS);
	}
	assert_int_equal(set, TIMERS);
	assert_int_equal(ticks, (TIMERS + TIMEOUT_BATCH - 1) / TIMEOUT_BATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_many_helpers_wake_a_few_at_a_time),
		TEST(test_many_helpers_wake_for_nothing),
		TEST(test_what_goes_before_it_is_woken),
		TEST(test_many_timers_are_due_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
