/* SPDX-License-Identifier: MIT */
/*
 * Every instruction form that touches memory must work on device registers as
 * on memory: loads, stores, read-modify-write with the right flags, exchange,
 * string and bit instructions. The registers are 32 bits wide and hold what is
 * written: the local APIC's divide, TPR and logical-destination registers and
 * the I/O APIC's window on a redirection entry.
 * Source: Intel SDM vol. 2, the instructions; vol. 3, 11.4.1 "The Local APIC
 * Block Diagram" (32-bit access); 82093AA data sheet, 3.0.
 */
#include "apic.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "mmio_forms";

#define FLAGS_SHOWN (EFLAGS_CF | EFLAGS_ZF | EFLAGS_SF | EFLAGS_OF | EFLAGS_PF)

/* The upper half of redirection entry 5: bits 31:24 hold, the rest is free. */
#define WINDOW (IOAPIC_PAGE + 0x10)
#define WINDOW_INDEX 0x1b
#define WINDOW_HIGH 0xff000000

static volatile uint32_t *const window = (volatile uint32_t *)WINDOW;
static volatile uint32_t *const tpr = (volatile uint32_t *)(APIC_PAGE + APIC_TPR);
static volatile uint32_t *const lint1 = (volatile uint32_t *)(APIC_PAGE + APIC_LVT_LINT1);

static uint64_t flags;

/* INSN with %1 the memory operand's address and %2 a source register. */
#define MODIFY(insn, address, source)                                                              \
	({                                                                                         \
		uint64_t r_ = (source);                                                            \
		__asm__ volatile("push $2; popfq; " insn "; pushfq; pop %0"                        \
				 : "=&r"(flags), "+a"(r_)                                          \
				 : "c"(address)                                                    \
				 : "memory", "cc");                                                \
		r_;                                                                                \
	})

static void loads_check(void)
{
	uint64_t r;

	*tpr = 0xa5;
	r = MODIFY("movl (%%rcx), %%eax", tpr, ~0ull);
	check_eq(0xa5, r, "MOV r32 clears the upper half");
	r = MODIFY("movl 0(%%rcx, %%rax, 4), %%eax", tpr, 0);
	check_eq(0xa5, r, "MOV with SIB");
	__asm__ volatile("movabs 0xfee00080, %%eax" : "=a"(r));
	check_eq(0xa5, (uint32_t)r, "MOV from a 64-bit offset");
	__asm__ volatile("mov %%ds:0xfee00080, %%eax" : "=a"(r));
	check_eq(0xa5, (uint32_t)r, "MOV from an absolute address");
	__asm__ volatile("movl 0x80(%%ecx), %%r13d; mov %%r13, %0"
			 : "=r"(r)
			 : "c"(APIC_PAGE)
			 : "r13");
	check_eq(0xa5, r, "MOV to r13d with a 32-bit address");
	*lint1 = 0x18700;
	r = MODIFY("movslq (%%rcx), %%rax", lint1, 0);
	check_eq(0x18700, r, "MOVSXD");
	*lint1 = APIC_LVT_MASKED;
	ioapic_write(WINDOW_INDEX, 0x9c000000);
	r = MODIFY("movslq (%%rcx), %%rax", WINDOW, 0);
	check_eq(0xffffffff9c000000, r, "MOVSXD extends the sign");
}

static void stores_check(void)
{
	uint64_t r;

	__asm__ volatile("movl $0x37, (%0)" : : "r"(tpr) : "memory");
	check_eq(0x37, *tpr, "MOV of an immediate");
	__asm__ volatile("movl %1, (%0)" : : "r"(tpr), "r"(0x53) : "memory");
	check_eq(0x53, *tpr, "MOV of a register");
	__asm__ volatile("movl $0x64, %%r9d; movl %%r9d, (%0)" : : "r"(tpr) : "memory", "r9");
	check_eq(0x64, *tpr, "MOV of r9d");
	__asm__ volatile("movabs %%eax, 0xfee00080" : : "a"(0x75) : "memory");
	check_eq(0x75, *tpr, "MOV to a 64-bit offset");
	r = read_flags();
	*tpr = 0;
	check_eq(r & FLAGS_SHOWN, read_flags() & FLAGS_SHOWN, "MOV leaves the flags");
}

struct logic_row {
	const char *name;
	uint32_t before, operand, after;
	uint64_t flags;
};

#define LOGIC(insn, row)                                                                           \
	do {                                                                                       \
		ioapic_write(WINDOW_INDEX, (row)->before);                                         \
		(void)MODIFY(insn " %%eax, (%%rcx)", WINDOW, (row)->operand);                      \
		check_eq((row)->after, *window &WINDOW_HIGH, "%s result", (row)->name);            \
		check_eq((row)->flags, flags &FLAGS_SHOWN, "%s flags", (row)->name);               \
	} while (0)

static void logic_check(void)
{
	static const struct logic_row and = {
		"AND", 0xf0000000, 0x8fffffff, 0x80000000, EFLAGS_SF | EFLAGS_PF};
	static const struct logic_row and_zero = {
		"AND to zero", 0xf0000000, 0x0f000000, 0, EFLAGS_ZF | EFLAGS_PF};
	static const struct logic_row or = {"OR", 0x10000000, 0x21000000, 0x31000000, EFLAGS_PF};
	static const struct logic_row xor
		= {"XOR", 0xff000000, 0x7f000000, 0x80000000, EFLAGS_SF | EFLAGS_PF};

	LOGIC("andl", &and);
	LOGIC("andl", &and_zero);
	LOGIC("orl", & or);
	LOGIC("xorl", &xor);
	ioapic_write(WINDOW_INDEX, 0x0f000000);
	__asm__ volatile("orl $0x70000000, (%0)" : : "r"(WINDOW) : "memory", "cc");
	check_eq(0x7f000000, *window & WINDOW_HIGH, "OR with an immediate");
	__asm__ volatile("lock; andl $0x0fffffff, (%0)" : : "r"(WINDOW) : "memory", "cc");
	check_eq(0x0f000000, *window & WINDOW_HIGH, "LOCK AND with an immediate");
	check_eq(0x3f000000, MODIFY("orl (%%rcx), %%eax", WINDOW, 0x30000000) & WINDOW_HIGH,
		"OR from memory into a register");
	check_eq(0x0a000000, MODIFY("andl (%%rcx), %%eax", WINDOW, 0xfa000000) & WINDOW_HIGH,
		"AND from memory into a register");
}

static void compare_check(void)
{
	static const struct {
		const char *name;
		uint32_t held, operand;
		uint64_t cmp, test;
	} rows[] = {
		{"equal", 0x40, 0x40, EFLAGS_ZF | EFLAGS_PF, 0},
		{"memory smaller", 0x10, 0x20, EFLAGS_CF | EFLAGS_SF | EFLAGS_PF,
			EFLAGS_ZF | EFLAGS_PF},
		{"memory larger", 0x33, 0x11, EFLAGS_PF, EFLAGS_PF},
		{"against the sign", 0x01, 0x80000000, EFLAGS_CF | EFLAGS_SF | EFLAGS_OF,
			EFLAGS_ZF | EFLAGS_PF},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		*tpr = rows[i].held;
		(void)MODIFY("cmpl %%eax, (%%rcx)", tpr, rows[i].operand);
		check_eq(rows[i].cmp, flags & FLAGS_SHOWN, "CMP %s", rows[i].name);
		(void)MODIFY("testl %%eax, (%%rcx)", tpr, rows[i].operand);
		check_eq(rows[i].test, flags & FLAGS_SHOWN, "TEST %s", rows[i].name);
		check_eq(rows[i].held, *tpr, "CMP and TEST %s store nothing", rows[i].name);
	}
	*tpr = 0x21;
	(void)MODIFY("cmpl (%%rcx), %%eax", tpr, 0x20);
	check_eq(EFLAGS_CF | EFLAGS_SF | EFLAGS_PF, flags & FLAGS_SHOWN, "CMP r, m");
	(void)MODIFY("cmpl $0x21, (%%rcx)", tpr, 0);
	check_eq(EFLAGS_ZF | EFLAGS_PF, flags & FLAGS_SHOWN, "CMP m, imm8");
	(void)MODIFY("testl $0x20, (%%rcx)", tpr, 0);
	check_eq(0, flags & FLAGS_SHOWN, "TEST m, imm32");
	*tpr = 0;
}

static void exchange_check(void)
{
	*tpr = 0x44;
	check_eq(0x44, MODIFY("xchgl %%eax, (%%rcx)", tpr, 0x99), "XCHG gives the old value");
	check_eq(0x99, *tpr, "XCHG stores the new value");
	*tpr = 0;
}

static void string_check(void)
{
	uint32_t memory[2] = {0x66, 0};
	uint64_t si = (uint64_t)memory, di = (uint64_t)tpr, cx = 3, ax = 0x5a;

	__asm__ volatile("movsl" : "+S"(si), "+D"(di) : : "memory");
	check_eq(0x66, *tpr, "MOVS from memory to a register");
	check(si == (uint64_t)memory + 4 && di == (uint64_t)tpr + 4, "MOVS advances RSI and RDI");
	si = (uint64_t)tpr;
	di = (uint64_t)&memory[1];
	__asm__ volatile("movsl" : "+S"(si), "+D"(di) : : "memory");
	check_eq(0x66, memory[1], "MOVS from a register to memory");
	di = (uint64_t)tpr;
	__asm__ volatile("stosl" : "+D"(di) : "a"(ax) : "memory");
	check_eq(0x5a, *tpr, "STOS");
	check_eq((uint64_t)tpr + 4, di, "STOS advances RDI");
	si = (uint64_t)tpr;
	ax = ~0ull;
	__asm__ volatile("lodsl" : "+S"(si), "+a"(ax) : : "memory");
	check_eq(0x5a, ax, "LODS");
	check_eq((uint64_t)tpr + 4, si, "LODS advances RSI");
	si = (uint64_t)memory;
	di = APIC_PAGE + APIC_TPR;
	cx = 1;
	__asm__ volatile("std; rep movsl; cld" : "+S"(si), "+D"(di), "+c"(cx) : : "memory");
	check_eq(0x66, *tpr, "REP MOVS downward");
	check(cx == 0 && di == APIC_PAGE + APIC_TPR - 4, "REP MOVS downward lowers RDI");
	*tpr = 0;
}

static void bits_check(void)
{
	*lint1 = APIC_LVT_MASKED;
	(void)MODIFY("btl $16, (%%rcx)", lint1, 0);
	check_eq(EFLAGS_CF, flags & EFLAGS_CF, "BT of a set bit");
	(void)MODIFY("btl $15, (%%rcx)", lint1, 0);
	check_eq(0, flags & EFLAGS_CF, "BT of a clear bit");
	(void)MODIFY("btsl $15, (%%rcx)", lint1, 0);
	check_eq(0, flags & EFLAGS_CF, "BTS gives the old bit");
	check_eq(0x18000, *lint1 & 0x18000, "BTS sets the bit");
	(void)MODIFY("lock; btrl $15, (%%rcx)", lint1, 0);
	check_eq(EFLAGS_CF, flags & EFLAGS_CF, "BTR gives the old bit");
	check_eq(0x10000, *lint1 & 0x18000, "BTR clears the bit");
	(void)MODIFY("btcl $15, (%%rcx)", lint1, 0);
	check_eq(0x18000, *lint1 & 0x18000, "BTC flips the bit");
	(void)MODIFY("btl %%eax, (%%rcx)", APIC_PAGE + APIC_LVT_LINT1, 16);
	check_eq(EFLAGS_CF, flags & EFLAGS_CF, "BT with the bit in a register");
	/* 0x10 bytes are 128 bits: LINT1 lies that far behind LINT0. */
	(void)MODIFY("btl %%eax, (%%rcx)", APIC_PAGE + APIC_LVT_LINT0, 128 + 16);
	check_eq(EFLAGS_CF, flags & EFLAGS_CF, "BT reaches beyond the operand");
	*lint1 = APIC_LVT_MASKED;
}

void test_main(void)
{
	apic_init();
	ioapic_write(WINDOW_INDEX, 0);
	loads_check();
	stores_check();
	logic_check();
	compare_check();
	exchange_check();
	string_check();
	bits_check();
	ioapic_write(WINDOW_INDEX, 0);
}
