/* SPDX-License-Identifier: MIT */
/*
 * The x87, SSE, AVX and AVX-512 registers must survive every kind of exit, a
 * HLT, an interrupt and a fault; FXSAVE and XSAVE must agree with what was
 * loaded; CR0.TS must trap the next use and nothing else.
 * Source: Intel SDM vol. 1, 13 "Managing State Using the XSAVE Feature Set";
 * vol. 3, 2.5 "Control Registers" (CR0.TS).
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "fpu.h"
#include "irq.h"
#include "legacy.h"
#include "test.h"

const char test_name[] = "fpu";

#define VECTOR 0x67

static void do_ud(void *arg)
{
	(void)arg;
	__asm__ volatile("ud2");
}

static void step_none(void) {}
static void step_cpuid(void)
{
	(void)cpu_id(0, 0);
}
static void step_in(void)
{
	(void)inb(UART + 7);
}
static void step_out(void)
{
	outb(UART + 7, 1);
}
static void step_mmio(void)
{
	apic_write(APIC_TPR, apic_read(APIC_TPR));
}
static void step_nothing(void)
{
	(void)mmio_read(0xd0000000);
}
static void step_msr(void)
{
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE));
}
static void step_cr(void)
{
	write_cr4(read_cr4() ^ CR4_PGE);
}
static void step_fault(void)
{
	(void)trap_call(do_ud, NULL);
}
static void step_print(void)
{
	print("(a line of output)\n");
}

static void step_interrupt(void)
{
	apic_send_self(VECTOR);
	cpu_sti();
	cpu_cli();
}

static void step_halt(void)
{
	apic_write(APIC_LVT_TIMER, VECTOR);
	apic_write(APIC_TIMER_INITIAL, 100000);
	cpu_sti_hlt();
	cpu_cli();
}

static void step_string(void)
{
	uint8_t buffer[16];
	uint64_t di = (uint64_t)buffer, cx = sizeof(buffer);

	__asm__ volatile("rep insb" : "+D"(di), "+c"(cx) : "d"(UART + 7) : "memory");
}

static const struct {
	const char *name;
	void (*step)(void);
} rows[] = {{"nothing", step_none}, {"CPUID", step_cpuid}, {"IN", step_in}, {"OUT", step_out},
	{"REP INSB", step_string}, {"MMIO", step_mmio}, {"unassigned MMIO", step_nothing},
	{"MSR", step_msr}, {"CR4", step_cr}, {"a fault", step_fault},
	{"an interrupt", step_interrupt}, {"HLT", step_halt}, {"output", step_print}};

static void survive_check(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned where = 0, differ;

		fpu_load(0x1000 + i);
		rows[i].step();
		differ = fpu_compare(0x1000 + i, &where);
		check(!differ, "over %s (%u bytes differ, first at %u)", rows[i].name, differ,
			where);
	}
}

/* The comparison itself must be able to fail. */
static void compare_check(void)
{
	unsigned where = 0;

	fpu_load(1);
	__asm__ volatile("pxor %%xmm5, %%xmm5" : : : "memory");
	check(fpu_compare(1, &where), "a changed XMM5 is noticed");
	check_range(240, 255, where, "in its place");
	fpu_load(2);
	__asm__ volatile("fninit");
	check(fpu_compare(2, &where), "FNINIT is noticed");
}

static void do_movaps(void *arg)
{
	(void)arg;
	__asm__ volatile(FAULT("movaps %%xmm1, %%xmm0") : : : "memory");
}

static void task_switched_check(void)
{
	unsigned where = 0;
	struct trap t;

	fpu_load(3);
	write_cr0(read_cr0() | CR0_TS);
	(void)cpu_id(0, 0);
	check(read_cr0() & CR0_TS, "CR0.TS survives an exit");
	t = trap_call(do_movaps, NULL);
	check_trap(TRAP_NM, &t, "SSE faults with CR0.TS");
	check_eq(trap_want_rip, t.rip, "at the instruction");
	__asm__ volatile("clts");
	check(!fpu_compare(3, &where), "the registers are as they were");
}

void test_main(void)
{
	apic_init();
	irq_install(VECTOR, IRQ_EOI_APIC);
	print("components 0x%lx\n", fpu_enable());
	compare_check();
	survive_check();
	task_switched_check();
}
