/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables and the way of an exception to its hook, its catcher or
 * the CRASH line. States: none, but the hook table and the last exception.
 * Source: Intel SDM vol. 3, 6.14 "Exception and Interrupt Handling in 64-bit
 * Mode", 3.4.5 "Segment Descriptors", 7.7 "Task Management in 64-bit Mode".
 */
#include "trap.h"

#include <stddef.h>

#include "cpu.h"
#include "test.h"

#define IST_DOUBLE_FAULT 1
#define IST_NMI 2
#define IST_STACK_BYTES 8192

struct gate {
	uint16_t offset_low, selector;
	uint8_t ist, access;
	uint16_t offset_middle;
	uint32_t offset_high, reserved;
};

struct __attribute__((packed)) table_pointer {
	uint16_t limit;
	uint64_t base;
};

extern const uint8_t vector_entries[256][16];
int trap_enter(void (*fn)(void *), void *arg);
int trap_enter_user(void (*fn)(void *), void *arg);
__attribute__((noreturn)) void trap_unwind(void);
void trap_dispatch(struct trap_frame *f);
extern uint64_t trap_catch_rsp;

struct trap_tss trap_tss;
uint64_t trap_want_rip;
uint64_t trap_gdt[] = {
	0, 0x00af9b000000ffff, /* 08: code, 64-bit */
	0x00cf93000000ffff,    /* 10: data */
	0x00cff3000000ffff,    /* 18: data, ring 3 */
	0x00affb000000ffff,    /* 20: code, 64-bit, ring 3 */
	0x00cf9b000000ffff,    /* 28: code, 32-bit */
	0x00009b000000ffff,    /* 30: code, 16-bit, 64 KiB */
	0x000093000000ffff,    /* 38: data, 64 KiB */
	0x00cf13000000ffff,    /* 40: data, not present */
	0, 0,                  /* 48: TSS */
	0, 0,                  /* 58: for tests */
};

static struct gate idt[256] __attribute__((aligned(16)));
static bool (*hooks[256])(struct trap_frame *);
static uint8_t ist_stacks[2][IST_STACK_BYTES] __attribute__((aligned(16)));
static struct trap last;

void trap_gate_set(unsigned vector, unsigned type, unsigned ist, unsigned dpl, bool present)
{
	uint64_t entry = (uint64_t)vector_entries[vector];

	idt[vector] = (struct gate){
		.offset_low = entry & 0xffff,
		.selector = SEL_CODE64,
		.ist = ist,
		.access = present << 7 | dpl << 5 | type,
		.offset_middle = entry >> 16 & 0xffff,
		.offset_high = entry >> 32,
	};
}

void trap_tss_load(uint16_t limit)
{
	uint64_t base = (uint64_t)&trap_tss;

	trap_gdt[SEL_TSS / 8] = (limit & 0xffffull) | (base & 0xffffff) << 16 | 0x89ull << 40 |
				(base >> 24 & 0xff) << 56;
	trap_gdt[SEL_TSS / 8 + 1] = base >> 32;
	__asm__ volatile("ltr %w0" ::"r"(SEL_TSS) : "memory");
}

void trap_idt_load(void)
{
	struct table_pointer p = {sizeof(idt) - 1, (uint64_t)idt};

	__asm__ volatile("lidt %0" ::"m"(p));
}

void trap_init(void)
{
	struct table_pointer p = {sizeof(trap_gdt) - 1, (uint64_t)trap_gdt};

	__asm__ volatile("lgdt %0" ::"m"(p));
	for (unsigned v = 0; v < 256; v++)
		trap_gate_set(v, 14, 0, 0, true);
	trap_gate_set(TRAP_DF, 14, IST_DOUBLE_FAULT, 0, true);
	trap_gate_set(TRAP_NMI, 14, IST_NMI, 0, true);
	trap_gate_set(TRAP_USER_RETURN, 14, 0, 3, true);
	for (unsigned i = 0; i < 2; i++)
		trap_tss.ist[i] = (uint64_t)ist_stacks[i + 1];
	trap_tss.rsp[0] = (uint64_t)ist_stacks[1];
	trap_tss.iomap = sizeof(trap_tss);
	trap_idt_load();
	trap_tss_load(sizeof(trap_tss) - 1);
}

void trap_hook(unsigned vector, bool (*hook)(struct trap_frame *))
{
	hooks[vector & 255] = hook;
}

void trap_dispatch(struct trap_frame *f)
{
	uint64_t cr2 = read_cr2();

	if (hooks[f->vector] && hooks[f->vector](f))
		return;
	if (!trap_catch_rsp)
		test_crash(f);
	last = (struct trap){f->vector, f->error, f->rip, f->cs, f->rflags, f->rsp, cr2};
	trap_unwind();
}

static struct trap trap_result(int caught)
{
	if (caught && last.vector != TRAP_USER_RETURN)
		return last;
	return (struct trap){.vector = TRAP_NONE};
}

struct trap trap_call(void (*fn)(void *), void *arg)
{
	trap_want_rip = 0;
	return trap_result(trap_enter(fn, arg));
}

struct trap trap_call_user(void (*fn)(void *), void *arg)
{
	trap_want_rip = 0;
	return trap_result(trap_enter_user(fn, arg));
}

_Static_assert(sizeof(struct gate) == 16, "IDT gate");
_Static_assert(offsetof(struct trap_tss, ist) == 36, "TSS IST1");
_Static_assert(sizeof(struct trap_tss) == 104, "TSS");
