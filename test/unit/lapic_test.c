/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/clock.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/lapic.c */
/* LINK: vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c */
/* LINK: vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c */
/* The local APIC: registers by memory and by MSR, states. */
#include "test/unit/lapic_fixture.h"

struct register_row {
	unsigned reg;
	uint32_t reset, written; /* after writing all ones while software-enabled */
};

static const struct register_row register_rows[] = {
	{LAPIC_REG_ID, 0x05000000, 0x05000000},
	{LAPIC_REG_VERSION, 0x01050014, 0x01050014},
	{LAPIC_REG_TPR, 0, 0xff},
	{LAPIC_REG_APR, 0, 0},
	{LAPIC_REG_PPR, 0, 0xff}, /* that of the TPR */
	{LAPIC_REG_EOI, 0, 0},
	{LAPIC_REG_RRD, 0, 0},
	{LAPIC_REG_LDR, 0, 0xff000000},
	{LAPIC_REG_DFR, 0xffffffff, 0xffffffff},
	{LAPIC_REG_SVR, 0xff, 0x13ff},
	{LAPIC_REG_ISR, 0, 0},
	{LAPIC_REG_ISR + 7, 0, 0},
	{LAPIC_REG_TMR, 0, 0},
	{LAPIC_REG_TMR + 7, 0, 0},
	{LAPIC_REG_IRR, 0, 0},
	{LAPIC_REG_IRR + 7, 0, 0},
	{LAPIC_REG_ESR, 0, 0},
	{LAPIC_REG_ICR_HIGH, 0, 0xff000000},
	{LAPIC_REG_ICR_LOW, 0, 0x000ccfff},
	{LAPIC_REG_LVT + LAPIC_TIMER, 0x10000, 0x700ff},
	{LAPIC_REG_LVT + LAPIC_THERMAL, 0x10000, 0x107ff},
	{LAPIC_REG_LVT + LAPIC_PERF, 0x10000, 0x107ff},
	{LAPIC_REG_LVT + LAPIC_LINT0, 0x10000, 0x1a7ff},
	{LAPIC_REG_LVT + LAPIC_LINT1, 0x10000, 0x1a7ff},
	{LAPIC_REG_LVT + LAPIC_ERROR, 0x10000, 0x100ff},
	{LAPIC_REG_INITIAL, 0, 0}, /* the reserved timer mode takes no count */
	{LAPIC_REG_CURRENT, 0, 0},
	{LAPIC_REG_DIVIDE, 0, 0xb},
};

static void registers_by_memory(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(register_rows); i++)
		assert_int_equal(get(register_rows[i].reg), register_rows[i].reset);
	put(LAPIC_REG_SVR, 0x1ff);
	for (unsigned i = 0; i < ARRAY_SIZE(register_rows); i++) {
		put(register_rows[i].reg, UINT32_MAX);
		assert_int_equal(get(register_rows[i].reg), register_rows[i].written);
	}
	put(LAPIC_REG_DFR, 0);
	assert_int_equal(get(LAPIC_REG_DFR), 0x0fffffff);
	assert_int_equal(apic.errors, 0);
}

static void registers_that_do_not_exist(void **state)
{
	static const uint64_t offsets[] = {
		0x000, 0x010, 0x040, 0x2f0, 0x290, 0x3a0, 0x3f0, 0x400, 0xff0, 0x1000, UINT64_MAX};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(offsets); i++) {
		put(LAPIC_REG_ESR, 0);
		assert_int_equal(lapic_read(&apic, offsets[i], 4), 0);
		put(LAPIC_REG_ESR, 0);
		assert_int_equal(get(LAPIC_REG_ESR), LAPIC_ERROR_REGISTER);
	}
	put(LAPIC_REG_ESR, 0);
	lapic_write(&apic, 0x2f0, 4, 1);
	put(LAPIC_REG_ESR, 0);
	assert_int_equal(get(LAPIC_REG_ESR), LAPIC_ERROR_REGISTER);
	put(LAPIC_REG_ESR, 0);
	assert_int_equal(get(LAPIC_REG_ESR), 0);
}

static void odd_accesses(void **state)
{
	(void)state;
	assert_int_equal(lapic_read(&apic, 0x30, 1), 0x14);
	assert_int_equal(lapic_read(&apic, 0x32, 2), 0x0105);
	assert_int_equal(lapic_read(&apic, 0x30, 8), 0x01050014);
	assert_int_equal(lapic_read(&apic, 0x34, 4), 0);
	assert_int_equal(lapic_read(&apic, 0x3f, 8), 0);
	lapic_write(&apic, 0x80, 1, 0x55);
	lapic_write(&apic, 0x80, 2, 0x55);
	lapic_write(&apic, 0x82, 4, 0x55);
	lapic_write(&apic, 0x84, 4, 0x55);
	assert_int_equal(get(LAPIC_REG_TPR), 0);
	lapic_write(&apic, 0x80, 8, 0xffffffff00000055);
	assert_int_equal(get(LAPIC_REG_TPR), 0x55);
}

struct msr_row {
	uint32_t msr;
	uint64_t reset;
	bool readable, writable;
	uint64_t good, bad, read; /* written and taken, written and refused, then read */
};

static void registers_by_msr(void **state)
{
	static const struct msr_row rows[] = {
		{0x800, 0, false, false, 0, 0, 0},
		{0x802, 5, true, false, 0, 5, 5},
		{0x803, 0x01050014, true, false, 0, 0, 0x01050014},
		{0x808, 0, true, true, 0xff, 0x100, 0xff},
		{0x809, 0, false, false, 0, 0, 0},
		{0x80a, 0xff, true, false, 0, 0, 0xff},
		{0x80b, 0, false, true, 0, 1, 0},
		{0x80d, 0x20, true, false, 0, 0, 0x20},
		{0x80e, 0, false, false, 0, 0, 0},
		{0x80f, 0xff, true, true, 0x11ff, 0x200, 0x11ff},
		{0x810, 0, true, false, 0, 0, 0},
		{0x827, 0, true, false, 0, 0, 0},
		{0x828, 0, true, true, 0, 1, 0},
		{0x82f, 0, false, false, 0, 0, 0},
		{0x830, 0, true, true, 0xabcdef01000cc4ff, 0x100000, 0xabcdef01000cc4ff},
		{0x831, 0, false, false, 0, 0, 0},
		{0x832, 0x10000, true, true, 0x410ff, 0x100, 0x400ff},
		{0x833, 0x10000, true, true, 0x107ff, 0x800, 0x107ff},
		{0x834, 0x10000, true, true, 0x107ff, 0x20000, 0x107ff},
		{0x835, 0x10000, true, true, 0x1f7ff, 0x20000, 0x1a7ff},
		{0x836, 0x10000, true, true, 0x1a7ff, 0x800, 0x1a7ff},
		{0x837, 0x10000, true, true, 0x100ff, 0x2000, 0x100ff},
		{0x838, 0, true, true, 0x12345678, 1ull << 32, 0},
		{0x839, 0, true, false, 0, 0, 0},
		{0x83e, 0, true, true, 0xb, 4, 0xb},
		{0x83f, 0, false, true, 0x44, 0x100, 0},
		{0x840, 0, false, false, 0, 0, 0},
		{0x8ff, 0, false, false, 0, 0, 0},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = 99;

		assert_true(lapic_msr_claims(rows[i].msr));
		assert_int_equal(lapic_msr_read(&apic, rows[i].msr, &value), rows[i].readable);
		assert_int_equal(value, rows[i].reset);
		assert_int_equal(
			lapic_msr_write(&apic, rows[i].msr, rows[i].good), rows[i].writable);
		assert_false(lapic_msr_write(&apic, rows[i].msr, rows[i].bad));
		if (rows[i].msr != 0x830)
			assert_false(
				lapic_msr_write(&apic, rows[i].msr, rows[i].good | 1ull << 63));
		(void)!lapic_msr_read(&apic, rows[i].msr, &value);
		assert_int_equal(value, rows[i].read);
	}
}

static void x2apic_only_when_on(void **state)
{
	uint64_t value;

	(void)state;
	for (uint32_t msr = 0x800; msr < 0x900; msr++) {
		assert_false(lapic_msr_read(&apic, msr, &value));
		assert_false(lapic_msr_write(&apic, msr, 0));
	}
	assert_false(lapic_msr_claims(0x7ff));
	assert_false(lapic_msr_claims(0x900));
	assert_true(lapic_msr_claims(0x1b));
	assert_true(lapic_msr_claims(0x6e0));
	assert_int_equal(lapic_mmio_base(&apic), LAPIC_BASE_DEFAULT);
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_BASE, apic.base | LAPIC_BASE_X2APIC));
	assert_int_equal(lapic_mmio_base(&apic), UINT64_MAX);
	assert_int_equal(get(LAPIC_REG_VERSION), UINT32_MAX);
	put(LAPIC_REG_TPR, 0x20);
	assert_true(lapic_msr_read(&apic, 0x808, &value));
	assert_int_equal(value, 0);
}

enum base_mode { OFF, XAPIC, X2APIC, INVALID };

static const uint64_t base_bits[] = {
	0, LAPIC_BASE_ENABLE, LAPIC_BASE_ENABLE | LAPIC_BASE_X2APIC, LAPIC_BASE_X2APIC};

/* Every transition of the figure in 10.12.5 "x2APIC State Transitions". */
static void base_transitions(void **state)
{
	static const bool allowed[3][4] = {
		[OFF] = {true, true, false, false},
		[XAPIC] = {true, true, true, false},
		[X2APIC] = {true, false, true, false},
	};

	for (unsigned from = 0; from < 3; from++) {
		for (unsigned to = 0; to < 4; to++) {
			uint64_t value = LAPIC_BASE_DEFAULT | base_bits[to];

			(void)setup(state);
			if (from != XAPIC)
				assert_true(lapic_msr_write(&apic, LAPIC_MSR_BASE,
					LAPIC_BASE_DEFAULT | base_bits[from]));
			assert_int_equal(
				lapic_msr_write(&apic, LAPIC_MSR_BASE, value), allowed[from][to]);
			assert_int_equal(apic.base & (LAPIC_BASE_ENABLE | LAPIC_BASE_X2APIC),
				base_bits[allowed[from][to] ? to : from]);
		}
	}
}

static void base_bits_checked(void **state)
{
	uint64_t value, base = LAPIC_BASE_DEFAULT | LAPIC_BASE_ENABLE | LAPIC_BASE_BSP;

	(void)state;
	assert_true(lapic_msr_read(&apic, LAPIC_MSR_BASE, &value));
	assert_int_equal(value, base);
	for (unsigned bit = 0; bit < 64; bit++) {
		if ((bit >= 12 && bit < 52) || bit == 8 || bit == 11 || bit == 10)
			continue;
		assert_false(lapic_msr_write(&apic, LAPIC_MSR_BASE, base | BIT(bit)));
	}
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_BASE, base ^ 0x100000));
	assert_int_equal(lapic_mmio_base(&apic), LAPIC_BASE_DEFAULT ^ 0x100000);
}

static void switching_off_resets(void **state)
{
	(void)state;
	put(LAPIC_REG_TPR, 0x20);
	put(LAPIC_REG_LVT + LAPIC_ERROR, 0x33);
	put(LAPIC_REG_LDR, 0x77000000);
	put(LAPIC_REG_DIVIDE, 0xb);
	put(LAPIC_REG_INITIAL, 1000);
	assert_true(lapic_deliver(&apic, &(struct apic_message){.delivery = APIC_EXTINT}));
	interrupt(0x50, false);
	lapic_accept(&apic, 0x50);
	interrupt(0x40, false);
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_BASE, LAPIC_BASE_DEFAULT));
	assert_int_equal(lapic_pending(&apic), -1);
	assert_int_equal(get(LAPIC_REG_TPR), UINT32_MAX);
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_BASE, LAPIC_BASE_DEFAULT | LAPIC_BASE_ENABLE));
	for (unsigned i = 0; i < ARRAY_SIZE(register_rows); i++)
		assert_int_equal(get(register_rows[i].reg), register_rows[i].reset);
	assert_false(lapic_irq(&apic));
}

static void x2apic_keeps_state(void **state)
{
	uint64_t value;

	(void)state;
	put(LAPIC_REG_TPR, 0x20);
	interrupt(0x40, false);
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_BASE, apic.base | LAPIC_BASE_X2APIC));
	assert_true(lapic_msr_read(&apic, 0x808, &value));
	assert_int_equal(value, 0x20);
	assert_int_equal(lapic_pending(&apic), 0x40);
	lapic_reset(&apic); /* INIT leaves the mode, and derives the logical ID anew */
	assert_true(lapic_msr_read(&apic, 0x80d, &value));
	assert_int_equal(value, 0x20);
}

static void software_disable_masks(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LAPIC_LVTS; i++)
		put(LAPIC_REG_LVT + i, 0x33);
	interrupt(0x40, false);
	put(LAPIC_REG_SVR, 0xff);
	for (unsigned i = 0; i < LAPIC_LVTS; i++) {
		assert_int_equal(get(LAPIC_REG_LVT + i), 0x10033);
		put(LAPIC_REG_LVT + i, 0x34);
		assert_int_equal(get(LAPIC_REG_LVT + i), 0x10034);
	}
	assert_int_equal(lapic_pending(&apic), 0x40); /* what was asked for stays */
	assert_false(lapic_deliver(&apic, &(struct apic_message){.vector = 0x50}));
	assert_int_equal(lapic_pending(&apic), 0x40);
}

#define TEST(name, before) cmocka_unit_test_setup(name, before)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(registers_by_memory, setup),
		TEST(registers_that_do_not_exist, setup),
		TEST(odd_accesses, setup),
		TEST(registers_by_msr, setup_x2apic),
		TEST(x2apic_only_when_on, setup),
		TEST(base_transitions, setup),
		TEST(base_bits_checked, setup),
		TEST(switching_off_resets, setup_enabled),
		TEST(x2apic_keeps_state, setup_enabled),
		TEST(software_disable_masks, setup_enabled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
