/* SPDX-License-Identifier: MIT */
/*
 * Physical addresses where nothing is must read as all ones in every width
 * and swallow writes, whatever the instruction; so must string instructions
 * over many of them and accesses that run over a page or over the end of RAM.
 * (QEMU gives zeroes; run bare, either will do if it is always the same.)
 * Source: PCI Local Bus Specification 3.0, 3.3.3.1 "Master Initiated
 * Termination" (master abort reads ones); Intel SDM vol. 2.
 */
#include "boot.h"
#include "cpu.h"
#include "string.h"
#include "test.h"

const char test_name[] = "mmio_unassigned";

#define NOTHING 0xd0000000ull

static volatile uint8_t *const nothing = (volatile uint8_t *)NOTHING;
/* All ones, or what a bare emulator gives instead. */
static uint64_t ones = ~0ull;

/* INSN reads from (%rcx) into %rax. */
#define LOAD(insn, before)                                                                         \
	({                                                                                         \
		uint64_t r_ = (before);                                                            \
		__asm__ volatile(insn : "+a"(r_) : "c"(nothing) : "memory");                       \
		r_;                                                                                \
	})

static void loads_check(void)
{
	uint64_t old = 0x1122334455667788;
	uint64_t sign = ones ? ~0ull : 0;

	check_eq((old & ~0xffull) | (ones & 0xff), LOAD("movb (%%rcx), %%al", old), "MOV r8");
	check_eq((old & ~0xff00ull) | (ones & 0xff00), LOAD("movb (%%rcx), %%ah", old), "MOV AH");
	check_eq((old & ~0xffffull) | (ones & 0xffff), LOAD("movw (%%rcx), %%ax", old), "MOV r16");
	check_eq(ones & 0xffffffff, LOAD("movl (%%rcx), %%eax", old), "MOV r32");
	check_eq(ones, LOAD("movq (%%rcx), %%rax", old), "MOV r64");
	check_eq(ones & 0xff, LOAD("movzbl (%%rcx), %%eax", old), "MOVZX r32, m8");
	check_eq(ones & 0xff, LOAD("movzbq (%%rcx), %%rax", old), "MOVZX r64, m8");
	check_eq(ones & 0xffff, LOAD("movzwl (%%rcx), %%eax", old), "MOVZX r32, m16");
	check_eq((old & ~0xffffull) | (ones & 0xff), LOAD("movzbw (%%rcx), %%ax", old),
		"MOVZX r16, m8");
	check_eq(sign & 0xffffffff, LOAD("movsbl (%%rcx), %%eax", old), "MOVSX r32, m8");
	check_eq(sign, LOAD("movsbq (%%rcx), %%rax", old), "MOVSX r64, m8");
	check_eq(sign, LOAD("movswq (%%rcx), %%rax", old), "MOVSX r64, m16");
	check_eq((old & ~0xffffull) | (sign & 0xffff), LOAD("movsbw (%%rcx), %%ax", old),
		"MOVSX r16, m8");
	check_eq(ones & 0xff, LOAD("movb (%%rcx), %%r9b; movzbl %%r9b, %%eax", old) & 0xff,
		"MOV r9b");
}

static void stores_check(void)
{
	__asm__ volatile("movb $1, (%0); movb %%al, 1(%0); movb %%ah, 2(%0); movb %%sil, 3(%0)"
			 :
			 : "r"(nothing)
			 : "memory");
	__asm__ volatile("movw $0x1234, (%0); movw %%ax, 2(%0)" : : "r"(nothing) : "memory");
	__asm__ volatile("movl $0x1234, (%0); movl %%eax, 4(%0)" : : "r"(nothing) : "memory");
	__asm__ volatile("movq $-2, (%0); movq %%rax, 8(%0)" : : "r"(nothing) : "memory");
	check_eq(ones, *(volatile uint64_t *)nothing, "stores are dropped");
	check_eq(ones, *(volatile uint64_t *)(nothing + 8), "stores behind are dropped");
}

static void modify_check(void)
{
	uint64_t r;

	__asm__ volatile("andb $0x0f, (%0); orw $1, (%0); xorq %%rax, (%0); lock; andl $7, 4(%0)"
			 :
			 : "r"(nothing)
			 : "memory", "cc");
	check_eq(ones, *(volatile uint64_t *)nothing, "AND, OR, XOR are dropped");
	r = 0x123456789abcdef0;
	__asm__ volatile("xchgq %0, (%1)" : "+r"(r) : "r"(nothing) : "memory");
	check_eq(ones, r, "XCHG r64");
	__asm__ volatile("cmpb $-1, (%1); sete %b0" : "=r"(r) : "r"(nothing) : "memory", "cc");
	check_eq(ones & 1, r & 0xff, "CMP m8");
	__asm__ volatile("testw $0x8000, (%1); setnz %b0"
			 : "=r"(r)
			 : "r"(nothing)
			 : "memory", "cc");
	check_eq(ones & 1, r & 0xff, "TEST m16");
	__asm__ volatile("btsw $9, (%1); setc %b0" : "=r"(r) : "r"(nothing) : "memory", "cc");
	check_eq(ones & 1, r & 0xff, "BTS m16");
}

static void string_check(void)
{
	static uint8_t memory[64];
	uint64_t cx = 5, si = NOTHING + 0x1000, di = (uint64_t)memory;
	uint64_t sum = 0;

	memset(memory, 0x5c, sizeof(memory));
	__asm__ volatile("rep movsq" : "+c"(cx), "+S"(si), "+D"(di) : : "memory");
	for (unsigned i = 0; i < 40; i++)
		sum += memory[i] == (ones & 0xff);
	check(sum == 40 && memory[40] == 0x5c, "REP MOVSQ from nothing");
	check(cx == 0 && si == NOTHING + 0x1028, "REP MOVSQ from nothing ends");
	cx = 9;
	di = NOTHING;
	__asm__ volatile("rep stosb" : "+c"(cx), "+D"(di) : "a"(0) : "memory");
	check(cx == 0 && di == NOTHING + 9, "REP STOSB to nothing ends");
	cx = 4;
	si = NOTHING;
	di = NOTHING + 0x2000;
	__asm__ volatile("rep movsw" : "+c"(cx), "+S"(si), "+D"(di) : : "memory");
	check(cx == 0 && di == NOTHING + 0x2008, "REP MOVSW from nothing to nothing ends");
	si = NOTHING;
	__asm__ volatile("lodsw" : "+S"(si), "=a"(sum) : "a"(0) : "memory");
	check_eq(ones & 0xffff, sum, "LODSW");
}

static void edges_check(void)
{
	check_eq(ones, *(volatile uint64_t *)(nothing + 0xffc), "64 bits over a page");
	check_eq(ones & 0xffffffff, *(volatile uint32_t *)(nothing + 0x1001),
		"32 bits at an odd place");
	if (boot_word("bare") || !boot_memory_end) {
		check_skip("over the end of RAM", "its end is not known here");
		return;
	}
	*(volatile uint32_t *)(boot_memory_end - 4) = 0x44332211;
	check_eq(0xffffffff44332211, *(volatile uint64_t *)(boot_memory_end - 4),
		"64 bits over the end of RAM");
	*(volatile uint64_t *)(boot_memory_end - 2) = 0;
	check_eq(
		0x2211, *(volatile uint32_t *)(boot_memory_end - 4), "a store over the end of RAM");
}

static void places_check(void)
{
	static const uint64_t places[] = {0x40000000, 0x80000000, 0xc0000000, 0xf0000000,
		0xfe000000, 0xfec01000 + 0x10000, 0xfed80000};

	for (unsigned i = 0; i < ARRAY_SIZE(places); i++)
		check_eq(ones & 0xffffffff, *(volatile uint32_t *)places[i], "at 0x%lx", places[i]);
}

void test_main(void)
{
	if (boot_word("bare"))
		ones = *(volatile uint64_t *)nothing ? ~0ull : 0;
	loads_check();
	stores_check();
	modify_check();
	string_check();
	edges_check();
	places_check();
}
