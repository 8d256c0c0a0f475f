/* SPDX-License-Identifier: MIT */
/* How long chains of callers and helpers get, and who is refused then. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "ipc.h"

enum { D = 20, A = 30, B = 40, C = 50, S = 60, P = 100, CALLERS = 140 };

static struct thread *server[2 * IPC_DEPTH_MAX];

/* Server n of domain D, named S + n, its portal P + n. */
static struct thread *make_nth(unsigned n)
{
	server[n] = make_server(D, S + n);
	make_portal(P + n, S + n, n);
	grant(D, P + n, P + n, RIGHT_USE);
	return server[n];
}

static void make_world(unsigned servers)
{
	make_domain(D);
	for (unsigned i = 0; i < servers; i++)
		make_nth(i);
}

/* a calls server 0, that calls server 1 ..., up to server `links` - 1. */
static void make_chain(struct thread *a, unsigned links)
{
	EXPECT(PENDING, a, SYS_CALL, 0, P);
	for (unsigned i = 0; i + 1 < links; i++)
		EXPECT(PENDING, server[i], SYS_CALL, 0, P + i + 1);
}

/* Neither at its end, where it would grow by helping, nor at its front. */
static void test_a_long_chain_does_not_grow(void **state)
{
	struct thread *a, *b, *c;
	const unsigned last = IPC_DEPTH_MAX - 1, other = IPC_DEPTH_MAX;

	(void)state;
	make_world(ARRAY_SIZE(server));
	a = make_thread(D, A, TOP);
	b = make_thread(D, B, TOP);
	c = make_thread(D, C, TOP);
	make_chain(a, IPC_DEPTH_MAX);
	EXPECT(PENDING, b, SYS_CALL, 0, P + other);
	EXPECT(STATUS_TOO_DEEP, server[last], SYS_CALL, 0, P + other);
	/* c waits for 0, as a does; who waits for whom has waited for 0 is too much. */
	EXPECT(PENDING, c, SYS_CALL, 0, P);
	check_all();
	EXPECT(STATUS_TOO_DEEP, server[other], SYS_CALL, 0, P);
	EXPECT(PENDING, server[other], SYS_CALL, 0, P + 1);
	check_all();
}

/* Each server helps the next one, whose own caller has called it: from the end to
 * the front, so that no walk but the last is too long. */
static void test_a_chain_of_helpers_alone_has_the_same_limit(void **state)
{
	const unsigned last = IPC_DEPTH_MAX;

	(void)state;
	make_world(last + 1);
	for (unsigned i = 0; i <= last; i++)
		EXPECT(PENDING, make_thread(D, CALLERS + 2 * i, TOP), SYS_CALL, 0, P + i);
	for (unsigned i = last; i-- > 0;) {
		EXPECT(i ? PENDING : STATUS_TOO_DEEP, server[i], SYS_CALL, 0, P + i + 1);
		check_all();
	}
}

enum { TAIL = IPC_DEPTH_MAX / 2, SHARED = TAIL };

/* A chain of TAIL callers waits for the shared server, and so does a thread alone.
 * Then that server's own calls go as deep as they may: it is the long tail that has
 * to let go. `busy`: whom it calls first has a caller already. */
static void grow_before_helpers(bool busy)
{
	const unsigned end = SHARED + IPC_DEPTH_MAX - 1;
	struct thread *tail, *alone, *caller;

	make_world(ARRAY_SIZE(server));
	tail = make_thread(D, A, TOP);
	caller = make_thread(D, B, TOP);
	alone = make_thread(D, C, TOP);
	EXPECT(PENDING, caller, SYS_CALL, 0, P + SHARED);
	if (busy)
		EXPECT(PENDING, make_thread(D, CALLERS, TOP), SYS_CALL, 0, P + SHARED + 1);
	make_chain(tail, TAIL);
	EXPECT(PENDING, server[TAIL - 1], SYS_CALL, 0, P + SHARED);
	assert_int_equal(server[SHARED]->height, TAIL + 1);
	EXPECT(PENDING, alone, SYS_CALL, 0, P + SHARED, 7);
	for (unsigned i = SHARED; i < end; i++) {
		EXPECT(PENDING, server[i], SYS_CALL, 0, P + i + 1);
		check_all();
	}
	if (!busy)
		EXPECT(STATUS_TOO_DEEP, server[end], SYS_CALL, 0, P + end + 1);
	run(server[TAIL - 1]);
	assert_int_equal(status_of(server[TAIL - 1]), STATUS_TOO_DEEP);
	check_all();
	/* Everyone else is served. */
	for (unsigned i = end; i > SHARED; i--)
		EXPECT(PENDING, server[i], SYS_REPLY, 0, 0);
	if (busy)
		EXPECT(PENDING, server[SHARED + 1], SYS_REPLY, 0, 0);
	EXPECT(PENDING, server[SHARED], SYS_REPLY, 0, 0);
	run(caller);
	assert_int_equal(status_of(caller), STATUS_OK);
	run(server[SHARED]);
	assert_int_equal(server[SHARED]->regs.rsi, 7);
	EXPECT(PENDING, server[SHARED], SYS_REPLY, 0, 0);
	assert_int_equal(status_of(alone), STATUS_OK);
}

static void test_helpers_do_not_keep_a_server_from_calling(void **state)
{
	(void)state;
	grow_before_helpers(false);
}

static void test_helpers_do_not_keep_a_server_from_helping(void **state)
{
	(void)state;
	grow_before_helpers(true);
}

/* The same where the call is a fault. */
static void test_helpers_do_not_stop_a_server_that_faults(void **state)
{
	struct thread *tail, *caller;

	(void)state;
	make_world(IPC_DEPTH_MAX);
	tail = make_thread(D, A, TOP);
	caller = make_thread(D, B, TOP);
	server[15]->fault_portal = object_ref(object_at(P + 14));
	EXPECT(PENDING, caller, SYS_CALL, 0, P + 15);
	make_chain(tail, 14);
	EXPECT(PENDING, server[13], SYS_CALL, 0, P + 15);
	assert_int_equal(server[15]->height, 15);
	server[15]->height = IPC_DEPTH_MAX; /* as with one more behind the tail */
	fault(server[15], 14, 0, 0);
	assert_int_equal(server[15]->state, THREAD_CALLING);
	check_all();
}

/* A helper of one call does not count for the next one. */
static void test_a_free_server_has_nobody_behind_it(void **state)
{
	struct thread *low, *high;

	(void)state;
	make_world(2);
	low = make_thread(D, A, TOP);
	high = make_thread(D, B, TOP);
	EXPECT(PENDING, high, SYS_CALL, 0, P + 1);
	EXPECT(PENDING, low, SYS_CALL, 0, P);
	EXPECT(PENDING, server[1], SYS_CALL, 0, P);
	assert_int_equal(server[0]->height, 2);
	while (running() != server[0] || cpu_this()->current != low->sc)
		clock_to(fake_armed);
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0);
	/* low calls again before the helper has tried again. */
	EXPECT(PENDING, low, SYS_CALL, 0, P);
	assert_int_equal(server[0]->height, 1);
	check_all();
	/* The helper waits for the second call, too, and then it is its turn. */
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0);
	assert_int_equal(status_of(low), STATUS_OK);
	run(server[0]);
	assert_int_equal(server[0]->height, 2);
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0);
	assert_int_equal(status_of(server[1]), STATUS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_long_chain_does_not_grow),
		TEST(test_a_chain_of_helpers_alone_has_the_same_limit),
		TEST(test_helpers_do_not_keep_a_server_from_calling),
		TEST(test_helpers_do_not_keep_a_server_from_helping),
		TEST(test_helpers_do_not_stop_a_server_that_faults),
		TEST(test_a_free_server_has_nobody_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
