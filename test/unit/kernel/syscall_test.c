/* SPDX-License-Identifier: MIT */
/* What all system calls share: numbers, capabilities, rights; and the small ones. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include <string.h>

enum { D = 20, E, N, G, S = 30, P, A = 40, V = 60, I = 70, NEW = 80, WEAK = 100, STRONG };

#define FREE_ADDRESS 0x30000000ull

/* One of each object; the slot of each type is here. */
static const uint64_t slot_of[OBJECT_COUNT] = {
	[OBJECT_DOMAIN] = D,
	[OBJECT_THREAD] = S,
	[OBJECT_SC] = A + 1,
	[OBJECT_PORTAL] = P,
	[OBJECT_NOTIFICATION] = N,
	[OBJECT_GSPACE] = G,
	[OBJECT_VCPU] = V,
	[OBJECT_IRQ] = I,
	[OBJECT_MEMORY] = ROOT_MEMORY,
	[OBJECT_IRQ_CONTROL] = ROOT_IRQ_CONTROL,
	[OBJECT_LOG] = ROOT_LOG,
};

static void make_world(void)
{
	make_domain(D);
	make_server(D, S);
	make_portal(P, S, 1);
	make_thread(ROOT_DOMAIN, A, 1);
	make_notification(N);
	make_vcpu(ROOT_DOMAIN, V, 0);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_GSPACE, G, 0), STATUS_OK);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_IRQ, I, ROOT_IRQ_CONTROL, 5), STATUS_OK);
}

/* The root task's own slot `to` names what `from` does, with these rights. */
static void weaken(uint64_t from, uint64_t to, unsigned rights)
{
	struct cap cap = capspace_get(&layer_root->caps, from);

	capspace_set(&layer_root->caps, to, cap_make(cap_ref(cap), rights));
}

/* A capability is in the call word, or in the argument `in`, shifted. */
struct row {
	unsigned call, flags;
	unsigned type, rights; /* of the capability in question */
	uint64_t primary;      /* slot, where that is another */
	unsigned in, shift;
	uint64_t argument[5];
};

#define CREATES(type) CREATE_WORD(type, NEW)

static const struct row rows[] = {
	{SYS_CALL, 0, OBJECT_PORTAL, RIGHT_USE, 0, 0, 0, {0}},
	{SYS_SIGNAL, 0, OBJECT_NOTIFICATION, RIGHT_USE, 0, 0, 0, {1}},
	{SYS_WAIT, WAIT_POLL, OBJECT_NOTIFICATION, RIGHT_WAIT, 0, 0, 0, {1}},
	{SYS_TIMER, 0, OBJECT_NOTIFICATION, RIGHT_WAIT, 0, 0, 0, {1, 0}},
	{SYS_VCPU_RUN, 0, OBJECT_VCPU, RIGHT_USE, 0, 0, 0, {0}},
	{SYS_VCPU_POKE, 0, OBJECT_VCPU, RIGHT_USE, 0, 0, 0, {0}},
	{SYS_DELEGATE, DELEGATE_MEMORY, OBJECT_DOMAIN, RIGHT_USE, 0, 0, 0, {D}},
	{SYS_DELEGATE, DELEGATE_MEMORY, OBJECT_MEMORY, RIGHT_USE, 0, 0, 0, {D}},
	{SYS_DELEGATE, DELEGATE_PORT, OBJECT_DOMAIN, RIGHT_USE, 0, 0, 0, {D}},
	{SYS_DELEGATE, DELEGATE_CAP, OBJECT_DOMAIN, RIGHT_USE, 0, 0, 0, {D}},
	{SYS_DELEGATE, DELEGATE_MEMORY, OBJECT_DOMAIN, RIGHT_MODIFY, D, 1, 0, {0}},
	{SYS_DELEGATE, DELEGATE_MEMORY, OBJECT_GSPACE, RIGHT_MODIFY, D, 1, 0, {0}},
	{SYS_DELEGATE, DELEGATE_PORT, OBJECT_DOMAIN, RIGHT_MODIFY, D, 1, 0, {0}},
	{SYS_DELEGATE, DELEGATE_CAP, OBJECT_DOMAIN, RIGHT_MODIFY, D, 1, 0, {0}},
	{SYS_CREATE, 0, OBJECT_DOMAIN, RIGHT_MODIFY, 0, 0, 0, {CREATES(OBJECT_NOTIFICATION)}},
	{SYS_CREATE, 0, OBJECT_PORTAL, RIGHT_USE, D, 2, 32,
		{CREATES(OBJECT_THREAD), 0, FREE_ADDRESS}},
	{SYS_CREATE, 0, OBJECT_THREAD, RIGHT_MODIFY, D, 2, 0, {CREATES(OBJECT_SC), 0, 1}},
	{SYS_CREATE, 0, OBJECT_THREAD, RIGHT_MODIFY, D, 2, 0, {CREATES(OBJECT_PORTAL)}},
	{SYS_CREATE, 0, OBJECT_GSPACE, RIGHT_USE, D, 2, 0,
		{CREATES(OBJECT_VCPU), 0, 0, FREE_ADDRESS}},
	{SYS_CREATE, 0, OBJECT_NOTIFICATION, RIGHT_WAIT, D, 3, 32,
		{CREATES(OBJECT_VCPU), G, 0, FREE_ADDRESS}},
	{SYS_CREATE, 0, OBJECT_IRQ_CONTROL, RIGHT_USE, D, 2, 0, {CREATES(OBJECT_IRQ), 0, 7}},
	{SYS_DESTROY, 0, OBJECT_DOMAIN, RIGHT_DESTROY, 0, 0, 0, {0}},
	{SYS_DESTROY, 0, OBJECT_THREAD, RIGHT_DESTROY, 0, 0, 0, {0}},
	{SYS_DESTROY, 0, OBJECT_SC, RIGHT_DESTROY, 0, 0, 0, {0}},
	{SYS_DESTROY, 0, OBJECT_PORTAL, RIGHT_DESTROY, 0, 0, 0, {0}},
	{SYS_DESTROY, 0, OBJECT_NOTIFICATION, RIGHT_DESTROY, 0, 0, 0, {0}},
	{SYS_DESTROY, 0, OBJECT_GSPACE, RIGHT_DESTROY, 0, 0, 0, {0}},
	{SYS_DESTROY, 0, OBJECT_VCPU, RIGHT_DESTROY, 0, 0, 0, {0}},
	{SYS_DESTROY, 0, OBJECT_IRQ, RIGHT_DESTROY, 0, 0, 0, {0}},
	{SYS_IRQ_BIND, 0, OBJECT_IRQ, RIGHT_WAIT, 0, 0, 0, {N, 1}},
	{SYS_IRQ_BIND, 0, OBJECT_NOTIFICATION, RIGHT_WAIT, I, 1, 0, {0, 1}},
	{SYS_IRQ_ACK, 0, OBJECT_IRQ, RIGHT_USE, 0, 0, 0, {0}},
	{SYS_INFO, 0, OBJECT_DOMAIN, RIGHT_USE, 0, 0, 0, {0}},
	{SYS_LOG, 0, OBJECT_LOG, RIGHT_USE, 0, 0, 0, {0}},
};

/* The row's call, with `slot` as the capability in question. */
static uint64_t call_row(const struct row *row, uint64_t slot)
{
	uint64_t a[5];

	memcpy(a, row->argument, sizeof(a));
	if (row->in)
		a[row->in - 1] |= slot << row->shift;
	return SYS(root, row->call, row->flags, row->in ? row->primary : slot, a[0], a[1], a[2],
		a[3], a[4]);
}

static void test_each_call_with_each_right_missing(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		uint64_t status;

		machine_start(NULL);
		make_world();
		weaken(slot_of[row->type], WEAK, RIGHT_ALL & ~row->rights);
		weaken(slot_of[row->type], STRONG, row->rights);
		if (row->call == SYS_IRQ_ACK)
			EXPECT(STATUS_OK, root, SYS_IRQ_BIND, 0, I, N, 1);
		status = call_row(row, WEAK);
		if (status != STATUS_NO_RIGHT)
			fail_msg("row %u without the right: status %lu", i, status);
		assert_null(object_at(NEW));
		assert_non_null(object_at(WEAK));
		check_all();
		status = call_row(row, STRONG);
		if (row->call == SYS_CALL)
			assert_int_equal(status, PENDING);
		else if (row->call == SYS_VCPU_RUN)
			assert_int_equal(status, IN_GUEST);
		else if (status != STATUS_OK)
			fail_msg("row %u with the right alone: status %lu", i, status);
		machine_stop(NULL);
	}
	machine_start(NULL);
}

/* Every capability that is not of the type a call needs, empty and dead ones too. */
static void test_each_call_with_each_wrong_object(void **state)
{
	static const uint64_t none[] = {99, NEW, CAP_SLOTS - 1};

	(void)state;
	make_world();
	make_notification(NEW);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, NEW);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];

		for (unsigned n = 0; n < ARRAY_SIZE(none); n++)
			assert_int_equal(call_row(row, none[n]), STATUS_BAD_CAP);
		if (!row->in)
			assert_int_equal(
				call_row(row, CAP_SLOTS + slot_of[row->type]), STATUS_BAD_CAP);
		if (row->call == SYS_DESTROY)
			continue;
		for (unsigned type = OBJECT_DOMAIN; type < OBJECT_COUNT; type++) {
			bool both = row->call == SYS_DELEGATE && row->flags == DELEGATE_MEMORY;

			if (type == row->type || (both && type == OBJECT_DOMAIN) ||
				(both && type == OBJECT_MEMORY && !row->in) ||
				(both && type == OBJECT_GSPACE && row->in))
				continue;
			assert_int_equal(call_row(row, slot_of[type]), STATUS_BAD_CAP);
		}
	}
	check_all();
}

static void test_numbers_that_are_no_call(void **state)
{
	(void)state;
	for (unsigned call = SYS_COUNT; call < 256; call++)
		EXPECT(STATUS_BAD_CALL, root, call, 0, ROOT_DOMAIN, ~0ull);
}

static void test_registers_that_are_no_result_are_kept(void **state)
{
	(void)state;
	make_notification(N);
	run(root);
	root->regs.rbx = 101;
	root->regs.rbp = 102;
	root->regs.r15 = 103;
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 1, 2, 3, 4, 5);
	assert_int_equal(root->regs.rdi, SYS_WORD(SYS_SIGNAL, 0, N));
	assert_int_equal(root->regs.rsi, 1);
	assert_int_equal(root->regs.rdx, 2);
	assert_int_equal(root->regs.r10, 3);
	assert_int_equal(root->regs.r8, 4);
	assert_int_equal(root->regs.r9, 5);
	assert_int_equal(root->regs.rbx, 101);
	assert_int_equal(root->regs.rbp, 102);
	assert_int_equal(root->regs.r15, 103);
}

static void test_an_account_is_shown(void **state)
{
	uint64_t used, limit, objects;

	(void)state;
	EXPECT(STATUS_OK, root, SYS_INFO, 0, ROOT_DOMAIN);
	used = root->regs.rsi;
	limit = root->regs.rdx;
	objects = root->regs.r10;
	assert_int_equal(limit, FAKE_PAGES - 1);
	make_domain(D);
	EXPECT(STATUS_OK, root, SYS_INFO, 0, ROOT_DOMAIN);
	assert_in_range(root->regs.rsi, used, used + 1);
	assert_int_equal(root->regs.rdx, limit - PAGES);
	assert_int_equal(root->regs.r10, objects + 1);
	EXPECT(STATUS_OK, root, SYS_INFO, 0, D);
	assert_int_equal(root->regs.rsi, 1);
	assert_int_equal(root->regs.rdx, PAGES);
	assert_int_equal(root->regs.r10, 0);
	assert_int_equal(root->regs.r8, domain_at(D)->account.objects_limit);
}

static void test_text_goes_to_the_log(void **state)
{
	(void)state;
	memset(root->utcb, 'x', LOG_BYTES_MAX + 1);
	EXPECT(STATUS_OK, root, SYS_LOG, 0, ROOT_LOG, 0);
	assert_int_equal(fake_console_size, 0);
	EXPECT(STATUS_OK, root, SYS_LOG, 0, ROOT_LOG, 3);
	assert_int_equal(fake_console_size, 3);
	EXPECT(STATUS_OK, root, SYS_LOG, 0, ROOT_LOG, LOG_BYTES_MAX);
	assert_int_equal(fake_console_size, 3 + LOG_BYTES_MAX);
	EXPECT(STATUS_BAD_ARG, root, SYS_LOG, 0, ROOT_LOG, LOG_BYTES_MAX + 1);
	EXPECT(STATUS_BAD_ARG, root, SYS_LOG, 0, ROOT_LOG, UINT64_MAX);
	assert_int_equal(fake_console_size, 3 + LOG_BYTES_MAX);
}

static uint64_t taken(uint64_t slot)
{
	EXPECT(STATUS_OK, root, SYS_WAIT, WAIT_POLL, slot, ~0ull);
	return root->regs.rsi;
}

static void test_a_line_signals_once_until_it_is_acknowledged(void **state)
{
	(void)state;
	make_world();
	assert_false(raise_irq(5)); /* not bound yet */
	EXPECT(STATUS_OK, root, SYS_IRQ_BIND, 0, I, N, 0x30);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(raise_irq(5));
		assert_int_equal(taken(N), 0x30);
		assert_false(raise_irq(5));
		EXPECT(STATUS_OK, root, SYS_IRQ_ACK, 0, I);
	}
}

static void test_a_line_that_was_never_bound_stays_masked(void **state)
{
	(void)state;
	make_world();
	EXPECT(STATUS_BAD_STATE, root, SYS_IRQ_ACK, 0, I);
	assert_false(raise_irq(5));
}

static void test_a_line_is_bound_anew(void **state)
{
	(void)state;
	make_world();
	make_notification(NEW);
	EXPECT(STATUS_OK, root, SYS_IRQ_BIND, 0, I, N, 1);
	EXPECT(STATUS_OK, root, SYS_IRQ_BIND, 0, I, NEW, 2);
	assert_true(raise_irq(5));
	assert_int_equal(taken(N), 0);
	assert_int_equal(taken(NEW), 2);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, NEW);
	EXPECT(STATUS_OK, root, SYS_IRQ_ACK, 0, I);
	assert_true(raise_irq(5)); /* and it stays masked */
	assert_false(raise_irq(5));
}

static void test_a_line_wakes_the_idle_cpu(void **state)
{
	(void)state;
	make_world();
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A);
	EXPECT(STATUS_OK, root, SYS_IRQ_BIND, 0, I, N, 1);
	EXPECT(PENDING, root, SYS_WAIT, 0, N, 1);
	assert_null(running());
	assert_true(raise_irq(5));
	assert_int_equal(status_of(root), STATUS_OK);
	assert_ptr_equal(running(), root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_call_with_each_right_missing),
		TEST(test_each_call_with_each_wrong_object),
		TEST(test_numbers_that_are_no_call),
		TEST(test_registers_that_are_no_result_are_kept),
		TEST(test_an_account_is_shown),
		TEST(test_text_goes_to_the_log),
		TEST(test_a_line_signals_once_until_it_is_acknowledged),
		TEST(test_a_line_that_was_never_bound_stays_masked),
		TEST(test_a_line_is_bound_anew),
		TEST(test_a_line_wakes_the_idle_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
