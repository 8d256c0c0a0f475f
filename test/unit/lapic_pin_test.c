/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/clock.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/lapic.c */
/* LINK: vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c */
/* LINK: vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c */
/* The local APIC's pins: ExtINT, NMI, fixed edges and levels. */
#include "test/unit/lapic_fixture.h"

/* Whether `vector` is pending; takes and ends it. */
static bool taken(uint8_t vector)
{
	if (lapic_pending(&apic) != vector)
		return false;
	lapic_accept(&apic, vector);
	lapic_eoi(&apic);
	return true;
}

static void apic_that_is_off_takes_nothing(void **state)
{
	struct apic_message message = {.destination = APIC_BROADCAST, .delivery = APIC_NMI};
	struct lapic *all = &apic;

	(void)state;
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_BASE, LAPIC_BASE_DEFAULT));
	assert_false(apic_route(&all, 1, &message));
	assert_int_equal(events[LAPIC_EVENT_NMI], 0);
	lapic_set_lint(&apic, 0, true); /* its pins go to the CPU */
	assert_true(lapic_extint(&apic));
	lapic_set_lint(&apic, 0, false);
	assert_false(lapic_extint(&apic));
	lapic_set_lint(&apic, 1, true);
	assert_int_equal(events[LAPIC_EVENT_NMI], 1);
}

static void virtual_wire(void **state)
{
	struct lapic *l = &apic;

	(void)state;
	lapic_init(l, 5, true, &tsc, &ops, &eois);
	lapic_set_lint(l, 0, true);
	assert_false(lapic_extint(l)); /* masked at power-on */
	lapic_virtual_wire(l);
	assert_true(lapic_extint(l));
	assert_true(lapic_irq(l));
	assert_int_equal(lapic_pending(l), -1);
	lapic_set_lint(l, 0, false);
	assert_false(lapic_irq(l));
	lapic_set_lint(l, 1, true);
	lapic_set_lint(l, 1, true);
	assert_int_equal(events[LAPIC_EVENT_NMI], 1);
	lapic_set_lint(l, 2, true);
	lapic_set_lint(l, UINT32_MAX, true);
}

static void extint_message_is_latched(void **state)
{
	struct apic_message message = {.destination = 5, .delivery = APIC_EXTINT};

	(void)state;
	assert_true(lapic_matches(&apic, &message));
	assert_true(lapic_deliver(&apic, &message));
	lapic_collect(&apic);
	assert_true(lapic_extint(&apic));
	lapic_accept_extint(&apic);
	assert_false(lapic_extint(&apic));
}

struct lint_row {
	uint32_t lvt;
	unsigned vectors, nmi, smi, init; /* after two rises */
};

static void lint_delivery(void **state)
{
	static const struct lint_row rows[] = {
		{0x00041, 2, 0, 0, 0},
		{0x10041, 0, 0, 0, 0},
		{0x00441, 0, 2, 0, 0},
		{0x10441, 0, 0, 0, 0},
		{0x00241, 0, 0, 2, 0},
		{0x00541, 0, 0, 0, 2},
		{0x00741, 0, 0, 0, 0},
		{0x00141, 0, 0, 0, 0},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows) * 2; i++) {
		const struct lint_row *row = &rows[i / 2];
		unsigned vectors = 0;

		(void)setup_enabled(state);
		put(LAPIC_REG_LVT + LAPIC_LINT0 + i % 2, row->lvt);
		for (unsigned j = 0; j < 2; j++) {
			lapic_set_lint(&apic, i % 2, true);
			vectors += taken(0x41);
			lapic_set_lint(&apic, i % 2, false);
		}
		assert_int_equal(vectors, row->vectors);
		assert_int_equal(events[LAPIC_EVENT_NMI], row->nmi);
		assert_int_equal(events[LAPIC_EVENT_SMI], row->smi);
		assert_int_equal(events[LAPIC_EVENT_INIT], row->init);
	}
}

static void level_lint(unsigned pin)
{
	unsigned lvt = LAPIC_REG_LVT + LAPIC_LINT0 + pin;

	put(lvt, 0x8041);
	lapic_set_lint(&apic, pin, true);
	assert_int_equal(get(lvt), 0xc041);
	lapic_accept(&apic, 0x41);
	interrupt(0x51, true); /* the end of another is not this one's */
	lapic_accept(&apic, 0x51);
	lapic_eoi(&apic);
	assert_int_equal(get(lvt), 0xc041);
	lapic_set_lint(&apic, pin, true);
	assert_int_equal(lapic_pending(&apic), -1);
	lapic_eoi(&apic);
	assert_int_equal(lapic_pending(&apic), 0x41);
	lapic_set_lint(&apic, pin, false);
	lapic_accept(&apic, 0x41);
	lapic_eoi(&apic);
	assert_int_equal(lapic_pending(&apic), -1);
	assert_int_equal(get(lvt), 0x8041);
}

static void level_lint_waits_for_the_eoi(void **state)
{
	(void)state;
	level_lint(0);
	level_lint(1);
}

static void masked_level_lint_waits(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT + LAPIC_LINT0, 0x18041);
	lapic_set_lint(&apic, 0, true);
	assert_int_equal(lapic_pending(&apic), -1);
	put(LAPIC_REG_LVT + LAPIC_LINT0, 0x8041);
	assert_int_equal(lapic_pending(&apic), 0x41);
}

#define TEST(name) cmocka_unit_test_setup(name, setup_enabled)

/* Levels from other threads: what is seen of them when they are collected. */
static void driven_pins(void **state)
{
	(void)state;
	assert_false(lapic_drive(&apic, 2, true));
	assert_false(lapic_drive(&apic, 0, true)); /* masked: nobody's concern */
	lapic_collect(&apic);
	assert_true(apic.lint[0]);
	put(LAPIC_REG_LVT + LAPIC_LINT0, APIC_EXTINT << 8);
	assert_true(lapic_extint(&apic));
	assert_true(lapic_drive(&apic, 0, false));
	assert_false(lapic_drive(&apic, 0, false)); /* no news */
	assert_true(lapic_extint(&apic));
	lapic_collect(&apic);
	assert_false(lapic_extint(&apic));
	put(LAPIC_REG_LVT + LAPIC_LINT1, APIC_NMI << 8);
	assert_true(lapic_drive(&apic, 1, true)); /* a pulse between two looks */
	assert_true(lapic_drive(&apic, 1, false));
	lapic_collect(&apic);
	assert_int_equal(events[LAPIC_EVENT_NMI], 1);
	assert_false(apic.lint[1]);
	assert_true(lapic_drive(&apic, 1, true));
	lapic_collect(&apic);
	assert_true(lapic_drive(&apic, 1, false));
	assert_true(lapic_drive(&apic, 1, true)); /* low for a moment */
	lapic_collect(&apic);
	assert_int_equal(events[LAPIC_EVENT_NMI], 3);
	lapic_collect(&apic);
	assert_int_equal(events[LAPIC_EVENT_NMI], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(apic_that_is_off_takes_nothing),
		TEST(virtual_wire),
		TEST(extint_message_is_latched),
		TEST(lint_delivery),
		TEST(level_lint_waits_for_the_eoi),
		TEST(masked_level_lint_waits),
		cmocka_unit_test_setup(driven_pins, setup_enabled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
