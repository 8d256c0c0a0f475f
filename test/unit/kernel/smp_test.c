/* SPDX-License-Identifier: MIT */
/*
 * Two CPUs: what reaches from one to the other. CPU 0 runs the root task, CPU 1
 * what the tests put there.
 */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "notification.h"
#include "smp.h"
#include "space.h"
#include "upcall.h"
#include "vcpu.h"

enum { D = 20, E, N, M, A = 40, B = 50, V = 60, I = 70, P, NEW = 80 };

#define FRAME (RAM >> PAGE_SHIFT)
#define PLACE (USER_MEMORY >> PAGE_SHIFT)
#define UTCB(n) (USER_UTCBS + 0x100000ull + (n)*PAGE_SIZE)

/* A thread of CPU 1, named slot, and its context, slot + 1; it runs. */
static struct thread *make_far_thread(uint64_t domain, uint64_t slot)
{
	assert_int_equal(
		CREATE(root, domain, OBJECT_THREAD, slot, 1, UTCB(slot), USER_START, USER_STACK),
		STATUS_OK);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_SC, slot + 1, slot, 5), STATUS_OK);
	fake_messages();
	return thread_at(slot);
}

static struct notification *make_far_notification(uint64_t slot)
{
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_NOTIFICATION, slot, 1), STATUS_OK);
	return CONTAINER_OF(object_at(slot), struct notification, object);
}

static struct vcpu *make_far_vcpu(uint64_t slot, uint64_t notification)
{
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_GSPACE, slot + 1, 0), STATUS_OK);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_VCPU, slot, slot + 1,
				 CREATE_PAIR(1, notification), UTCB(slot)),
		STATUS_OK);
	return CONTAINER_OF(object_at(slot), struct vcpu, object);
}

/* The frame that CPU 1 is in. */
static struct regs *far_frame(void)
{
	struct regs *regs;

	fake_cpu_select(1);
	regs = percpu()->regs;
	fake_cpu_select(0);
	return regs;
}

/* `thread`, which runs on CPU 1, makes a system call there. */
static uint64_t far_call(struct thread *thread, uint64_t word, uint64_t argument)
{
	assert_ptr_equal(far_frame(), &thread->regs);
	thread->regs.rdi = word;
	thread->regs.rsi = argument;
	thread->regs.rdx = 0;
	fake_cpu_select(1);
	percpu()->regs = kernel_syscalls[SYS_WORD_CALL(word)](thread);
	fake_cpu_select(0);
	return thread->regs.rax;
}

static bool far_idle(void)
{
	return far_frame()->resume == RESUME_IDLE;
}

static int start(void **state)
{
	(void)machine_start(state);
	add_cpu();
	make_domain(D);
	return 0;
}

static void test_a_context_starts_a_thread_on_its_own_cpu(void **state)
{
	struct thread *a;

	(void)state;
	assert_true(far_idle());
	a = make_far_thread(D, A);
	assert_ptr_equal(far_frame(), &a->regs);
	assert_ptr_equal(running(), root);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A + 1);
	fake_messages();
	assert_true(far_idle());
}

static void test_signals_of_another_cpu_come_as_one_message(void **state)
{
	struct notification *n;
	struct thread *a;

	(void)state;
	n = make_far_notification(N);
	grant(D, N, N, RIGHT_ALL);
	a = make_far_thread(D, A);
	(void)far_call(a, SYS_WORD(SYS_WAIT, 0, N), 6);
	assert_true(far_idle());
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 1);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 2);
	assert_ptr_equal(n->waiter, a); /* that CPU does it itself */
	assert_int_equal(fake_sent, 2);
	fake_messages();
	assert_ptr_equal(far_frame(), &a->regs);
	assert_int_equal(a->regs.rax, STATUS_OK);
	assert_int_equal(a->regs.rsi, 2);
	assert_int_equal(n->word, 1);
}

static void test_only_its_own_cpu_waits(void **state)
{
	(void)state;
	make_far_notification(N);
	make_far_vcpu(V, N);
	EXPECT(STATUS_WRONG_CPU, root, SYS_WAIT, WAIT_POLL, N, 1);
	EXPECT(STATUS_WRONG_CPU, root, SYS_TIMER, 0, N, 1, 5000);
	EXPECT(STATUS_WRONG_CPU, root, SYS_VCPU_RUN, 0, V);
	make_notification(M);
	assert_int_equal(
		CREATE(root, ROOT_DOMAIN, OBJECT_VCPU, NEW, V + 1, CREATE_PAIR(1, M), UTCB(NEW)),
		STATUS_WRONG_CPU);
}

static struct thread *enter_far_guest(void)
{
	struct thread *a = make_far_thread(ROOT_DOMAIN, A);

	(void)far_call(a, SYS_WORD(SYS_VCPU_RUN, 0, V), 0);
	assert_int_equal(a->regs.resume, RESUME_GUEST);
	return a;
}

static void test_a_guest_leaves_for_a_poke_or_signal_from_afar(void **state)
{
	struct thread *a;

	(void)state;
	make_far_notification(N);
	make_far_vcpu(V, N);
	a = enter_far_guest();
	EXPECT(STATUS_OK, root, SYS_VCPU_POKE, 0, V);
	assert_int_equal(a->regs.resume, RESUME_GUEST);
	fake_messages();
	assert_int_equal(a->regs.resume, RESUME_SYSRET);
	assert_int_equal(a->regs.rsi, EXIT_POKED);
	(void)far_call(a, SYS_WORD(SYS_VCPU_RUN, 0, V), 0);
	assert_int_equal(a->regs.resume, RESUME_GUEST);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 4);
	fake_messages();
	assert_int_equal(a->regs.rsi, EXIT_SIGNAL);
	assert_int_equal(a->regs.rdx, 4);
	/* Before the message has come the guest is not entered. */
	EXPECT(STATUS_OK, root, SYS_VCPU_POKE, 0, V);
	(void)far_call(a, SYS_WORD(SYS_VCPU_RUN, 0, V), 0);
	assert_int_equal(a->regs.rsi, EXIT_POKED);
	fake_messages();
	(void)far_call(a, SYS_WORD(SYS_VCPU_RUN, 0, V), 0);
	assert_int_equal(a->regs.resume, RESUME_GUEST);
}

static void test_what_another_cpu_runs_is_destroyed(void **state)
{
	struct thread *a;

	(void)state;
	make_far_notification(N);
	make_far_vcpu(V, N);
	a = enter_far_guest();
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, V + 1);
	fake_messages();
	assert_int_equal(a->regs.rax, STATUS_ABORTED);
	assert_ptr_equal(far_frame(), &a->regs);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, V);
	make_far_vcpu(V, N);
	(void)far_call(a, SYS_WORD(SYS_VCPU_RUN, 0, V), 0);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, V);
	fake_messages();
	assert_int_equal(a->regs.rax, STATUS_ABORTED);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A);
	fake_messages();
	assert_true(far_idle());
}

static void test_a_message_does_not_outlive_its_object(void **state)
{
	(void)state;
	make_far_notification(N);
	make_far_vcpu(V, 0);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 1);
	EXPECT(STATUS_OK, root, SYS_VCPU_POKE, 0, V);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, N);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, V);
	fake_messages(); /* ASan knows what was freed */
}

static void test_what_others_may_have_found_goes_after_a_grace_period(void **state)
{
	static const struct {
		enum object_type type;
		uint64_t arguments[4];
	} rows[] = {
		{OBJECT_THREAD, {0, UTCB(0), USER_START, USER_STACK}},
		{OBJECT_NOTIFICATION, {0}},
		{OBJECT_IRQ, {ROOT_IRQ_CONTROL, 5}},
		{OBJECT_PORTAL, {B, USER_ENTRY}},
	};

	(void)state;
	make_server(D, B);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		const uint64_t *a = rows[i].arguments;

		assert_int_equal(
			CREATE(root, ROOT_DOMAIN, rows[i].type, NEW, a[0], a[1], a[2], a[3]),
			STATUS_OK);
		fake_graces = 0;
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, NEW);
		assert_true(fake_graces > 0);
	}
}

static void test_a_line_fires_where_its_notification_lives(void **state)
{
	(void)state;
	make_far_notification(N);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_IRQ, I, ROOT_IRQ_CONTROL, 5), STATUS_OK);
	EXPECT(STATUS_OK, root, SYS_IRQ_BIND, 0, I, N, 1);
	assert_int_equal(fake_lines[0].cpu, 1);
	assert_false(fake_lines[0].masked);
}

/* --- translations --- */

static void map(uint64_t slot, unsigned rights)
{
	EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY,
		DELEGATE_RIGHTS(slot, rights), FRAME, PLACE, 1);
}

static uint64_t far_access(void)
{
	uint64_t pa;

	fake_cpu_select(1);
	pa = fake_access(USER_MEMORY);
	fake_cpu_select(0);
	return pa;
}

static void test_a_revoke_reaches_the_cpu_that_runs_the_space(void **state)
{
	(void)state;
	map(D, MEM_R | MEM_W);
	make_far_thread(D, A);
	assert_int_equal(far_access(), RAM);
	map(D, 0);
	assert_int_equal(far_access(), 0);
}

static void test_a_revoke_reaches_the_cpu_that_ran_the_space(void **state)
{
	struct thread *b;

	(void)state;
	make_domain(E);
	map(D, MEM_R | MEM_W);
	make_far_thread(D, A);
	assert_int_equal(far_access(), RAM);
	make_far_notification(N);
	b = make_far_thread(E, B);
	fake_cpu_select(1);
	cpu_this()->current->left = 0; /* A's slice ends */
	percpu()->regs = kernel_timer(percpu()->regs);
	fake_cpu_select(0);
	assert_ptr_equal(far_frame(), &b->regs);
	map(D, 0);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, B);
	fake_messages();
	assert_ptr_equal(far_frame(), &thread_at(A)->regs);
	assert_int_equal(far_access(), 0);
}

static void test_a_revoke_reaches_guests(void **state)
{
	hpa_t root_page;

	(void)state;
	make_far_vcpu(V, 0);
	root_page = CONTAINER_OF(object_at(V), struct vcpu, object)->guest.second_level;
	map(V + 1, MEM_R | MEM_W);
	fake_cpu_select(1);
	assert_int_equal(fake_guest_access(root_page, USER_MEMORY), RAM);
	fake_cpu_select(0);
	map(V + 1, 0);
	fake_cpu_select(1);
	assert_int_equal(fake_guest_access(root_page, USER_MEMORY), 0);
	fake_cpu_select(0);
}

static void test_a_space_that_goes_is_loaded_nowhere(void **state)
{
	(void)state;
	EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_PORT, ROOT_DOMAIN, DELEGATE_RIGHTS(D, 1),
		0x60, 0x60, 1);
	make_far_thread(D, A);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, D);
	fake_cpu_select(1);
	assert_int_equal(percpu()->cr3, pool_hpa(fake_kernel_root).raw);
	assert_false(fake_port_access(0x60));
	fake_cpu_select(0);
	fake_messages();
	assert_true(far_idle());
}

static void load_other_space(void)
{
	space_load(&domain_at(E)->space);
}

/* Was taken out of the space of a thread that had come to the CPU in between. */
static void test_a_space_that_goes_does_not_take_another_with_it(void **state)
{
	uint64_t cr3;

	(void)state;
	make_domain(E);
	make_far_thread(D, A);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A);
	fake_messages();
	assert_true(far_idle());
	fake_meanwhile = load_other_space;
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, D);
	fake_meanwhile = NULL;
	fake_cpu_select(1);
	cr3 = percpu()->cr3;
	fake_cpu_select(0);
	assert_int_equal(cr3, domain_at(E)->space.cr3);
}

#define SMP_TEST(name) cmocka_unit_test_setup_teardown(name, start, machine_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SMP_TEST(test_a_context_starts_a_thread_on_its_own_cpu),
		SMP_TEST(test_signals_of_another_cpu_come_as_one_message),
		SMP_TEST(test_only_its_own_cpu_waits),
		SMP_TEST(test_a_guest_leaves_for_a_poke_or_signal_from_afar),
		SMP_TEST(test_what_another_cpu_runs_is_destroyed),
		SMP_TEST(test_a_message_does_not_outlive_its_object),
		SMP_TEST(test_what_others_may_have_found_goes_after_a_grace_period),
		SMP_TEST(test_a_line_fires_where_its_notification_lives),
		SMP_TEST(test_a_revoke_reaches_the_cpu_that_runs_the_space),
		SMP_TEST(test_a_revoke_reaches_the_cpu_that_ran_the_space),
		SMP_TEST(test_a_revoke_reaches_guests),
		SMP_TEST(test_a_space_that_goes_is_loaded_nowhere),
		SMP_TEST(test_a_space_that_goes_does_not_take_another_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
