/* SPDX-License-Identifier: MIT */
/* Accounts: limits, slabs, balance, exhaustion at every step. */
/* LINK: kernel/account.c */
#include "account.h"

#include "assert.h"
#include "pool.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static unsigned pages_out;

void *pool_take(enum pool_use use)
{
	void *page = aligned_alloc(PAGE_SIZE, PAGE_SIZE);

	(void)use;
	pages_out++;
	return memset(page, 0, PAGE_SIZE);
}

void pool_give(void *page)
{
	pages_out--;
	free(page);
}

void panic(const char *format, ...)
{
	fail_msg("panic: %s", format);
	abort();
}

static void test_a_page_costs_one_and_comes_back(void **state)
{
	struct account a;
	void *page;

	(void)state;
	account_init(&a, 1, 0);
	page = account_page(&a, POOL_TABLE);
	assert_non_null(page);
	assert_null(account_page(&a, POOL_TABLE));
	account_page_free(&a, page);
	assert_int_equal(a.pages_used, 0);
	assert_int_equal(pages_out, 0);
}

static void test_objects_share_pages_and_never_overlap(void **state)
{
	static const size_t sizes[] = {1, 64, 65, 128, 200, 256, 300, 512, 513, 1024};
	struct account a;
	char *object[1000];
	size_t size[1000];

	(void)state;
	srand(3);
	account_init(&a, 1000, 1000);
	for (unsigned i = 0; i < 1000; i++) {
		size[i] = sizes[(unsigned)rand() % (sizeof(sizes) / sizeof(sizes[0]))];
		object[i] = account_object(&a, size[i]);
		assert_non_null(object[i]);
		for (size_t b = 0; b < size[i]; b++)
			assert_int_equal(object[i][b], 0);
		memset(object[i], (int)(i & 0x3f) + 1, size[i]);
	}
	assert_null(account_object(&a, 8)); /* objects_limit */
	assert_true(a.pages_used < 400);
	for (unsigned i = 0; i < 1000; i++) {
		for (size_t b = 0; b < size[i]; b++)
			assert_int_equal(object[i][b], (int)(i & 0x3f) + 1);
		account_object_free(&a, object[i]);
	}
	assert_int_equal(a.pages_used, 0);
	assert_int_equal(a.objects_used, 0);
	assert_int_equal(pages_out, 0);
}

static void test_a_full_slab_takes_objects_again_after_a_free(void **state)
{
	struct account a;
	void *object[3];

	(void)state;
	account_init(&a, 1, 10); /* three objects of 1024 bytes fill the one page */
	for (unsigned i = 0; i < 3; i++)
		object[i] = account_object(&a, 1024);
	assert_non_null(object[2]);
	assert_null(account_object(&a, 1024));
	account_object_free(&a, object[1]);
	assert_ptr_equal(account_object(&a, 1000), object[1]);
	for (unsigned i = 0; i < 3; i++)
		account_object_free(&a, object[i]);
	assert_int_equal(a.pages_used, 0);
}

static void test_running_out_changes_nothing(void **state)
{
	struct account a;

	(void)state;
	account_init(&a, 0, 10);
	assert_null(account_object(&a, 64));
	assert_null(account_page(&a, POOL_TABLE));
	assert_int_equal(a.objects_used, 0);
	assert_int_equal(a.pages_used, 0);
}

static void test_funding_moves_limits_and_refund_returns_them(void **state)
{
	struct account from, to;
	void *page;

	(void)state;
	account_init(&from, 10, 80);
	account_init(&to, 0, 0);
	assert_int_equal(account_fund(&to, &from, 11, 1), STATUS_NO_MEMORY);
	assert_int_equal(account_fund(&to, &from, 1, 81), STATUS_NO_MEMORY);
	assert_int_equal(account_fund(&to, &from, 4, 20), STATUS_OK);
	assert_int_equal(from.pages_limit, 6);
	assert_int_equal(to.objects_limit, 20);
	page = account_page(&from, POOL_TABLE);
	assert_int_equal(account_fund(&to, &from, 6, 0), STATUS_NO_MEMORY);
	account_page_free(&from, page);
	account_refund(&from, &to);
	assert_int_equal(from.pages_limit, 10);
	assert_int_equal(from.objects_limit, 80);
	assert_int_equal(to.pages_limit, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_page_costs_one_and_comes_back),
		cmocka_unit_test(test_objects_share_pages_and_never_overlap),
		cmocka_unit_test(test_a_full_slab_takes_objects_again_after_a_free),
		cmocka_unit_test(test_running_out_changes_nothing),
		cmocka_unit_test(test_funding_moves_limits_and_refund_returns_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
