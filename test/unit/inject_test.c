/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/inject.c */
#include "vmm/inject.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define IF RFLAGS_IF
#define KNOWN (GROUP_RFLAGS | GROUP_INTR)
#define STI INTR_BLOCK_STI
#define MOVSS INTR_BLOCK_MOV_SS
#define BLOCKED INTR_BLOCK_NMI
#define WI WINDOW_INTERRUPT
#define WN WINDOW_NMI

static const struct {
	bool again, exception, nmi, interrupt, busy;
	uint64_t rflags;
	uint32_t blocking, valid;
	enum inject_kind kind;
	uint32_t windows;
} rows[] = {
	{0, 0, 0, 0, 0, IF, 0, KNOWN, INJECT_NONE, 0},
	/* one at a time */
	{1, 0, 0, 0, 0, 0, 0, KNOWN, INJECT_AGAIN, 0},
	{0, 1, 0, 0, 0, 0, 0, KNOWN, INJECT_EXCEPTION, 0},
	{0, 0, 1, 0, 0, 0, 0, KNOWN, INJECT_NMI, 0},
	{0, 0, 0, 1, 0, IF, 0, KNOWN, INJECT_INTERRUPT, 0},
	/* the order, and the windows for those that wait */
	{1, 1, 1, 1, 0, IF, 0, KNOWN, INJECT_AGAIN, WN | WI},
	{0, 1, 1, 1, 0, IF, 0, KNOWN, INJECT_EXCEPTION, WN | WI},
	{0, 0, 1, 1, 0, IF, 0, KNOWN, INJECT_NMI, WI},
	/* what holds an interrupt back */
	{0, 0, 0, 1, 0, 0, 0, KNOWN, INJECT_NONE, WI},
	{0, 0, 0, 1, 0, IF, STI, KNOWN, INJECT_NONE, WI},
	{0, 0, 0, 1, 0, IF, MOVSS, KNOWN, INJECT_NONE, WI},
	{0, 0, 0, 1, 0, IF, BLOCKED, KNOWN, INJECT_INTERRUPT, 0},
	/* what holds an NMI back */
	{0, 0, 1, 0, 0, IF, BLOCKED, KNOWN, INJECT_NONE, WN},
	{0, 0, 1, 0, 0, IF, STI, KNOWN, INJECT_NONE, WN},
	{0, 0, 1, 0, 0, IF, MOVSS, KNOWN, INJECT_NONE, WN},
	{0, 0, 1, 1, 0, IF, BLOCKED, KNOWN, INJECT_INTERRUPT, WN},
	/* what holds nothing else back */
	{0, 1, 0, 0, 0, 0, STI | MOVSS | BLOCKED, KNOWN, INJECT_EXCEPTION, 0},
	/* the state page says too little */
	{0, 0, 1, 1, 0, IF, 0, GROUP_RFLAGS, INJECT_NONE, WN | WI},
	{0, 0, 1, 1, 0, IF, 0, GROUP_INTR, INJECT_NONE, WN | WI},
	{0, 1, 0, 0, 0, IF, 0, 0, INJECT_EXCEPTION, 0},
	/* one is set to be injected already */
	{1, 1, 1, 1, 1, IF, 0, KNOWN, INJECT_NONE, WN | WI},
	{0, 0, 0, 0, 1, IF, 0, KNOWN, INJECT_NONE, 0},
};

static void test_choice(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct vcpu_state s = {.rflags = rows[i].rflags,
			.interruptibility = rows[i].blocking,
			.valid = rows[i].valid};
		struct inject inject = {.nmi = rows[i].nmi};
		struct inject_choice choice;

		inject.again.info = rows[i].again ? EVENT_VALID : 0;
		inject.exception.info = rows[i].exception ? EVENT_VALID : 0;
		choice = inject_choose(&inject, &s, rows[i].interrupt, rows[i].busy);
		if (choice.kind != rows[i].kind || choice.windows != rows[i].windows)
			fail_msg("row %zu: %u windows %#x", i, choice.kind, choice.windows);
	}
}

static void test_fault(void **state)
{
	struct fault gp = fault_error(VECTOR_GP, 0x18), ud = fault_plain(VECTOR_UD);
	struct event event = event_of_fault(&gp, true);

	(void)state;
	assert_int_equal(event.info, EVENT_VALID | EVENT_EXCEPTION | EVENT_ERROR_CODE | 13);
	assert_int_equal(event.error, 0x18);
	event = event_of_fault(&gp, false);
	assert_int_equal(event.info, EVENT_VALID | EVENT_EXCEPTION | 13);
	assert_int_equal(event.error, 0);
	event = event_of_fault(&ud, true);
	assert_int_equal(event.info, EVENT_VALID | EVENT_EXCEPTION | 6);
}

#define EXCEPTION(n) (EVENT_VALID | EVENT_EXCEPTION | (n))
#define DOUBLE (EXCEPTION(VECTOR_DF) | EVENT_ERROR_CODE)

/* SDM vol. 3A table 6-5 "Conditions for Generating a Double Fault". */
static const struct {
	uint32_t first, second, merged;
} merges[] = {
	{EXCEPTION(1), EXCEPTION(13), EXCEPTION(13)},
	{EXCEPTION(1), EXCEPTION(14), EXCEPTION(14)},
	{EVENT_VALID | EVENT_INTERRUPT | 13, EXCEPTION(14), EXCEPTION(14)},
	{EVENT_VALID | EVENT_SOFT_INTERRUPT | 0x80, EXCEPTION(11), EXCEPTION(11)},
	{EVENT_VALID | EVENT_NMI | 2, EXCEPTION(14), EXCEPTION(14)},
	{EXCEPTION(13), EXCEPTION(1), EXCEPTION(1)},
	{EXCEPTION(13), EXCEPTION(17), EXCEPTION(17)},
	{EXCEPTION(13), EXCEPTION(13), DOUBLE},
	{EXCEPTION(0), EXCEPTION(10), DOUBLE},
	{EXCEPTION(11), EXCEPTION(12), DOUBLE},
	{EXCEPTION(13), EXCEPTION(14), EXCEPTION(14)},
	{EXCEPTION(14), EXCEPTION(13), DOUBLE},
	{EXCEPTION(14), EXCEPTION(14), DOUBLE},
	{EXCEPTION(14), EXCEPTION(6), EXCEPTION(6)},
	{EXCEPTION(8), EXCEPTION(13), 0},
	{EXCEPTION(8), EXCEPTION(14), 0},
	{EXCEPTION(8), EXCEPTION(1), EXCEPTION(1)},
};

static void test_merge(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof merges / sizeof merges[0]; i++) {
		struct event first = {.info = merges[i].first}, merged;
		struct event second = {.info = merges[i].second, .error = 7};

		merged = event_merge(&first, &second);
		if (merged.info != merges[i].merged)
			fail_msg("row %zu: %#x", i, merged.info);
		assert_int_equal(merged.error, merged.info == second.info ? 7 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_fault),
		cmocka_unit_test(test_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
