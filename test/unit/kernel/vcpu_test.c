/* SPDX-License-Identifier: MIT */
/* SYS_VCPU_RUN and SYS_VCPU_POKE: ways in, ways out, and several guests at once. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "notification.h"
#include "vcpu.h"

enum { D = 20, E, N, A = 30, B = 40, V = 50, W = 60 };

static void test_an_exit_ends_the_call(void **state)
{
	(void)state;
	make_vcpu(ROOT_DOMAIN, V, 0);
	run(root);
	root->regs.rbx = 77;
	for (unsigned i = 0; i < 3; i++) {
		EXPECT(IN_GUEST, root, SYS_VCPU_RUN, 0, V, 1, 2, 3, 4, 5);
		guest_exit(48 + i);
		assert_int_equal(status_of(root), STATUS_OK);
		assert_int_equal(root->regs.rsi, 48 + i);
		assert_int_equal(root->regs.rdx, 0);
		assert_int_equal(root->regs.r10, 3);
		assert_int_equal(root->regs.rbx, 77);
		check_all();
	}
}

static void test_an_entry_that_is_refused_is_an_exit(void **state)
{
	(void)state;
	make_vcpu(ROOT_DOMAIN, V, 0);
	fake_guests.refuse = true;
	EXPECT(STATUS_OK, root, SYS_VCPU_RUN, 0, V);
	assert_int_equal(root->regs.rsi, EXIT_ENTRY_REFUSED);
	fake_guests.refuse = false;
	EXPECT(IN_GUEST, root, SYS_VCPU_RUN, 0, V);
}

static void test_a_poke_ends_the_run_or_the_next(void **state)
{
	struct thread *a;
	struct vcpu *vcpu;

	(void)state;
	vcpu = make_vcpu(ROOT_DOMAIN, V, 0);
	a = make_thread(ROOT_DOMAIN, A, TOP);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
	EXPECT(STATUS_OK, root, SYS_VCPU_POKE, 0, V);
	assert_int_equal(status_of(a), STATUS_OK);
	assert_int_equal(a->regs.rsi, EXIT_POKED);
	assert_int_equal(vcpu->guest.state->exit_reason, EXIT_POKED);
	/* Twice before the run is once. */
	EXPECT(STATUS_OK, root, SYS_VCPU_POKE, 0, V);
	EXPECT(STATUS_OK, root, SYS_VCPU_POKE, 0, V);
	vcpu->guest.state->exit_reason = 5;
	EXPECT(STATUS_OK, a, SYS_VCPU_RUN, 0, V);
	assert_int_equal(a->regs.rsi, EXIT_POKED);
	assert_int_equal(vcpu->guest.state->exit_reason, 5);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
}

static void test_runs_that_cannot_be(void **state)
{
	struct thread *a;

	(void)state;
	add_cpu();
	make_vcpu(ROOT_DOMAIN, V, 0);
	a = make_thread(ROOT_DOMAIN, A, TOP);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
	EXPECT(STATUS_IN_USE, root, SYS_VCPU_RUN, 0, V);
	assert_int_equal(status_of(a), IN_GUEST);
	assert_int_equal(
		CREATE(root, ROOT_DOMAIN, OBJECT_VCPU, W, V + 1, CREATE_PAIR(1, 0), USER_MEMORY),
		STATUS_OK);
	EXPECT(STATUS_WRONG_CPU, root, SYS_VCPU_RUN, 0, W);
}

/* An interrupt that means nothing to the VMM leaves the guest where it is. */
static void test_interrupts_go_past_the_guest(void **state)
{
	unsigned entered;

	(void)state;
	make_vcpu(ROOT_DOMAIN, V, 0);
	make_notification(N);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 1, fake_now + 10);
	EXPECT(IN_GUEST, root, SYS_VCPU_RUN, 0, V);
	entered = fake_guests.entered;
	clock_to(fake_now + 10);
	assert_int_equal(status_of(root), IN_GUEST);
	assert_int_equal(fake_guests.entered, entered + 1);
	assert_ptr_equal(percpu()->inside, cpu_frame->guest);
}

static void test_a_guest_is_left_while_another_runs(void **state)
{
	struct thread *a, *b;
	struct vcpu *v, *w;

	(void)state;
	make_notification(N);
	v = make_vcpu(ROOT_DOMAIN, V, N);
	w = make_vcpu(ROOT_DOMAIN, W, 0);
	a = make_thread(ROOT_DOMAIN, A, TOP);
	b = make_thread(ROOT_DOMAIN, B, TOP);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 4, fake_now + 4 * SLICE_US);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
	EXPECT(IN_GUEST, b, SYS_VCPU_RUN, 0, W);
	EXPECT(PENDING, root, SYS_WAIT, 0, N, 8);
	run(b);
	assert_ptr_equal(percpu()->loaded, &w->guest);
	clock_to(fake_now + 4 * SLICE_US);
	assert_int_equal(status_of(a), STATUS_OK);
	assert_int_equal(a->regs.rsi, EXIT_SIGNAL);
	assert_int_equal(a->regs.rdx, 4);
	assert_int_equal(v->guest.state->exit_reason, EXIT_SIGNAL);
	run(b);
	assert_ptr_equal(percpu()->loaded, &w->guest);
	guest_exit(10);
	assert_int_equal(status_of(b), STATUS_OK);
}

/* One VMM thread may run two guests by turns. */
static void test_a_thread_runs_two_guests(void **state)
{
	struct vcpu *v, *w;

	(void)state;
	v = make_vcpu(ROOT_DOMAIN, V, 0);
	w = make_vcpu(ROOT_DOMAIN, W, 0);
	for (unsigned i = 0; i < 3; i++) {
		EXPECT(IN_GUEST, root, SYS_VCPU_RUN, 0, V);
		assert_ptr_equal(percpu()->inside, &v->guest);
		guest_exit(10);
		assert_ptr_equal(percpu()->inside, &v->guest); /* its VMM goes on */
		EXPECT(IN_GUEST, root, SYS_VCPU_RUN, 0, W);
		assert_ptr_equal(percpu()->inside, &w->guest);
		guest_exit(10);
	}
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, W);
	assert_null(percpu()->inside);
}

/* The VMM is another domain than the one that pays for the vCPU. */
static void test_the_guest_exits_into_the_address_space_of_its_thread(void **state)
{
	struct thread *a, *b;
	struct vcpu *vcpu;

	(void)state;
	make_domain(D);
	make_domain(E);
	vcpu = make_vcpu(D, V, 0);
	grant(E, V, V, RIGHT_USE);
	a = make_thread(E, A, TOP);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
	assert_true(vcpu->guest.host_cr3 == space_cr3(&domain_at(E)->space));
	guest_exit(1);
	grant(ROOT_DOMAIN, V, W, RIGHT_USE);
	b = make_thread(ROOT_DOMAIN, B, TOP);
	EXPECT(IN_GUEST, b, SYS_VCPU_RUN, 0, W);
	assert_true(vcpu->guest.host_cr3 == space_cr3(&domain_at(ROOT_DOMAIN)->space));
	guest_exit(1);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, D);
	assert_int_equal(status_of(a), STATUS_ABORTED);
}

static void test_a_vcpu_unties_itself_from_its_notification(void **state)
{
	struct notification *n;

	(void)state;
	n = make_notification(N);
	make_vcpu(ROOT_DOMAIN, V, N);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, V);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 1);
	assert_null(n->vcpu);
	assert_int_equal(
		CREATE(root, ROOT_DOMAIN, OBJECT_VCPU, V, V + 1, CREATE_PAIR(0, N), USER_MEMORY),
		STATUS_OK);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, N);
	EXPECT(IN_GUEST, root, SYS_VCPU_RUN, 0, V);
}

static void test_a_server_runs_a_guest_on_its_callers_context(void **state)
{
	struct thread *a, *server;

	(void)state;
	make_vcpu(ROOT_DOMAIN, V, 0);
	server = make_server(ROOT_DOMAIN, W);
	make_portal(W + 1, W, 1);
	a = make_thread(ROOT_DOMAIN, A, TOP);
	EXPECT(PENDING, a, SYS_CALL, 0, W + 1);
	EXPECT(IN_GUEST, server, SYS_VCPU_RUN, 0, V);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A);
	run(root);
	check_all();
	EXPECT(STATUS_OK, root, SYS_VCPU_POKE, 0, V);
	assert_int_equal(status_of(server), STATUS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_exit_ends_the_call),
		TEST(test_an_entry_that_is_refused_is_an_exit),
		TEST(test_a_poke_ends_the_run_or_the_next),
		TEST(test_runs_that_cannot_be),
		TEST(test_interrupts_go_past_the_guest),
		TEST(test_a_guest_is_left_while_another_runs),
		TEST(test_a_thread_runs_two_guests),
		TEST(test_the_guest_exits_into_the_address_space_of_its_thread),
		TEST(test_a_vcpu_unties_itself_from_its_notification),
		TEST(test_a_server_runs_a_guest_on_its_callers_context),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
