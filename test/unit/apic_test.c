/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/clock.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/lapic.c */
/* LINK: vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c */
/* LINK: vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c */
/* Messages that devices write to memory. */
#include "vmm/dev/apic.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void msi_decodes(void **state)
{
	struct apic_message m = apic_message_of_msi(0xfee02000, 0x0041);

	(void)state;
	assert_int_equal(m.destination, 2);
	assert_false(m.logical || m.level);
	assert_int_equal(m.vector, 0x41);
	assert_int_equal(m.delivery, APIC_FIXED);
	m = apic_message_of_msi(0xfeeff00c, 0x8142);
	assert_int_equal(m.destination, APIC_BROADCAST);
	assert_true(m.logical && m.level);
	assert_int_equal(m.delivery, APIC_LOWEST);
	assert_int_equal(m.source, APIC_NO_SOURCE);
	assert_int_equal(m.shorthand, APIC_TO_DESTINATION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(msi_decodes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
