/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/guest_memory.c */
#include "vmm/guest_memory.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* Spans are never touched here, so the host address can be any number. */
static uint8_t *const host = (uint8_t *)0x1000000000ull;

#define GIB (1ull << 30)
#define NOWHERE UINT64_MAX

/* Where the span is expected, as an offset from `host`. */
static const struct {
	uint64_t ram, at, size, offset;
} spans[] = {
	/* less RAM than the hole's start */
	{0x200000, 0, 1, 0},
	{0x200000, 0, 0x200000, 0},
	{0x200000, 0, 0x200001, NOWHERE},
	{0x200000, 0x1fffff, 1, 0x1fffff},
	{0x200000, 0x1fffff, 2, NOWHERE},
	{0x200000, 0x200000, 0, 0x200000},
	{0x200000, 0x200000, 1, NOWHERE},
	{0x200000, 0x200001, 0, NOWHERE},
	{0x200000, 0x1000, UINT64_MAX, NOWHERE},
	{0x200000, UINT64_MAX, 1, NOWHERE},
	{0x200000, UINT64_MAX, 2, NOWHERE},
	{0x200000, UINT64_MAX, UINT64_MAX, NOWHERE},
	{0x200000, GUEST_HIGH, 1, NOWHERE},
	/* exactly up to the hole */
	{3 * GIB, GUEST_HOLE - 1, 1, 3 * GIB - 1},
	{3 * GIB, GUEST_HOLE - 1, 2, NOWHERE},
	{3 * GIB, GUEST_HOLE, 1, NOWHERE},
	{3 * GIB, GUEST_HIGH, 1, NOWHERE},
	/* on both sides of it */
	{5 * GIB, GUEST_HOLE - 1, 1, 3 * GIB - 1},
	{5 * GIB, GUEST_HOLE - 1, 2, NOWHERE},
	{5 * GIB, GUEST_HOLE, 1, NOWHERE},
	{5 * GIB, GUEST_HIGH - 1, 1, NOWHERE},
	{5 * GIB, GUEST_HIGH - 1, 2, NOWHERE},
	{5 * GIB, GUEST_HOLE - 1, GIB + 2, NOWHERE},
	{5 * GIB, GUEST_HIGH, 1, 3 * GIB},
	{5 * GIB, GUEST_HIGH, 2 * GIB, 3 * GIB},
	{5 * GIB, GUEST_HIGH, 2 * GIB + 1, NOWHERE},
	{5 * GIB, 6 * GIB - 1, 1, 5 * GIB - 1},
	{5 * GIB, 6 * GIB, 1, NOWHERE},
	{5 * GIB, 6 * GIB + 1, UINT64_MAX - 6 * GIB, NOWHERE},
	/* none at all */
	{0, 0, 0, 0},
	{0, 0, 1, NOWHERE},
};

static void test_spans(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		struct guest_memory mem;
		const uint8_t *want = spans[i].offset == NOWHERE ? NULL : host + spans[i].offset;

		assert_int_equal(guest_memory_init(&mem, host, spans[i].ram), STATUS_OK);
		if (guest_span(&mem, gpa(spans[i].at), spans[i].size) != want)
			fail_msg("row %zu", i);
		assert_int_equal(guest_is_ram(&mem, gpa(spans[i].at), spans[i].size), want != NULL);
	}
}

static void test_sizes(void **state)
{
	struct guest_memory mem;

	(void)state;
	assert_int_equal(guest_memory_init(&mem, host, GUEST_SIZE_MAX), STATUS_OK);
	assert_int_equal(guest_memory_low(&mem), 3 * GIB);
	assert_int_equal(guest_memory_high(&mem), GUEST_SIZE_MAX - 3 * GIB);
	assert_int_equal(guest_memory_init(&mem, host, 0x10000), STATUS_OK);
	assert_int_equal(guest_memory_low(&mem), 0x10000);
	assert_int_equal(guest_memory_high(&mem), 0);
	assert_int_equal(guest_memory_init(&mem, host, GUEST_SIZE_MAX + PAGE_SIZE), STATUS_BAD_ARG);
	assert_int_equal(guest_memory_low(&mem), 0);
	assert_int_equal(guest_memory_init(&mem, host, PAGE_SIZE + 1), STATUS_BAD_ARG);
	assert_null(guest_span(&mem, gpa(0), 1));
}

static void test_copies(void **state)
{
	static uint8_t ram[PAGE_SIZE], before[PAGE_SIZE];
	struct guest_memory mem;
	uint8_t bytes[4] = {1, 2, 3, 4};

	(void)state;
	assert_int_equal(guest_memory_init(&mem, ram, sizeof ram), STATUS_OK);
	assert_int_equal(guest_copy_out(&mem, gpa(PAGE_SIZE - 4), bytes, 4), STATUS_OK);
	assert_memory_equal(ram + PAGE_SIZE - 4, bytes, 4);
	memset(bytes, 9, sizeof bytes);
	assert_int_equal(guest_copy_in(&mem, gpa(PAGE_SIZE - 3), bytes, 2), STATUS_OK);
	assert_int_equal(bytes[0], 2);
	assert_int_equal(bytes[1], 3);
	assert_int_equal(bytes[2], 9);
	assert_int_equal(guest_set(&mem, gpa(8), 0x5a, 3), STATUS_OK);
	assert_int_equal(ram[7], 0);
	assert_int_equal(ram[8], 0x5a);
	assert_int_equal(ram[10], 0x5a);
	assert_int_equal(ram[11], 0);

	memcpy(before, ram, sizeof ram);
	assert_int_equal(guest_copy_out(&mem, gpa(PAGE_SIZE - 3), bytes, 4), STATUS_BAD_ARG);
	assert_int_equal(guest_set(&mem, gpa(PAGE_SIZE - 3), 1, 4), STATUS_BAD_ARG);
	assert_int_equal(guest_copy_in(&mem, gpa(PAGE_SIZE - 3), bytes, 4), STATUS_BAD_ARG);
	assert_int_equal(bytes[0], 2);
	assert_memory_equal(ram, before, sizeof ram);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
