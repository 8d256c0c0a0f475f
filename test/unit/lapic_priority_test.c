/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/clock.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/lapic.c */
/* LINK: vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c */
/* LINK: vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c */
/* The local APIC: vectors, priorities, end of interrupt, errors. */
#include "test/unit/lapic_fixture.h"

/* A guest may use every vector; each is accepted and ended on its own. */
static void every_vector(void **state)
{
	(void)state;
	for (unsigned v = 16; v < 256; v++) {
		interrupt((uint8_t)v, false);
		assert_int_equal(get(LAPIC_REG_IRR + v / 32), 1u << v % 32);
		assert_int_equal(lapic_pending(&apic), (int)v);
		assert_true(lapic_irq(&apic));
		lapic_accept(&apic, (uint8_t)v);
		assert_int_equal(get(LAPIC_REG_IRR + v / 32), 0);
		assert_int_equal(get(LAPIC_REG_ISR + v / 32), 1u << v % 32);
		assert_int_equal(get(LAPIC_REG_PPR), v & 0xf0);
		assert_false(lapic_irq(&apic));
		put(LAPIC_REG_EOI, 0);
		assert_int_equal(get(LAPIC_REG_ISR + v / 32), 0);
	}
	assert_int_equal(eois, 0);
}

struct priority_row {
	uint8_t tpr, served, asking; /* served 0: none */
	int pending;
	uint8_t ppr;
};

static void priorities(void **state)
{
	static const struct priority_row rows[] = {
		{0x00, 0, 0x31, 0x31, 0x00},
		{0x20, 0, 0x31, 0x31, 0x20},
		{0x30, 0, 0x31, -1, 0x30}, /* same class */
		{0x2f, 0, 0x31, 0x31, 0x2f},
		{0x00, 0x31, 0x3f, -1, 0x30}, /* same class as the one in service */
		{0x00, 0x3f, 0x41, 0x41, 0x30},
		{0x45, 0x41, 0x51, 0x51, 0x45},
		{0x35, 0x41, 0x51, 0x51, 0x40},
		{0xf0, 0, 0xff, -1, 0xf0},
		{0x00, 0xff, 0xfe, -1, 0xf0},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)setup_enabled(state);
		if (rows[i].served) {
			interrupt(rows[i].served, false);
			lapic_accept(&apic, rows[i].served);
		}
		put(LAPIC_REG_TPR, rows[i].tpr);
		interrupt(rows[i].asking, false);
		assert_int_equal(lapic_pending(&apic), rows[i].pending);
		assert_int_equal(get(LAPIC_REG_PPR), rows[i].ppr);
		assert_int_equal(lapic_priority(&apic), rows[i].ppr);
	}
}

static void nested_eois_end_the_highest(void **state)
{
	(void)state;
	interrupt(0x31, false);
	lapic_accept(&apic, 0x31);
	interrupt(0x51, false);
	interrupt(0x41, false);
	assert_int_equal(lapic_pending(&apic), 0x51);
	lapic_accept(&apic, 0x51);
	assert_int_equal(lapic_pending(&apic), -1);
	put(LAPIC_REG_EOI, 0);
	assert_int_equal(lapic_pending(&apic), 0x41);
	lapic_accept(&apic, 0x41);
	put(LAPIC_REG_EOI, 0);
	put(LAPIC_REG_EOI, 0);
	assert_int_equal(get(LAPIC_REG_ISR + 1) | get(LAPIC_REG_ISR + 2), 0);
	put(LAPIC_REG_EOI, 0);     /* one too many */
	lapic_accept(&apic, 0x66); /* not requested */
	assert_int_equal(get(LAPIC_REG_PPR), 0);
}

static void same_vector_again_while_served(void **state)
{
	(void)state;
	interrupt(0x31, false);
	lapic_accept(&apic, 0x31);
	interrupt(0x31, false);
	assert_int_equal(lapic_pending(&apic), -1);
	put(LAPIC_REG_EOI, 0);
	assert_int_equal(lapic_pending(&apic), 0x31);
}

static void level_eoi_is_broadcast(void **state)
{
	(void)state;
	interrupt(0x61, true);
	assert_int_equal(get(LAPIC_REG_TMR + 3), 2);
	lapic_accept(&apic, 0x61);
	put(LAPIC_REG_EOI, 0);
	assert_int_equal(eois, 1);
	assert_int_equal(eoi_vector, 0x61);
	interrupt(0x61, false); /* now an edge: TMR follows */
	assert_int_equal(get(LAPIC_REG_TMR + 3), 0);
	lapic_accept(&apic, 0x61);
	put(LAPIC_REG_EOI, 0);
	assert_int_equal(eois, 1);
	put(LAPIC_REG_SVR, 0x11ff); /* suppressed */
	interrupt(0x61, true);
	lapic_accept(&apic, 0x61);
	put(LAPIC_REG_EOI, 0);
	assert_int_equal(eois, 1);
}

static void cr8_is_the_tpr(void **state)
{
	(void)state;
	put(LAPIC_REG_TPR, 0x5a);
	assert_int_equal(lapic_cr8(&apic), 5);
	lapic_set_cr8(&apic, 0xffffffffffffff97);
	assert_int_equal(get(LAPIC_REG_TPR), 0x70);
}

static void errors_interrupt_once(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT + LAPIC_ERROR, 0xfe);
	interrupt(0x0f, false);
	assert_int_equal(lapic_pending(&apic), 0xfe);
	assert_int_equal(get(LAPIC_REG_TMR + 7), 0);
	assert_int_equal(get(LAPIC_REG_ESR), 0); /* not before it is written */
	lapic_accept(&apic, 0xfe);
	put(LAPIC_REG_EOI, 0);
	(void)lapic_read(&apic, 0x2f0, 4);
	assert_int_equal(lapic_pending(&apic), -1);
	put(LAPIC_REG_ESR, 0);
	assert_int_equal(get(LAPIC_REG_ESR), LAPIC_ERROR_RECEIVE_VECTOR | LAPIC_ERROR_REGISTER);
	(void)lapic_read(&apic, 0x2f0, 4);
	assert_int_equal(lapic_pending(&apic), 0xfe);
	put(LAPIC_REG_ESR, 0);
	assert_int_equal(get(LAPIC_REG_ESR), LAPIC_ERROR_REGISTER);
}

static void illegal_error_vector_does_not_recurse(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT + LAPIC_ERROR, 0x03);
	(void)lapic_read(&apic, 0x2f0, 4);
	put(LAPIC_REG_ESR, 0);
	assert_int_equal(get(LAPIC_REG_ESR), LAPIC_ERROR_RECEIVE_VECTOR | LAPIC_ERROR_REGISTER);
}

#define TEST(name, before) cmocka_unit_test_setup(name, before)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_vector, setup_enabled),
		TEST(priorities, setup_enabled),
		TEST(nested_eois_end_the_highest, setup_enabled),
		TEST(same_vector_again_while_served, setup_enabled),
		TEST(level_eoi_is_broadcast, setup_enabled),
		TEST(cr8_is_the_tpr, setup_enabled),
		TEST(errors_interrupt_once, setup_enabled),
		TEST(illegal_error_vector_does_not_recurse, setup_enabled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
