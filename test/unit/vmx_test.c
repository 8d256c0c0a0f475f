/* SPDX-License-Identifier: MIT */
/* A guest's VMCS when it begins and when it goes, its MSR bitmap and its TLB. */
/* LINK: arch/x86_64/vmx_controls.c arch/x86_64/feature.c */
#include "test/unit/vmx_fixture.h"

static const struct {
	uint32_t field;
	uint64_t value;
} initial[] = {
	{0x0000, 2},                   /* VPID */
	{0x201a, 0x2000 | 6 | 3 << 3}, /* EPTP */
	{0x2800, ~0ull},               /* link */
	{0x4000, 0x69},
	{0x482e, 5000},
	{0x4002, 0xb1980c88},
	{0x401e, 0x1010ea},
	{0x400c, 0x3c8204},
	{0x4012, 0xc004},
	{0x0c02, 0x10},
	{0x0c04, 0x18},
	{0x0c0c, 0x40},
	{0x6c0e, 0x1d70000},
	{0x6c00, CR0_PE | CR0_PG | CR0_NE | CR0_MP | CR0_TS},
	{0x6c04, CR4_PAE | CR4_VMXE},
	{0x4826, 0}, /* active */
	{0x400e, 0},
	{0x4010, 3},
	{0x4014, 3},
	{0x6c06, 0},
	{0x4004, 0x60002},
	{0x6804, 0x2000},
	{0x6800, 0x20},
};

static void test_init(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(initial); i++)
		if (!vmcs.written[initial[i].field] ||
			vmcs.field[initial[i].field] != initial[i].value)
			fail_msg("field %x: %lx", initial[i].field,
				(unsigned long)vmcs.field[initial[i].field]);
	assert_int_equal(vmcs.field[VMCS_HOST_GS_BASE], (uintptr_t)&fake.cpu);
	assert_int_equal(vmcs.field[VMCS_HOST_TR_BASE], (uintptr_t)&fake.cpu.tss);
	assert_int_equal(vmcs.field[VMCS_HOST_RIP], (uintptr_t)vmx_exit_stub);
	assert_int_equal(*(uint32_t *)b->control, 0x77);
	assert_int_equal(vmcs.cleared, (uintptr_t)b->control);
	assert_int_equal(vmcs.current, (uintptr_t)b->control);
	assert_int_equal(vmcs.invalidated[1], 2); /* whoever had the VPID before */
	assert_int_equal(vmcs.field[VMCS_HOST_RSP], (uintptr_t)&b->state->rip); /* behind gpr[] */
	assert_int_equal(vmcs.field[VMCS_HOST_GDTR_BASE], (uintptr_t)fake_gdt);
	assert_int_equal(vmcs.field[VMCS_ENTRY_MSR_LOAD], (uintptr_t)b->msr);
	assert_int_equal(vmcs.field[VMCS_EXIT_MSR_LOAD], (uintptr_t)vmx_host_msrs - KERNEL_BASE);
	assert_int_equal(vmcs.field[VMCS_ENTRY_MSR_LOAD] & 15, 0);
	assert_int_equal(vmcs.field[VMCS_EXIT_MSR_LOAD] & 15, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(vmx_host_msrs); i++)
		assert_int_equal(vmx_host_msrs[i].number, b->msr[i].number);
}

static void test_init_without_memory(void **unused)
{
	(void)unused;
	check_init_without_memory(&vmx_ops);
}

static void test_init_bad_tag(void **unused)
{
	static const uint32_t tags[] = {0, 0x10000, ~0u};

	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(tags); i++) {
		struct guest guest = {.tag = tags[i]};

		assert_int_equal(vmx_ops.init(&guest, &purse.source), STATUS_NO_FEATURE);
	}
}

static void test_unload(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	exit_with(a, 1, TIMER);
	vmx_ops.unload(a);
	assert_int_equal(vmcs.cleared, (uintptr_t)a->control);
	assert_null(fake.cpu.loaded);
	assert_null(fake.cpu.inside);
	assert_null(fake.cpu.fpu_owner);
	assert_true(enter(b));
	vmx_ops.unload(a); /* leaves b alone */
	assert_ptr_equal(fake.cpu.loaded, b);
	assert_ptr_equal(fake.cpu.inside, b);
}

static void test_flush_second_level(void **unused)
{
	(void)unused;
	vmx_ops.flush_second_level(hpa(0x5000));
	assert_int_equal(vmcs.invalidated[0], 1);
	assert_int_equal(vmcs.invalidated[1], 0x501e);
}

/* One row per MSR that a guest has without exits; all others exit. */
static const struct {
	uint32_t number;
	bool write;
} passed[] = {
	{0x10, false},
	{0x174, true},
	{0x175, true},
	{0x176, true},
	{0x277, true},
	{0xc0000080, true},
	{0xc0000081, false},
	{0xc0000082, false},
	{0xc0000084, false},
	{0xc0000100, true},
	{0xc0000101, true},
	{0xc0000102, true},
};

static bool bit_of(const uint8_t *page, unsigned part, uint32_t index)
{
	return page[part * 1024 + index / 8] >> index % 8 & 1;
}

static void test_msr_bitmap(void **unused)
{
	static uint8_t page[PAGE_SIZE];

	(void)unused;
	vmx_msr_bitmap_fill(page);
	for (uint32_t i = 0; i < 0x4000; i++) {
		uint32_t index = i & 0x1fff, number = index | (i >> 13 ? 0xc0000000 : 0);
		bool read = false, write = false;

		for (unsigned p = 0; p < ARRAY_SIZE(passed); p++)
			if (passed[p].number == number) {
				read = true;
				write = passed[p].write;
			}
		if (bit_of(page, i >> 13, index) == read ||
			bit_of(page, 2 + (i >> 13), index) == write)
			fail_msg("msr %x", number);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_init),
		CASE(test_init_without_memory),
		CASE(test_init_bad_tag),
		CASE(test_unload),
		CASE(test_flush_second_level),
		CASE(test_msr_bitmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
