/* SPDX-License-Identifier: MIT */
/* The state page, to and from a VMCB: each field, and that nothing else moves. */
#include "test/unit/svm_state_fixture.h"

#define GUARD 0xa5

#define LOADED 1u
#define STORED 2u
#define BOTH_WAYS (LOADED | STORED)
#define MENDED 4u /* not copied as it is: svm_state_guard_test.c */

#define SEGMENT_ROWS(group, name, at)                                                              \
	{group, (at), 2, MEMBER(segment[name].selector), BOTH_WAYS},                               \
		{group, (at) + 2, 2, MEMBER(segment[name].ar), BOTH_WAYS | MENDED},                \
		{group, (at) + 4, 4, MEMBER(segment[name].limit), BOTH_WAYS},                      \
	{                                                                                          \
		group, (at) + 8, 8, MEMBER(segment[name].base), BOTH_WAYS                          \
	}

/* The place in the VMCB as in the manual, the member, the direction. */
static const struct {
	uint32_t group;
	unsigned at, at_size;
	size_t offset, size;
	unsigned ways;
} rows[] = {
	{GROUP_RIP, 0x578, 8, MEMBER(rip), BOTH_WAYS},
	{GROUP_RSP, 0x5d8, 8, MEMBER(gpr[4]), BOTH_WAYS},
	{GROUP_RFLAGS, 0x570, 8, MEMBER(rflags), BOTH_WAYS},
	{GROUP_INTR, 0x068, 8, MEMBER(interruptibility), BOTH_WAYS | MENDED},
	{GROUP_INTR, 0, 0, MEMBER(pending_debug), STORED | MENDED},
	SEGMENT_ROWS(GROUP_SEGMENTS, SEG_ES, 0x400),
	SEGMENT_ROWS(GROUP_CS_SS, SEG_CS, 0x410),
	SEGMENT_ROWS(GROUP_CS_SS, SEG_SS, 0x420),
	{GROUP_CS_SS, 0x4cb, 1, MEMBER(segment[SEG_SS].ar), BOTH_WAYS | MENDED},
	SEGMENT_ROWS(GROUP_SEGMENTS, SEG_DS, 0x430),
	SEGMENT_ROWS(GROUP_SEGMENTS, SEG_FS, 0x440),
	SEGMENT_ROWS(GROUP_SEGMENTS, SEG_GS, 0x450),
	{GROUP_TABLES, 0x464, 4, MEMBER(gdtr.limit), BOTH_WAYS},
	{GROUP_TABLES, 0x468, 8, MEMBER(gdtr.base), BOTH_WAYS},
	SEGMENT_ROWS(GROUP_TABLES, SEG_LDTR, 0x470),
	{GROUP_TABLES, 0x484, 4, MEMBER(idtr.limit), BOTH_WAYS},
	{GROUP_TABLES, 0x488, 8, MEMBER(idtr.base), BOTH_WAYS},
	SEGMENT_ROWS(GROUP_TABLES, SEG_TR, 0x490),
	{GROUP_CR, 0x558, 8, MEMBER(cr0), BOTH_WAYS | MENDED},
	{GROUP_CR, 0x550, 8, MEMBER(cr3), BOTH_WAYS},
	{GROUP_CR, 0x548, 8, MEMBER(cr4), BOTH_WAYS | MENDED},
	{GROUP_CR, 0x000, 4, 0, 0, LOADED | MENDED},
	{GROUP_CR2, 0x640, 8, MEMBER(cr2), BOTH_WAYS},
	{GROUP_EFER, 0x4d0, 8, MEMBER(efer), BOTH_WAYS | MENDED},
	{GROUP_EFER, 0x668, 8, MEMBER(pat), BOTH_WAYS},
	{GROUP_SYSCALL, 0x600, 8, MEMBER(star), BOTH_WAYS},
	{GROUP_SYSCALL, 0x608, 8, MEMBER(lstar), BOTH_WAYS},
	{GROUP_SYSCALL, 0x610, 8, MEMBER(cstar), BOTH_WAYS},
	{GROUP_SYSCALL, 0x618, 8, MEMBER(fmask), BOTH_WAYS},
	{GROUP_SYSCALL, 0x620, 8, MEMBER(kernel_gs_base), BOTH_WAYS},
	{GROUP_SYSENTER, 0x628, 8, MEMBER(sysenter_cs), BOTH_WAYS},
	{GROUP_SYSENTER, 0x630, 8, MEMBER(sysenter_esp), BOTH_WAYS},
	{GROUP_SYSENTER, 0x638, 8, MEMBER(sysenter_eip), BOTH_WAYS},
	{GROUP_DR, 0x560, 8, MEMBER(dr7), BOTH_WAYS},
	{GROUP_DR, 0x568, 8, MEMBER(dr6), STORED},
	{GROUP_DR, 0x568, 8, 0, 0, LOADED | MENDED},
	{GROUP_TSC, 0x050, 8, MEMBER(tsc_offset), LOADED},
	{GROUP_CONTROLS, 0x008, 4, MEMBER(exception_bitmap), LOADED | MENDED},
	{GROUP_CONTROLS, 0x00c, 4, MEMBER(windows), LOADED | MENDED},
	{GROUP_CONTROLS, 0x060, 8, MEMBER(windows), LOADED | MENDED},
	{GROUP_INJECT, 0x0a8, 4, MEMBER(inject_info), LOADED},
	{GROUP_INJECT, 0x0ac, 4, MEMBER(inject_error), LOADED},
	{GROUP_QUALIFICATION, 0x078, 8, MEMBER(exit_qualification), STORED},
	{GROUP_QUALIFICATION, 0x080, 8, MEMBER(exit_info2), STORED},
	{GROUP_ADDRESS, 0x0d0, 8, offsetof(struct vcpu_state, fetched[0]), 8, STORED},
	{GROUP_ADDRESS, 0x0d8, 8, offsetof(struct vcpu_state, fetched[8]), 8, STORED},
	{GROUP_EVENT, 0x088, 4, MEMBER(vectoring_info), STORED | MENDED},
	{GROUP_EVENT, 0x08c, 4, MEMBER(vectoring_error), STORED | MENDED},
};

/* Whatever the VMM wants, it gets these. */
#define STORED_ALWAYS                                                                              \
	(GROUP_RIP | GROUP_RSP | GROUP_RFLAGS | GROUP_INTR | GROUP_QUALIFICATION | GROUP_EVENT)

static uint64_t pattern(unsigned row)
{
	return 0x1122334455667788ull * (row + 1) & (~0ull >> (64 - 8 * rows[row].at_size));
}

static void test_load_rows(void **unused)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value;

		if (rows[i].ways & MENDED)
			continue;
		setup(unused);
		value = pattern(i);
		memcpy(page.bytes + rows[i].offset, &value, rows[i].size);
		assert_int_equal(svm_state_load(&guest, rows[i].group), 0);
		if (rows[i].ways & LOADED && block_read(rows[i].at, rows[i].at_size) != value)
			fail_msg("%x", rows[i].at);
	}
}

static void test_store_rows(void **unused)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t stored = 0;

		if (rows[i].ways & MENDED)
			continue;
		setup(unused);
		block_write(rows[i].at, rows[i].at_size, pattern(i));
		svm_state_store(&guest, rows[i].group);
		memcpy(&stored, page.bytes + rows[i].offset, rows[i].size);
		if (stored != (rows[i].ways & STORED ? pattern(i) : 0))
			fail_msg("%x: %lx", rows[i].at, (unsigned long)stored);
	}
}

/* Of `bytes`, GUARD all over before, only those in a row with `ways` and one of `groups`
 * have changed. */
static void check_guard(const uint8_t *bytes, uint32_t groups, unsigned ways)
{
	bool mine[4096] = {false};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].group & groups && rows[i].ways & ways)
			memset(mine + (ways == LOADED ? rows[i].at : rows[i].offset), true,
				ways == LOADED ? rows[i].at_size : rows[i].size);
	/* Not in the VMCB. */
	if (ways == STORED && groups & GROUP_XCR0)
		memset(mine + offsetof(struct vcpu_state, xcr0), true, sizeof(state->xcr0));
	for (unsigned i = 0; i < (ways == LOADED ? sizeof(block) : sizeof(page)); i++)
		if (bytes[i] != GUARD && !mine[i])
			fail_msg("groups %x, byte %x", groups, i);
}

/* Loading a group writes its own fields of the VMCB, and never the page. */
static void test_load_guard(void **unused)
{
	for (uint32_t group = 1; group; group <<= 1) {
		static struct vcpu_state before;

		setup(unused);
		memset(&block, GUARD, sizeof(block));
		memset(&page, 0x5a, sizeof(page));
		state->xcr0 = 7;
		before = *state;
		assert_int_equal(svm_state_load(&guest, group), 0);
		check_guard(block.bytes, group, LOADED);
		assert_memory_equal(&before, state, sizeof(before));
	}
}

/* Storing one writes its own members and what is stored always, and never the VMCB. */
static void test_store_guard(void **unused)
{
	for (uint32_t group = 1; group; group <<= 1) {
		static struct vmcb before;

		setup(unused);
		memset(&block, 0x5a, sizeof(block));
		memset(&page, GUARD, sizeof(page));
		before = block.vmcb;
		svm_state_store(&guest, group);
		assert_int_equal(state->valid, (group | STORED_ALWAYS) & GROUP_ALL);
		memset(&state->valid, GUARD, sizeof(state->valid));
		check_guard(page.bytes, group | STORED_ALWAYS, STORED);
		assert_memory_equal(&before, &block, sizeof(before));
	}
}

/* Without a group, nothing is loaded; and some is stored. */
static void test_none(void **unused)
{
	setup(unused);
	memset(&block, GUARD, sizeof(block));
	assert_int_equal(svm_state_load(&guest, 0), 0);
	assert_int_equal(svm_state_load(&guest, ~GROUP_ALL), 0);
	check_guard(block.bytes, 0, LOADED);
	svm_state_store(&guest, 0);
	assert_int_equal(state->valid, STORED_ALWAYS);
}

/* A guest's translations end by what would have ended them without us. */
static void test_flush(void **unused)
{
	for (uint32_t group = 1; group < GROUP_ALL; group <<= 1) {
		setup(unused);
		state->xcr0 = 7;
		state->cr3 = 0x1000;
		guest.generation = 5;
		assert_int_equal(svm_state_load(&guest, group), 0);
		assert_int_equal(guest.generation, group & (GROUP_CR | GROUP_EFER) ? 0 : 5);
	}
}

/* A guest's translations end if what they depend on changes: one row per bit. */
static void test_paging(void **unused)
{
	static const struct {
		uint64_t cr0, cr3, cr4;
		bool ends;
	} change[] = {
		{0, 0, 0, false}, {BIT(3), 0, 0, false},     /* TS */
		{BIT(1), 0, 0, false},                       /* MP */
		{BIT(0), 0, 0, true},                        /* PE */
		{BIT(16), 0, 0, true},                       /* WP */
		{BIT(31), 0, 0, true},                       /* PG */
		{0, 0x1000, 0, true}, {0, 0, BIT(9), false}, /* OSFXSR */
		{0, 0, BIT(4), true},                        /* PSE */
		{0, 0, BIT(5), true},                        /* PAE */
		{0, 0, BIT(7), true},                        /* PGE */
		{0, 0, BIT(17), true},                       /* PCIDE */
		{0, 0, BIT(20), true},                       /* SMEP */
		{0, 0, BIT(21), true},                       /* SMAP */
	};

	for (unsigned i = 0; i < ARRAY_SIZE(change); i++) {
		setup(unused);
		assert_int_equal(svm_state_load(&guest, GROUP_CR), 0);
		guest.generation = 5;
		state->cr0 ^= change[i].cr0;
		state->cr3 ^= change[i].cr3;
		state->cr4 ^= change[i].cr4;
		assert_int_equal(svm_state_load(&guest, GROUP_CR), 0);
		assert_int_equal(guest.generation, change[i].ends ? 0 : 5);
	}
}

/* XCR0 and the breakpoint addresses are not in the VMCB. */
static void test_outside_vmcb(void **unused)
{
	setup(unused);
	state->xcr0 = 7;
	assert_int_equal(svm_state_load(&guest, GROUP_XCR0), 0);
	assert_int_equal(guest.xcr0, 7);
	assert_int_equal(fpu_loads, 1);
	/* QEMU lets a guest change it. */
	guest.xcr0 = 3;
	svm_state_store(&guest, GROUP_RIP);
	assert_int_equal(state->xcr0, 7);
	svm_state_store(&guest, GROUP_XCR0);
	assert_int_equal(state->xcr0, 3);
}

static void test_breakpoints(void **unused)
{
	setup(unused);
	check_breakpoints(svm_state_load);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load_rows),
		cmocka_unit_test(test_store_rows),
		cmocka_unit_test(test_load_guard),
		cmocka_unit_test(test_store_guard),
		cmocka_unit_test(test_paging),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_outside_vmcb),
		cmocka_unit_test(test_breakpoints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
