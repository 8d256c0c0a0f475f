/* SPDX-License-Identifier: MIT */
/*
 * The rarer instruction forms on device registers: arithmetic with carry,
 * shifts, compare-and-exchange, conditional moves, multiplication, stack
 * operands, compare strings. They work on memory, so they work here.
 * Source: Intel SDM vol. 2, the instructions.
 */
#include "apic.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "mmio_more";

#define FLAGS_SHOWN (EFLAGS_CF | EFLAGS_ZF | EFLAGS_SF | EFLAGS_OF)
/* Upper half of redirection entry 5: bits 31:24 hold what is written. */
#define WINDOW (IOAPIC_PAGE + 0x10)
#define WINDOW_INDEX 0x1b
#define NOTHING 0xd0000000ull

static volatile uint32_t *const window = (volatile uint32_t *)WINDOW;
static volatile uint32_t *const tpr = (volatile uint32_t *)(APIC_PAGE + APIC_TPR);

/* Runs with the memory operand's address in RCX, a source in EAX, CF as asked. */
#define MODIFY(name) static uint64_t do_##name(uint64_t address, uint64_t *rax, bool carry)

#define DO(name, insn)                                                                             \
	MODIFY(name)                                                                               \
	{                                                                                          \
		uint64_t flags;                                                                    \
                                                                                                   \
		__asm__ volatile("push %3; popfq; " insn "; pushfq; pop %0"                        \
				 : "=&r"(flags), "+a"(*rax)                                        \
				 : "c"(address), "r"(2ull | carry)                                 \
				 : "memory", "cc", "rdx");                                         \
		return flags & FLAGS_SHOWN;                                                        \
	}
DO(add, "addl %%eax, (%%rcx)")
DO(adc, "adcl %%eax, (%%rcx)")
DO(sub, "subl %%eax, (%%rcx)")
DO(sbb, "sbbl %%eax, (%%rcx)")
DO(inc, "incl (%%rcx)")
DO(dec, "decl (%%rcx)")
DO(not, "notl (%%rcx)")
DO(neg, "negl (%%rcx)")
DO(xadd, "lock; xaddl %%eax, (%%rcx)")
DO(shl, "shll $1, (%%rcx)")
DO(sar, "sarl $1, (%%rcx)")
DO(rol, "roll $4, (%%rcx)")

static const struct {
	const char *name;
	uint64_t (*fn)(uint64_t, uint64_t *, bool);
	uint32_t before, operand;
	bool carry;
	uint32_t after;
	uint64_t flags;
} rows[] = {
	{"ADD", do_add, 0x12000000, 0x21000000, false, 0x33000000, 0},
	{"ADD over the top", do_add, 0xff000000, 0x01000000, false, 0, EFLAGS_CF | EFLAGS_ZF},
	{"ADC", do_adc, 0x7f000000, 0x00ffffff, true, 0x80000000, EFLAGS_SF | EFLAGS_OF},
	{"SUB", do_sub, 0x10000000, 0x20000000, false, 0xf0000000, EFLAGS_CF | EFLAGS_SF},
	{"SBB", do_sbb, 0x30000000, 0x0fffffff, true, 0x20000000, 0},
	{"INC", do_inc, 0x30000000, 0, true, 0x30000000, EFLAGS_CF},
	{"DEC", do_dec, 0x40000000, 0, true, 0x3f000000, EFLAGS_CF},
	{"NOT", do_not, 0x0f000000, 0, false, 0xf0000000, 0},
	{"NEG", do_neg, 0x01000000, 0, false, 0xff000000, EFLAGS_CF | EFLAGS_SF},
	{"XADD", do_xadd, 0x11000000, 0x22000000, false, 0x33000000, 0},
	{"SHL", do_shl, 0xc0000000, 0, false, 0x80000000, EFLAGS_CF | EFLAGS_SF},
	{"SAR", do_sar, 0x80000000, 0, false, 0xc0000000, EFLAGS_SF},
	{"ROL", do_rol, 0x12000000, 0, false, 0x20000000, EFLAGS_CF},
};

static void row_check(unsigned i)
{
	uint64_t rax = rows[i].operand;
	uint64_t flags, mask = FLAGS_SHOWN;

	ioapic_write(WINDOW_INDEX, rows[i].before);
	flags = rows[i].fn(WINDOW, &rax, rows[i].carry);
	if (rows[i].fn == do_rol) /* OF is undefined for counts over 1, SF and ZF unchanged */
		mask = EFLAGS_CF, flags &= mask;
	check_eq(rows[i].after, *window & 0xff000000, "%s result", rows[i].name);
	check_eq(rows[i].flags & mask, flags, "%s flags", rows[i].name);
}

static void cmpxchg_check(void)
{
	uint64_t rax = 0x21, zf;

	*tpr = 0x20;
	__asm__ volatile("lock; cmpxchgl %2, (%3); sete %b1"
			 : "+a"(rax), "=&q"(zf)
			 : "r"(0x55), "r"(tpr)
			 : "memory", "cc");
	check(!(zf & 0xff) && rax == 0x20 && *tpr == 0x20, "CMPXCHG of another value");
	__asm__ volatile("lock; cmpxchgl %2, (%3); sete %b1"
			 : "+a"(rax), "=&q"(zf)
			 : "r"(0x55), "r"(tpr)
			 : "memory", "cc");
	check((zf & 0xff) && rax == 0x20 && *tpr == 0x55, "CMPXCHG of the same value");
}

static void sources_check(void)
{
	uint64_t r = 6;

	*tpr = 7;
	__asm__ volatile("imull (%1), %k0" : "+r"(r) : "r"(tpr) : "memory", "cc");
	check_eq(42, r, "IMUL");
	__asm__ volatile("cmp %0, %0; cmovel (%1), %k0" : "+r"(r) : "r"(tpr) : "memory", "cc");
	check_eq(7, r, "CMOVE taken");
	__asm__ volatile("cmp %0, %0; cmovnel (%1), %k0" : "+r"(r) : "r"(tpr) : "memory", "cc");
	check_eq(7, r, "CMOVNE not taken");
	__asm__ volatile("addl (%1), %k0" : "+r"(r) : "r"(tpr) : "memory", "cc");
	check_eq(14, r, "ADD r, m");
	__asm__ volatile("subl (%1), %k0" : "+r"(r) : "r"(tpr) : "memory", "cc");
	check_eq(7, r, "SUB r, m");
	*tpr = 0x50;
	__asm__ volatile("bsfl (%1), %k0" : "+r"(r) : "r"(tpr) : "memory", "cc");
	check_eq(4, r, "BSF");
	__asm__ volatile("movnti %k0, (%1); mfence" : : "r"(0x31), "r"(tpr) : "memory");
	check_eq(0x31, *tpr, "MOVNTI");
}

static void stack_check(void)
{
	uint64_t r, ones = *(volatile uint64_t *)NOTHING;

	__asm__ volatile("pushq (%1); pop %0" : "=r"(r) : "r"(NOTHING) : "memory");
	check_eq(ones, r, "PUSH m");
	__asm__ volatile("push $5; popq (%0)" : : "r"(NOTHING) : "memory");
	check_eq(ones, *(volatile uint64_t *)NOTHING, "POP m");
	__asm__ volatile("stc; setc (%0)" : : "r"(NOTHING) : "memory", "cc");
	check_eq(ones, *(volatile uint64_t *)NOTHING, "SETC m");
}

static void compare_check(void)
{
	uint32_t memory = 0x62;
	uint64_t si = (uint64_t)tpr, di = (uint64_t)&memory, zf;

	*tpr = 0x62;
	__asm__ volatile("cmpsl; sete %b0" : "=&q"(zf), "+S"(si), "+D"(di) : : "memory", "cc");
	check(zf & 0xff, "CMPS equal");
	check(si == (uint64_t)tpr + 4 && di == (uint64_t)&memory + 4, "CMPS advances");
	di = (uint64_t)tpr;
	__asm__ volatile("scasl; sete %b0" : "=&q"(zf), "+D"(di) : "a"(0x61) : "memory", "cc");
	check(!(zf & 0xff), "SCAS not equal");
	*tpr = 0;
}

void test_main(void)
{
	apic_init();
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		row_check(i);
	cmpxchg_check();
	sources_check();
	stack_check();
	compare_check();
	ioapic_write(WINDOW_INDEX, 0);
}
