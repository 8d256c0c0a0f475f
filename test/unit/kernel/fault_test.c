/* SPDX-License-Identifier: MIT */
/* Faults: the call to the handler, its answers, and threads nobody handles. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "ipc.h"

enum { D = 20, N, H = 30, P, A = 40, B = 50, S = 60, CHAIN = 80 };

#define PF 14u

static struct thread *handler;

/* A thread of domain D named `slot`, with portal `portal` as its fault portal. */
static struct thread *make_faulter(uint64_t slot, uint64_t portal, bool active)
{
	static uint64_t utcb = USER_MEMORY;

	utcb += PAGE_SIZE;
	assert_int_equal(CREATE(root, D, OBJECT_THREAD, slot, CREATE_PAIR(0, portal), utcb,
				 USER_START, USER_STACK),
		STATUS_OK);
	if (active)
		assert_int_equal(
			CREATE(root, ROOT_DOMAIN, OBJECT_SC, slot + 1, slot, TOP), STATUS_OK);
	return thread_at(slot);
}

static void make_world(void)
{
	make_domain(D);
	handler = make_server(ROOT_DOMAIN, H);
	make_portal(P, H, 3);
}

static void test_a_fault_is_a_call_with_five_words(void **state)
{
	struct thread *a;
	struct regs before;

	(void)state;
	make_world();
	a = make_faulter(A, P, true);
	run(a);
	a->regs.rax = 77;
	a->regs.rcx = 78;
	a->regs.rsi = 79;
	a->regs.rsp = 0x1234;
	before = a->regs;
	a->utcb->word[0] = 1;
	handler->utcb->word[0] = 2;
	fault(a, PF, 6, 0xdead);
	EXPECT_MESSAGE(handler, 3, PF, 6, USER_FAULT, 0xdead, 0x1234);
	assert_int_equal(handler->utcb->word[0], 2);
	check_all();
	EXPECT(PENDING, handler, SYS_REPLY, 4, 0, 91, 92, 93, 94, 95);
	assert_ptr_equal(running(), a);
	assert_int_equal(a->utcb->word[0], 1);
	before.rip = USER_FAULT;
	before.resume = RESUME_IRET;
	assert_memory_equal(&a->regs, &before, sizeof(before));
}

static void test_a_handler_stops_the_thread_for_good(void **state)
{
	struct thread *a;

	(void)state;
	make_world();
	a = make_faulter(A, P, true);
	fault(a, 6, 0, 0);
	EXPECT(PENDING, handler, SYS_REPLY, REPLY_STOP, 0);
	assert_int_equal(a->state, THREAD_STOPPED);
	assert_ptr_equal(running(), root);
	clock_to(fake_now + 100000);
	assert_ptr_equal(running(), root);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A);
}

static void expect_stopped(struct thread *thread)
{
	fault(thread, PF, 0, 0);
	assert_int_equal(thread->state, THREAD_STOPPED);
	check_all();
	run(root);
}

static void test_threads_that_nobody_can_handle_stop(void **state)
{
	(void)state;
	make_world();
	add_cpu();
	expect_stopped(make_faulter(A, 0, true));
	/* On another CPU. */
	assert_int_equal(CREATE(root, D, OBJECT_THREAD, S, CREATE_PAIR(1, 0), 0x10000000,
				 USER_START, USER_STACK),
		STATUS_OK);
	make_portal(S + 1, S, 1);
	expect_stopped(make_faulter(A + 2, S + 1, true));
	/* The portal is gone, the server is gone. */
	make_portal(S + 2, H, 1);
	make_faulter(A + 4, S + 2, true);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, S + 2);
	expect_stopped(thread_at(A + 4));
	make_faulter(A + 6, P, true);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, H);
	expect_stopped(thread_at(A + 6));
}

static void test_a_handler_cannot_handle_itself(void **state)
{
	struct thread *a, *b;

	(void)state;
	make_world();
	/* B is its own handler: the portal comes first, by way of another thread. */
	b = make_faulter(B, P, false);
	make_portal(B + 2, B, 1);
	grant(D, B + 2, B + 2, RIGHT_USE);
	a = make_faulter(A, P, true);
	EXPECT(PENDING, a, SYS_CALL, 0, B + 2);
	EXPECT_MESSAGE(b, 1, 0, 0, 0, 0, 0);
	b->fault_portal = object_ref(object_at(B + 2));
	fault(b, PF, 0, 0);
	assert_int_equal(b->state, THREAD_STOPPED);
	assert_int_equal(status_of(a), PENDING);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, B);
	assert_int_equal(status_of(a), STATUS_ABORTED);
}

static void test_a_fault_at_the_depth_limit_stops(void **state)
{
	struct thread *a, *link = NULL;

	(void)state;
	make_world();
	a = make_thread(D, A, TOP);
	for (unsigned i = 0; i < IPC_DEPTH_MAX; i++) {
		struct thread *next = make_faulter(CHAIN + 2 * i, P, false);

		make_portal(CHAIN + 2 * i + 1, CHAIN + 2 * i, i);
		grant(D, CHAIN + 2 * i + 1, CHAIN + 2 * i + 1, RIGHT_USE);
		EXPECT(PENDING, link ? link : a, SYS_CALL, 0, CHAIN + 2 * i + 1);
		link = next;
	}
	fault(link, PF, 0, 0);
	assert_int_equal(link->state, THREAD_STOPPED);
}

static void test_a_busy_handler_is_helped_and_asked_again(void **state)
{
	struct thread *a, *b;

	(void)state;
	make_world();
	a = make_faulter(A, P, true);
	b = make_faulter(B, P, true);
	fault(a, PF, 1, 0x1000);
	fault(b, PF, 2, 0x2000);
	assert_ptr_equal(running(), handler);
	assert_ptr_equal(cpu_this()->current, b->sc);
	check_all();
	EXPECT(PENDING, handler, SYS_REPLY, 0, 0);
	/* The instruction runs again, and faults again. */
	assert_ptr_equal(running(), b);
	assert_int_equal(b->regs.rip, USER_FAULT);
	fault(b, PF, 2, 0x2000);
	EXPECT_MESSAGE(handler, 3, PF, 2, USER_FAULT, 0x2000, b->regs.rsp);
}

static void test_a_handler_that_goes_stops_whom_it_handles(void **state)
{
	struct thread *a, *b;

	(void)state;
	make_world();
	a = make_faulter(A, P, true);
	b = make_faulter(B, P, true);
	fault(a, PF, 0, 0);
	fault(b, PF, 0, 0);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, H);
	assert_int_equal(a->state, THREAD_STOPPED);
	run(b);
	assert_int_equal(b->regs.rip, USER_FAULT);
	expect_stopped(b);
}

static void test_the_faulting_thread_goes_while_it_is_handled(void **state)
{
	(void)state;
	make_world();
	make_faulter(A, P, true);
	fault(thread_at(A), PF, 0, 0);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A);
	check_all();
	/* The next one finds the handler busy with nobody. */
	make_faulter(B, P, true);
	fault(thread_at(B), PF, 0, 5);
	assert_ptr_equal(running(), handler);
	EXPECT(PENDING, handler, SYS_REPLY, REPLY_STOP, 0);
	assert_int_equal(thread_at(B)->state, THREAD_RUNNABLE);
}

static void test_a_server_faults_while_it_serves(void **state)
{
	struct thread *a, *s;

	(void)state;
	make_world();
	s = make_faulter(S, P, false);
	make_portal(S + 2, S, 9);
	grant(D, S + 2, S + 2, RIGHT_USE);
	a = make_thread(D, A, TOP);
	EXPECT(PENDING, a, SYS_CALL, 0, S + 2);
	fault(s, PF, 0, 0);
	EXPECT(PENDING, handler, SYS_REPLY, 0, 0);
	assert_ptr_equal(running(), s);
	EXPECT(PENDING, s, SYS_REPLY, 0, 0, 4);
	assert_int_equal(status_of(a), STATUS_OK);
	assert_int_equal(a->regs.rsi, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_fault_is_a_call_with_five_words),
		TEST(test_a_handler_stops_the_thread_for_good),
		TEST(test_threads_that_nobody_can_handle_stop),
		TEST(test_a_handler_cannot_handle_itself),
		TEST(test_a_fault_at_the_depth_limit_stops),
		TEST(test_a_busy_handler_is_helped_and_asked_again),
		TEST(test_a_handler_that_goes_stops_whom_it_handles),
		TEST(test_the_faulting_thread_goes_while_it_is_handled),
		TEST(test_a_server_faults_while_it_serves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
