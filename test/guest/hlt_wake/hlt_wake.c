/* SPDX-License-Identifier: MIT */
/*
 * HLT must stop until an interrupt comes and go on behind itself: woken by the
 * local APIC timer, by the 8254 through the 8259, by an interrupt that was
 * pending already, and again and again. The TSC counts on meanwhile.
 * Source: Intel SDM vol. 2, HLT, STI.
 */
#include "apic.h"
#include "cpu.h"
#include "irq.h"
#include "legacy.h"
#include "test.h"
#include "time.h"

const char test_name[] = "hlt_wake";

#define VECTOR 0x61
#define ROUNDS 20

static uint32_t ticks_per_ms;

static void halt(void)
{
	__asm__ volatile("movq $771f, trap_want_rip; sti; hlt; 771: cli" ::: "memory");
}

static void one_shot_check(void)
{
	uint64_t start = rdtsc();

	irq_clear();
	apic_write(APIC_LVT_TIMER, VECTOR);
	apic_write(APIC_TIMER_INITIAL, 5 * ticks_per_ms);
	halt();
	check_eq(1, irq_count(VECTOR), "the timer woke us");
	check_eq(trap_want_rip, irq_log[0].rip, "woken behind HLT");
	check(rdtsc() - start > time_tsc_hz() / 1000 * 4, "not before 4 of 5 ms");
}

static void periodic_check(void)
{
	unsigned woken = 0, behind = 0;

	irq_clear();
	apic_write(APIC_LVT_TIMER, VECTOR | APIC_TIMER_PERIODIC);
	apic_write(APIC_TIMER_INITIAL, ticks_per_ms);
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned before = irq_total;

		halt();
		woken += irq_total > before;
		behind += irq_log[i].rip == trap_want_rip;
	}
	apic_write(APIC_TIMER_INITIAL, 0);
	check_eq(ROUNDS, woken, "each HLT was left for an interrupt");
	check_eq(ROUNDS, behind, "each was woken behind HLT");
}

static void pending_check(void)
{
	irq_clear();
	apic_send_self(VECTOR);
	halt();
	check_eq(1, irq_count(VECTOR), "a pending interrupt ends HLT at once");
	check_eq(trap_want_rip, irq_log[0].rip, "pending: woken behind HLT");
}

static void pit_check(void)
{
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
	irq_install(PIC_BASE, IRQ_EOI_PIC);
	irq_clear();
	/* First the counter: a request of before must not be in flight. */
	pit_set(0, 0, 5000);
	pic_mask(0xfffe);
	halt();
	pic_mask(0xffff);
	apic_write(APIC_LVT_LINT0, APIC_LVT_MASKED);
	check_eq(1, irq_count(PIC_BASE), "IRQ0 woke us");
	check_eq(trap_want_rip, irq_log[0].rip, "IRQ0: woken behind HLT");
}

void test_main(void)
{
	apic_init();
	ioapic_mask_all();
	irq_install(VECTOR, IRQ_EOI_APIC);
	ticks_per_ms = time_apic_hz() / 1000;
	check_range(10, 10000000, ticks_per_ms, "timer ticks per millisecond");
	one_shot_check();
	periodic_check();
	pending_check();
	pit_check();
}
