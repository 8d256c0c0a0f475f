/* SPDX-License-Identifier: MIT */
/* SYS_DELEGATE of I/O ports. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "syscall.h"

enum { D = 20, E, A = 30, B = 40 };

static uint64_t ports(struct thread *thread, uint64_t from, uint64_t to, unsigned rights,
	uint64_t first, uint64_t count)
{
	return SYS(thread, SYS_DELEGATE, DELEGATE_PORT, from, DELEGATE_RIGHTS(to, rights), first,
		first, count);
}

static void test_the_root_task_has_every_port_and_others_none(void **state)
{
	struct thread *a;

	(void)state;
	make_domain(D);
	a = make_thread(D, A, TOP);
	run(root);
	assert_true(fake_port_access(0) && fake_port_access(0x8000) && fake_port_access(0xffff));
	run(a);
	assert_false(fake_port_access(0) || fake_port_access(0x8000) || fake_port_access(0xffff));
}

static void test_ports_are_given_and_taken(void **state)
{
	struct thread *a, *b;

	(void)state;
	make_domain(D);
	make_domain(E);
	a = make_thread(D, A, TOP);
	b = make_thread(E, B, TOP);
	assert_int_equal(ports(root, ROOT_DOMAIN, D, 1, 0x3f8, 8), STATUS_OK);
	assert_int_equal(fake_yielded_first, 0x3f8);
	assert_int_equal(fake_yielded_count, 8);
	assert_int_equal(ports(root, ROOT_DOMAIN, E, 1, 0x7fff, 2), STATUS_OK);
	for (unsigned round = 0; round < 2; round++) {
		run(a);
		for (unsigned port = 0x3f0; port < 0x408; port++)
			assert_int_equal(
				fake_port_access((uint16_t)port), port >= 0x3f8 && port < 0x400);
		assert_false(fake_port_access(0x7fff));
		run(b);
		assert_true(fake_port_access(0x7fff) && fake_port_access(0x8000));
		assert_false(fake_port_access(0x7ffe) || fake_port_access(0x8001));
		assert_false(fake_port_access(0x3f8));
	}
	assert_int_equal(ports(root, ROOT_DOMAIN, D, 0, 0x3fa, 1), STATUS_OK);
	run(a);
	assert_true(fake_port_access(0x3f9));
	assert_false(fake_port_access(0x3fa));
}

/* A domain that takes ports away from itself, while it runs. */
static void test_a_domain_gives_ports_up(void **state)
{
	struct thread *a;

	(void)state;
	make_domain(D);
	a = make_thread(D, A, TOP);
	grant(D, D, D, RIGHT_ALL);
	assert_int_equal(ports(root, ROOT_DOMAIN, D, 1, 0x60, 5), STATUS_OK);
	assert_int_equal(ports(a, D, D, 0, 0x61, 1), STATUS_OK);
	assert_true(fake_port_access(0x60));
	assert_false(fake_port_access(0x61));
}

/* The first ports of a domain, which it fetches itself from another. */
static void test_a_running_domain_gets_its_first_ports(void **state)
{
	struct thread *a;

	(void)state;
	make_domain(D);
	make_domain(E);
	a = make_thread(D, A, TOP);
	grant(D, D, D, RIGHT_ALL);
	grant(D, E, E, RIGHT_USE);
	assert_int_equal(ports(root, ROOT_DOMAIN, E, 1, 0x60, 1), STATUS_OK);
	run(a);
	assert_false(fake_port_access(0x60));
	assert_int_equal(ports(a, E, D, 1, 0x60, 1), STATUS_OK);
	assert_true(fake_port_access(0x60));
}

static void test_a_domain_cannot_give_itself_ports(void **state)
{
	struct thread *a;

	(void)state;
	make_domain(D);
	a = make_thread(D, A, TOP);
	grant(D, D, D, RIGHT_ALL);
	assert_int_equal(ports(a, D, D, 1, 0x60, 1), STATUS_NO_RIGHT);
	assert_int_equal(ports(root, ROOT_DOMAIN, D, 1, 0x60, 1), STATUS_OK);
	assert_int_equal(ports(a, D, D, 1, 0x60, 2), STATUS_NO_RIGHT);
	assert_int_equal(ports(a, D, D, 1, 0x60, 1), STATUS_OK);
	run(a);
	assert_false(fake_port_access(0x61));
}

static void test_a_part_of_the_ports_is_not_enough(void **state)
{
	(void)state;
	make_domain(D);
	make_domain(E);
	assert_int_equal(ports(root, ROOT_DOMAIN, D, 1, 0x60, 4), STATUS_OK);
	assert_int_equal(ports(root, ROOT_DOMAIN, D, 0, 0x62, 1), STATUS_OK);
	assert_int_equal(ports(root, D, E, 1, 0x60, 4), STATUS_NO_RIGHT);
	assert_false(space_ports_allowed(&domain_at(E)->space, 0x60, 1));
	assert_int_equal(ports(root, D, E, 1, 0x60, 2), STATUS_OK);
}

static void test_port_ranges_that_cannot_be(void **state)
{
	static const struct {
		uint64_t first, count;
	} bad[] = {{IO_PORTS, 0}, {IO_PORTS, 1}, {IO_PORTS - 1, 2}, {0, IO_PORTS + 1},
		{UINT64_MAX, 1}, {1, UINT64_MAX}, {1ull << 32, 1}, {0, 1ull << 32}};

	(void)state;
	make_domain(D);
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		for (unsigned rights = 0; rights < 2; rights++)
			assert_int_equal(
				ports(root, ROOT_DOMAIN, D, rights, bad[i].first, bad[i].count),
				STATUS_BAD_ARG);
	EXPECT(STATUS_BAD_ARG, root, SYS_DELEGATE, DELEGATE_PORT, ROOT_DOMAIN,
		DELEGATE_RIGHTS(D, 1), 5, 6, 1);
	assert_int_equal(ports(root, ROOT_DOMAIN, D, 1, 0, IO_PORTS), STATUS_OK);
}

/* No page, or one of two, for the bitmap: nothing has changed. */
static void test_ports_need_two_pages(void **state)
{
	(void)state;
	for (unsigned spare = 0; spare < 2; spare++) {
		assert_int_equal(
			CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, D + spare, 1 + spare), STATUS_OK);
		assert_int_equal(ports(root, ROOT_DOMAIN, D + spare, 1, 1, 1), STATUS_NO_MEMORY);
		assert_int_equal(domain_at(D + spare)->account.pages_used, 1);
		assert_int_equal(ports(root, ROOT_DOMAIN, D + spare, 0, 1, 1), STATUS_OK);
	}
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, D + 2, 3), STATUS_OK);
	assert_int_equal(ports(root, ROOT_DOMAIN, D + 2, 1, 1, 1), STATUS_OK);
}

/* Ranges that begin and end anywhere in a word of the bitmap touch no others. */
static void test_ports_around_a_range_stay(void **state)
{
	static const struct {
		uint16_t first, count;
	} ranges[] = {{0, 1}, {63, 2}, {1, 63}, {64, 64}, {100, 1}, {127, 130}, {32767, 2},
		{32700, 200}, {65535, 1}, {65472, 64}, {65400, 136}};
	struct thread *a;

	(void)state;
	make_domain(D);
	a = make_thread(D, A, TOP);
	for (unsigned give = 0; give < 2; give++)
		for (unsigned i = 0; i < ARRAY_SIZE(ranges); i++) {
			uint32_t first = ranges[i].first, end = first + ranges[i].count;

			assert_int_equal(
				ports(root, ROOT_DOMAIN, D, !give, 0, IO_PORTS), STATUS_OK);
			assert_int_equal(
				ports(root, ROOT_DOMAIN, D, give, first, end - first), STATUS_OK);
			run(a);
			for (uint32_t port = 0; port < IO_PORTS; port++)
				assert_int_equal(fake_port_access((uint16_t)port),
					(port >= first && port < end) == give);
			for (uint32_t port = first ? first - 1 : 0; port < end; port++)
				assert_int_equal(
					space_ports_allowed(&domain_at(D)->space, port, end - port),
					give && port >= first);
		}
}

/* All ports are given in steps, between which others run; what is asked for is
 * checked again in each. */
static void test_many_ports_go_in_steps(void **state)
{
	unsigned steps = 1;

	(void)state;
	make_domain(D);
	run(root);
	cpu_hold = true;
	root->regs.rdi = SYS_WORD(SYS_DELEGATE, DELEGATE_PORT, ROOT_DOMAIN);
	root->regs.rsi = DELEGATE_RIGHTS(D, 1);
	root->regs.rdx = 0;
	root->regs.r10 = 0;
	root->regs.r8 = IO_PORTS;
	for (cpu_syscall(); root->regs.rip == USER_SYSCALL; cpu_syscall(), steps++) {
		assert_int_equal(root->regs.rdx, root->regs.r10);
		assert_int_equal(root->regs.rdx + root->regs.r8, IO_PORTS);
		assert_true(root->regs.rdx > 0);
		check_all();
	}
	assert_int_equal(root->regs.rax, STATUS_OK);
	assert_in_range(steps, 4, 64);
	assert_true(space_ports_allowed(&domain_at(D)->space, 0, IO_PORTS));
}

/* What is done before the port that the source lacks stays. */
static void test_a_missing_port_ends_a_long_range(void **state)
{
	(void)state;
	make_domain(D);
	make_domain(E);
	assert_int_equal(ports(root, ROOT_DOMAIN, D, 1, 0, IO_PORTS), STATUS_OK);
	assert_int_equal(ports(root, ROOT_DOMAIN, D, 0, 50000, 1), STATUS_OK);
	assert_int_equal(ports(root, D, E, 1, 0, IO_PORTS), STATUS_NO_RIGHT);
	assert_in_range(root->regs.rdx, 1, 50000);
	assert_int_equal(root->regs.rdx + root->regs.r8, IO_PORTS);
	assert_true(space_ports_allowed(&domain_at(E)->space, 0, (uint32_t)root->regs.rdx));
	assert_false(space_ports_allowed(&domain_at(E)->space, (uint32_t)root->regs.rdx, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_root_task_has_every_port_and_others_none),
		TEST(test_ports_are_given_and_taken),
		TEST(test_a_domain_gives_ports_up),
		TEST(test_a_running_domain_gets_its_first_ports),
		TEST(test_a_domain_cannot_give_itself_ports),
		TEST(test_a_part_of_the_ports_is_not_enough),
		TEST(test_port_ranges_that_cannot_be),
		TEST(test_ports_need_two_pages),
		TEST(test_ports_around_a_range_stay),
		TEST(test_many_ports_go_in_steps),
		TEST(test_a_missing_port_ends_a_long_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
