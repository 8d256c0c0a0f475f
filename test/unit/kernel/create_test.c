/* SPDX-License-Identifier: MIT */
/* SYS_CREATE: arguments, slots, and accounts that run out at every allocation. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "gspace.h"
#include "notification.h"
#include "shared.h"

enum { D = 20, E, N, G, V, S = 30, P, A = 40, NEW = 60, CHILD };

#define FREE_ADDRESS 0x30000000ull
#define SECOND_LEAF CAP_LEAF_SLOTS

/* A slot of each type that arguments can name: S a server, A an active thread,
 * P a portal of S, N and N + 50 notifications, the latter bound to V. */
static void make_world(void)
{
	make_domain(D);
	make_server(D, S);
	make_portal(P, S, 1);
	make_thread(ROOT_DOMAIN, A, 1);
	make_notification(N);
	make_notification(N + 50);
	make_vcpu(ROOT_DOMAIN, V, N + 50);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_GSPACE, G, 0), STATUS_OK);
	EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_CAP, ROOT_DOMAIN,
		DELEGATE_RIGHTS(ROOT_DOMAIN, RIGHT_WAIT), P, 101, 1);
	EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_CAP, ROOT_DOMAIN,
		DELEGATE_RIGHTS(ROOT_DOMAIN, RIGHT_ALL & ~RIGHT_MODIFY), S, 102, 1);
	EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_CAP, ROOT_DOMAIN,
		DELEGATE_RIGHTS(ROOT_DOMAIN, RIGHT_ALL & ~RIGHT_USE), G, 103, 1);
	EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_CAP, ROOT_DOMAIN,
		DELEGATE_RIGHTS(ROOT_DOMAIN, RIGHT_ALL & ~RIGHT_WAIT), N, 104, 1);
}

static void test_arguments_of_each_type(void **state)
{
	static const struct {
		unsigned type;
		uint64_t argument[4];
		enum status status;
	} rows[] = {
		{OBJECT_DOMAIN, {0}, STATUS_NO_MEMORY},
		{OBJECT_DOMAIN, {FAKE_PAGES}, STATUS_NO_MEMORY},
		{OBJECT_DOMAIN, {1ull << 32}, STATUS_NO_MEMORY},
		{OBJECT_DOMAIN, {(1ull << 32) + 5}, STATUS_NO_MEMORY},
		{OBJECT_DOMAIN, {UINT64_MAX}, STATUS_NO_MEMORY},
		{OBJECT_DOMAIN, {1}, STATUS_OK},
		{OBJECT_THREAD, {1, FREE_ADDRESS}, STATUS_BAD_ARG},
		{OBJECT_THREAD, {CPU_MAX, FREE_ADDRESS}, STATUS_BAD_ARG},
		{OBJECT_THREAD, {UINT32_MAX, FREE_ADDRESS}, STATUS_BAD_ARG},
		{OBJECT_THREAD, {CREATE_PAIR(0, N), FREE_ADDRESS}, STATUS_BAD_CAP},
		{OBJECT_THREAD, {CREATE_PAIR(0, 99), FREE_ADDRESS}, STATUS_BAD_CAP},
		{OBJECT_THREAD, {CREATE_PAIR(0, UINT32_MAX), FREE_ADDRESS}, STATUS_BAD_CAP},
		{OBJECT_THREAD, {CREATE_PAIR(0, 101), FREE_ADDRESS}, STATUS_NO_RIGHT},
		{OBJECT_THREAD, {0, 0}, STATUS_BAD_ARG},
		{OBJECT_THREAD, {0, FREE_ADDRESS + 8}, STATUS_BAD_ARG},
		{OBJECT_THREAD, {0, USER_END}, STATUS_BAD_ARG},
		{OBJECT_THREAD, {0, 0xffff800000000000}, STATUS_BAD_ARG},
		{OBJECT_THREAD, {0, UINT64_MAX & ~PAGE_MASK}, STATUS_BAD_ARG},
		{OBJECT_THREAD, {0, USER_UTCBS}, STATUS_IN_USE},
		{OBJECT_THREAD, {0, FREE_ADDRESS, USER_END}, STATUS_BAD_ARG},
		{OBJECT_THREAD, {0, FREE_ADDRESS, 0xffff800000000000}, STATUS_BAD_ARG},
		{OBJECT_THREAD, {0, FREE_ADDRESS, 0, USER_END + 1}, STATUS_BAD_ARG},
		{OBJECT_THREAD, {0, FREE_ADDRESS, USER_END - 1, USER_END}, STATUS_OK},
		{OBJECT_THREAD, {CREATE_PAIR(0, P), USER_END - PAGE_SIZE}, STATUS_OK},
		{OBJECT_SC, {0, 1}, STATUS_BAD_CAP},
		{OBJECT_SC, {N, 1}, STATUS_BAD_CAP},
		{OBJECT_SC, {102, 1}, STATUS_NO_RIGHT},
		{OBJECT_SC, {A, 1}, STATUS_IN_USE},
		{OBJECT_SC, {S, 1, 5, 5}, STATUS_OK},
		{OBJECT_PORTAL, {0}, STATUS_BAD_CAP},
		{OBJECT_PORTAL, {P}, STATUS_BAD_CAP},
		{OBJECT_PORTAL, {102}, STATUS_NO_RIGHT},
		{OBJECT_PORTAL, {A}, STATUS_IN_USE},
		{OBJECT_PORTAL, {S, USER_END}, STATUS_BAD_ARG},
		{OBJECT_PORTAL, {S, UINT64_MAX}, STATUS_BAD_ARG},
		{OBJECT_PORTAL, {S, USER_END - 1, UINT64_MAX}, STATUS_OK},
		{OBJECT_NOTIFICATION, {1}, STATUS_BAD_ARG},
		{OBJECT_NOTIFICATION, {0, 2, 3, 4}, STATUS_OK},
		{OBJECT_GSPACE, {1, 2, 3, 4}, STATUS_OK},
		{OBJECT_VCPU, {0, 0, FREE_ADDRESS}, STATUS_BAD_CAP},
		{OBJECT_VCPU, {D, 0, FREE_ADDRESS}, STATUS_BAD_CAP},
		{OBJECT_VCPU, {103, 0, FREE_ADDRESS}, STATUS_NO_RIGHT},
		{OBJECT_VCPU, {G, 1, FREE_ADDRESS}, STATUS_BAD_ARG},
		{OBJECT_VCPU, {G, CREATE_PAIR(0, G), FREE_ADDRESS}, STATUS_BAD_CAP},
		{OBJECT_VCPU, {G, CREATE_PAIR(0, 104), FREE_ADDRESS}, STATUS_NO_RIGHT},
		{OBJECT_VCPU, {G, CREATE_PAIR(0, N + 50), FREE_ADDRESS}, STATUS_IN_USE},
		{OBJECT_VCPU, {G, 0, 0}, STATUS_BAD_ARG},
		{OBJECT_VCPU, {G, 0, FREE_ADDRESS + 1}, STATUS_BAD_ARG},
		{OBJECT_VCPU, {G, 0, USER_END}, STATUS_BAD_ARG},
		{OBJECT_VCPU, {G, 0, USER_UTCBS}, STATUS_IN_USE},
		{OBJECT_VCPU, {G, CREATE_PAIR(0, N), FREE_ADDRESS}, STATUS_OK},
		{OBJECT_IRQ, {0, 5}, STATUS_BAD_CAP},
		{OBJECT_IRQ, {ROOT_MEMORY, 5}, STATUS_BAD_CAP},
		{OBJECT_IRQ, {ROOT_IRQ_CONTROL, FAKE_GSIS}, STATUS_BAD_ARG},
		{OBJECT_IRQ, {ROOT_IRQ_CONTROL, (1ull << 32) + 5}, STATUS_BAD_ARG},
		{OBJECT_IRQ, {ROOT_IRQ_CONTROL, 5, 4}, STATUS_BAD_ARG},
		{OBJECT_IRQ, {ROOT_IRQ_CONTROL, 5, 1ull << 32}, STATUS_BAD_ARG},
		{OBJECT_IRQ, {ROOT_IRQ_CONTROL, 5, IRQ_LEVEL | IRQ_ACTIVE_LOW}, STATUS_OK},
		{OBJECT_NONE, {0}, STATUS_BAD_CALL},
		{OBJECT_MEMORY, {0}, STATUS_BAD_CALL},
		{OBJECT_IRQ_CONTROL, {0}, STATUS_BAD_CALL},
		{OBJECT_LOG, {0}, STATUS_BAD_CALL},
		{OBJECT_COUNT, {0}, STATUS_BAD_CALL},
		{0xff, {0}, STATUS_BAD_CALL},
	};

	(void)state;
	make_world();
	/* The server's UTCB is in D, so the address is free in the root domain. */
	make_server(ROOT_DOMAIN, S + 5);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		const uint64_t *a = rows[i].argument;
		uint64_t taken = a[1] == USER_UTCBS || a[2] == USER_UTCBS ? D : ROOT_DOMAIN;
		uint64_t status = CREATE(root, taken, rows[i].type, NEW, a[0], a[1], a[2], a[3]);

		if (status != rows[i].status)
			fail_msg("row %u: status %lu, not %d", i, status, rows[i].status);
		check_all();
		if (status != STATUS_OK) {
			assert_null(object_at(NEW));
			continue;
		}
		assert_int_equal(object_at(NEW)->type, rows[i].type);
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, NEW);
	}
}

static void test_slots(void **state)
{
	static const uint64_t bad[] = {0, CAP_SLOTS, CAP_SLOTS + NEW, 1ull << 55};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(
			CREATE(root, ROOT_DOMAIN, OBJECT_NOTIFICATION, bad[i], 0), STATUS_BAD_ARG);
	make_notification(NEW);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_NOTIFICATION, NEW, 0), STATUS_IN_USE);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, NEW);
	make_notification(NEW);
	make_notification(CAP_SLOTS - 1);
}

static void test_guests_that_cannot_run_here(void **state)
{
	(void)state;
	virt = NULL;
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_GSPACE, G, 0), STATUS_NO_FEATURE);
	check_all();
}

static void test_a_line_has_one_owner(void **state)
{
	(void)state;
	assert_int_equal(
		CREATE(root, ROOT_DOMAIN, OBJECT_IRQ, NEW, ROOT_IRQ_CONTROL, 5), STATUS_OK);
	assert_int_equal(
		CREATE(root, ROOT_DOMAIN, OBJECT_IRQ, NEW + 1, ROOT_IRQ_CONTROL, 5), STATUS_IN_USE);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, NEW);
	assert_int_equal(
		CREATE(root, ROOT_DOMAIN, OBJECT_IRQ, NEW + 1, ROOT_IRQ_CONTROL, 5), STATUS_OK);
}

static void test_a_new_thread_knows_nothing(void **state)
{
	static const struct regs nothing;
	struct thread *thread;

	(void)state;
	thread = make_server(ROOT_DOMAIN, S);
	for (unsigned i = 0; i < UTCB_WORDS; i++)
		assert_int_equal(thread->utcb->word[i], 0);
	assert_memory_equal(&thread->regs.r8, &nothing.r8, 8 * sizeof(uint64_t));
	assert_int_equal(thread->regs.rip, USER_START);
	assert_int_equal(thread->regs.rsp, USER_STACK);
}

static void test_domains_nest_to_the_limit(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= DOMAIN_DEPTH_MAX; i++)
		assert_int_equal(CREATE(root, i ? 100 + i - 1 : ROOT_DOMAIN, OBJECT_DOMAIN, 100 + i,
					 200 - 10 * i),
			i < DOMAIN_DEPTH_MAX ? STATUS_OK : STATUS_TOO_DEEP);
	check_all();
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, 100);
}

/* D may make contexts of priorities 0 to 9, and domains that may, too. */
static void test_nobody_makes_time_for_himself(void **state)
{
	struct thread *a;

	(void)state;
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, D, PAGES, PRIORITY_COUNT + 1),
		STATUS_BAD_ARG);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, D, PAGES, 10), STATUS_OK);
	a = make_thread(D, A, TOP);
	make_server(D, S);
	grant(D, D, D, RIGHT_ALL);
	grant(D, S, S, RIGHT_ALL);
	assert_int_equal(CREATE(a, D, OBJECT_SC, NEW, S, 10), STATUS_NO_RIGHT);
	assert_int_equal(CREATE(a, D, OBJECT_SC, NEW, S, TOP), STATUS_NO_RIGHT);
	assert_int_equal(CREATE(a, D, OBJECT_SC, NEW, S, PRIORITY_COUNT), STATUS_BAD_ARG);
	assert_int_equal(CREATE(a, D, OBJECT_DOMAIN, CHILD, 5, 11), STATUS_NO_RIGHT);
	assert_int_equal(CREATE(a, D, OBJECT_DOMAIN, CHILD, 5, 10), STATUS_OK);
	assert_int_equal(CREATE(a, D, OBJECT_SC, NEW, S, 9), STATUS_OK);
}

/* The arguments with which each type can be created in make_world(). */
static const uint64_t good[OBJECT_COUNT][4] = {
	[OBJECT_DOMAIN] = {1},
	[OBJECT_THREAD] = {0, FREE_ADDRESS},
	[OBJECT_SC] = {S, 1},
	[OBJECT_PORTAL] = {S},
	[OBJECT_VCPU] = {G, CREATE_PAIR(0, N), FREE_ADDRESS},
	[OBJECT_IRQ] = {ROOT_IRQ_CONTROL, 5},
};

static uint64_t create_good(uint64_t payer, unsigned type)
{
	const uint64_t *a = good[type];

	return CREATE(root, payer, type, NEW, a[0], a[1], a[2], a[3]);
}

/* Nothing of a creation that failed is left. */
static void expect_nothing(const struct account *account, const struct account *before)
{
	struct ptab_leaf leaf;

	assert_int_equal(account->pages_used, before->pages_used);
	assert_int_equal(account->pages_limit, before->pages_limit);
	assert_int_equal(account->objects_used, before->objects_used);
	assert_int_equal(account->objects_limit, before->objects_limit);
	assert_null(object_at(NEW));
	assert_false(space_lookup(&domain_at(E)->space, FREE_ADDRESS, &leaf));
	assert_null(CONTAINER_OF(object_at(N), struct notification, object)->vcpu);
	assert_null(thread_at(S)->sc);
	assert_false(fake_lines[0].open);
	check_all();
}

/* Payers with one more page each time, until the creation succeeds. */
static void test_a_payer_without_enough_pages(void **state)
{
	(void)state;
	make_world();
	for (unsigned type = OBJECT_DOMAIN; type <= OBJECT_IRQ; type++) {
		uint64_t status = STATUS_NO_MEMORY;
		unsigned tries;

		for (tries = 0; status != STATUS_OK; tries++) {
			struct account before;

			assert_int_equal(
				CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, E, 1 + tries), STATUS_OK);
			before = domain_at(E)->account;
			status = create_good(E, type);
			if (status != STATUS_OK) {
				assert_int_equal(status, STATUS_NO_MEMORY);
				expect_nothing(&domain_at(E)->account, &before);
			}
			check_all();
			EXPECT(STATUS_OK, root, SYS_DESTROY, 0, E);
		}
		assert_in_range(tries, 2, 12);
	}
}

static void test_a_payer_without_an_object(void **state)
{
	struct account before;

	(void)state;
	make_world();
	make_domain(E);
	for (unsigned i = 0; CREATE(root, E, OBJECT_NOTIFICATION, 1000 + i, 0) == STATUS_OK; i++)
		;
	before = domain_at(E)->account;
	assert_int_equal(before.objects_used, before.objects_limit);
	assert_true(before.pages_used < before.pages_limit);
	for (unsigned type = OBJECT_DOMAIN; type <= OBJECT_IRQ; type++) {
		assert_int_equal(create_good(E, type), STATUS_NO_MEMORY);
		expect_nothing(&domain_at(E)->account, &before);
	}
}

/* A creation that fails in a slot whose part of the table is not there yet. */
static void test_a_failed_creation_leaves_the_callers_table_alone(void **state)
{
	uint64_t used = layer_root->account.pages_used;

	(void)state;
	for (unsigned type = OBJECT_DOMAIN; type <= OBJECT_IRQ; type++) {
		if (type == OBJECT_NOTIFICATION || type == OBJECT_GSPACE)
			continue;
		assert_int_not_equal(
			CREATE(root, ROOT_DOMAIN, type, SECOND_LEAF, 0, 0, 0, 0), STATUS_OK);
		assert_int_equal(layer_root->account.pages_used, used);
	}
	make_notification(SECOND_LEAF);
	assert_int_not_equal(CREATE(root, ROOT_DOMAIN, OBJECT_SC, SECOND_LEAF + 1, 0), STATUS_OK);
	assert_non_null(object_at(SECOND_LEAF));
}

/* Everything the machine has, given away: no charge fails that should not. */
static void test_the_whole_pool_can_be_used(void **state)
{
	uint64_t left = layer_root->account.pages_limit - layer_root->account.pages_used;

	(void)state;
	/* Its own object may need a page, too. */
	if (CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, D, left) != STATUS_OK)
		assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, D, left - 1), STATUS_OK);
	assert_int_equal(layer_root->account.pages_limit, layer_root->account.pages_used);
	while (account_page(&domain_at(D)->account, POOL_OBJECT))
		;
	assert_int_equal(pool_free_pages(), 0);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_GSPACE, G, 0), STATUS_NO_MEMORY);
	assert_int_equal(CREATE(root, D, OBJECT_GSPACE, G, 0), STATUS_NO_MEMORY);
	machine_start(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_arguments_of_each_type),
		TEST(test_slots),
		TEST(test_guests_that_cannot_run_here),
		TEST(test_a_line_has_one_owner),
		TEST(test_a_new_thread_knows_nothing),
		TEST(test_domains_nest_to_the_limit),
		TEST(test_nobody_makes_time_for_himself),
		TEST(test_a_payer_without_enough_pages),
		TEST(test_a_payer_without_an_object),
		TEST(test_a_failed_creation_leaves_the_callers_table_alone),
		TEST(test_the_whole_pool_can_be_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
