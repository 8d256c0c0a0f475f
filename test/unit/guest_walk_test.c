/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/guest_walk.c vmm-user/vmm/guest_memory.c */
#include "vmm/guest_walk.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define RAM 0x40000u

static uint8_t ram[RAM];
static struct guest_memory mem;
static struct vcpu_state cpu;

#define P 1ull
#define W 2ull
#define U 4ull
#define A 0x20ull
#define D 0x40ull
#define PS 0x80ull
#define NX (1ull << 63)
#define RW (P | W | U)

static int setup(void **state)
{
	(void)state;
	memset(ram, 0, sizeof ram);
	memset(&cpu, 0, sizeof cpu);
	return guest_memory_init(&mem, ram, sizeof ram);
}

static void put8(uint64_t at, uint64_t entry)
{
	memcpy(ram + at, &entry, 8);
}
static void put4(uint64_t at, uint32_t entry)
{
	memcpy(ram + at, &entry, 4);
}

static uint64_t get8(uint64_t at)
{
	uint64_t entry;

	memcpy(&entry, ram + at, 8);
	return entry;
}

static bool walk(uint64_t linear, unsigned access, uint64_t *out, struct fault *fault)
{
	gpa_t at;
	bool good = guest_walk(&mem, &cpu, gva(linear), access, &at, fault);

	*out = at.raw;
	return good;
}

static void expect(uint64_t linear, unsigned access, uint64_t want)
{
	struct fault fault;
	uint64_t at;

	if (!walk(linear, access, &at, &fault))
		fail_msg("fault at %#llx, error %#x", (unsigned long long)linear, fault.error);
	assert_int_equal(at, want);
}

static void expect_fault(uint64_t linear, unsigned access, uint32_t error)
{
	struct fault fault;
	uint64_t at;

	assert_false(walk(linear, access, &at, &fault));
	assert_int_equal(fault.vector, VECTOR_PF);
	assert_true(fault.has_error);
	assert_int_equal(fault.error, error);
	assert_int_equal(fault.address, linear);
}

/* 0x1000 PML4, 0x2000 PDPT, 0x3000 PD, 0x4000 PT; entry 1 of each. */
#define L4(a, b, c, d, rest)                                                                       \
	((uint64_t)(a) << 39 | (uint64_t)(b) << 30 | (uint64_t)(c) << 21 | (d) << 12 | (rest))

static void setup_long(uint64_t leaf)
{
	cpu.cr0 = CR0_PG | CR0_PE | CR0_WP;
	cpu.cr4 = CR4_PAE;
	cpu.efer = EFER_LMA | EFER_LME | EFER_NXE;
	cpu.cr3 = 0x1000 | 0x18;
	put8(0x1008, 0x2000 | RW);
	put8(0x2008, 0x3000 | RW);
	put8(0x3008, 0x4000 | RW);
	put8(0x4008, leaf);
}

static const uint64_t here = L4(1, 1, 1, 1, 0x123);

static void test_no_paging(void **state)
{
	(void)state;
	cpu.cr0 = CR0_PE;
	expect(0xfee00020, PF_WRITE | PF_USER, 0xfee00020);
}

static void test_long_pages(void **state)
{
	(void)state;
	setup_long(0xabcde000 | RW);
	expect(here, 0, 0xabcde123);
	put8(0x3010, 0x40000000 | RW | PS);
	expect(L4(1, 1, 2, 0, 0x12345), 0, 0x40012345);
	put8(0x3010, 0x40000000 | 0x1000 | RW | PS); /* the PAT bit of a large page */
	expect(L4(1, 1, 2, 0, 0x12345), 0, 0x40012345);
	put8(0x2010, 0x1c0000000 | RW | PS);
	expect(L4(1, 2, 3, 4, 5), 0, 0x1c0000000 + L4(0, 0, 3, 4, 5));
	put8(0x1010, 0x2000 | RW | PS);
	expect_fault(L4(2, 1, 1, 1, 0), 0, PF_PRESENT | PF_RESERVED);
	expect_fault(L4(3, 1, 1, 1, 0), PF_WRITE, PF_WRITE);
	expect_fault(L4(1, 3, 1, 1, 0), 0, 0);
	expect_fault(L4(1, 1, 3, 1, 0), 0, 0);
	expect_fault(L4(1, 1, 1, 3, 0), PF_USER, PF_USER);
	/* NX is reserved while it is off, and so are addresses above 48 bits */
	put8(0x4008, 0xabcde000 | RW | NX);
	expect(here, 0, 0xabcde123);
	cpu.efer &= ~EFER_NXE;
	expect_fault(here, 0, PF_PRESENT | PF_RESERVED);
	put8(0x4008, 0xabcde000 | RW | 1ull << 48);
	expect_fault(here, 0, PF_PRESENT | PF_RESERVED);
	put8(0x4008, 0xabcde000 | RW);
	/* bits 63..48 of the linear address do not matter here */
	expect(here | 0xffff000000000000, 0, 0xabcde123);
}

static void test_tables_outside_ram(void **state)
{
	(void)state;
	setup_long(RW);
	put8(0x3008, 0x10000000 | RW);
	expect_fault(here, 0, PF_PRESENT | PF_RESERVED);
	cpu.cr3 = 0xfffffffff000;
	expect_fault(here, PF_USER, PF_PRESENT | PF_RESERVED | PF_USER);
}

static void test_marks(void **state)
{
	(void)state;
	setup_long(0xabcde000 | RW);
	expect(here, 0, 0xabcde123);
	assert_int_equal(get8(0x1008), 0x2000 | RW | A);
	assert_int_equal(get8(0x2008), 0x3000 | RW | A);
	assert_int_equal(get8(0x3008), 0x4000 | RW | A);
	assert_int_equal(get8(0x4008), 0xabcde000 | RW | A);
	expect(here, PF_WRITE, 0xabcde123);
	assert_int_equal(get8(0x3008), 0x4000 | RW | A);
	assert_int_equal(get8(0x4008), 0xabcde000 | RW | A | D);
	setup_long(0xabcde000 | P);
	expect_fault(here, PF_WRITE, PF_PRESENT | PF_WRITE);
	assert_int_equal(get8(0x4008), 0xabcde000 | P);
}

/* SDM vol. 3A section 4.6: who may do what. */
static const struct {
	uint64_t upper, leaf; /* rights in the directory and in the page */
	uint64_t cr0, cr4, rflags, efer;
	unsigned access;
	int error; /* -1: allowed */
} rights[] = {
	/* supervisor, data */
	{RW, P, CR0_WP, 0, 0, EFER_NXE, 0, -1},
	{RW, P, CR0_WP, 0, 0, EFER_NXE, PF_WRITE, 3},
	{RW, P, 0, 0, 0, EFER_NXE, PF_WRITE, -1},
	{P, P | W, CR0_WP, 0, 0, EFER_NXE, PF_WRITE, 3},
	{RW, P | W, CR0_WP, 0, 0, EFER_NXE, PF_WRITE, -1},
	{RW, RW, CR0_WP, CR4_SMAP, 0, EFER_NXE, 0, 1},
	{RW, RW, CR0_WP, CR4_SMAP, 0, EFER_NXE, PF_WRITE, 3},
	{RW, RW, CR0_WP, CR4_SMAP, RFLAGS_AC, EFER_NXE, PF_WRITE, -1},
	{P | W, RW, CR0_WP, CR4_SMAP, 0, EFER_NXE, 0, -1},
	{RW, RW, CR0_WP, CR4_SMEP, 0, EFER_NXE, 0, -1},
	/* supervisor, instruction */
	{RW, P | NX, CR0_WP, 0, 0, EFER_NXE, PF_FETCH, 0x11},
	{RW, P, CR0_WP, 0, 0, EFER_NXE, PF_FETCH, -1},
	{RW | NX, P, CR0_WP, 0, 0, EFER_NXE, PF_FETCH, 0x11},
	{RW, RW, CR0_WP, CR4_SMEP, 0, EFER_NXE, PF_FETCH, 0x11},
	{RW, RW, CR0_WP, 0, 0, EFER_NXE, PF_FETCH, -1},
	{P, RW, CR0_WP, CR4_SMEP, 0, EFER_NXE, PF_FETCH, -1},
	{RW, RW, CR0_WP, CR4_SMAP, 0, EFER_NXE, PF_FETCH, -1},
	/* user */
	{RW, RW, CR0_WP, 0, 0, EFER_NXE, PF_USER | PF_WRITE, -1},
	{RW, P | W, CR0_WP, 0, 0, EFER_NXE, PF_USER, 5},
	{P | W, RW, CR0_WP, 0, 0, EFER_NXE, PF_USER, 5},
	{RW, P | U, 0, 0, 0, EFER_NXE, PF_USER | PF_WRITE, 7},
	{P | U, RW, 0, 0, 0, EFER_NXE, PF_USER | PF_WRITE, 7},
	{RW, RW, CR0_WP, CR4_SMAP | CR4_SMEP, 0, EFER_NXE, PF_USER, -1},
	{RW, RW, CR0_WP, CR4_SMAP | CR4_SMEP, 0, EFER_NXE, PF_USER | PF_FETCH, -1},
	{RW, RW | NX, CR0_WP, 0, 0, EFER_NXE, PF_USER | PF_FETCH, 0x15},
	/* the error code tells a fetch only if NXE or SMEP is on */
	{RW, P, CR0_WP, 0, 0, 0, PF_USER | PF_FETCH, 5},
	{RW, P, CR0_WP, CR4_SMEP, 0, 0, PF_USER | PF_FETCH, 0x15},
};

static void test_rights(void **state)
{
	for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
		struct fault fault;
		uint64_t at;
		bool good;

		setup(state);
		setup_long(0xabcde000 | rights[i].leaf);
		put8(0x3008, 0x4000 | rights[i].upper);
		cpu.cr0 = CR0_PG | CR0_PE | rights[i].cr0;
		cpu.cr4 = CR4_PAE | rights[i].cr4;
		cpu.rflags = rights[i].rflags;
		cpu.efer = EFER_LMA | EFER_LME | rights[i].efer;
		good = walk(here, rights[i].access, &at, &fault);
		if (good != (rights[i].error < 0))
			fail_msg("row %zu", i);
		if (!good && fault.error != (uint32_t)rights[i].error)
			fail_msg("row %zu: error %#x", i, fault.error);
	}
}

/* 0x1000 directory, 0x2000 table. */
static void test_32(void **state)
{
	(void)state;
	cpu.cr0 = CR0_PG | CR0_PE | CR0_WP;
	cpu.cr3 = 0x1018;
	put4(0x1004, 0x2000 | RW);
	put4(0x2008, 0xabcd7000 | RW);
	expect(0x402123, PF_WRITE, 0xabcd7123);
	assert_int_equal(ram[0x2008], RW | A | D);
	expect_fault(0x403000, 0, 0);
	expect_fault(0x800000, PF_WRITE, PF_WRITE);
	/* without CR4.PSE bit 7 means nothing */
	put4(0x1004, 0x2000 | RW | PS);
	expect(0x402123, 0, 0xabcd7123);
	/* with it: 4 MiB, and bits 20..13 are address bits 39..32 */
	cpu.cr4 = CR4_PSE;
	put4(0x1004, 0x80400000 | RW | PS);
	expect(0x7ff123, 0, 0x807ff123);
	put4(0x1004, 0x80400000 | 3 << 13 | RW | PS);
	expect(0x7ff123, 0, 0x3807ff123);
}

/* 0x1020 four top entries, 0x2000 directory, 0x3000 table. */
static void test_pae(void **state)
{
	(void)state;
	cpu.cr0 = CR0_PG | CR0_PE | CR0_WP;
	cpu.cr4 = CR4_PAE;
	cpu.efer = EFER_NXE;
	cpu.cr3 = 0x1020;
	put8(0x1038, 0x2000 | P); /* no rights in these: entry 3 */
	put8(0x2010, 0x3000 | RW);
	put8(0x3018, 0x5abcde000 | RW | NX);
	expect(0xc0403123, PF_WRITE | PF_USER, 0x5abcde123);
	assert_int_equal(get8(0x1038), 0x2000 | P);
	assert_int_equal(get8(0x3018), 0x5abcde000 | RW | NX | A | D);
	expect_fault(0xc0403123, PF_FETCH, PF_PRESENT | PF_FETCH);
	expect_fault(0x80403123, 0, 0);
	put8(0x2010, 0x40200000 | RW | PS);
	expect(0xc0512345, PF_USER, 0x40312345);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_no_paging, setup),
		cmocka_unit_test_setup(test_long_pages, setup),
		cmocka_unit_test_setup(test_tables_outside_ram, setup),
		cmocka_unit_test_setup(test_marks, setup),
		cmocka_unit_test_setup(test_rights, setup),
		cmocka_unit_test_setup(test_32, setup),
		cmocka_unit_test_setup(test_pae, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
