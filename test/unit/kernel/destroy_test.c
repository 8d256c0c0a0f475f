/* SPDX-License-Identifier: MIT */
/* SYS_DESTROY: each object in each state, and what it means to others. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "gspace.h"
#include "notification.h"
#include "syscall.h"
#include "vcpu.h"

enum { D = 20, E, F, N, M, G, S = 30, P, Q, A = 40, B = 50, V = 60, I = 70, NEW = 80 };

#define FRAME (RAM >> PAGE_SHIFT)
#define PLACE (USER_MEMORY >> PAGE_SHIFT)

static void test_a_capability_to_what_is_gone_is_dead_everywhere(void **state)
{
	uint64_t raw;

	(void)state;
	make_domain(D);
	make_notification(N);
	grant(D, N, N, RIGHT_ALL);
	raw = capspace_get(&domain_at(D)->caps, N).raw;
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, N);
	EXPECT(STATUS_BAD_CAP, root, SYS_SIGNAL, 0, N, 1);
	EXPECT(STATUS_BAD_CAP, root, SYS_DESTROY, 0, N);
	/* The next object takes the place, the old capability stays dead. */
	make_notification(M);
	assert_int_equal(object_at(M)->id, raw >> REF_ID_SHIFT & REF_ID_MASK);
	assert_null(object_find(cap_ref((struct cap){raw})));
}

/* Else the account would promise an object for which no id is left. */
static void test_an_id_that_is_used_up_is_missing_in_the_account(void **state)
{
	uint32_t limit = layer_root->account.objects_limit;
	uint64_t raw;

	(void)state;
	layer_age_id();
	make_notification(N);
	raw = capspace_get(&layer_root->caps, N).raw;
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, N);
	assert_int_equal(layer_root->account.objects_limit, limit - 1);
	assert_null(object_find(cap_ref((struct cap){raw})));
	make_notification(M);
	assert_int_not_equal(object_at(M)->id, raw >> REF_ID_SHIFT & REF_ID_MASK);
	layer_root->account.objects_limit = limit; /* what the end is compared with */
}

static void test_what_cannot_be_destroyed(void **state)
{
	struct thread *a;

	(void)state;
	make_domain(D);
	make_notification(N);
	a = make_thread(D, A, TOP);
	grant(D, D, D, RIGHT_ALL);
	grant(D, N, N, RIGHT_ALL & ~RIGHT_DESTROY);
	EXPECT(STATUS_BAD_STATE, a, SYS_DESTROY, 0, D);
	EXPECT(STATUS_NO_RIGHT, a, SYS_DESTROY, 0, N);
	EXPECT(STATUS_BAD_CAP, a, SYS_DESTROY, 0, 0);
	EXPECT(STATUS_BAD_CAP, a, SYS_DESTROY, 0, 99);
	for (unsigned slot = ROOT_DOMAIN; slot <= ROOT_LOG; slot++)
		assert_int_not_equal(SYS(root, SYS_DESTROY, 0, slot), STATUS_OK);
}

static void test_a_child_cannot_destroy_its_parents(void **state)
{
	struct thread *inner;

	(void)state;
	make_domain(D);
	assert_int_equal(CREATE(root, D, OBJECT_DOMAIN, E, 10, 0), STATUS_OK);
	inner = make_thread(E, A, TOP);
	grant(E, D, D, RIGHT_ALL);
	EXPECT(STATUS_BAD_STATE, inner, SYS_DESTROY, 0, D);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, D);
	assert_ptr_equal(running(), root);
}

/* One of every object in every state, in a domain and its child. */
static void populate(uint64_t domain, unsigned base)
{
	struct thread *t;

	make_notification(base);
	assert_int_equal(CREATE(root, domain, OBJECT_NOTIFICATION, base + 1, 0), STATUS_OK);
	grant(domain, base + 1, N, RIGHT_ALL);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, base + 1, 1, fake_now + 100000000);
	make_server(domain, base + 2);
	make_portal(base + 3, base + 2, 1);
	grant(domain, base + 3, P, RIGHT_ALL);
	t = make_thread(domain, base + 4, TOP); /* calls, its server waits */
	EXPECT(PENDING, t, SYS_CALL, 0, P);
	EXPECT(PENDING, thread_at(base + 2), SYS_WAIT, 0, N, 2);
	t = make_thread(domain, base + 6, TOP); /* helps */
	EXPECT(PENDING, t, SYS_CALL, 0, P);
	t = make_thread(domain, base + 8, TOP); /* stopped */
	fault(t, 14, 0, 0);
	make_vcpu(domain, base + 10, 0);
	grant(domain, base + 10, V, RIGHT_ALL);
	t = make_thread(domain, base + 12, TOP); /* in its guest */
	EXPECT(IN_GUEST, t, SYS_VCPU_RUN, 0, V);
	make_thread(domain, base + 14, 1); /* never ran */
	assert_int_equal(CREATE(root, domain, OBJECT_IRQ, base + 16, ROOT_IRQ_CONTROL, base / 32),
		STATUS_OK);
	EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY,
		DELEGATE_RIGHTS(domain, MEM_R), FRAME + 1, PLACE, 700);
	EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_PORT, ROOT_DOMAIN,
		DELEGATE_RIGHTS(domain, 1), 0, 0, 100);
	check_all();
}

static void test_a_domain_takes_everything_along(void **state)
{
	(void)state;
	for (unsigned victim = 0; victim < 2; victim++) {
		if (victim)
			machine_start(NULL);
		assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, D, 300, 64), STATUS_OK);
		populate(D, 96);
		assert_int_equal(CREATE(root, D, OBJECT_DOMAIN, E, 100, 64), STATUS_OK);
		populate(E, 128);
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, victim ? E : D);
		check_all();
		assert_ptr_equal(running(), root);
		clock_to(fake_now + 200000000);
		check_all();
		EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, 96, 1);
	}
}

/* A domain that goes in steps is dead for all but SYS_DESTROY at once, and so
 * are those on the way to the one that is being emptied: nobody fills them up
 * again behind. */
static void test_a_dying_domain_does_not_grow(void **state)
{
	struct thread *inner;

	(void)state;
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, D, 300, 64), STATUS_OK);
	assert_int_equal(CREATE(root, D, OBJECT_DOMAIN, E, 200, 64), STATUS_OK);
	inner = make_thread(E, A, TOP);
	grant(E, E, E, RIGHT_ALL);
	assert_int_equal(CREATE(root, E, OBJECT_DOMAIN, F, 100, 64), STATUS_OK);
	for (unsigned i = 0; i < 2 * SYSCALL_STEPS; i++)
		assert_int_equal(CREATE(root, F, OBJECT_NOTIFICATION, 1000 + i, 0), STATUS_OK);
	run(root);
	cpu_hold = true;
	root->regs.rdi = SYS_WORD(SYS_DESTROY, 0, D);
	cpu_syscall();
	assert_int_equal(root->regs.rip, USER_SYSCALL);
	run(inner);
	assert_int_equal(CREATE(inner, E, OBJECT_NOTIFICATION, NEW, 0), STATUS_BAD_CAP);
	EXPECT(STATUS_BAD_CAP, inner, SYS_INFO, 0, E);
	cpu_hold = false;
	run(root);
	assert_int_equal(status_of(root), STATUS_OK);
	assert_null(object_at(D));
}

static void test_threads_of_others_outlive_a_domain(void **state)
{
	struct thread *a, *b, *server;

	(void)state;
	make_domain(D);
	make_domain(E);
	server = make_server(D, S);
	make_portal(P, S, 1);
	grant(E, P, P, RIGHT_USE);
	a = make_thread(E, A, TOP);
	b = make_thread(E, B, TOP);
	EXPECT(PENDING, a, SYS_CALL, 0, P);
	EXPECT(PENDING, b, SYS_CALL, 0, P);
	assert_ptr_equal(running(), server);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, D);
	assert_int_equal(status_of(a), STATUS_ABORTED);
	run(b);
	assert_int_equal(status_of(b), STATUS_ABORTED);
}

static void test_a_domain_is_destroyed_by_a_thread_it_calls(void **state)
{
	struct thread *server, *b;

	(void)state;
	make_domain(D);
	make_domain(E);
	server = make_server(D, S);
	make_portal(P, S, 1);
	grant(D, E, E, RIGHT_ALL);
	grant(E, P, P, RIGHT_USE);
	EXPECT(PENDING, make_thread(E, A, TOP), SYS_CALL, 0, P);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A + 1);
	b = make_thread(ROOT_DOMAIN, B, TOP);
	EXPECT(PENDING, b, SYS_CALL, 0, P, 7);
	EXPECT(STATUS_OK, server, SYS_DESTROY, 0, E);
	EXPECT(PENDING, server, SYS_REPLY, 0, 0);
	EXPECT_MESSAGE(server, 1, 7, 0, 0, 0, 0);
}

static void test_a_vcpu_and_its_gspace_go_while_the_guest_runs(void **state)
{
	(void)state;
	for (unsigned what = V; what <= V + 1; what++) {
		struct thread *a = make_thread(ROOT_DOMAIN, A, TOP);

		make_notification(N);
		make_vcpu(ROOT_DOMAIN, V, N);
		EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, what);
		assert_int_equal(status_of(a), STATUS_ABORTED);
		EXPECT(what == V ? STATUS_BAD_CAP : STATUS_ABORTED, a, SYS_VCPU_RUN, 0, V);
		EXPECT(what == V ? STATUS_BAD_CAP : STATUS_OK, a, SYS_VCPU_POKE, 0, V);
		EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 1);
		check_all();
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, what == V ? V + 1 : V);
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, N);
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A);
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A + 1);
	}
}

static void test_a_thread_goes_inside_its_guest(void **state)
{
	(void)state;
	make_vcpu(ROOT_DOMAIN, V, 0);
	EXPECT(IN_GUEST, make_thread(ROOT_DOMAIN, A, TOP), SYS_VCPU_RUN, 0, V);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A);
	check_all();
	EXPECT(IN_GUEST, root, SYS_VCPU_RUN, 0, V);
}

/* The tables of a large guest take more than one step. */
static void test_a_large_gspace_goes_in_steps(void **state)
{
	unsigned steps = 1;

	(void)state;
	make_vcpu(ROOT_DOMAIN, V, 0);
	for (unsigned i = 0; i < 3 * SYSCALL_STEPS; i++)
		EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY,
			DELEGATE_RIGHTS(V + 1, MEM_R), FRAME, i << 18, 1);
	EXPECT(IN_GUEST, make_thread(ROOT_DOMAIN, A, TOP), SYS_VCPU_RUN, 0, V);
	run(root);
	cpu_hold = true;
	root->regs.rdi = SYS_WORD(SYS_DESTROY, 0, V + 1);
	for (cpu_syscall(); root->regs.rip == USER_SYSCALL; steps++) {
		check_all();
		assert_int_equal(status_of(thread_at(A)), STATUS_ABORTED);
		cpu_syscall();
	}
	assert_int_equal(root->regs.rax, STATUS_OK);
	assert_in_range(steps, 2 * 3 * SYSCALL_STEPS / DESTROY_STEPS, 60);
	assert_int_equal(fake_guests.flushed, 1);
}

static void test_a_dying_gspace_takes_no_more(void **state)
{
	(void)state;
	make_vcpu(ROOT_DOMAIN, V, 0);
	for (unsigned i = 0; i < 3 * SYSCALL_STEPS; i++)
		EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY,
			DELEGATE_RIGHTS(V + 1, MEM_R), FRAME, i << 18, 1);
	run(root);
	cpu_hold = true;
	root->regs.rdi = SYS_WORD(SYS_DESTROY, 0, V + 1);
	cpu_syscall();
	cpu_hold = false;
	EXPECT(STATUS_BAD_CAP, root, SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY,
		DELEGATE_RIGHTS(V + 1, MEM_R), FRAME, 0, 1);
	assert_int_equal(
		CREATE(root, ROOT_DOMAIN, OBJECT_VCPU, NEW, V + 1, 0, USER_MEMORY), STATUS_BAD_CAP);
	EXPECT(STATUS_ABORTED, root, SYS_VCPU_RUN, 0, V);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, V + 1);
}

/* A domain that has unmapped its shared pages, or put others in their place. */
static void test_shared_pages_were_unmapped_or_replaced(void **state)
{
	uint64_t utcb;
	struct ptab_leaf leaf;

	(void)state;
	for (unsigned replace = 0; replace < 3; replace++) {
		utcb = make_server(ROOT_DOMAIN, S)->utcb_address >> PAGE_SHIFT;
		EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY,
			DELEGATE_RIGHTS(ROOT_DOMAIN, replace ? MEM_R : 0), FRAME,
			replace == 2 ? utcb & ~511ull : utcb, replace == 2 ? 512 : 1);
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, S);
		assert_int_equal(
			space_lookup(&layer_root->space, utcb << PAGE_SHIFT, &leaf), replace != 0);
		EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY,
			DELEGATE_RIGHTS(ROOT_DOMAIN, 0), FRAME, utcb & ~511ull, 512);
	}
}

static void test_a_line_is_masked_when_its_object_goes(void **state)
{
	(void)state;
	make_notification(N);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_IRQ, I, ROOT_IRQ_CONTROL, 5), STATUS_OK);
	EXPECT(STATUS_OK, root, SYS_IRQ_BIND, 0, I, N, 1);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, I);
	assert_false(raise_irq(5));
	assert_false(fake_lines[0].open);
	late_irq(0);
	EXPECT(STATUS_OK, root, SYS_WAIT, WAIT_POLL, N, 1);
	assert_int_equal(root->regs.rsi, 0);
}

static void test_a_thread_destroys_itself(void **state)
{
	struct thread *a;

	(void)state;
	make_domain(D);
	a = make_thread(D, A, TOP);
	grant(D, A, A, RIGHT_DESTROY);
	EXPECT(GONE, a, SYS_DESTROY, 0, A);
	assert_ptr_equal(running(), root);
	assert_null(object_at(A));
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_capability_to_what_is_gone_is_dead_everywhere),
		TEST(test_an_id_that_is_used_up_is_missing_in_the_account),
		TEST(test_what_cannot_be_destroyed),
		TEST(test_a_child_cannot_destroy_its_parents),
		TEST(test_a_domain_takes_everything_along),
		TEST(test_a_dying_domain_does_not_grow),
		TEST(test_threads_of_others_outlive_a_domain),
		TEST(test_a_domain_is_destroyed_by_a_thread_it_calls),
		TEST(test_a_vcpu_and_its_gspace_go_while_the_guest_runs),
		TEST(test_a_thread_goes_inside_its_guest),
		TEST(test_a_large_gspace_goes_in_steps),
		TEST(test_a_dying_gspace_takes_no_more),
		TEST(test_shared_pages_were_unmapped_or_replaced),
		TEST(test_a_line_is_masked_when_its_object_goes),
		TEST(test_a_thread_destroys_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
