/* SPDX-License-Identifier: MIT */
/* The state page, to and from a VMCS of which each access is seen. */
/* LINK: arch/x86_64/vmx_fields.c */
#include "vmx_fake.h"

#include "vmx.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "arch/x86_64/vmx_state.c"

struct vmx_machine vmx_machine;
static union {
	struct vcpu_state state;
	uint8_t bytes[sizeof(struct vcpu_state)];
} page;
static struct vcpu_state *const state = &page.state;
static struct guest guest;

void vmx_access_failed(uint32_t field)
{
	(void)field;
	abort();
}

void vmx_guest_flush(struct guest *g)
{
	assert_ptr_equal(g, &guest);
	fake.flushes++;
}

uint64_t fpu_components(void)
{
	return 7;
}

bool fpu_xcr0_valid(uint64_t xcr0, uint64_t allowed)
{
	assert_int_equal(allowed, 7);
	return xcr0 == 7;
}

/* What a Skylake says. */
static const struct vmx_fixed_bits fixed = {
	.cr0_fixed0 = 0x80000021,
	.cr0_fixed1 = 0xffffffff,
	.cr4_fixed0 = 0x2000,
	.cr4_fixed1 = 0x3767ff,
};

static int setup(void **unused)
{
	(void)unused;
	memset(&fake, 0, sizeof(fake));
	memset(&page, 0, sizeof(page));
	guest = (struct guest){.state = state};
	vmx_machine.control[CONTROL_PRIMARY] = 0xb1980c88;
	vmx_machine.control[CONTROL_ENTRY] = 0xc004;
	vmx_state_init(&fixed);
	return 0;
}

#define MEMBER(m) offsetof(struct vcpu_state, m), sizeof(((struct vcpu_state *)0)->m)
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
		if (fake.written[rows[i].field] != rows[i].load ||
			(rows[i].load && fake.field[rows[i].field] != value))
			fail_msg("field %x", rows[i].field);
		assert_int_equal(
			fake.reads, rows[i].group == GROUP_EFER || rows[i].group == GROUP_DR);
	}
}

static void test_store_rows(void **unused)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = pattern(i), stored = 0;

		setup(unused);
		state->want[10] = rows[i].group;
		fake.field[rows[i].field] = value;
		vmx_state_store(&guest, 10);
		memcpy(&stored, page.bytes + rows[i].offset, rows[i].size);
		if (stored != (rows[i].store ? value : 0))
			fail_msg("field %x", rows[i].field);
		assert_int_equal(state->valid, rows[i].group | GROUP_RIP);
		assert_int_equal(fake.writes, 0);
	}
}

/* Nothing moves that was not asked for: one access for RIP, none else. */
static void test_selective(void **unused)
{
	setup(unused);
	assert_int_equal(vmx_state_load(&guest, 0), 0);
	assert_int_equal(fake.writes + fake.reads, 0);
	assert_int_equal(vmx_state_load(&guest, GROUP_RIP), 0);
	assert_int_equal(fake.writes, 1);
	assert_int_equal(vmx_state_load(&guest, ~GROUP_ALL), 0);
	assert_int_equal(fake.writes, 1);
	vmx_state_store(&guest, 10);
	assert_int_equal(fake.reads, 1);
	assert_int_equal(fake.flushes, 0);
}

/* Loading everything writes no field twice; a reset writes the same fields. */
static void test_load_all(void **unused)
{
	unsigned written = 0;

	setup(unused);
	state->xcr0 = 7;
	assert_int_equal(vmx_state_load(&guest, GROUP_ALL), 0);
	for (unsigned i = 0; i < FAKE_FIELDS; i++)
		written += fake.written[i];
	assert_int_equal(written, fake.writes);
	setup(unused);
	vmx_state_reset();
	/* without the two control words that state_load_rest() writes */
	assert_int_equal(fake.writes, written - 2);
}

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
	{offsetof(struct vcpu_state, activity), GROUP_INTR, 0x4826, 0, 0},
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
		if (fake.field[fixes[i].field] != fixes[i].loaded)
			fail_msg("row %u: %lx", i, (unsigned long)fake.field[fixes[i].field]);
	}
}

/* The dictated bits look as in the shadow; others as they are. */
static void test_cr_stored(void **unused)
{
	setup(unused);
	state->want[28] = GROUP_CR;
	fake.field[VMCS_GUEST_CR0] = 0x80000031;
	fake.field[VMCS_GUEST_CR4] = 0x2020;
	vmx_state_store(&guest, 28);
	assert_int_equal(state->cr0, 0x80000011);
	assert_int_equal(state->cr4, 0x20);
	state->cr0_shadow = 0x20;
	state->cr4_shadow = 0x2000;
	fake.field[VMCS_GUEST_CR0] = 0x30;
	vmx_state_store(&guest, 28);
	assert_int_equal(state->cr0, 0x30);
	assert_int_equal(state->cr4, 0x2020);
}

/* A guest's TLB is flushed by what would have flushed it without us. */
static void test_flush(void **unused)
{
	for (unsigned n = 0; n < STATE_GROUPS; n++) {
		uint32_t group = 1u << n;
		bool flushes = group & (GROUP_CR | GROUP_EFER | GROUP_PDPTE);

		setup(unused);
		state->xcr0 = 7;
		assert_int_equal(vmx_state_load(&guest, group), 0);
		assert_int_equal(fake.flushes, flushes);
	}
}

#define NON_CANONICAL 0x0000800000000000ull

static const struct {
	size_t offset;
	uint64_t value;
	uint32_t group, refused;
} dangerous[] = {
	{offsetof(struct vcpu_state, star), ~0ull, GROUP_SYSCALL, 0},
	{offsetof(struct vcpu_state, star), NON_CANONICAL, GROUP_SYSCALL, 0},
	{offsetof(struct vcpu_state, lstar), 0xffffffff81000000, GROUP_SYSCALL, 0},
	{offsetof(struct vcpu_state, lstar), 0xffff800000000000, GROUP_SYSCALL, 0},
	{offsetof(struct vcpu_state, lstar), 0x00007fffffffffff, GROUP_SYSCALL, 0},
	{offsetof(struct vcpu_state, lstar), NON_CANONICAL, GROUP_SYSCALL, GROUP_SYSCALL},
	{offsetof(struct vcpu_state, lstar), 0xffff7fffffffffff, GROUP_SYSCALL, GROUP_SYSCALL},
	{offsetof(struct vcpu_state, lstar), BIT(63), GROUP_SYSCALL, GROUP_SYSCALL},
	{offsetof(struct vcpu_state, cstar), NON_CANONICAL, GROUP_SYSCALL, GROUP_SYSCALL},
	{offsetof(struct vcpu_state, fmask), 0xffffffff, GROUP_SYSCALL, 0},
	{offsetof(struct vcpu_state, fmask), BIT(32), GROUP_SYSCALL, GROUP_SYSCALL},
	{offsetof(struct vcpu_state, kernel_gs_base), 0xffff888000000000, GROUP_SYSCALL, 0},
	{offsetof(struct vcpu_state, kernel_gs_base), NON_CANONICAL, GROUP_SYSCALL, GROUP_SYSCALL},
	{offsetof(struct vcpu_state, xcr0), 7, GROUP_XCR0, 0},
	{offsetof(struct vcpu_state, xcr0), 5, GROUP_XCR0, GROUP_XCR0},
	{offsetof(struct vcpu_state, xcr0), 7 | BIT(63), GROUP_XCR0, GROUP_XCR0},
	{offsetof(struct vcpu_state, activity), ACTIVITY_HLT, GROUP_INTR, GROUP_INTR},
	{offsetof(struct vcpu_state, activity), ACTIVITY_SHUTDOWN, GROUP_INTR, GROUP_INTR},
	{offsetof(struct vcpu_state, activity), ACTIVITY_WAIT_SIPI, GROUP_INTR, GROUP_INTR},
	{offsetof(struct vcpu_state, activity), 0x80000000, GROUP_INTR, GROUP_INTR},
};

/* A value that would hurt ring 0 is refused, and then nothing at all is loaded. */
static void test_dangerous(void **unused)
{
	for (unsigned i = 0; i < ARRAY_SIZE(dangerous); i++) {
		uint32_t refused;

		setup(unused);
		guest.xcr0 = 1;
		memcpy(page.bytes + dangerous[i].offset, &dangerous[i].value,
			dangerous[i].group == GROUP_INTR ? 4 : 8);
		refused = vmx_state_load(&guest, dangerous[i].group | GROUP_RIP);
		if (refused != dangerous[i].refused)
			fail_msg("row %u", i);
		if (refused) {
			assert_int_equal(fake.writes, 0);
			assert_int_equal(guest.xcr0, 1);
			assert_int_equal(
				guest.msr[0] | guest.msr[1] | guest.msr[3] | guest.msr[4], 0);
		}
		setup(unused); /* the same value in a group that is not dirty */
		memcpy(page.bytes + dangerous[i].offset, &dangerous[i].value, 4);
		assert_int_equal(vmx_state_load(&guest, GROUP_RIP), 0);
	}
}

/* What is not in the VMCS goes to and from struct guest. */
static void test_outside_vmcs(void **unused)
{
	setup(unused);
	state->star = 1;
	state->lstar = 2;
	state->cstar = 3;
	state->fmask = 4;
	state->kernel_gs_base = 5;
	state->cr2 = 6;
	state->xcr0 = 7;
	assert_int_equal(vmx_state_load(&guest, GROUP_SYSCALL | GROUP_CR2 | GROUP_XCR0), 0);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(guest.msr[i], i + 1);
	assert_int_equal(guest.cr2, 6);
	assert_int_equal(guest.xcr0, 7);
	memset(&page, 0, sizeof(page));
	state->want[1] = GROUP_SYSCALL | GROUP_CR2 | GROUP_XCR0;
	vmx_state_store(&guest, 1);
	assert_int_equal(state->star, 1);
	assert_int_equal(state->lstar, 2);
	assert_int_equal(state->cstar, 3);
	assert_int_equal(state->fmask, 4);
	assert_int_equal(state->kernel_gs_base, 5);
	assert_int_equal(state->cr2, 6);
	assert_int_equal(state->xcr0, 0); /* load only */
}

/* Breakpoint addresses matter to the kernel only while DR7 enables one. */
static void test_breakpoints(void **unused)
{
	setup(unused);
	for (unsigned bit = 0; bit < 16; bit++) {
		state->dr[3] = bit;
		state->dr7 = BIT(bit);
		assert_int_equal(vmx_state_load(&guest, GROUP_DR), 0);
		assert_int_equal(guest.breakpoints, bit < 8);
		assert_int_equal(guest.dr[3], bit);
	}
}

/* A report without an entry in between keeps what the VMM has just set. */
static void test_store_keeps_dirty(void **unused)
{
	setup(unused);
	state->want[VCPU_WANT_INDEX(EXIT_SIGNAL)] = GROUP_RFLAGS | GROUP_CR2;
	state->dirty = GROUP_RIP | GROUP_CR2;
	state->rip = 0x1000;
	state->cr2 = 0x2000;
	guest.cr2 = 1;
	fake.field[VMCS_GUEST_RIP] = 1;
	fake.field[VMCS_GUEST_RFLAGS] = 0x246;
	vmx_state_store(&guest, EXIT_SIGNAL);
	assert_int_equal(state->rip, 0x1000);
	assert_int_equal(state->cr2, 0x2000);
	assert_int_equal(state->rflags, 0x246);
	assert_int_equal(state->exit_reason, EXIT_SIGNAL);
	assert_int_equal(state->valid, GROUP_RIP | GROUP_RFLAGS | GROUP_CR2);
	assert_int_equal(state->dirty, GROUP_RIP | GROUP_CR2);
}

/* A failed entry comes with its qualification, wanted or not. */
static void test_failed_entry(void **unused)
{
	setup(unused);
	fake.field[VMCS_QUALIFICATION] = 4;
	vmx_state_store(&guest, EXIT_FAILED_ENTRY_BIT | 33);
	assert_int_equal(state->exit_qualification, 4);
	assert_int_equal(state->exit_reason, EXIT_FAILED_ENTRY_BIT | 33);
}

/* Bits of want[] that mean nothing store nothing. */
static void test_want_garbage(void **unused)
{
	setup(unused);
	for (unsigned i = 0; i < VCPU_WANTS; i++)
		state->want[i] = ~0u;
	for (unsigned reason = 0; reason < 0x10000; reason += 0x101)
		vmx_state_store(&guest, reason);
	assert_int_equal(state->valid, GROUP_ALL);
	assert_int_equal(fake.writes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load_rows),
		cmocka_unit_test(test_store_rows),
		cmocka_unit_test(test_selective),
		cmocka_unit_test(test_load_all),
		cmocka_unit_test(test_fixes),
		cmocka_unit_test(test_cr_stored),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_dangerous),
		cmocka_unit_test(test_outside_vmcs),
		cmocka_unit_test(test_breakpoints),
		cmocka_unit_test(test_store_keeps_dirty),
		cmocka_unit_test(test_failed_entry),
		cmocka_unit_test(test_want_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
