/* SPDX-License-Identifier: MIT */
/* The destruction of a domain in steps, cut between any two of its objects: while
 * it is half gone, what is left of it and all others run, call and wake. */
/* LINK: test/unit/kernel/layer.c */
#include "destroy_world.h"

#include "syscall.h"

#define FILLER 1000u

/* A domain is emptied from its youngest object on: some of no interest on top
 * move the places where the calls are cut. */
static void make_filled_world(uint64_t victim, unsigned fillers)
{
	make_world();
	for (unsigned i = 0; i < fillers; i++)
		create(victim, OBJECT_NOTIFICATION, FILLER + i, 0, 0, 0);
}

static void signal_all(void)
{
	for (unsigned n = NW; n < N_END; n++)
		(void)SYS(root, SYS_SIGNAL, 0, n, 1);
}

static void call_all(void)
{
	for (unsigned p = P; p < P_END; p++) {
		(void)SYS(root, SYS_CALL, 0, p);
		drive(60);
	}
}

/* `by` destroys `victim`; after `calls` pieces everything else happens. True: it
 * was cut there. */
static bool destroy_in_two(unsigned victim, unsigned by, unsigned fillers, unsigned calls)
{
	struct thread *thread;
	bool cut;

	make_filled_world(victim, fillers);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, wakes(by), 1);
	thread = thread_at(by);
	run(thread);
	cpu_hold = true;
	(void)SYS(thread, SYS_DESTROY, 0, victim);
	while (--calls && thread->regs.rip == USER_SYSCALL) {
		run(thread);
		cpu_syscall();
	}
	cut = thread->regs.rip == USER_SYSCALL;
	check_all();
	signal_all();
	check_all();
	drive(100);
	check_all();
	cpu_hold = false;
	drive(100);
	call_all();
	check_all();
	drive(100);
	assert_null(object_at(victim));
	assert_int_equal(status_of(thread), STATUS_OK);
	return cut;
}

static void cut_everywhere(void **state, unsigned victim, unsigned by)
{
	unsigned places = 0;

	for (unsigned fillers = 0; fillers < DESTROY_STEPS; fillers++) {
		bool cut = true;

		for (unsigned calls = 1; cut; calls++) {
			cut = destroy_in_two(victim, by, fillers, calls);
			places += cut;
			machine_stop(state);
			machine_start(state);
		}
	}
	/* Each of its objects, and each of its tables. */
	assert_in_range(places, 15, 100);
}

static void test_a_domain_is_cut_anywhere(void **state)
{
	cut_everywhere(state, D, WAITER2);
}

static void test_the_other_domain_is_cut_anywhere(void **state)
{
	cut_everywhere(state, E, WAITER);
}

/* Half gone, it is destroyed by somebody else, too, who then meets the first. */
static void test_two_destroy_one_domain(void **state)
{
	for (unsigned fillers = 0; fillers < DESTROY_STEPS; fillers++) {
		make_filled_world(D, fillers);
		EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, NWAIT2, 1);
		run(thread_at(WAITER2));
		cpu_hold = true;
		(void)SYS(thread_at(WAITER2), SYS_DESTROY, 0, D);
		cpu_hold = false;
		run(root);
		assert_int_equal(SYS(root, SYS_DESTROY, 0, D), STATUS_OK);
		check_all();
		drive(60);
		assert_int_equal(status_of(thread_at(WAITER2)), STATUS_BAD_CAP);
		machine_stop(state);
		machine_start(state);
	}
}

/* Its parent goes while a child is half gone. */
static void test_the_parent_of_a_half_destroyed_domain_goes(void **state)
{
	(void)state;
	make_world();
	for (unsigned i = 0; i < DESTROY_STEPS; i++)
		create(C, OBJECT_NOTIFICATION, FILLER + i, 0, 0, 0);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, NWAIT2, 1);
	run(thread_at(WAITER2));
	cpu_hold = true;
	(void)SYS(thread_at(WAITER2), SYS_DESTROY, 0, C);
	assert_int_equal(thread_at(WAITER2)->regs.rip, USER_SYSCALL);
	cpu_hold = false;
	run(root);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, D);
	drive(60);
	assert_int_equal(status_of(thread_at(WAITER2)), STATUS_BAD_CAP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_domain_is_cut_anywhere),
		TEST(test_the_other_domain_is_cut_anywhere),
		TEST(test_two_destroy_one_domain),
		TEST(test_the_parent_of_a_half_destroyed_domain_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
