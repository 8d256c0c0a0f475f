/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/access.c vmm-user/vmm/guest_walk.c vmm-user/vmm/guest_memory.c vmm-user/vmm/bus.c */
/* clang-format on */
#include "vmm/access.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "vmm_cpu.h"

#define AR_DOWN_DATA 0x97u /* expand-down, writable */
#define AR_READ_ONLY 0x91u
#define AR_EXECUTE_ONLY 0x99u
#define AR_EXECUTE_READ 0x9bu

/* `vector` 0: no fault. */
static const struct {
	enum code_size mode;
	unsigned segment;
	uint32_t ar, limit;
	uint64_t base, offset;
	unsigned bytes;
	bool write;
	uint64_t linear;
	unsigned vector;
} linears[] = {
	{CODE_32, SEG_DS, 0xc093, 0xffffffff, 0, 0xfffffffc, 4, true, 0xfffffffc, 0},
	{CODE_32, SEG_DS, 0xc093, 0xfff, 0x1000, 0xffc, 4, true, 0x1ffc, 0},
	{CODE_32, SEG_DS, 0xc093, 0xfff, 0x1000, 0xffd, 4, true, 0, VECTOR_GP},
	{CODE_32, SEG_SS, 0xc093, 0xfff, 0x1000, 0xffd, 4, true, 0, VECTOR_SS},
	{CODE_32, SEG_ES, 0xc093, 0xfff, 0x1000, 0xfff, 1, false, 0x1fff, 0},
	{CODE_32, SEG_ES, 0xc093, 0xfff, 0x1000, 0x1000, 1, false, 0, VECTOR_GP},
	{CODE_32, SEG_DS, 0xc093, 0xffffffff, 0xfffff000, 0x2000, 4, false, 0x1000, 0},
	{CODE_32, SEG_DS, 0xc093, 0xffffffff, 0, 0x100001000, 4, false, 0x1000, 0},
	{CODE_32, SEG_DS, 0xc000 | AR_READ_ONLY, 0xffffffff, 0, 0, 1, false, 0, 0},
	{CODE_32, SEG_DS, 0xc000 | AR_READ_ONLY, 0xffffffff, 0, 0, 1, true, 0, VECTOR_GP},
	{CODE_32, SEG_CS, 0xc000 | AR_EXECUTE_READ, 0xffffffff, 0, 0, 1, false, 0, 0},
	{CODE_32, SEG_CS, 0xc000 | AR_EXECUTE_READ, 0xffffffff, 0, 0, 1, true, 0, VECTOR_GP},
	{CODE_32, SEG_CS, 0xc000 | AR_EXECUTE_ONLY, 0xffffffff, 0, 0, 1, false, 0, VECTOR_GP},
	{CODE_32, SEG_FS, 0x10000, 0xffffffff, 0, 0, 1, false, 0, VECTOR_GP}, /* unusable */
	{CODE_32, SEG_FS, 0xc013, 0xffffffff, 0, 0, 1, false, 0, VECTOR_GP},  /* not present */
	{CODE_32, SEG_DS, 0xc000 | AR_DOWN_DATA, 0xfff, 0, 0x1000, 4, true, 0x1000, 0},
	{CODE_32, SEG_DS, 0xc000 | AR_DOWN_DATA, 0xfff, 0, 0xfff, 4, true, 0, VECTOR_GP},
	{CODE_32, SEG_DS, 0xc000 | AR_DOWN_DATA, 0xfff, 0, 0xffffffff, 1, true, 0xffffffff, 0},
	{CODE_32, SEG_DS, 0x8000 | AR_DOWN_DATA, 0xfff, 0, 0xffff, 1, true, 0xffff, 0},
	{CODE_32, SEG_DS, 0x8000 | AR_DOWN_DATA, 0xfff, 0, 0xffff, 2, true, 0, VECTOR_GP},
	{CODE_16, SEG_DS, 0x93, 0xffff, 0x12340, 0xffff, 1, true, 0x2233f, 0},
	{CODE_16, SEG_DS, 0x93, 0xffff, 0x12340, 0xffff, 2, true, 0, VECTOR_GP},
	/* 64-bit mode: no limits, no types, bases of FS and GS only */
	{CODE_64, SEG_DS, 0x10000, 0, 0x5000, 0x7ffffffffff8, 8, true, 0x7ffffffffff8, 0},
	{CODE_64, SEG_DS, 0x10000, 0, 0x5000, 0x7ffffffffff9, 8, true, 0, VECTOR_GP},
	{CODE_64, SEG_DS, 0x10000, 0, 0, 0x800000000000, 1, true, 0, VECTOR_GP},
	{CODE_64, SEG_SS, 0x10000, 0, 0, 0x800000000000, 1, true, 0, VECTOR_SS},
	{CODE_64, SEG_DS, 0x10000, 0, 0, 0xffff800000000000, 1, true, 0xffff800000000000, 0},
	{CODE_64, SEG_GS, 0x10000, 0, 0x5000, 0x10, 8, true, 0x5010, 0},
	{CODE_64, SEG_FS, 0x10000, 0, 0xffff888000000000, 0x10, 8, true, 0xffff888000000010, 0},
};

static void test_linear(void **state)
{
	for (size_t i = 0; i < sizeof linears / sizeof linears[0]; i++) {
		struct vcpu_segment *seg = &test_state.segment[linears[i].segment];
		struct fault fault = {0};
		uint64_t linear;
		bool good;

		test_setup(state);
		test_mode(linears[i].mode);
		if (linears[i].mode != CODE_64 || linears[i].segment != SEG_CS)
			seg->ar = linears[i].ar;
		seg->limit = linears[i].limit;
		seg->base = linears[i].base;
		good = access_linear(&test_state, linears[i].segment, linears[i].offset,
			linears[i].bytes, linears[i].write, &linear, &fault);
		if (good != !linears[i].vector)
			fail_msg("row %zu", i);
		if (good && linear != linears[i].linear)
			fail_msg("row %zu: %#llx", i, (unsigned long long)linear);
		if (!good) {
			assert_int_equal(fault.vector, linears[i].vector);
			assert_true(fault.has_error);
			assert_int_equal(fault.error, 0);
		}
	}
}

/* In real mode only the limit counts, also for code and absent segments. */
static void test_linear_real(void **state)
{
	struct fault fault;
	uint64_t linear;

	(void)state;
	test_mode(CODE_16);
	test_state.cr0 = 0;
	test_state.segment[SEG_CS] =
		(struct vcpu_segment){.ar = 0x9b, .limit = 0xffff, .base = 0x1230};
	assert_true(access_linear(&test_state, SEG_CS, 0x10, 2, true, &linear, &fault));
	assert_int_equal(linear, 0x1240);
	assert_false(access_linear(&test_state, SEG_CS, 0xffff, 2, true, &linear, &fault));
	test_state.cr0 = CR0_PE;
	test_state.rflags |= RFLAGS_VM;
	assert_true(access_linear(&test_state, SEG_CS, 0x10, 2, true, &linear, &fault));
}

static void test_ram_and_device(void **state)
{
	struct fault fault;
	uint64_t value;

	(void)state;
	assert_true(access_write(&test_cpu, SEG_DS, 0x1ffe, 4, 0x44332211, &fault));
	assert_memory_equal(test_ram + 0x1ffe, "\x11\x22\x33\x44", 4);
	assert_true(access_read(&test_cpu, SEG_DS, 0x1fff, 2, &value, &fault));
	assert_int_equal(value, 0x3322);
	assert_int_equal(test_accesses, 0);
	assert_true(access_write(&test_cpu, SEG_DS, TEST_MMIO + 8, 4, 0xdeadbeef, &fault));
	assert_int_equal(test_accesses, 1);
	assert_int_equal(test_log[0].offset, 8);
	assert_int_equal(test_log[0].bytes, 4);
	assert_int_equal(test_log[0].value, 0xdeadbeef);
	assert_true(access_read(&test_cpu, SEG_DS, TEST_MMIO + 8, 8, &value, &fault));
	assert_int_equal(value, 0xdeadbeef);
	assert_int_equal(test_log[1].bytes, 8);
}

/* The last bytes of RAM and whatever comes after them. */
static void test_end_of_ram(void **state)
{
	struct fault fault;
	uint64_t value;

	(void)state;
	memset(test_ram + TEST_RAM - 2, 0x77, 2);
	assert_true(access_read(&test_cpu, SEG_DS, TEST_RAM - 2, 4, &value, &fault));
	assert_int_equal(value, 0xffff7777);
	assert_int_equal(test_mmio.unassigned_reads, 1);
}

/* 32-bit paging with page 0x5000 present, 0x6000 not, 0x7000 at the device. */
static void setup_paging(void)
{
	uint32_t directory = 0x2007, page = 0x3007, device = TEST_MMIO | 7;

	test_mode(CODE_32);
	test_state.cr0 |= CR0_PG | CR0_WP;
	test_state.cr3 = 0x1000;
	memcpy(test_ram + 0x1000, &directory, 4);
	memcpy(test_ram + 0x2000 + 4 * 5, &page, 4);
	memcpy(test_ram + 0x2000 + 4 * 7, &device, 4);
	memcpy(test_ram + 0x2000 + 4 * 8, &page, 4);
}

static void test_crossing(void **state)
{
	struct fault fault;
	uint64_t value;

	(void)state;
	setup_paging();
	memset(test_ram + 0x3ffe, 0x55, 2);
	assert_false(access_write(&test_cpu, SEG_DS, 0x5ffe, 4, 0, &fault));
	assert_int_equal(fault.vector, VECTOR_PF);
	assert_int_equal(fault.address, 0x6000);
	assert_int_equal(fault.error, PF_WRITE);
	assert_int_equal(test_ram[0x3ffe], 0x55); /* nothing was written */
	assert_false(access_writable(&test_cpu, SEG_DS, 0x5ffe, 4, &fault));
	assert_true(access_writable(&test_cpu, SEG_DS, 0x5ffe, 2, &fault));
	assert_false(access_read(&test_cpu, SEG_DS, 0x6ffe, 4, &value, &fault));
	assert_int_equal(fault.address, 0x6ffe);
	/* from the device's last three bytes into RAM: 2 + 1, then 1 */
	test_device[0xffd] = 1, test_device[0xffe] = 2, test_device[0xfff] = 3;
	test_ram[0x3000] = 4;
	assert_true(access_read(&test_cpu, SEG_DS, 0x7ffd, 4, &value, &fault));
	assert_int_equal(value, 0x04030201);
	assert_int_equal(test_accesses, 2);
	assert_int_equal(test_log[0].bytes, 2);
	assert_int_equal(test_log[1].bytes, 1);
}

static void test_user_rights(void **state)
{
	struct fault fault;
	uint64_t value;

	(void)state;
	setup_paging();
	test_ram[0x2000 + 4 * 5] = 3; /* supervisor only */
	assert_true(access_read(&test_cpu, SEG_DS, 0x5000, 1, &value, &fault));
	test_state.segment[SEG_SS].ar |= 3 << 5;
	assert_false(access_read(&test_cpu, SEG_DS, 0x5000, 1, &value, &fault));
	assert_int_equal(fault.error, PF_PRESENT | PF_USER);
}

static void test_fetch(void **state)
{
	uint8_t bytes[INSN_BYTES_MAX];
	struct fault fault;
	size_t size;

	(void)state;
	memset(test_ram + TEST_CODE, 0x90, 16);
	assert_true(access_fetch(&test_cpu, bytes, &size, &fault));
	assert_int_equal(size, 15);
	assert_int_equal(bytes[14], 0x90);
	setup_paging();
	test_state.rip = 0x4ffd;
	test_state.segment[SEG_CS].base = 0x1000;
	memset(test_ram + 0x3ffd, 0xcc, 3);
	assert_true(access_fetch(&test_cpu, bytes, &size, &fault));
	assert_int_equal(size, 3);
	assert_int_equal(bytes[2], 0xcc);
	test_state.rip = 0x5000;
	assert_false(access_fetch(&test_cpu, bytes, &size, &fault));
	assert_int_equal(fault.vector, VECTOR_PF);
	assert_int_equal(fault.address, 0x6000);
	test_state.rip = 0x6000;
	assert_false(access_fetch(&test_cpu, bytes, &size, &fault));
	assert_int_equal(fault.vector, VECTOR_UD);
	assert_int_equal(test_accesses, 0);
}

/* Both pages are there: the second piece follows the first, wherever it lies. */
static void test_fetch_two_pages(void **state)
{
	uint32_t next = 0x9007;
	uint8_t bytes[INSN_BYTES_MAX];
	struct fault fault;
	size_t size;

	(void)state;
	setup_paging();
	memcpy(test_ram + 0x2000 + 4 * 6, &next, 4);
	test_state.rip = 0x5ff6;
	for (unsigned i = 0; i < 10; i++)
		test_ram[0x3ff6 + i] = (uint8_t)i;
	for (unsigned i = 10; i < 16; i++)
		test_ram[0x9000 + i - 10] = (uint8_t)i;
	assert_true(access_fetch(&test_cpu, bytes, &size, &fault));
	assert_int_equal(size, INSN_BYTES_MAX);
	for (unsigned i = 0; i < INSN_BYTES_MAX; i++)
		assert_int_equal(bytes[i], i);
	next = TEST_MMIO | 7; /* from RAM into a device: only what is in RAM */
	memcpy(test_ram + 0x2000 + 4 * 6, &next, 4);
	assert_true(access_fetch(&test_cpu, bytes, &size, &fault));
	assert_int_equal(size, 10);
	assert_int_equal(test_accesses, 0);
}

static void put_entry(unsigned table, unsigned index, uint64_t entry)
{
	memcpy(test_ram + table + 8 * index, &entry, sizeof entry);
}

/* Linear addresses of 32 bits go on at 0, those of 64 bits do not jump the hole. */
static void test_fetch_wraps(void **state)
{
	uint8_t bytes[INSN_BYTES_MAX];
	struct fault fault;
	size_t size;

	(void)state;
	setup_paging();
	test_state.cr4 = CR4_PAE;
	put_entry(0x1000, 0, 0xb001);
	put_entry(0xb000, 0, 0xd007);
	put_entry(0xd000, 0, 0x3007);
	put_entry(0x1000, 3, 0xc001);
	put_entry(0xc000, 511, 0xe007);
	put_entry(0xe000, 511, 0x9007);
	memset(test_ram + 0x9ffc, 0xaa, 4);
	memset(test_ram + 0x3000, 0xbb, 11);
	test_state.rip = 0xfffffffc;
	assert_true(access_fetch(&test_cpu, bytes, &size, &fault));
	assert_int_equal(size, INSN_BYTES_MAX);
	assert_int_equal(bytes[3], 0xaa);
	assert_int_equal(bytes[4], 0xbb);
	test_mode(CODE_64);
	test_state.rip = 0x800000000000;
	assert_false(access_fetch(&test_cpu, bytes, &size, &fault));
	assert_int_equal(fault.vector, VECTOR_GP);
	assert_true(fault.has_error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_linear, test_setup),
		cmocka_unit_test_setup(test_linear_real, test_setup),
		cmocka_unit_test_setup(test_ram_and_device, test_setup),
		cmocka_unit_test_setup(test_end_of_ram, test_setup),
		cmocka_unit_test_setup(test_crossing, test_setup),
		cmocka_unit_test_setup(test_user_rights, test_setup),
		cmocka_unit_test_setup(test_fetch, test_setup),
		cmocka_unit_test_setup(test_fetch_two_pages, test_setup),
		cmocka_unit_test_setup(test_fetch_wraps, test_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
