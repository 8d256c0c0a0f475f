/* SPDX-License-Identifier: MIT */
/* Calls to busy servers, and threads that go while others wait for them. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "ipc.h"
#include "notification.h"

enum { D = 20, N, M, A = 30, B = 40, C = 50, S = 60, P = 80 };

static struct thread *server[3];

/* Server n of domain D, named S + n, its portal P + n. */
static struct thread *make_nth(unsigned n)
{
	server[n] = make_server(D, S + n);
	make_portal(P + n, S + n, n);
	grant(D, P + n, P + n, RIGHT_USE);
	return server[n];
}

/* Domain D with the notifications N and M, and servers. */
static void make_world(unsigned servers)
{
	make_domain(D);
	make_notification(N);
	make_notification(M);
	grant(D, N, N, RIGHT_ALL);
	grant(D, M, M, RIGHT_ALL);
	grant(D, D, D, RIGHT_ALL);
	for (unsigned i = 0; i < servers; i++)
		make_nth(i);
}

static void test_a_busy_server_is_helped_and_then_called(void **state)
{
	struct thread *low, *high;

	(void)state;
	make_world(1);
	low = make_thread(D, A, 5);
	high = make_thread(D, B, 6);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 1, fake_now + 500);
	EXPECT(PENDING, root, SYS_WAIT, 0, M, 1);
	EXPECT(PENDING, high, SYS_WAIT, 0, N, 1);
	EXPECT(PENDING, low, SYS_CALL, 0, P, 1);
	EXPECT_MESSAGE(server[0], 0, 1, 0, 0, 0, 0);
	clock_to(fake_now + 500);
	assert_ptr_equal(running(), high);
	EXPECT(PENDING, high, SYS_CALL, 0, P, 2);
	assert_ptr_equal(running(), server[0]);
	assert_ptr_equal(cpu_this()->current, high->sc);
	check_all();
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0, 11);
	EXPECT_MESSAGE(server[0], 0, 2, 0, 0, 0, 0);
	assert_int_equal(status_of(low), STATUS_OK);
	assert_int_equal(low->regs.rsi, 11);
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0, 22);
	assert_int_equal(status_of(high), STATUS_OK);
	assert_int_equal(high->regs.rsi, 22);
}

static void test_whom_the_server_called_is_helped(void **state)
{
	struct thread *a, *b;

	(void)state;
	make_world(2);
	a = make_thread(D, A, TOP);
	b = make_thread(D, B, TOP);
	EXPECT(PENDING, a, SYS_CALL, 0, P);
	EXPECT(PENDING, server[0], SYS_CALL, 0, P + 1);
	EXPECT(PENDING, b, SYS_CALL, 0, P, 3);
	assert_ptr_equal(running(), server[1]);
	assert_ptr_equal(cpu_this()->current, b->sc);
	EXPECT(PENDING, server[1], SYS_REPLY, 0, 0);
	assert_ptr_equal(running(), server[0]);
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0);
	EXPECT_MESSAGE(server[0], 0, 3, 0, 0, 0, 0);
	assert_int_equal(status_of(a), STATUS_OK);
}

static void test_a_server_that_waits_keeps_its_callers_waiting(void **state)
{
	struct thread *a, *b;

	(void)state;
	make_world(1);
	a = make_thread(D, A, TOP);
	b = make_thread(D, B, TOP);
	EXPECT(PENDING, a, SYS_CALL, 0, P);
	EXPECT(PENDING, server[0], SYS_WAIT, 0, N, 1);
	EXPECT(PENDING, b, SYS_CALL, 0, P, 4);
	assert_ptr_equal(running(), root);
	check_all();
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 1);
	run(server[0]);
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0);
	run(server[0]);
	EXPECT_MESSAGE(server[0], 0, 4, 0, 0, 0, 0);
}

/* What becomes of the caller and the helper of a server that is destroyed while
 * it runs (0), waits (1) or has called on (2), and the one it called too (3). */
static void test_a_server_is_destroyed_while_called_and_helped(void **state)
{
	(void)state;
	for (unsigned how = 0; how < 4; how++) {
		struct thread *a, *b;

		if (how)
			machine_start(NULL);
		make_world(2);
		a = make_thread(D, A, TOP);
		b = make_thread(D, B, TOP);
		EXPECT(PENDING, a, SYS_CALL, 0, P);
		if (how == 1)
			EXPECT(PENDING, server[0], SYS_WAIT, 0, N, 1);
		if (how >= 2)
			EXPECT(PENDING, server[0], SYS_CALL, 0, P + 1);
		EXPECT(PENDING, b, SYS_CALL, 0, P);
		if (how == 3)
			EXPECT(STATUS_OK, root, SYS_DESTROY, 0, S + 1);
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, S);
		check_all();
		run(a);
		assert_int_equal(status_of(a), STATUS_ABORTED);
		run(b);
		assert_int_equal(status_of(b), STATUS_ABORTED);
	}
}

/* a calls server 0, which calls server 1, which waits; b helps server 0. */
static void test_the_middle_of_a_chain_goes_while_its_end_waits(void **state)
{
	struct thread *a, *b;

	(void)state;
	make_world(2);
	a = make_thread(D, A, TOP);
	b = make_thread(D, B, TOP);
	EXPECT(PENDING, a, SYS_CALL, 0, P);
	EXPECT(PENDING, server[0], SYS_CALL, 0, P + 1);
	EXPECT(PENDING, server[1], SYS_WAIT, 0, N, 1);
	EXPECT(PENDING, b, SYS_CALL, 0, P);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, S);
	check_all();
	run(a);
	assert_int_equal(status_of(a), STATUS_ABORTED);
	run(b);
	assert_int_equal(status_of(b), STATUS_ABORTED);
}

/* The end of a chain destroys its middle: what it ran on is another's again. */
static void test_a_server_destroys_whom_it_serves(void **state)
{
	struct thread *a;

	(void)state;
	make_world(2);
	a = make_thread(D, A, TOP);
	grant(D, S, S, RIGHT_ALL);
	EXPECT(PENDING, a, SYS_CALL, 0, P);
	EXPECT(PENDING, server[0], SYS_CALL, 0, P + 1);
	EXPECT(STATUS_OK, server[1], SYS_DESTROY, 0, S);
	assert_ptr_equal(running(), a);
	assert_int_equal(status_of(a), STATUS_ABORTED);
	/* It is served to its end on the context of the next caller. */
	EXPECT(PENDING, a, SYS_CALL, 0, P + 1, 8);
	assert_ptr_equal(running(), server[1]);
	EXPECT(PENDING, server[1], SYS_REPLY, 0, 0);
	EXPECT_MESSAGE(server[1], 1, 8, 0, 0, 0, 0);
}

static void test_a_thread_destroys_its_caller_and_itself(void **state)
{
	(void)state;
	make_world(1);
	make_thread(D, A, TOP);
	grant(D, S, S, RIGHT_ALL);
	grant(D, A, A, RIGHT_ALL);
	EXPECT(PENDING, thread_at(A), SYS_CALL, 0, P);
	EXPECT(STATUS_OK, server[0], SYS_DESTROY, 0, A);
	assert_ptr_equal(running(), root);
	make_thread(D, B, TOP);
	EXPECT(PENDING, thread_at(B), SYS_CALL, 0, P);
	EXPECT(GONE, server[0], SYS_DESTROY, 0, S);
	assert_ptr_equal(running(), thread_at(B));
	assert_int_equal(status_of(thread_at(B)), STATUS_ABORTED);
}

/* a calls 0, 0 calls 1, 1 calls 2; then 0 goes and a calls 2 itself. The reply
 * of 2 to 1 must not let 1 run on a's context, though it was a's all the time. */
static void test_a_context_leaves_a_chain_that_was_cut(void **state)
{
	struct thread *a;

	(void)state;
	make_world(3);
	a = make_thread(D, A, TOP);
	EXPECT(PENDING, a, SYS_CALL, 0, P);
	EXPECT(PENDING, server[0], SYS_CALL, 0, P + 1);
	EXPECT(PENDING, server[1], SYS_CALL, 0, P + 2);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, S);
	EXPECT(PENDING, a, SYS_CALL, 0, P + 2, 6);
	assert_ptr_equal(running(), server[2]);
	EXPECT(PENDING, server[2], SYS_REPLY, 0, 0);
	EXPECT_MESSAGE(server[2], 2, 6, 0, 0, 0, 0);
	assert_int_equal(status_of(server[1]), STATUS_OK);
}

/* The same with a context that has died, and another in its place in memory. */
static void test_a_dead_context_is_not_taken_for_another(void **state)
{
	struct thread *a, *b;
	struct sc *dead;

	(void)state;
	make_world(1);
	a = make_thread(D, A, TOP);
	dead = a->sc;
	EXPECT(PENDING, a, SYS_CALL, 0, P);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A + 1);
	b = make_thread(D, B, TOP);
	assert_ptr_equal(b->sc, dead);
	EXPECT(PENDING, b, SYS_CALL, 0, P, 6);
	assert_ptr_equal(running(), server[0]);
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0);
	EXPECT_MESSAGE(server[0], 0, 6, 0, 0, 0, 0);
	assert_int_equal(status_of(a), STATUS_OK);
}

static void test_a_helper_is_destroyed(void **state)
{
	struct thread *a;

	(void)state;
	make_world(1);
	a = make_thread(D, A, TOP);
	make_thread(D, B, TOP);
	EXPECT(PENDING, a, SYS_CALL, 0, P);
	EXPECT(PENDING, thread_at(B), SYS_CALL, 0, P);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, B);
	check_all();
	run(server[0]);
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0);
	assert_int_equal(status_of(a), STATUS_OK);
	assert_int_equal(server[0]->state, THREAD_IDLE);
}

static void test_helping_does_not_make_a_circle(void **state)
{
	struct thread *a, *b;

	(void)state;
	make_world(2);
	a = make_thread(D, A, TOP);
	b = make_thread(D, B, TOP);
	EXPECT(PENDING, a, SYS_CALL, 0, P);
	EXPECT(PENDING, b, SYS_CALL, 0, P + 1);
	/* Each server calls the other's, which is busy. */
	EXPECT(PENDING, server[0], SYS_CALL, 0, P + 1);
	assert_ptr_equal(running(), server[1]);
	EXPECT(STATUS_TOO_DEEP, server[1], SYS_CALL, 0, P);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_busy_server_is_helped_and_then_called),
		TEST(test_whom_the_server_called_is_helped),
		TEST(test_a_server_that_waits_keeps_its_callers_waiting),
		TEST(test_a_server_is_destroyed_while_called_and_helped),
		TEST(test_the_middle_of_a_chain_goes_while_its_end_waits),
		TEST(test_a_server_destroys_whom_it_serves),
		TEST(test_a_thread_destroys_its_caller_and_itself),
		TEST(test_a_context_leaves_a_chain_that_was_cut),
		TEST(test_a_dead_context_is_not_taken_for_another),
		TEST(test_a_helper_is_destroyed),
		TEST(test_helping_does_not_make_a_circle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
