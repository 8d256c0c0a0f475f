/* SPDX-License-Identifier: MIT */
/* SYS_DELEGATE of capabilities; steps, and accounts that run out. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "gspace.h"
#include "syscall.h"

enum { D = 20, E, G, N, A = 30 };

#define FRAME (RAM >> PAGE_SHIFT)
#define PLACE (USER_MEMORY >> PAGE_SHIFT)
#define RW (MEM_R | MEM_W)

static uint64_t caps(
	uint64_t from, uint64_t to, unsigned rights, uint64_t first, uint64_t at, uint64_t count)
{
	return SYS(root, SYS_DELEGATE, DELEGATE_CAP, from, DELEGATE_RIGHTS(to, rights), first, at,
		count);
}

static uint64_t pages(
	uint64_t from, uint64_t to, unsigned rights, uint64_t first, uint64_t at, uint64_t count)
{
	return SYS(root, SYS_DELEGATE, DELEGATE_MEMORY, from, DELEGATE_RIGHTS(to, rights), first,
		at, count);
}

static struct cap cap_of(uint64_t domain, uint64_t slot)
{
	return capspace_get(&domain_at(domain)->caps, slot);
}

static void test_capabilities_are_copied_with_no_more_rights(void **state)
{
	(void)state;
	make_domain(D);
	make_domain(E);
	make_notification(N);
	for (unsigned has = 0; has <= RIGHT_ALL; has++)
		for (unsigned ask = 0; ask <= RIGHT_ALL; ask++) {
			assert_int_equal(caps(ROOT_DOMAIN, D, has, N, 5, 1), STATUS_OK);
			assert_int_equal(caps(D, E, ask, 5, 9, 1), STATUS_OK);
			assert_int_equal(cap_rights(cap_of(E, 9)), has & ask);
			assert_int_equal(cap_of(E, 9).raw != 0, (has & ask) != 0);
		}
	assert_int_equal(caps(ROOT_DOMAIN, D, ~0u, N, 5, 1), STATUS_OK);
	assert_int_equal(cap_of(D, 5).raw, capspace_get(&layer_root->caps, N).raw);
}

static void test_empty_slots_empty_the_destination(void **state)
{
	(void)state;
	make_domain(D);
	make_notification(N);
	assert_int_equal(caps(ROOT_DOMAIN, D, RIGHT_ALL, N, 1, 1), STATUS_OK);
	assert_int_equal(caps(ROOT_DOMAIN, D, RIGHT_ALL, 500, 1, 1), STATUS_OK);
	assert_int_equal(cap_of(D, 1).raw, 0);
	/* So does what lies beyond the table. */
	assert_int_equal(caps(ROOT_DOMAIN, D, RIGHT_ALL, N, 1, 1), STATUS_OK);
	assert_int_equal(caps(ROOT_DOMAIN, D, RIGHT_ALL, CAP_SLOTS + N, 1, 1), STATUS_OK);
	assert_int_equal(cap_of(D, 1).raw, 0);
}

static void test_cap_ranges_that_cannot_be(void **state)
{
	(void)state;
	make_domain(D);
	make_notification(N);
	for (unsigned rights = 0; rights <= RIGHT_ALL; rights += RIGHT_ALL) {
		assert_int_equal(caps(ROOT_DOMAIN, D, rights, N, 0, 1), STATUS_BAD_ARG);
		assert_int_equal(caps(ROOT_DOMAIN, D, rights, N, CAP_SLOTS, 1), STATUS_BAD_ARG);
		assert_int_equal(caps(ROOT_DOMAIN, D, rights, N, UINT64_MAX, 1), STATUS_BAD_ARG);
		assert_int_equal(caps(ROOT_DOMAIN, D, rights, N, 1, UINT64_MAX), STATUS_BAD_ARG);
	}
}

/* A range of more than SYSCALL_STEPS is done in steps; interrupts come between. */
static void test_long_ranges_are_cut_into_steps(void **state)
{
	uint64_t before = SYSCALL_STEPS * 3 + 5;
	struct thread *high;

	(void)state;
	make_domain(D);
	make_notification(N);
	high = make_thread(ROOT_DOMAIN, A, TOP);
	run(root);
	cpu_hold = true;
	root->regs.rdi = SYS_WORD(SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY);
	root->regs.rsi = DELEGATE_RIGHTS(D, RW);
	root->regs.rdx = FRAME + 1;
	root->regs.r10 = PLACE;
	root->regs.r8 = before;
	for (unsigned step = 1; step <= 3; step++) {
		cpu_syscall();
		assert_int_equal(root->regs.rip, USER_SYSCALL);
		assert_int_equal(root->regs.rdx, FRAME + 1 + step * SYSCALL_STEPS);
		assert_int_equal(root->regs.r10, PLACE + step * SYSCALL_STEPS);
		assert_int_equal(root->regs.r8, before - step * SYSCALL_STEPS);
		run(high);
		check_all();
		run(root);
	}
	cpu_syscall();
	assert_int_equal(root->regs.rip, USER_AFTER);
	assert_int_equal(root->regs.rax, STATUS_OK);
	assert_int_equal(root->regs.r8, 0);
}

static void test_what_a_step_needs_is_looked_up_again(void **state)
{
	struct thread *a;

	(void)state;
	make_domain(D);
	make_domain(E);
	a = make_thread(D, A, TOP);
	grant(D, D, D, RIGHT_ALL);
	grant(D, E, E, RIGHT_ALL);
	run(a);
	cpu_hold = true;
	a->regs.rdi = SYS_WORD(SYS_DELEGATE, DELEGATE_CAP, D);
	a->regs.rsi = DELEGATE_RIGHTS(E, RIGHT_ALL);
	a->regs.rdx = 1;
	a->regs.r10 = 1;
	a->regs.r8 = 1000;
	cpu_syscall();
	assert_int_equal(a->regs.rip, USER_SYSCALL);
	run(root);
	cpu_hold = false;
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, E);
	run(a);
	while (a->regs.rip == USER_SYSCALL)
		cpu_syscall();
	assert_int_equal(status_of(a), STATUS_BAD_CAP);
}

/* Accounts of every size that is too small: what was done stays, the rest can be
 * done once there is room. */
static void test_the_destinations_account_runs_out(void **state)
{
	unsigned failed = 0;

	(void)state;
	for (uint64_t size = 1; size < 12; size++) {
		struct space *space;
		struct ptab_leaf leaf;
		uint64_t left, status;

		assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, D, size), STATUS_OK);
		space = &domain_at(D)->space;
		/* Over three tables of the lowest level, and two above. */
		status = pages(ROOT_MEMORY, D, RW, FRAME + 1, PLACE + 512 * 512 - 600, 1200);
		left = root->regs.r8;
		check_all();
		assert_int_equal(status, left ? STATUS_NO_MEMORY : STATUS_OK);
		failed += left != 0;
		for (uint64_t i = 0; i < 1200; i++)
			assert_int_equal(
				space_lookup(
					space, (PLACE + 512 * 512 - 600 + i) << PAGE_SHIFT, &leaf),
				i < 1200 - left);
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, D);
	}
	assert_in_range(failed, 5, 10);
}

static void test_the_destinations_table_of_capabilities_runs_out(void **state)
{
	(void)state;
	make_notification(N);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, D, 2), STATUS_OK);
	assert_int_equal(caps(ROOT_DOMAIN, D, RIGHT_ALL, N, 1, 1), STATUS_OK);
	assert_int_equal(caps(ROOT_DOMAIN, D, RIGHT_ALL, N, 511, 1), STATUS_OK);
	assert_int_equal(caps(ROOT_DOMAIN, D, RIGHT_ALL, N, 512, 1), STATUS_NO_MEMORY);
	assert_int_equal(caps(ROOT_DOMAIN, D, 0, 0, 512, 1), STATUS_OK);
}

static void test_kinds_and_ends_that_cannot_be(void **state)
{
	(void)state;
	make_domain(D);
	make_notification(N);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_GSPACE, G, 0), STATUS_OK);
	for (unsigned kind = DELEGATE_KIND_COUNT; kind < 256; kind += 51)
		EXPECT(STATUS_BAD_CALL, root, SYS_DELEGATE, kind, ROOT_DOMAIN,
			DELEGATE_RIGHTS(D, 1), 1, 1, 0);
	for (unsigned kind = 0; kind < DELEGATE_KIND_COUNT; kind++) {
		EXPECT(STATUS_BAD_CAP, root, SYS_DELEGATE, kind, N, DELEGATE_RIGHTS(D, 1));
		EXPECT(STATUS_BAD_CAP, root, SYS_DELEGATE, kind, ROOT_DOMAIN,
			DELEGATE_RIGHTS(N, 1));
		EXPECT(STATUS_BAD_CAP, root, SYS_DELEGATE, kind, G, DELEGATE_RIGHTS(D, 1));
		EXPECT(STATUS_BAD_CAP, root, SYS_DELEGATE, kind, ROOT_DOMAIN,
			DELEGATE_RIGHTS(ROOT_MEMORY, 1));
		if (kind == DELEGATE_MEMORY)
			continue;
		EXPECT(STATUS_BAD_CAP, root, SYS_DELEGATE, kind, ROOT_MEMORY,
			DELEGATE_RIGHTS(D, 1));
		EXPECT(STATUS_BAD_CAP, root, SYS_DELEGATE, kind, ROOT_DOMAIN,
			DELEGATE_RIGHTS(G, 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_capabilities_are_copied_with_no_more_rights),
		TEST(test_empty_slots_empty_the_destination),
		TEST(test_cap_ranges_that_cannot_be),
		TEST(test_long_ranges_are_cut_into_steps),
		TEST(test_what_a_step_needs_is_looked_up_again),
		TEST(test_the_destinations_account_runs_out),
		TEST(test_the_destinations_table_of_capabilities_runs_out),
		TEST(test_kinds_and_ends_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
