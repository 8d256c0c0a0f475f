/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/policy.c vmm-user/init/fault.c vmm-user/rt/format.c */
/* What follows when a component ends, for every way to end; and faults in words. */
#include "init/policy.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "abi/plan.h"
#include "abi/start.h"
#include "init/fault.h"
#include "lib/compiler.h"

static void verdicts(void **state)
{
	static const struct {
		uint32_t how, code;
		enum policy_verdict verdict; /* with PLAN_RESTART */
	} row[] = {
		{GUEST_RUNNING, 0, POLICY_STOP},
		{GUEST_POWEROFF, 0, POLICY_STOP},
		{GUEST_REBOOT, 0, POLICY_RESTART},
		{GUEST_DEBUG_EXIT, 0, POLICY_STOP},
		{GUEST_DEBUG_EXIT, 1, POLICY_STOP},
		{GUEST_TRIPLE_FAULT, 0, POLICY_RESTART},
		{GUEST_KILLED, KILL_NONE, POLICY_RESTART},
		{GUEST_KILLED, KILL_VMM_FAULT, POLICY_RESTART},
		{GUEST_KILLED, KILL_BAD_KERNEL, POLICY_STOP},
		{GUEST_KILLED, KILL_BAD_INITRD, POLICY_STOP},
		{GUEST_KILLED, KILL_BAD_MODULE, POLICY_STOP},
		{GUEST_KILLED, KILL_NO_MEMORY, POLICY_STOP},
		{GUEST_KILLED, KILL_NO_MODULE, POLICY_STOP},
		{GUEST_KILLED, KILL_ENTRY_FAILED, POLICY_RESTART},
		{GUEST_KILLED, KILL_EMULATION, POLICY_RESTART},
		{GUEST_KILLED, KILL_NO_VIRT, POLICY_STOP},
		{GUEST_KILLED, KILL_NO_CPU, POLICY_STOP},
		{GUEST_KILLED, KILL_NO_DISK, POLICY_STOP},
		{GUEST_KILLED, KILL_COUNT, POLICY_STOP},
		{GUEST_KILLED, UINT32_MAX, POLICY_STOP},
		{GUEST_END_COUNT, 0, POLICY_STOP},
		{UINT32_MAX, 0, POLICY_STOP},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		uint32_t how = row[i].how, code = row[i].code;
		enum policy_verdict last =
			row[i].verdict == POLICY_RESTART ? POLICY_EXHAUSTED : POLICY_STOP;

		assert_int_equal(policy_decide(PLAN_RESTART, how, code, 0), row[i].verdict);
		assert_int_equal(
			policy_decide(PLAN_RESTART | PLAN_LOG, how, code, 4), row[i].verdict);
		assert_int_equal(policy_decide(PLAN_RESTART, how, code, 5), last);
		assert_int_equal(policy_decide(PLAN_RESTART, how, code, UINT32_MAX), last);
		assert_int_equal(policy_decide(PLAN_LOG, how, code, 0), POLICY_STOP);
		assert_int_equal(policy_decide(PLAN_RESTART | PLAN_FOREVER, how, code, 1000000),
			row[i].verdict);
		assert_int_equal(policy_decide(PLAN_FOREVER, how, code, 0), POLICY_STOP);
	}
}

/* Twice as long each time, to a bound; from the start after a good while. */
static void drivers_wait_longer_and_longer(void **state)
{
	uint32_t ms = 0, sum = 0;

	(void)state;
	for (unsigned i = 0; i < 9; i++) {
		ms = policy_backoff(ms, 0);
		assert_int_equal(ms, POLICY_BACKOFF_MIN << i);
		sum += ms;
	}
	assert_int_equal(policy_backoff(ms, 0), POLICY_BACKOFF_MAX);
	assert_int_equal(policy_backoff(POLICY_BACKOFF_MAX, 0), POLICY_BACKOFF_MAX);
	assert_int_equal(policy_backoff(UINT32_MAX, 0), POLICY_BACKOFF_MAX);
	assert_int_equal(policy_backoff(ms, POLICY_BACKOFF_FORGET - 1), POLICY_BACKOFF_MAX);
	assert_int_equal(policy_backoff(ms, POLICY_BACKOFF_FORGET), POLICY_BACKOFF_MIN);
	assert_true(sum > POLICY_BACKOFF_MAX);
}

static void faults_in_words(void **state)
{
	static const struct {
		uint64_t word[5];
		const char *text;
	} row[] = {
		{{14, 6, 0x401234, 0xdead0000, 0x3ff80},
			"page fault at 0xdead0000, error 0x6, rip 0x401234, rsp 0x3ff80"},
		{{13, 0, 0x401234, 5, 0x3ff80},
			"general protection, error 0x0, rip 0x401234, rsp 0x3ff80"},
		{{6, 0, 1, 0, 2}, "invalid opcode, error 0x0, rip 0x1, rsp 0x2"},
		{{0, 0, 1, 0, 2}, "divide error, error 0x0, rip 0x1, rsp 0x2"},
		{{21, 1, 1, 0, 2}, "control protection, error 0x1, rip 0x1, rsp 0x2"},
		{{9, 0, 1, 0, 2}, "exception 9, error 0x0, rip 0x1, rsp 0x2"},
		{{22, 0, 1, 0, 2}, "exception 22, error 0x0, rip 0x1, rsp 0x2"},
		{{UINT64_MAX, 0, 1, 0, 2},
			"exception 18446744073709551615, error 0x0, rip 0x1, rsp 0x2"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		char text[160];

		fault_text(text, sizeof(text), row[i].word);
		assert_string_equal(text, row[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drivers_wait_longer_and_longer),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(faults_in_words),
	};

	return cmocka_run_group_tests_name("init_policy", tests, NULL, NULL);
}
