/* SPDX-License-Identifier: MIT */
/*
 * Control registers must hold what may be written and fault on the rest:
 * CR0 and CR4 bit by bit, CLTS, LMSW and SMSW, CR2 in full, CR3 with its cache
 * bits, CR8; a changed CR3 or CR4.PGE drops stale translations.
 * Source: Intel SDM vol. 3, 2.5 "Control Registers", 4.10.4.1 "Operations that
 * Invalidate TLBs and Paging-Structure Caches"; vol. 2, MOV - Move to/from
 * Control Registers.
 */
#include "boot.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "cr_access";

#define WINDOW 0x8000000000ull
#define PAGE_GLOBAL 0x100

extern uint64_t boot_pml4[512];

static uint64_t pdpt[512] __attribute__((aligned(4096)));
static uint64_t pd[512] __attribute__((aligned(4096)));
static uint64_t pt[512] __attribute__((aligned(4096)));
static uint32_t pages[2][1024] __attribute__((aligned(4096)));
static uint64_t pml4_copy[512] __attribute__((aligned(4096)));

static void do_cr0(void *v)
{
	write_cr0((uint64_t)v);
}
static void do_cr3(void *v)
{
	write_cr3((uint64_t)v);
}
static void do_cr4(void *v)
{
	write_cr4((uint64_t)v);
}
static void do_cr8(void *v)
{
	write_cr8((uint64_t)v);
}

static void cr0_check(void)
{
	static const struct {
		const char *name;
		uint64_t bit;
	} rows[] = {{"MP", CR0_MP}, {"EM", CR0_EM}, {"TS", CR0_TS}, {"NE", CR0_NE}, {"WP", CR0_WP},
		{"AM", CR0_AM}, {"CD", CR0_CD}};
	uint64_t cr0 = read_cr0();

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t set, clear;

		write_cr0(cr0 | rows[i].bit);
		set = read_cr0();
		write_cr0(cr0 & ~rows[i].bit);
		clear = read_cr0();
		write_cr0(cr0);
		check_eq(cr0 | rows[i].bit, set, "CR0.%s set", rows[i].name);
		check_eq(cr0 & ~rows[i].bit, clear, "CR0.%s clear", rows[i].name);
	}
	write_cr0(cr0 & ~CR0_ET);
	check_eq(cr0, read_cr0(), "CR0.ET is always 1");
}

static void task_switched_check(void)
{
	uint64_t cr0 = read_cr0();
	uint64_t word;

	write_cr0(cr0 | CR0_TS);
	__asm__ volatile("clts");
	check_eq(cr0, read_cr0(), "CLTS");
	__asm__ volatile("lmsw %w0" : : "r"(CR0_TS | CR0_MP));
	check_eq(cr0 | CR0_TS | CR0_MP, read_cr0(), "LMSW sets TS and MP, keeps PE");
	__asm__ volatile("smsw %0" : "=r"(word));
	check_eq((cr0 | CR0_TS | CR0_MP) & 0xffff, word & 0xffff, "SMSW");
	write_cr0(cr0);
}

static void cr4_check(void)
{
	static const struct {
		const char *name;
		uint64_t bit;
		uint32_t leaf, reg, cpuid_bit;
	} rows[] = {
		{"VME", CR4_VME, 1, 3, 1},
		{"PVI", 2, 1, 3, 1},
		{"TSD", CR4_TSD, 1, 3, 4},
		{"DE", CR4_DE, 1, 3, 2},
		{"PSE", CR4_PSE, 1, 3, 3},
		{"MCE", 0x40, 1, 3, 7},
		{"PGE", CR4_PGE, 1, 3, 13},
		{"PCE", CR4_PCE, 1, 3, 0},
		{"OSFXSR", CR4_OSFXSR, 1, 3, 24},
		{"OSXMMEXCPT", CR4_OSXMMEXCPT, 1, 3, 25},
		{"UMIP", 0x800, 7, 2, 2},
		{"FSGSBASE", 0x10000, 7, 1, 0},
		{"PCIDE", CR4_PCIDE, 1, 2, 17},
		{"OSXSAVE", CR4_OSXSAVE, 1, 2, 26},
	};
	uint64_t cr4 = read_cr4();

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cpuid c = cpu_id(rows[i].leaf, 0);
		uint32_t regs[] = {c.eax, c.ebx, c.ecx, c.edx};
		uint64_t set;
		struct trap t;

		t = trap_call(do_cr4, (void *)(cr4 | rows[i].bit));
		set = read_cr4();
		write_cr4(cr4 & ~rows[i].bit);
		if (!(regs[rows[i].reg] >> rows[i].cpuid_bit & 1)) {
			if (!boot_is_tcg())
				check_trap(TRAP_GP, &t, "CR4.%s is refused as CPUID says",
					rows[i].name);
		} else {
			check_eq(cr4 | rows[i].bit, set, "CR4.%s set", rows[i].name);
			check_eq(cr4 & ~rows[i].bit, read_cr4(), "CR4.%s clear", rows[i].name);
		}
		write_cr4(cr4);
	}
}

static void refused_check(void)
{
	uint64_t cr0 = read_cr0(), cr3 = read_cr3(), cr4 = read_cr4();
	const struct {
		const char *name;
		void (*fn)(void *);
		uint64_t value;
		enum tcg_wrong tcg;
	} rows[] = {
		{"CR0 bit 32", do_cr0, cr0 | 1ull << 32, TCG_WRONG_BARE},
		{"CR0.PE cleared while paging", do_cr0, cr0 & ~CR0_PE, TCG_WRONG_BARE},
		{"CR0.PG cleared in 64-bit mode", do_cr0, cr0 & ~CR0_PG, TCG_WRONG_BARE},
		{"CR0.NW without CD", do_cr0, cr0 | CR0_NW, TCG_WRONG_BARE},
		{"CR3 bit 62", do_cr3, cr3 | 1ull << 62, TCG_WRONG},
		{"CR4 bit 32", do_cr4, cr4 | 1ull << 32, TCG_WRONG_BARE},
		{"CR4 bit 31", do_cr4, cr4 | 1ull << 31, TCG_WRONG_BARE},
		{"CR4 bit 15", do_cr4, cr4 | 1ull << 15, TCG_WRONG_BARE},
		{"CR4.PAE cleared in long mode", do_cr4, cr4 & ~CR4_PAE, TCG_WRONG_BARE},
		{"CR8 of 16", do_cr8, 16, TCG_WRONG_BARE},
		{"CR8 bit 63", do_cr8, 1ull << 63, TCG_WRONG_BARE},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct trap t;

		if (boot_tcg_is(rows[i].tcg)) {
			check_skip(rows[i].name, "QEMU 7.2 does not look");
			continue;
		}
		t = trap_call(rows[i].fn, (void *)rows[i].value);
		check_trap(TRAP_GP, &t, "%s", rows[i].name);
		check(read_cr0() == cr0 && read_cr3() == cr3 && read_cr4() == cr4,
			"%s changes nothing", rows[i].name);
	}
}

/* A bare CPU may have VMX, a guest that is told of none may not turn it on. */
static void vmxe_check(void)
{
	struct trap t;

	if (boot_word("bare") || cpu_id(1, 0).ecx >> 5 & 1)
		return;
	t = trap_call(do_cr4, (void *)(read_cr4() | 1ull << 13));
	check_trap(TRAP_GP, &t, "CR4.VMXE");
	check_eq(0, read_cr4() & 1ull << 13, "CR4.VMXE reads as 0");
}

static void cr2_check(void)
{
	static const uint64_t values[] = {0, 0xfedcba9876543210, ~0ull};

	for (unsigned i = 0; i < ARRAY_SIZE(values); i++) {
		write_cr2(values[i]);
		(void)cpu_id(0, 0);
		check_eq(values[i], read_cr2(), "CR2 holds 0x%lx over an exit", values[i]);
	}
}

static void cr8_check(void)
{
	for (unsigned i = 0; i < 16; i++) {
		write_cr8(i);
		check_eq(i, read_cr8(), "CR8 holds %u", i);
	}
	write_cr8(0);
}

static uint32_t window_read(void)
{
	return *(volatile uint32_t *)WINDOW;
}

static void cr3_check(void)
{
	uint64_t cr3 = read_cr3();

	for (unsigned i = 0; i < 512; i++)
		pml4_copy[i] = boot_pml4[i];
	write_cr3((uint64_t)pml4_copy | 0x18);
	check_eq((uint64_t)pml4_copy | 0x18, read_cr3(), "CR3 holds another table and cache bits");
	write_cr3(cr3);
	check_eq(cr3, read_cr3(), "CR3 holds the first table");
	pt[0] = (uint64_t)pages[0] | 3;
	write_cr3(cr3);
	check_eq(1, window_read(), "first page");
	pt[0] = (uint64_t)pages[1] | 3;
	write_cr3(cr3);
	check_eq(2, window_read(), "other page after a CR3 load");
}

static void global_check(void)
{
	write_cr4(read_cr4() | CR4_PGE);
	pt[0] = (uint64_t)pages[0] | 3 | PAGE_GLOBAL;
	cpu_invlpg((void *)WINDOW);
	check_eq(1, window_read(), "first page, global");
	pt[0] = (uint64_t)pages[1] | 3;
	write_cr4(read_cr4() & ~CR4_PGE);
	check_eq(2, window_read(), "other page after CR4.PGE was cleared");
}

void test_main(void)
{
	boot_pml4[1] = (uint64_t)pdpt | 3;
	pdpt[0] = (uint64_t)pd | 3;
	pd[0] = (uint64_t)pt | 3;
	pages[0][0] = 1;
	pages[1][0] = 2;
	cr0_check();
	task_switched_check();
	cr4_check();
	refused_check();
	vmxe_check();
	cr2_check();
	cr8_check();
	cr3_check();
	global_check();
}
