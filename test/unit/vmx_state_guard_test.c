/* SPDX-License-Identifier: MIT */
/* What a VMM gives and the VMCS does not get: values mended, and values refused. */
#include "test/unit/vmx_state_fixture.h"

/* given by the VMM, in the VMCS */
static const struct {
	size_t offset;
	uint32_t group, field;
	uint64_t given, loaded;
} fixes[] = {
	{offsetof(struct vcpu_state, cr0), GROUP_CR, 0x6800, 0, 0x20},
	{offsetof(struct vcpu_state, cr0), GROUP_CR, 0x6800, 0x80000011, 0x80000031},
	{offsetof(struct vcpu_state, cr0), GROUP_CR, 0x6800, ~0ull, 0xffffffff},
	{offsetof(struct vcpu_state, cr0_mask), GROUP_CR, 0x6000, 0, 0x20},
	{offsetof(struct vcpu_state, cr0_mask), GROUP_CR, 0x6000, 0x60000000, 0x60000020},
	{offsetof(struct vcpu_state, cr4), GROUP_CR, 0x6804, 0, 0x2000},
	{offsetof(struct vcpu_state, cr4), GROUP_CR, 0x6804, 0x20, 0x2020},
	/* neither what the CPU lacks (SMAP .. here) nor LA57, SMXE, PKE, CET */
	{offsetof(struct vcpu_state, cr4), GROUP_CR, 0x6804, ~0ull, 0x3727ff},
	{offsetof(struct vcpu_state, cr4_mask), GROUP_CR, 0x6002, 0, ~0x370fffull | 0x2000},
	{offsetof(struct vcpu_state, dr7), GROUP_DR, 0x681a, 0x400, 0x400},
	{offsetof(struct vcpu_state, dr7), GROUP_DR, 0x681a, 0xffff07ff, 0xffff07ff},
	{offsetof(struct vcpu_state, exception_bitmap), GROUP_CONTROLS, 0x4004, 0, 0x60002},
	{offsetof(struct vcpu_state, exception_bitmap), GROUP_CONTROLS, 0x4004, 0x40, 0x60042},
	{offsetof(struct vcpu_state, windows), GROUP_CONTROLS, 0x4002, 0, 0xb1980c88},
	{offsetof(struct vcpu_state, windows), GROUP_CONTROLS, 0x4002, 1, 0xb1980c8c},
	{offsetof(struct vcpu_state, windows), GROUP_CONTROLS, 0x4002, 2, 0xb1d80c88},
	{offsetof(struct vcpu_state, windows), GROUP_CONTROLS, 0x4002, 0xffffffff, 0xb1d80c8c},
	{offsetof(struct vcpu_state, efer), GROUP_EFER, 0x4012, 0, 0xc004},
	{offsetof(struct vcpu_state, efer), GROUP_EFER, 0x4012, 0x100, 0xc004},
	{offsetof(struct vcpu_state, efer), GROUP_EFER, 0x4012, 0x500, 0xc204},
};

static void test_fixes(void **unused)
{
	for (unsigned i = 0; i < ARRAY_SIZE(fixes); i++) {
		size_t size = vmcs_width(fixes[i].field) == VMCS_32 && fixes[i].group != GROUP_EFER
				      ? 4
				      : 8;

		setup(unused);
		memcpy(page.bytes + fixes[i].offset, &fixes[i].given, size);
		assert_int_equal(vmx_state_load(&guest, fixes[i].group), 0);
		if (vmcs.field[fixes[i].field] != fixes[i].loaded)
			fail_msg("row %u: %lx", i, (unsigned long)vmcs.field[fixes[i].field]);
	}
}

/* The dictated bits look as in the shadow; others as they are. */
static void test_cr_stored(void **unused)
{
	setup(unused);
	vmcs.field[VMCS_GUEST_CR0] = 0x80000031;
	vmcs.field[VMCS_GUEST_CR4] = 0x2020;
	vmx_state_store(&guest, GROUP_CR);
	assert_int_equal(state->cr0, 0x80000011);
	assert_int_equal(state->cr4, 0x20);
	state->cr0_shadow = 0x20;
	state->cr4_shadow = 0x2000;
	vmcs.field[VMCS_GUEST_CR0] = 0x30;
	vmx_state_store(&guest, GROUP_CR);
	assert_int_equal(state->cr0, 0x30);
	assert_int_equal(state->cr4, 0x2020);
}

/* WRMSR in ring 0 would fault on it. */
static void test_kernel_gs_base(void **unused)
{
	static const struct {
		uint64_t given, loaded;
	} rows[] = {
		{0xffff888000000000, 0xffff888000000000},
		{0x00007fffffffffff, 0x00007fffffffffff},
		{0x0000800000000000, 0xffff800000000000},
		{0xffff7fffffffffff, 0x00007fffffffffff},
		{BIT(63), 0},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(unused);
		state->kernel_gs_base = rows[i].given;
		assert_int_equal(vmx_state_load(&guest, GROUP_SYSCALL), 0);
		assert_true(guest.kernel_gs_base == rows[i].loaded);
		assert_true(*fake_msr(MSR_KERNEL_GS_BASE) == rows[i].loaded);
	}
}

static const struct {
	uint64_t xcr0;
	uint32_t refused;
} dangerous[] = {{7, 0}, {5, GROUP_XCR0}, {7 | BIT(63), GROUP_XCR0}};

/* A value that would hurt ring 0 is refused, and then nothing at all is loaded. */
static void test_dangerous(void **unused)
{
	for (unsigned i = 0; i < ARRAY_SIZE(dangerous); i++) {
		uint32_t refused;

		setup(unused);
		guest.xcr0 = 1;
		state->xcr0 = dangerous[i].xcr0;
		refused = vmx_state_load(&guest, GROUP_ALL);
		if (refused != dangerous[i].refused)
			fail_msg("row %u", i);
		if (refused) {
			assert_int_equal(vmcs.writes + fake.msr_writes + fpu_loads, 0);
			assert_int_equal(guest.xcr0, 1);
		}
		setup(unused); /* the same value in a group that is not dirty */
		state->xcr0 = dangerous[i].xcr0;
		assert_int_equal(vmx_state_load(&guest, GROUP_ALL & ~GROUP_XCR0), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixes),
		cmocka_unit_test(test_cr_stored),
		cmocka_unit_test(test_kernel_gs_base),
		cmocka_unit_test(test_dangerous),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
