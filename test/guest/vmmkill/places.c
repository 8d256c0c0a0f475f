/* SPDX-License-Identifier: MIT */
/*
 * Attacks that put code, stacks and tables where no RAM is. The processor
 * cannot deliver or fetch, so the guest cannot go on; its monitor has to say so.
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "test.h"
#include "vmmkill.h"

struct __attribute__((packed)) table_pointer {
	uint16_t limit;
	uint64_t base;
};

void attack_jump(void)
{
	((void (*)(void))NOTHING)();
}
void attack_exec_apic(void)
{
	((void (*)(void))(APIC_PAGE + APIC_TPR))();
}
void attack_tables(void)
{
	write_cr3(NOTHING);
}
void attack_tables_apic(void)
{
	write_cr3(APIC_PAGE);
}

static void stack_move(uint64_t to)
{
	__asm__ volatile(
		"mov %%rsp, %%rbx; mov %0, %%rsp; push %%rax; pop %%rax; int3; mov %%rbx, %%rsp"
		:
		: "r"(to)
		: "rax", "rbx", "memory");
}

void attack_stack(void)
{
	stack_move(NOTHING + 0x800);
}
void attack_stack_apic(void)
{
	stack_move(APIC_PAGE + 0x800);
}

void attack_idt(void)
{
	struct table_pointer p = {0xfff, NOTHING};

	__asm__ volatile("lidt %0; int $0x80" : : "m"(p));
}

void attack_gdt(void)
{
	struct table_pointer p = {0xffff, NOTHING};

	__asm__ volatile("lgdt %0; mov %1, %%es" : : "m"(p), "r"(SEL_DATA));
}

static void do_nothing(void *arg)
{
	(void)arg;
}

/* The stack pointer for ring 0 is read from the TSS, which is nowhere. */
void attack_tss(void)
{
	trap_gdt[SEL_TSS / 8] = 0xd000890000000067; /* base 0xd0000000 */
	trap_gdt[SEL_TSS / 8 + 1] = 0;
	__asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
	(void)trap_call_user(do_nothing, NULL);
}

/* The last byte of RAM begins an instruction that ends beyond it. */
void attack_straddle(void)
{
	volatile uint8_t *last = (volatile uint8_t *)(boot_memory_end - 1);

	if (!boot_memory_end)
		test_skip("end of RAM unknown");
	*last = 0x8b; /* MOV r32, r/m32 */
	((void (*)(void))last)();
}

/* Strings that run over the end of the address space, 32 and 64 bits. */
static void do_wrap_32(void *arg)
{
	uint64_t cx = 64, si = 0xfffffff0;

	(void)arg;
	__asm__ volatile(".byte 0x67; rep outsb" : "+S"(si), "+c"(cx) : "d"(0x80) : "memory");
}

static void do_wrap_64(void *arg)
{
	uint64_t cx = ~0ull, di = 0xfffffffffffffff0;

	(void)arg;
	__asm__ volatile("rep insb" : "+D"(di), "+c"(cx) : "d"(0x80) : "memory");
}

static void do_wrap_down(void *arg)
{
	uint64_t cx = ~0ull, si = 8;

	(void)arg;
	__asm__ volatile("std; rep outsb; cld" : "+S"(si), "+c"(cx) : "d"(0x80) : "memory");
}

static void do_wrap_mmio(void *arg)
{
	uint64_t cx = 0x100, si = NOTHING, di = 0xfffffff8;

	(void)arg;
	__asm__ volatile(".byte 0x67; rep movsq" : "+S"(si), "+D"(di), "+c"(cx) : : "memory");
}

void attack_wrap(void)
{
	static void (*const rows[])(void *) = {do_wrap_32, do_wrap_64, do_wrap_down, do_wrap_mmio};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		print("wrap %u\n", i);
		(void)trap_call(rows[i], NULL);
		__asm__ volatile("cld");
	}
}
