/* SPDX-License-Identifier: MIT */
/* What each exit means, and events that an exit interrupted. */
#include "vmx_fake.h"

#include "vmx.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "arch/x86_64/vmx_exit.c"

void vmx_access_failed(uint32_t field)
{
	(void)field;
	abort();
}

#define FAILED EXIT_FAILED_ENTRY_BIT

static const struct {
	uint32_t reason, event;
	enum guest_exit_kind kind;
} rows[] = {
	{0, EVENT_VALID | EVENT_NMI | 2, GUEST_EXIT_NMI},
	{0, EVENT_VALID | EVENT_EXCEPTION | 18, GUEST_EXIT_MACHINE_CHECK},
	{0, EVENT_VALID | EVENT_EXCEPTION | 14, GUEST_EXIT_USER},
	{0, EVENT_VALID | EVENT_EXCEPTION | 17, GUEST_EXIT_USER},
	{0, EVENT_VALID | EVENT_EXCEPTION | 2, GUEST_EXIT_USER},
	{0, EVENT_VALID | EVENT_SOFT_EXCEPTION | 3, GUEST_EXIT_USER},
	{0, EVENT_NMI | 2, GUEST_EXIT_USER}, /* not valid */
	{1, EVENT_VALID | EVENT_INTERRUPT | 0xf0, GUEST_EXIT_INTERRUPT},
	{1, 0xf0, GUEST_EXIT_USER},
	{52, 0, GUEST_EXIT_PREEMPTED},
	{FAILED | 52, 0, GUEST_EXIT_USER},
	{FAILED | 41, 0, GUEST_EXIT_MACHINE_CHECK},
	{FAILED | 33, 0, GUEST_EXIT_USER},
	{FAILED | 34, 0, GUEST_EXIT_USER},
	{FAILED | 0, EVENT_VALID | EVENT_NMI | 2, GUEST_EXIT_USER},
	{FAILED | 1, EVENT_VALID | 0xf0, GUEST_EXIT_USER},
	{41, 0, GUEST_EXIT_USER},
};

static void test_kinds(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		if (vmx_exit_kind(rows[i].reason, rows[i].event) != rows[i].kind)
			fail_msg("reason %x event %x", rows[i].reason, rows[i].event);
}

/* Every other reason, known or not, is the VMM's, whatever the event field says. */
static void test_all_others(void **unused)
{
	(void)unused;
	for (uint32_t reason = 2; reason < 0x10000; reason++)
		if (reason != 52)
			assert_int_equal(vmx_exit_kind(reason, EVENT_VALID | EVENT_NMI | 2),
				GUEST_EXIT_USER);
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

static void test_redeliver(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(redeliver); i++) {
		memset(&fake, 0, sizeof(fake));
		fake.field[VMCS_VECTORING] = redeliver[i].vectoring;
		fake.field[VMCS_VECTORING_ERROR] = 0x1234;
		fake.field[VMCS_EXIT_LENGTH] = 2;
		fake.field[VMCS_GUEST_INTERRUPTIBILITY] = INTR_BLOCK_NMI | INTR_BLOCK_STI;
		vmx_exit_redeliver();
		assert_int_equal(fake.field[VMCS_ENTRY_EVENT], redeliver[i].entry);
		assert_int_equal(fake.written[VMCS_ENTRY_EVENT], redeliver[i].entry != 0);
		assert_int_equal(
			fake.field[VMCS_ENTRY_EVENT_ERROR], redeliver[i].error ? 0x1234 : 0);
		assert_int_equal(fake.field[VMCS_ENTRY_LENGTH], redeliver[i].length ? 2 : 0);
		assert_int_equal(fake.field[VMCS_GUEST_INTERRUPTIBILITY],
			INTR_BLOCK_STI | (redeliver[i].nmi ? 0 : INTR_BLOCK_NMI));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_all_others),
		cmocka_unit_test(test_redeliver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
