/* SPDX-License-Identifier: MIT */
/* Capability tables, and the object table behind them. */
/* LINK: kernel/capspace.c kernel/object.c kernel/account.c */
#include "capspace.h"

#include "assert.h"
#include "domain.h"
#include "pool.h"
#include "smp.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ENTRIES 16u

void *pool_take(enum pool_use use)
{
	(void)use;
	return memset(aligned_alloc(PAGE_SIZE, PAGE_SIZE), 0, PAGE_SIZE);
}

void pool_give(void *page)
{
	free(page);
}

void smp_grace(void)
{
}

void panic(const char *format, ...)
{
	fail_msg("panic: %s", format);
	abort();
}

static void *table;

static int setup(void **state)
{
	(void)state;
	table = calloc(1, object_table_bytes(ENTRIES));
	object_table_init(table, ENTRIES);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(table);
	return 0;
}

static void test_slots_out_of_range_are_refused_and_read_as_empty(void **state)
{
	static const uint64_t bad[] = {0, CAP_SLOTS, CAP_SLOTS + 1, UINT32_MAX, UINT64_MAX};
	struct capspace space = {0};
	struct account account;

	(void)state;
	account_init(&account, 10, 10);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(capspace_reserve(&space, &account, bad[i]), STATUS_BAD_ARG);
		capspace_set(&space, bad[i], (struct cap){1});
		assert_int_equal(capspace_get(&space, bad[i]).raw, 0);
	}
	assert_int_equal(account.pages_used, 0);
}

static void test_every_slot_keeps_its_own_word(void **state)
{
	struct capspace space = {0};
	struct account account;

	(void)state;
	account_init(&account, CAP_LEAVES, 0);
	for (uint64_t slot = 1; slot < CAP_SLOTS; slot++) {
		assert_int_equal(capspace_reserve(&space, &account, slot), STATUS_OK);
		capspace_set(&space, slot, (struct cap){slot * 3});
	}
	for (uint64_t slot = 1; slot < CAP_SLOTS; slot++)
		assert_int_equal(capspace_get(&space, slot).raw, slot * 3);
	capspace_free(&space, &account);
	assert_int_equal(account.pages_used, 0);
	assert_int_equal(capspace_get(&space, 5).raw, 0);
}

static void test_no_page_for_a_leaf_is_a_status(void **state)
{
	struct capspace space = {0};
	struct account account;

	(void)state;
	account_init(&account, 1, 0);
	assert_int_equal(capspace_reserve(&space, &account, 1), STATUS_OK);
	assert_int_equal(capspace_reserve(&space, &account, CAP_LEAF_SLOTS), STATUS_NO_MEMORY);
	capspace_free(&space, &account);
}

static void test_destruction_kills_every_copy_at_once(void **state)
{
	struct object object = {0}, other = {0};
	struct ref first, second;

	(void)state;
	object_enter(&object, OBJECT_NOTIFICATION, NULL);
	first = object_ref(&object);
	assert_ptr_equal(object_find(first), &object);
	object_leave(&object);
	assert_null(object_find(first));
	/* The id is used again at once; the old reference stays dead. */
	object_enter(&other, OBJECT_NOTIFICATION, NULL);
	second = object_ref(&other);
	assert_int_equal(other.id, object.id);
	assert_null(object_find(first));
	assert_ptr_equal(object_find(second), &other);
}

static void test_nothing_refers_to_nothing(void **state)
{
	(void)state;
	assert_null(object_find(ref_none()));
	for (uint64_t raw = 0; raw < ENTRIES; raw++)
		assert_null(object_find((struct ref){raw}));
	assert_null(object_find(ref_none()));
}

static void test_a_generation_never_comes_back(void **state)
{
	struct object object = {0};
	uint32_t last = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t generation;

		object_enter(&object, OBJECT_PORTAL, NULL);
		generation = (uint32_t)(object_ref(&object).raw >> REF_GENERATION_SHIFT);
		assert_true(generation > last);
		last = generation;
		object_leave(&object);
	}
}

static void test_rights_and_reference_share_a_word(void **state)
{
	struct object object = {0};
	struct cap cap;

	(void)state;
	object_enter(&object, OBJECT_PORTAL, NULL);
	for (unsigned rights = 0; rights <= RIGHT_ALL; rights++) {
		cap = cap_make(object_ref(&object), rights);
		assert_int_equal(cap_rights(cap), rights);
		assert_ptr_equal(object_find(cap_ref(cap)), &object);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_out_of_range_are_refused_and_read_as_empty),
		cmocka_unit_test(test_every_slot_keeps_its_own_word),
		cmocka_unit_test(test_no_page_for_a_leaf_is_a_status),
		cmocka_unit_test_setup_teardown(
			test_destruction_kills_every_copy_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_refers_to_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_generation_never_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_rights_and_reference_share_a_word, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
