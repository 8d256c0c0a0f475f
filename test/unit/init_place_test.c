/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/place.c vmm-user/rt/format.c vmm-user/rt/string.c */
/* Which component runs on which CPU: lists in turn, the others where least is planned. */
#include "init/place.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "init/plan.h"
#include "lib/compiler.h"

#define ALL_BUT(mask) (~(uint64_t)(mask))

static struct place place[PLAN_COMPONENTS];

static struct plan_component driver(uint64_t cpus)
{
	return (struct plan_component){.kind = PLAN_DRIVER, .cpus = cpus};
}

static struct plan_component vm(uint32_t vcpus, uint64_t cpus)
{
	return (struct plan_component){.kind = PLAN_VM, .vcpus = vcpus, .cpus = cpus};
}

static struct plan_component share(uint32_t vcpus, uint32_t percent)
{
	struct plan_component component = vm(vcpus, 0);

	component.budget_us = percent * 100;
	component.period_us = 10000;
	return component;
}

static void place_on(const struct plan_component *component, uint32_t count, uint32_t cpus)
{
	struct plan_header header = {.components = count};
	struct plan plan = {.header = &header, .component = component};

	memset(place, 0xee, sizeof(place));
	place_all(&plan, cpus, place);
}

/* Component `index` has exactly these CPUs: "1,2,3". */
static void has(uint32_t index, const char *want)
{
	char got[200] = "";

	for (uint32_t i = 0; i < place[index].vcpus; i++)
		sprintf(got + strlen(got), "%s%u", i ? "," : "", place[index].cpu[i]);
	assert_string_equal(got, want);
	for (uint32_t i = place[index].vcpus; i < START_VCPUS; i++)
		assert_int_equal(place[index].cpu[i], 0);
}

static void lists_are_taken_in_turn(void **state)
{
	const struct plan_component component[] = {
		vm(2, 0xa), vm(5, 0xe), vm(1, 0xe), vm(1, 0x8), driver(0x4)};

	(void)state;
	place_on(component, ARRAY_SIZE(component), 4);
	has(0, "1,3");
	has(1, "1,2,3,1,2");
	has(2, "1");
	has(3, "3");
	has(4, "2");
	for (uint32_t i = 0; i < ARRAY_SIZE(component); i++)
		assert_true(place[i].missing == 0);
}

static void what_the_machine_lacks_is_named(void **state)
{
	const struct plan_component component[] = {
		vm(3, 0xe), vm(2, 0x80000001), vm(1, 0xc), vm(1, ALL_BUT(3)), driver(2)};

	(void)state;
	place_on(component, ARRAY_SIZE(component), 2);
	has(0, "1,1,1");
	assert_true(place[0].missing == 0xc);
	has(1, "0,0");
	assert_true(place[1].missing == 0x80000000);
	has(2, "");
	assert_true(place[2].missing == 0xc);
	has(3, "");
	assert_true(place[3].missing == 0xfffffffc);
	has(4, "1");
	place_on(component, ARRAY_SIZE(component), 1);
	has(4, "");
	assert_true(place[4].missing == 2);
}

static void guests_are_spread(void **state)
{
	const struct plan_component component[] = {
		driver(0), vm(1, 0), vm(1, 0), vm(3, 0), vm(1, 0), vm(1, 0)};

	(void)state;
	place_on(component, ARRAY_SIZE(component), 4);
	has(0, "0");
	has(1, "0");
	has(2, "1");
	has(3, "2,3,0");
	has(4, "1");
	has(5, "2");
}

/* What is listed counts first, wherever it stands in the plan. */
static void lists_count_before_the_others(void **state)
{
	const struct plan_component component[] = {vm(2, 0), vm(2, 1), vm(1, 4)};

	(void)state;
	place_on(component, ARRAY_SIZE(component), 3);
	has(1, "0,0");
	has(2, "2");
	has(0, "1,2");
}

static void budgets_weigh_less(void **state)
{
	const struct plan_component component[] = {
		share(1, 50), share(1, 30), vm(1, 0), share(1, 10), share(2, 20)};

	(void)state;
	place_on(component, ARRAY_SIZE(component), 3);
	has(0, "0");   /* 50 */
	has(1, "1");   /* 30 */
	has(2, "2");   /* 100 */
	has(3, "1");   /* 40 */
	has(4, "1,0"); /* 60, 70 */
}

/* Equal loads: a guest's virtual CPUs lie apart before they lie together. */
static void virtual_cpus_lie_apart(void **state)
{
	struct plan_component none = vm(4, 0);

	(void)state;
	none.budget_us = 1; /* too little to be a load at all */
	none.period_us = 1000000;
	place_on(&none, 1, 4);
	has(0, "0,1,2,3");
	place_on(&none, 1, 3);
	has(0, "0,1,2,0");
}

static void open_lists_leave_out_what_they_say(void **state)
{
	const struct plan_component component[] = {
		vm(3, ALL_BUT(1)), vm(1, ALL_BUT(5)), vm(1, 0), driver(ALL_BUT(1))};

	(void)state;
	place_on(component, ARRAY_SIZE(component), 4);
	has(0, "1,2,3");
	has(1, "1");
	has(2, "0");
	has(3, "1");
	assert_true(place[0].missing == 0);
}

static void the_largest_machine_is_used_up(void **state)
{
	const struct plan_component component[] = {
		vm(32, 0), vm(32, 0xffffffff), vm(32, ALL_BUT(1))};

	(void)state;
	place_on(component, 1, 32);
	for (uint32_t i = 0; i < 32; i++)
		assert_int_equal(place[0].cpu[i], i);
	place_on(component + 1, 1, 32);
	assert_int_equal(place[0].cpu[31], 31);
	assert_true(place_mask(&place[0]) == 0xffffffff);
	place_on(component + 2, 1, 32);
	assert_true(place_mask(&place[0]) == 0xfffffffe);
}

/* The number of CPUs is the kernel's word, but init's arrays have an end. */
static void any_number_of_cpus_is_brought_into_range(void **state)
{
	(void)state;
	assert_int_equal(place_cpus(0), 1);
	assert_int_equal(place_cpus(1), 1);
	assert_int_equal(place_cpus(32), 32);
	assert_int_equal(place_cpus(33), 32);
	assert_int_equal(place_cpus(UINT32_MAX), 32);
}

/* Whatever a checked plan holds, every virtual CPU has a CPU that it may use. */
static void random_plans_keep_their_promises(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (uint32_t round = 0; round < 5000; round++) {
		struct plan_component component[PLAN_COMPONENTS];
		uint32_t cpus;

		for (uint32_t i = 0; i < PLAN_COMPONENTS; i++) {
			uint64_t mask;

			seed = seed * 1664525 + 1013904223;
			mask = (seed >> 8 & 0xff) ? seed >> 4 & seed >> 9 & 0xffff : 0;
			component[i] = vm(1 + (seed >> 16) % START_VCPUS, mask);
			if (mask != 0 && (seed & 1) != 0)
				component[i].cpus |= PLAN_CPUS_OPEN;
			component[i].budget_us = seed >> 20;
			component[i].period_us = 4096;
		}
		cpus = 1 + (seed >> 8) % PLAN_CPUS;
		place_on(component, PLAN_COMPONENTS, cpus);
		for (uint32_t i = 0; i < PLAN_COMPONENTS; i++) {
			uint64_t may = component[i].cpus ? component[i].cpus : ~0ull;

			may &= (1ull << cpus) - 1;
			assert_int_equal(place[i].vcpus, may ? component[i].vcpus : 0);
			assert_true((place_mask(&place[i]) & ~may) == 0);
			if (!may)
				assert_true(place[i].missing != 0);
		}
	}
}

static void masks_are_written_for_people(void **state)
{
	static const struct {
		uint64_t mask;
		const char *text;
	} row[] = {
		{0, ""},
		{1, "0"},
		{6, "1-2"},
		{0x80000000, "31"},
		{0xffffffff, "0-31"},
		{0x35, "0,2,4-5"},
		{0x55555555, "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30"},
		{0xdb6db6db, "0-1,3-4,6-7,9-10,12-13,15-16,18-19,21-22,24-25,27-28,30-31"},
		{~0ull, "0-31"},
	};
	char text[PLACE_TEXT];

	(void)state;
	for (uint32_t i = 0; i < ARRAY_SIZE(row); i++) {
		memset(text, 0xee, sizeof(text));
		place_text(text, row[i].mask);
		assert_string_equal(text, row[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_taken_in_turn),
		cmocka_unit_test(what_the_machine_lacks_is_named),
		cmocka_unit_test(guests_are_spread),
		cmocka_unit_test(lists_count_before_the_others),
		cmocka_unit_test(budgets_weigh_less),
		cmocka_unit_test(virtual_cpus_lie_apart),
		cmocka_unit_test(open_lists_leave_out_what_they_say),
		cmocka_unit_test(the_largest_machine_is_used_up),
		cmocka_unit_test(any_number_of_cpus_is_brought_into_range),
		cmocka_unit_test(random_plans_keep_their_promises),
		cmocka_unit_test(masks_are_written_for_people),
	};

	return cmocka_run_group_tests_name("init_place", tests, NULL, NULL);
}
