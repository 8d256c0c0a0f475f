/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs out: every system call with every number of pages too few for
 * it, and without an object. It says so, and nothing has changed. And who uses
 * up all he has takes nothing from others.
 */
/* LINK: test/unit/kernel/digest.c test/unit/kernel/layer.c */
#include "digest.h"

#include "notification.h"
#include "user.h"

enum { D = 20, E, N, M, G, I, S = 30, P, A = 40, V = 50, NEW = 60, FAR = 2 * CAP_LEAF_SLOTS };

#define FREE_ADDRESS 0x30000000ull
#define FRAME (RAM >> PAGE_SHIFT)
#define LARGE 512u        /* pages of a 2 MiB page */
#define GIGA (512u * 512) /* pages of a 1 GiB page */
#define PLACE (USER_MEMORY >> PAGE_SHIFT)
#define RW (MEM_R | MEM_W)

#define MAPPING(to, rights, first, at, count)                                                      \
	SYS_WORD(SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY),                                      \
	{                                                                                          \
		DELEGATE_RIGHTS(to, rights), first, at, count                                      \
	}
#define CREATION(type, ...)                                                                        \
	SYS_WORD(SYS_CREATE, 0, D),                                                                \
	{                                                                                          \
		CREATE_WORD(type, NEW), __VA_ARGS__                                                \
	}
#define CREATION_FAR(type, ...)                                                                    \
	SYS_WORD(SYS_CREATE, 0, D),                                                                \
	{                                                                                          \
		CREATE_WORD(type, FAR), __VA_ARGS__                                                \
	}
#define CALL(...) SYS_WORD(__VA_ARGS__)

/* By the root task. The call needs `pages` of `payer`, and an object or not. */
static const struct row {
	uint64_t payer;
	unsigned pages;
	bool object;
	uint64_t word, argument[5];
} rows[] = {
	{D, 2, true, CREATION(OBJECT_DOMAIN, 1, 0)},
	{D, 4, true, CREATION(OBJECT_THREAD, 0, FREE_ADDRESS)},
	{D, 1, true, CREATION(OBJECT_SC, S, 1)},
	{D, 1, true, CREATION(OBJECT_PORTAL, S)},
	{D, 1, true, CREATION(OBJECT_NOTIFICATION, 0)},
	{D, 2, true, CREATION(OBJECT_GSPACE)},
	{D, 6, true, CREATION(OBJECT_VCPU, G, CREATE_PAIR(0, M), FREE_ADDRESS)},
	{D, 1, true, CREATION(OBJECT_IRQ, ROOT_IRQ_CONTROL, 7)},
	/* The capability needs a page of the caller, whoever pays for the object. */
	{ROOT_DOMAIN, 1, false, CREATION_FAR(OBJECT_DOMAIN, 1, 0)},
	{ROOT_DOMAIN, 1, false, CREATION_FAR(OBJECT_THREAD, 0, FREE_ADDRESS)},
	{ROOT_DOMAIN, 1, false, CREATION_FAR(OBJECT_SC, S, 1)},
	{ROOT_DOMAIN, 1, false, CREATION_FAR(OBJECT_PORTAL, S)},
	{ROOT_DOMAIN, 1, false, CREATION_FAR(OBJECT_NOTIFICATION, 0)},
	{ROOT_DOMAIN, 1, false, CREATION_FAR(OBJECT_GSPACE)},
	{ROOT_DOMAIN, 1, false, CREATION_FAR(OBJECT_VCPU, G, CREATE_PAIR(0, M), FREE_ADDRESS)},
	{ROOT_DOMAIN, 1, false, CREATION_FAR(OBJECT_IRQ, ROOT_IRQ_CONTROL, 7)},
	/* New tables, a table that splits a large page, two that split a huge one. */
	{D, 2, false, MAPPING(D, RW, FRAME, PLACE + 7, 1)},
	{D, 1, false, MAPPING(D, RW, FRAME, PLACE, LARGE)},
	{D, 1, false, MAPPING(D, RW, FRAME, 2 * GIGA, 4 * LARGE)},
	{D, 4, false, MAPPING(D, RW, FRAME, 2 * GIGA - 3, 6)},
	{D, 1, false, MAPPING(D, MEM_R, FRAME + 9, 3 * GIGA + 5, 1)},
	{D, 1, false, MAPPING(D, 0, 0, 3 * GIGA, 1)},
	{D, 2, false, MAPPING(D, 0, 0, 3 * GIGA + 5, LARGE)},
	{D, 0, false, MAPPING(D, 0, 0, 3 * GIGA, 2 * LARGE)},
	{D, 2, false, MAPPING(G, RW, FRAME, PLACE + GIGA, 1)},
	{D, 1, false, MAPPING(G, RW, FRAME, 512 + GIGA, LARGE)},
	{D, 2, false, MAPPING(G, MEM_R, FRAME, 5, 1)},
	{D, 2, false, MAPPING(G, 0, 0, 5, 1)},
	{D, 3, false, MAPPING(G, 0, 0, LARGE - 2, LARGE)},
	{D, 3, false, MAPPING(G, RW, FRAME, 512 * GIGA, 1)},
	{D, 0, false, MAPPING(G, 0, 0, 0, GIGA)},
	{E, 3, false, CALL(SYS_DELEGATE, DELEGATE_MEMORY, D),
		{DELEGATE_RIGHTS(E, MEM_R), 3 * GIGA, PLACE, 1}},
	{D, 2, false, CALL(SYS_DELEGATE, DELEGATE_PORT, ROOT_DOMAIN),
		{DELEGATE_RIGHTS(D, 1), 5, 5, 1}},
	{D, 0, false, CALL(SYS_DELEGATE, DELEGATE_PORT, ROOT_DOMAIN),
		{DELEGATE_RIGHTS(D, 0), 5, 5, 1}},
	{D, 1, false, CALL(SYS_DELEGATE, DELEGATE_CAP, ROOT_DOMAIN),
		{DELEGATE_RIGHTS(D, RIGHT_ALL), N, 5, 1}},
	{D, 2, false, CALL(SYS_DELEGATE, DELEGATE_CAP, ROOT_DOMAIN),
		{DELEGATE_RIGHTS(D, RIGHT_ALL), N, FAR - 1, 2}},
	{D, 0, false, CALL(SYS_DELEGATE, DELEGATE_CAP, ROOT_DOMAIN),
		{DELEGATE_RIGHTS(D, 0), N, 5, 1}},
	/* All others need nothing. */
	{ROOT_DOMAIN, 0, false, CALL(SYS_SIGNAL, 0, N), {1}},
	{ROOT_DOMAIN, 0, false, CALL(SYS_WAIT, WAIT_POLL, N), {1}},
	{ROOT_DOMAIN, 0, false, CALL(SYS_TIMER, 0, N), {1, 1ull << 40}},
	{ROOT_DOMAIN, 0, false, CALL(SYS_VCPU_POKE, 0, V), {0}},
	{ROOT_DOMAIN, 0, false, CALL(SYS_IRQ_BIND, 0, I), {N, 1}},
	{ROOT_DOMAIN, 0, false, CALL(SYS_INFO, 0, D), {0}},
	{ROOT_DOMAIN, 0, false, CALL(SYS_LOG, 0, ROOT_LOG), {5}},
	{ROOT_DOMAIN, 0, false, CALL(SYS_DESTROY, 0, V), {0}},
	{D, 0, false, CALL(SYS_DESTROY, 0, G), {0}},
	{D, 0, false, CALL(SYS_DESTROY, 0, D), {0}},
};

/* D has large pages, and a guest space with a huge one. */
static void make_world(void)
{
	ptab_ept.leaf_levels |= BIT(2); /* 1 GiB pages */
	make_domain(D);
	make_domain(E);
	make_notification(N);
	make_notification(M);
	make_server(ROOT_DOMAIN, S);
	make_portal(P, S, 1);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_IRQ, I, ROOT_IRQ_CONTROL, 5), STATUS_OK);
	make_vcpu(ROOT_DOMAIN, V, 0);
	assert_int_equal(CREATE(root, D, OBJECT_GSPACE, G, 0), STATUS_OK);
	EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY, DELEGATE_RIGHTS(D, RW),
		FRAME, 3 * GIGA, 4 * LARGE);
	EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY, DELEGATE_RIGHTS(G, RW),
		FRAME, 0, GIGA);
}

static struct account *account_at(uint64_t slot)
{
	return &domain_at(slot)->account;
}

/* `row`, while its payer has `pages` and `objects` left. */
static uint64_t call_with(const struct row *row, unsigned pages, unsigned objects)
{
	struct account *account = account_at(row->payer);
	struct ref payer = object_ref(object_at(row->payer));
	uint32_t pages_hidden = account->pages_limit - account->pages_used - pages;
	uint32_t objects_hidden = account->objects_limit - account->objects_used - objects;
	uint64_t status;

	account->pages_limit -= pages_hidden;
	account->objects_limit -= objects_hidden;
	status = user_call(root, row->word, row->argument);
	/* A domain that is gone has given back what it had. */
	account = object_find(payer) ? account : &layer_root->account;
	account->pages_limit += pages_hidden;
	account->objects_limit += objects_hidden;
	return status;
}

/* The rest of a delegation that stopped half way. */
static uint64_t call_again(const struct row *row)
{
	const uint64_t rest[5] = {row->argument[0], root->regs.rdx, root->regs.r10, root->regs.r8};

	return user_call(root, row->word, rest);
}

static void expect_refused(
	unsigned i, const struct row *row, uint64_t status, const struct digest *before)
{
	bool partly = SYS_WORD_CALL(row->word) == SYS_DELEGATE && root->regs.r8 != row->argument[3];

	if (status != STATUS_NO_MEMORY)
		fail_msg("row %u: status %lu", i, status);
	check_all();
	if (!partly) {
		digest_same(before);
		return;
	}
	assert_int_equal(root->regs.rdx - row->argument[1], row->argument[3] - root->regs.r8);
	assert_int_equal(root->regs.r10 - row->argument[2], row->argument[3] - root->regs.r8);
	assert_int_equal(call_again(row), STATUS_OK);
	check_all();
}

static void test_each_call_with_each_number_of_pages_too_few(void **state)
{
	static struct digest before;

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		uint64_t status = STATUS_NO_MEMORY;
		unsigned pages;

		for (pages = 0; status != STATUS_OK; pages++) {
			make_world();
			run(root);
			digest_take(&before);
			status = call_with(row, pages, row->object);
			if (status != STATUS_OK)
				expect_refused(i, row, status, &before);
			check_all();
			machine_stop(state);
			machine_start(state);
		}
		/* An object may find room in a page that is there. */
		if (pages - 1 > row->pages || pages + row->object <= row->pages)
			fail_msg("row %u: %u pages", i, pages - 1);
	}
}

/* Also into a slot whose part of the caller's table comes and goes with it. */
static void test_each_creation_without_an_object(void **state)
{
	static struct digest before;

	for (unsigned i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		struct row row = rows[i / 2];

		if (!row.object)
			continue;
		if (i % 2)
			row.argument[0] = CREATE_WORD(row.argument[0] & 0xff, FAR);
		make_world();
		run(root);
		digest_take(&before);
		expect_refused(i / 2, &row, call_with(&row, 20, 0), &before);
		machine_stop(state);
		machine_start(state);
	}
}

/* The table above has every call and every type, but for those that pass control
 * on; they have no account at hand. */
static void test_every_call_and_type_is_here(void **state)
{
	uint64_t calls = BIT(SYS_CALL) | BIT(SYS_REPLY) | BIT(SYS_VCPU_RUN) | BIT(SYS_IRQ_ACK);
	uint64_t types = 0;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		calls |= BIT(SYS_WORD_CALL(rows[i].word));
		if (SYS_WORD_CALL(rows[i].word) == SYS_CREATE)
			types |= BIT(rows[i].argument[0] & 0xff);
	}
	assert_true(calls == BITS(SYS_COUNT - 1, 0));
	assert_true(types == BITS(OBJECT_IRQ, OBJECT_DOMAIN));
}

static void hide(uint64_t slot, uint32_t pages, uint32_t objects)
{
	account_at(slot)->pages_limit += pages;
	account_at(slot)->objects_limit += objects;
}

/* Calls, replies, faults and guests with nothing left anywhere. */
static void test_control_passes_without_memory(void **state)
{
	struct thread *a, *server;
	struct account *account = &layer_root->account;
	uint32_t pages, objects;

	(void)state;
	make_world();
	server = thread_at(S);
	a = make_thread(ROOT_DOMAIN, A, TOP);
	pages = account->pages_limit - account->pages_used;
	objects = account->objects_limit - account->objects_used;
	hide(ROOT_DOMAIN, 0u - pages, 0u - objects);
	EXPECT(PENDING, a, SYS_CALL, 64, P, 1, 2, 3, 4, 5);
	EXPECT(PENDING, server, SYS_REPLY, 64, 0, 5);
	assert_int_equal(status_of(a), STATUS_OK);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
	EXPECT(STATUS_OK, root, SYS_VCPU_POKE, 0, V);
	EXPECT(STATUS_OK, root, SYS_IRQ_BIND, 0, I, N, 1);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 2, fake_now + 100000);
	assert_true(raise_irq(5));
	EXPECT(STATUS_OK, root, SYS_IRQ_ACK, 0, I);
	EXPECT(PENDING, root, SYS_WAIT, 0, N, 2);
	fault(a, 14, 0, 0);
	clock_to(fake_now + 100000);
	assert_int_equal(status_of(root), STATUS_OK);
	hide(ROOT_DOMAIN, pages, objects);
	check_all();
}

/* --- a domain that takes all it can get --- */

/* Thread `a` of `domain` creates objects of one type until it is refused. */
static unsigned create_all(struct thread *a, uint64_t domain, unsigned type)
{
	static const uint64_t argument[OBJECT_COUNT][3] = {
		[OBJECT_DOMAIN] = {1, 0},
		[OBJECT_PORTAL] = {S},
	};
	unsigned count = 0;
	uint64_t status = STATUS_OK;

	for (; status == STATUS_OK; count++) {
		uint64_t first = argument[type][0], second = argument[type][1];

		if (type == OBJECT_THREAD)
			second = FREE_ADDRESS + count * PAGE_SIZE;
		assert_true(count < 2000);
		status = CREATE(a, domain, type, 1 + CAP_LEAF_SLOTS + count, first, second);
	}
	assert_int_equal(status, STATUS_NO_MEMORY);
	check_all();
	return count - 1;
}

/* Thread `b` of E does with its own account what it likes. */
static void use_own(struct thread *b)
{
	assert_int_equal(CREATE(b, E, OBJECT_DOMAIN, NEW, 4, 0), STATUS_OK);
	assert_int_equal(CREATE(b, E, OBJECT_THREAD, NEW + 1, 0, FREE_ADDRESS), STATUS_OK);
	assert_int_equal(CREATE(b, E, OBJECT_PORTAL, NEW + 2, NEW + 1), STATUS_OK);
	assert_int_equal(CREATE(b, E, OBJECT_SC, NEW + 3, NEW + 1, 1), STATUS_OK);
	assert_int_equal(CREATE(b, E, OBJECT_NOTIFICATION, NEW + 4, 0), STATUS_OK);
	assert_int_equal(CREATE(b, E, OBJECT_GSPACE, NEW + 5, 0), STATUS_OK);
	assert_int_equal(CREATE(b, E, OBJECT_VCPU, NEW + 6, NEW + 5, CREATE_PAIR(0, NEW + 4),
				 FREE_ADDRESS + PAGE_SIZE),
		STATUS_OK);
	EXPECT(STATUS_OK, b, SYS_DELEGATE, DELEGATE_MEMORY, E, DELEGATE_RIGHTS(NEW + 5, MEM_R),
		PLACE, 0, 20);
	for (unsigned i = 0; i < 7; i++)
		EXPECT(STATUS_OK, b, SYS_DESTROY, 0, NEW + 6 - i);
	check_all();
}

static void test_who_takes_all_takes_nothing_from_others(void **state)
{
	static const unsigned types[] = {
		OBJECT_DOMAIN, OBJECT_THREAD, OBJECT_PORTAL, OBJECT_NOTIFICATION, OBJECT_GSPACE};

	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		struct account before;
		struct thread *a, *b;

		make_domain(D);
		make_domain(E);
		make_server(D, S);
		a = make_thread(D, A, TOP);
		b = make_thread(E, A + 2, TOP);
		grant(D, D, D, RIGHT_ALL);
		grant(D, S, S, RIGHT_ALL);
		grant(E, E, E, RIGHT_ALL);
		EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY,
			DELEGATE_RIGHTS(E, MEM_R), FRAME, PLACE, 20);
		before = *account_at(E);
		assert_in_range(create_all(a, D, types[i]), 3, 600);
		use_own(b);
		assert_memory_equal(&before.pages_used, &account_at(E)->pages_used, 16);
		/* And the parent can still clean up. */
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, D);
		use_own(b);
		machine_stop(state);
		machine_start(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_call_with_each_number_of_pages_too_few),
		TEST(test_each_creation_without_an_object),
		TEST(test_every_call_and_type_is_here),
		TEST(test_control_passes_without_memory),
		TEST(test_who_takes_all_takes_nothing_from_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
