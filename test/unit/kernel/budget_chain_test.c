/* SPDX-License-Identifier: MIT */
/* Budgets that end where it is awkward: inside calls, while helping, in a guest,
 * while something is destroyed. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "vcpu.h"

enum { N = 20, M, A = 30, B = 34, C = 38, LOW = 42, S = 50, P = 60, V = 70 };

static struct thread *low, *server[3];

/* The root task waits for bit 0 of N; LOW runs when nobody else does. */
static void root_waits(void)
{
	make_notification(N);
	low = make_thread(ROOT_DOMAIN, LOW, 1);
	EXPECT(PENDING, root, SYS_WAIT, 0, N, 1);
}

static void root_returns(void)
{
	EXPECT(STATUS_OK, running(), SYS_SIGNAL, 0, N, 1);
	assert_ptr_equal(running(), root);
}

static void make_servers(void)
{
	for (unsigned i = 0; i < 3; i++) {
		server[i] = make_server(ROOT_DOMAIN, S + i);
		make_portal(P + i, S + i, i);
	}
}

/* `thread` calls the first server, that calls the second, and that the third. */
static void call_all_three(struct thread *thread)
{
	EXPECT(PENDING, thread, SYS_CALL, 0, P, 7);
	EXPECT(PENDING, server[0], SYS_CALL, 0, P + 1, 8);
	EXPECT(PENDING, server[1], SYS_CALL, 0, P + 2, 9);
	EXPECT_MESSAGE(server[2], 2, 9, 0, 0, 0, 0);
}

static void test_a_budget_ends_in_a_chain_of_three(void **state)
{
	struct thread *a;
	uint64_t start;

	(void)state;
	make_servers();
	a = make_limited(A, 9, 200, 1000);
	root_waits();
	start = fake_now;
	call_all_three(a);
	clock_to(start + 200);
	assert_ptr_equal(running(), low);
	assert_int_equal(a->sc->state, SC_THROTTLED);
	check_all();
	clock_to(start + 1000);
	assert_ptr_equal(running(), server[2]);
	clock_to(start + 1100);
	EXPECT(PENDING, server[2], SYS_REPLY, 0, 0, 1);
	EXPECT(PENDING, server[1], SYS_REPLY, 0, 0, 2);
	clock_to(start + 1200);
	assert_ptr_equal(running(), low);
	clock_to(start + 2000);
	assert_ptr_equal(running(), server[0]);
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0, 3);
	assert_ptr_equal(running(), a);
	assert_int_equal(a->regs.rsi, 3);
}

/* B takes over the chain that A cannot pay for any more, on its own budget. */
static void test_a_helper_with_another_budget_takes_over(void **state)
{
	struct thread *a, *b;
	uint64_t start;

	(void)state;
	make_servers();
	make_notification(M);
	a = make_limited(A, 9, 200, 1000);
	b = make_limited(B, 8, 300, 1000);
	root_waits();
	start = fake_now;
	call_all_three(a);
	clock_to(start + 200);
	EXPECT(PENDING, b, SYS_CALL, 0, P, 5);
	assert_ptr_equal(running(), server[2]);
	clock_to(start + 250);
	EXPECT(PENDING, server[2], SYS_REPLY, 0, 0, 1);
	EXPECT(PENDING, server[1], SYS_REPLY, 0, 0, 2);
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0, 3);
	/* A has its answer and no time for it; B's own call is served now. */
	EXPECT_MESSAGE(server[0], 0, 5, 0, 0, 0, 0);
	assert_int_equal(status_of(a), STATUS_OK);
	assert_int_equal(a->sc->state, SC_THROTTLED);
	clock_to(start + 400);
	assert_ptr_equal(running(), server[0]);
	assert_int_equal(a->sc->left, 0);
	check_all();
	/* B's budget ends, too. A comes back and helps what B has begun. */
	clock_to(start + 500);
	assert_ptr_equal(running(), low);
	clock_to(start + 1000);
	assert_ptr_equal(running(), a);
	EXPECT(PENDING, a, SYS_CALL, 0, P, 6);
	assert_ptr_equal(running(), server[0]);
	EXPECT(PENDING, server[0], SYS_REPLY, 0, 0, 4);
	EXPECT_MESSAGE(server[0], 0, 6, 0, 0, 0, 0);
	assert_int_equal(b->sc->state, SC_THROTTLED);
	assert_int_equal(status_of(b), STATUS_OK);
	clock_to(start + 1200);
	assert_ptr_equal(running(), b);
}

/* What a chain of three loses while its caller is throttled, and what is then. */
static void test_something_goes_while_the_caller_is_throttled(void **state)
{
	static const struct {
		uint64_t slot;
		uint64_t status; /* of the caller, when it comes back */
	} rows[] = {{A, GONE}, {A + 1, PENDING}, {S, STATUS_ABORTED}, {S + 1, PENDING},
		{S + 2, PENDING}, {P, PENDING}};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct thread *a;
		uint64_t start;

		make_servers();
		a = make_limited(A, 9, 200, 1000);
		root_waits();
		start = fake_now;
		call_all_three(a);
		clock_to(start + 200);
		assert_ptr_equal(running(), low);
		root_returns();
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, rows[i].slot);
		check_all();
		EXPECT(PENDING, root, SYS_WAIT, 0, N, 1);
		clock_to(start + 5500);
		check_all();
		assert_int_equal(rows[i].status == GONE, object_at(A) == NULL);
		if (rows[i].status == GONE || rows[i].slot == A + 1) {
			assert_ptr_equal(running(), low);
		} else {
			clock_to(start + 6000);
			assert_int_equal(status_of(a), rows[i].status);
			assert_int_equal(running() == a, rows[i].status != PENDING);
		}
		root_returns();
		machine_stop(state);
		machine_start(state);
	}
}

/* A caller that is throttled goes, and then the thread that it had called. */
static void test_a_throttled_caller_and_its_server_go(void **state)
{
	struct thread *b;

	(void)state;
	make_servers();
	call_all_three(make_limited(A, TOP, 200, 1000));
	run(root);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A + 1);
	check_all();
	/* The chain that is left is helped by whoever calls it. */
	b = make_limited(B, TOP, 500, 1000);
	EXPECT(PENDING, b, SYS_CALL, 0, P, 5);
	assert_ptr_equal(running(), server[2]);
	run(root);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, S);
	run(b);
	assert_int_equal(status_of(b), STATUS_ABORTED);
}

static void test_a_budget_ends_in_a_guest(void **state)
{
	struct thread *a;
	struct vcpu *vcpu;
	uint64_t start;

	(void)state;
	make_notification(M);
	vcpu = make_vcpu(ROOT_DOMAIN, V, M);
	a = make_limited(A, 9, 200, 1000);
	root_waits();
	start = fake_now;
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
	for (unsigned i = 0; i < 3; i++) {
		clock_to(start + i * 1000 + 200);
		assert_ptr_equal(running(), low);
		assert_ptr_equal(vcpu->thread, a);
		assert_null(percpu()->inside);
		check_all();
		clock_to(start + i * 1000 + 1000);
		assert_ptr_equal(running(), a);
		assert_int_equal(cpu_frame->resume, RESUME_GUEST);
		assert_ptr_equal(percpu()->inside, &vcpu->guest);
	}
	/* A signal and a poke reach it while it has no time; it hears of it later. */
	clock_to(start + 3200);
	EXPECT(STATUS_OK, low, SYS_SIGNAL, 0, M, 4);
	assert_ptr_equal(running(), low);
	clock_to(start + 4000);
	assert_ptr_equal(running(), a);
	assert_int_equal(status_of(a), STATUS_OK);
	assert_int_equal(a->regs.rsi, EXIT_SIGNAL);
	assert_int_equal(a->regs.rdx, 4);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
	clock_to(start + 4200);
	root_returns();
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, V);
	EXPECT(PENDING, root, SYS_WAIT, 0, N, 1);
	clock_to(start + 5000);
	assert_ptr_equal(running(), a);
	assert_int_equal(status_of(a), STATUS_ABORTED);
}

/* A wakes again when it has nothing left: it waits like any other. */
static void test_a_thread_wakes_without_a_budget(void **state)
{
	struct thread *a;
	uint64_t start;

	(void)state;
	make_notification(M);
	a = make_limited(A, 9, 200, 1000);
	root_waits();
	start = fake_now;
	fake_now += 200; /* the timer's interrupt and the call come together */
	EXPECT(PENDING, a, SYS_WAIT, 0, M, 1);
	EXPECT(STATUS_OK, low, SYS_SIGNAL, 0, M, 1);
	clock_to(fake_now);
	assert_ptr_equal(running(), low);
	clock_to(start + 1000);
	assert_ptr_equal(running(), a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_budget_ends_in_a_chain_of_three),
		TEST(test_a_helper_with_another_budget_takes_over),
		TEST(test_something_goes_while_the_caller_is_throttled),
		TEST(test_a_throttled_caller_and_its_server_go),
		TEST(test_a_budget_ends_in_a_guest),
		TEST(test_a_thread_wakes_without_a_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
