/* SPDX-License-Identifier: MIT */
/* What each exit means, and events that an exit interrupted. */
/* LINK: arch/x86_64/vmx_controls.c arch/x86_64/feature.c */
#include "test/unit/vmx_fixture.h"

#define FAILED EXIT_FAILED_ENTRY_BIT

enum outcome { TO_VMM, INTERRUPT, NMI, OPEN };

static const struct {
	uint32_t reason, event;
	enum outcome outcome;
} rows[] = {
	{0, EVENT_VALID | EVENT_NMI | 2, NMI},
	{0, EVENT_VALID | EVENT_NMI | BIT(12) | 2, NMI}, /* it interrupted an IRET */
	{0, EVENT_VALID | EVENT_EXCEPTION | 14, TO_VMM},
	{0, EVENT_VALID | EVENT_EXCEPTION | 17, TO_VMM},
	{0, EVENT_VALID | EVENT_EXCEPTION | 2, TO_VMM},
	{0, EVENT_VALID | EVENT_SOFT_EXCEPTION | 3, TO_VMM},
	{0, EVENT_NMI | 2, TO_VMM}, /* not valid */
	{1, EVENT_VALID | EVENT_INTERRUPT | 0xf0, INTERRUPT},
	{1, 0xf0, TO_VMM},
	{52, 0, OPEN},
	{FAILED | 52, 0, TO_VMM},
	{FAILED | 33, 0, TO_VMM},
	{FAILED | 34, 0, TO_VMM},
	{FAILED | 0, EVENT_VALID | EVENT_NMI | 2, TO_VMM},
	{FAILED | 1, EVENT_VALID | 0xf0, TO_VMM},
	{41, 0, TO_VMM},
};

static void check_outcome(uint32_t reason, uint32_t event, enum outcome outcome)
{
	upcalls = interrupts = opened = fake.nmis = 0;
	a->state->exit_reason = 0xdead;
	assert_true(enter(a));
	exit_with(a, reason, event);
	if (upcalls != (outcome == TO_VMM) || interrupts != (outcome == INTERRUPT) ||
		opened != (outcome == OPEN) || fake.nmis != (outcome == NMI))
		fail_msg("reason %x event %x", reason, event);
	if (outcome == TO_VMM)
		assert_int_equal(upcall_reason, reason);
	if (outcome == INTERRUPT)
		assert_int_equal(interrupt_vector, event & 0xff);
	assert_int_equal(a->state->exit_reason, outcome == TO_VMM ? reason : 0xdead);
}

static void test_kinds(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		check_outcome(rows[i].reason, rows[i].event, rows[i].outcome);
}

/* Every other reason, known or not, is the VMM's, whatever the event field says. */
static void test_all_others(void **unused)
{
	(void)unused;
	for (uint32_t reason = 2; reason < 0x10000; reason++)
		if (reason != 52)
			check_outcome(reason, EVENT_VALID | EVENT_NMI | 2, TO_VMM);
}

static const struct {
	uint32_t reason, event;
} machine_checks[] = {{0, EVENT_VALID | EVENT_EXCEPTION | 18}, {FAILED | 41, 0}};

static void machine_check(uint64_t row)
{
	exit_with(a, machine_checks[row].reason, machine_checks[row].event);
}

static void test_machine_checks(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(machine_checks); i++) {
		assert_true(enter(a));
		assert_true(panics(machine_check, i));
	}
}

/* vectoring information -> entry field, and whether error and length go along */
static const struct {
	uint32_t vectoring, entry;
	bool error, length, nmi;
} redeliver[] = {
	{EVENT_INTERRUPT | 0x31, 0, false, false, false},
	{EVENT_VALID | EVENT_INTERRUPT | 0x31, EVENT_VALID | 0x31, false, false, false},
	{EVENT_VALID | EVENT_NMI | 2, EVENT_VALID | EVENT_NMI | 2, false, false, true},
	{EVENT_VALID | EVENT_EXCEPTION | EVENT_ERROR_CODE | 14,
		EVENT_VALID | EVENT_EXCEPTION | EVENT_ERROR_CODE | 14, true, false, false},
	{EVENT_VALID | EVENT_SOFT_INTERRUPT | 0x80, EVENT_VALID | EVENT_SOFT_INTERRUPT | 0x80,
		false, true, false},
	{EVENT_VALID | EVENT_PRIV_EXCEPTION | 1, EVENT_VALID | EVENT_PRIV_EXCEPTION | 1, false,
		true, false},
	{EVENT_VALID | EVENT_SOFT_EXCEPTION | 3, EVENT_VALID | EVENT_SOFT_EXCEPTION | 3, false,
		true, false},
	/* bit 12 is not defined there, and must be clear here */
	{EVENT_VALID | BIT(12) | 0x31, EVENT_VALID | 0x31, false, false, false},
};

/* For each kind of exit that the VMM does not see. */
static void test_redeliver(void **unused)
{
	static const uint32_t exits[][2] = {
		{0, EVENT_VALID | EVENT_NMI | 2}, {1, EVENT_VALID | 0xf0}, {52, 0}};

	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(redeliver) * ARRAY_SIZE(exits); i++) {
		unsigned row = i / ARRAY_SIZE(exits), exit = i % ARRAY_SIZE(exits);

		assert_true(enter(a));
		memset(vmcs.field, 0, sizeof(vmcs.field));
		memset(vmcs.written, 0, sizeof(vmcs.written));
		vmcs.field[VMCS_VECTORING] = redeliver[row].vectoring;
		vmcs.field[VMCS_VECTORING_ERROR] = 0x1234;
		vmcs.field[VMCS_EXIT_LENGTH] = 2;
		vmcs.field[VMCS_GUEST_INTERRUPTIBILITY] = INTR_BLOCK_NMI | INTR_BLOCK_STI;
		exit_with(a, exits[exit][0], exits[exit][1]);
		assert_int_equal(vmcs.field[VMCS_ENTRY_EVENT], redeliver[row].entry);
		assert_int_equal(vmcs.written[VMCS_ENTRY_EVENT], redeliver[row].entry != 0);
		assert_int_equal(
			vmcs.field[VMCS_ENTRY_EVENT_ERROR], redeliver[row].error ? 0x1234 : 0);
		assert_int_equal(vmcs.field[VMCS_ENTRY_LENGTH], redeliver[row].length ? 2 : 0);
		assert_int_equal(vmcs.field[VMCS_GUEST_INTERRUPTIBILITY],
			INTR_BLOCK_STI | (redeliver[row].nmi ? 0 : INTR_BLOCK_NMI));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_kinds),
		CASE(test_all_others),
		CASE(test_machine_checks),
		CASE(test_redeliver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
