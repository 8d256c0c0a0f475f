/* SPDX-License-Identifier: MIT */
/* The state page, to and from a VMCS of which each access is seen. */
#include "test/unit/vmx_state_fixture.h"

#define SEGMENT_ROWS(group, name, n)                                                               \
	{group, 0x800 + 2 * (n), MEMBER(segment[name].selector), true, true},                      \
		{group, 0x4800 + 2 * (n), MEMBER(segment[name].limit), true, true},                \
		{group, 0x4814 + 2 * (n), MEMBER(segment[name].ar), true, true},                   \
	{                                                                                          \
		group, 0x6806 + 2 * (n), MEMBER(segment[name].base), true, true                    \
	}

/* Each plain field: encoding as in the manual, member, direction. */
static const struct {
	uint32_t group, field;
	size_t offset, size;
	bool load, store;
} rows[] = {
	{GROUP_RIP, 0x681e, MEMBER(rip), true, true},
	{GROUP_RSP, 0x681c, MEMBER(gpr[4]), true, true},
	{GROUP_RFLAGS, 0x6820, MEMBER(rflags), true, true},
	{GROUP_INTR, 0x4824, MEMBER(interruptibility), true, true},
	{GROUP_INTR, 0x6822, MEMBER(pending_debug), true, true},
	SEGMENT_ROWS(GROUP_SEGMENTS, SEG_ES, 0),
	SEGMENT_ROWS(GROUP_CS_SS, SEG_CS, 1),
	SEGMENT_ROWS(GROUP_CS_SS, SEG_SS, 2),
	SEGMENT_ROWS(GROUP_SEGMENTS, SEG_DS, 3),
	SEGMENT_ROWS(GROUP_SEGMENTS, SEG_FS, 4),
	SEGMENT_ROWS(GROUP_SEGMENTS, SEG_GS, 5),
	SEGMENT_ROWS(GROUP_TABLES, SEG_LDTR, 6),
	SEGMENT_ROWS(GROUP_TABLES, SEG_TR, 7),
	{GROUP_TABLES, 0x4810, MEMBER(gdtr.limit), true, true},
	{GROUP_TABLES, 0x4812, MEMBER(idtr.limit), true, true},
	{GROUP_TABLES, 0x6816, MEMBER(gdtr.base), true, true},
	{GROUP_TABLES, 0x6818, MEMBER(idtr.base), true, true},
	{GROUP_CR, 0x6802, MEMBER(cr3), true, true},
	{GROUP_CR, 0x6004, MEMBER(cr0_shadow), true, false},
	{GROUP_CR, 0x6006, MEMBER(cr4_shadow), true, false},
	{GROUP_EFER, 0x2806, MEMBER(efer), true, true},
	{GROUP_EFER, 0x2804, MEMBER(pat), true, true},
	{GROUP_SYSENTER, 0x482a, offsetof(struct vcpu_state, sysenter_cs), 4, true, true},
	{GROUP_SYSENTER, 0x6824, MEMBER(sysenter_esp), true, true},
	{GROUP_SYSENTER, 0x6826, MEMBER(sysenter_eip), true, true},
	{GROUP_DR, 0x681a, MEMBER(dr7), true, true},
	{GROUP_TSC, 0x2010, MEMBER(tsc_offset), true, false},
	{GROUP_INJECT, 0x4016, MEMBER(inject_info), true, false},
	{GROUP_INJECT, 0x4018, MEMBER(inject_error), true, false},
	{GROUP_INJECT, 0x401a, MEMBER(inject_length), true, false},
	{GROUP_QUALIFICATION, 0x6400, MEMBER(exit_qualification), false, true},
	{GROUP_QUALIFICATION, 0x440e, MEMBER(instruction_info), false, true},
	{GROUP_ADDRESS, 0x2400, MEMBER(guest_physical), false, true},
	{GROUP_ADDRESS, 0x640a, MEMBER(guest_linear), false, true},
	{GROUP_EVENT, 0x4404, MEMBER(exit_intr_info), false, true},
	{GROUP_EVENT, 0x4406, MEMBER(exit_intr_error), false, true},
	{GROUP_EVENT, 0x4408, MEMBER(vectoring_info), false, true},
	{GROUP_EVENT, 0x440a, MEMBER(vectoring_error), false, true},
	{GROUP_PDPTE, 0x280a, MEMBER(pdpte[0]), true, true},
	{GROUP_PDPTE, 0x280c, MEMBER(pdpte[1]), true, true},
	{GROUP_PDPTE, 0x280e, MEMBER(pdpte[2]), true, true},
	{GROUP_PDPTE, 0x2810, MEMBER(pdpte[3]), true, true},
};

/* A pattern that fits the field's width. */
static uint64_t pattern(unsigned row)
{
	static const uint64_t mask[] = {0xffff, ~0ull, 0xffffffff, ~0ull};

	return 0x1122334455667788ull * (row + 1) & mask[vmcs_width(rows[row].field)];
}

static void test_load_rows(void **unused)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = pattern(i);

		setup(unused);
		memcpy(page.bytes + rows[i].offset, &value, rows[i].size);
		assert_int_equal(vmx_state_load(&guest, rows[i].group), 0);
		if (vmcs.written[rows[i].field] != rows[i].load ||
			(rows[i].load && vmcs.field[rows[i].field] != value))
			fail_msg("field %x", rows[i].field);
		assert_int_equal(
			vmcs.reads, rows[i].group == GROUP_EFER || rows[i].group == GROUP_DR);
	}
}

static void test_store_rows(void **unused)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = pattern(i), stored = 0;

		setup(unused);
		vmcs.field[rows[i].field] = value;
		vmx_state_store(&guest, rows[i].group);
		memcpy(&stored, page.bytes + rows[i].offset, rows[i].size);
		if (stored != (rows[i].store ? value : 0))
			fail_msg("field %x", rows[i].field);
		assert_int_equal(vmcs.writes, 0);
	}
}

/* Nothing moves that was not asked for. */
static void test_selective(void **unused)
{
	setup(unused);
	assert_int_equal(vmx_state_load(&guest, 0), 0);
	assert_int_equal(vmcs.writes + vmcs.reads, 0);
	assert_int_equal(vmx_state_load(&guest, GROUP_RIP), 0);
	assert_int_equal(vmcs.writes, 1);
	assert_int_equal(vmx_state_load(&guest, ~GROUP_ALL), 0);
	assert_int_equal(vmcs.writes, 1);
	vmx_state_store(&guest, 0);
	vmx_state_store(&guest, ~GROUP_ALL);
	assert_int_equal(vmcs.reads, 0);
	vmx_state_store(&guest, GROUP_RFLAGS);
	assert_int_equal(vmcs.reads, 1);
	assert_int_equal(vmcs.flushes, 0);
}

/* Loading everything writes no field twice; a reset writes the same fields. */
static void test_load_all(void **unused)
{
	unsigned written = 0;

	setup(unused);
	state->xcr0 = 7;
	assert_int_equal(vmx_state_load(&guest, GROUP_ALL), 0);
	for (unsigned i = 0; i < FAKE_FIELDS; i++)
		written += vmcs.written[i];
	assert_int_equal(written, vmcs.writes);
	setup(unused);
	vmx_state_reset(&guest);
	/* without the two control words and the two counts of the special groups */
	assert_int_equal(vmcs.writes, written - 4);
}

/* A guest's TLB is flushed by what would have flushed it without us. */
static void test_flush(void **unused)
{
	for (unsigned n = 0; n < GROUPS; n++) {
		uint32_t group = 1u << n;
		bool flushes = group & (GROUP_CR | GROUP_EFER | GROUP_PDPTE);

		setup(unused);
		state->xcr0 = 7;
		assert_int_equal(vmx_state_load(&guest, group), 0);
		assert_int_equal(vmcs.flushes, flushes);
	}
}

/* What is not in the VMCS goes to and from struct guest and the CPU. */
static void test_outside_vmcs(void **unused)
{
	setup(unused);
	state->star = 1;
	state->lstar = 2;
	state->fmask = 4;
	state->kernel_gs_base = 5;
	state->cr2 = 6;
	state->xcr0 = 7;
	vmx_state_reset(&guest);
	assert_int_equal(vmx_state_load(&guest, GROUP_SYSCALL | GROUP_CR2 | GROUP_XCR0), 0);
	assert_int_equal(guest.msr[0].number, MSR_LSTAR);
	assert_int_equal(guest.msr[0].value, 2);
	assert_int_equal(guest.msr[1].number, MSR_STAR);
	assert_int_equal(guest.msr[1].value, 1);
	assert_int_equal(guest.msr[2].number, MSR_FMASK);
	assert_int_equal(guest.msr[2].value, 4);
	assert_int_equal(*fake_msr(MSR_KERNEL_GS_BASE), 5);
	assert_int_equal(guest.cr2, 6);
	assert_int_equal(guest.xcr0, 7);
	assert_int_equal(fpu_loads, 1);
	*fake_msr(MSR_KERNEL_GS_BASE) = 0x55; /* SWAPGS in the guest */
	memset(&page, 0, sizeof(page));
	vmx_state_store(&guest, GROUP_SYSCALL | GROUP_CR2 | GROUP_XCR0);
	assert_int_equal(state->star | state->lstar | state->cstar | state->fmask, 0);
	assert_int_equal(state->kernel_gs_base, 0x55);
	assert_int_equal(state->cr2, 6);
	assert_int_equal(state->xcr0, 0); /* load only */
	fake.cpu.inside = NULL;
	guest.kernel_gs_base = 0x66;
	vmx_state_store(&guest, GROUP_SYSCALL);
	assert_int_equal(state->kernel_gs_base, 0x66);
}

/* Entry and exit load as few MSRs as differ between the guest and the host. */
static void test_msr_lists(void **unused)
{
	static const struct {
		uint64_t star, fmask;
		uint32_t count;
	} lists[] = {
		{0x0023001000000000, 0x257fd5, 1}, /* Linux */
		{0x0023001000000000, 0x47700, 3},
		{0x0013000800000000, 0x257fd5, 3},
		{0, 0, 3},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(lists); i++) {
		setup(unused);
		state->star = lists[i].star;
		state->fmask = lists[i].fmask;
		assert_int_equal(vmx_state_load(&guest, GROUP_SYSCALL), 0);
		assert_int_equal(vmcs.field[0x4014], lists[i].count); /* VM-entry MSR-load count */
		assert_int_equal(vmcs.field[0x4010], lists[i].count); /* VM-exit MSR-load count */
	}
}

static void test_breakpoints(void **unused)
{
	setup(unused);
	check_breakpoints(vmx_state_load);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load_rows),
		cmocka_unit_test(test_store_rows),
		cmocka_unit_test(test_selective),
		cmocka_unit_test(test_load_all),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_outside_vmcs),
		cmocka_unit_test(test_msr_lists),
		cmocka_unit_test(test_breakpoints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
