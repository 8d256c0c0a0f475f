/* SPDX-License-Identifier: MIT */
/*
 * The local APIC timer: counts down at a steady rate that the divider divides,
 * one-shot fires once and stands at 0, periodic goes on, an initial count of 0
 * stops it, a mask keeps it silent, and TSC-deadline mode fires when the TSC
 * gets there, not before, and clears its MSR. In xAPIC and in x2APIC mode.
 * Source: Intel SDM vol. 3, 11.5.4 "APIC Timer", 11.5.4.1 "TSC-Deadline Mode".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "irq.h"
#include "test.h"
#include "time.h"

const char test_name[] = "apic_timer";

#define VECTOR 0x62

static const char *mode;
static uint64_t hz;

static uint64_t ticks_us(uint64_t us)
{
	return hz * us / 1000000;
}

/* Ticks per second with this divider; best of three, for we may be interrupted. */
static uint64_t rate_measure(uint32_t divide)
{
	uint64_t best = 0;

	apic_write(APIC_TIMER_DIVIDE, divide);
	for (unsigned i = 0; i < 3; i++) {
		uint64_t tsc = rdtsc(), ticks;

		apic_write(APIC_TIMER_INITIAL, 0xffffffff);
		time_delay_us(5000);
		ticks = 0xffffffff - apic_read(APIC_TIMER_CURRENT);
		tsc = rdtsc() - tsc;
		ticks = ticks * time_tsc_hz() / tsc;
		best = ticks > best ? ticks : best;
	}
	apic_write(APIC_TIMER_INITIAL, 0);
	return best;
}

static void divider_check(void)
{
	static const struct {
		uint32_t code, by;
	} rows[] = {{0x0, 2}, {0x1, 4}, {0x2, 8}, {0x3, 16}, {0x8, 32}, {0x9, 64}, {0xa, 128}};

	hz = rate_measure(0xb);
	check_range(100000, 10000000000, hz, "%s: ticks per second, undivided", mode);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t want = hz / rows[i].by;

		check_range(want / 100 * 90, want / 100 * 110 + 400, rate_measure(rows[i].code),
			"%s: divided by %u", mode, rows[i].by);
	}
	apic_write(APIC_TIMER_DIVIDE, 0xb);
}

static void one_shot_check(void)
{
	uint64_t start;

	irq_clear();
	apic_write(APIC_LVT_TIMER, VECTOR);
	start = rdtsc();
	apic_write(APIC_TIMER_INITIAL, ticks_us(3000));
	cpu_sti();
	check(TIME_UNTIL(irq_total, 100000), "%s: one-shot fires", mode);
	check(rdtsc() - start >= time_tsc_hz() / 1000 * 2, "%s: one-shot waits", mode);
	time_delay_us(6000);
	cpu_cli();
	check_eq(1, irq_count(VECTOR), "%s: one-shot fires once", mode);
	check_eq(0, apic_read(APIC_TIMER_CURRENT), "%s: one-shot stands at 0", mode);
	check_eq(
		ticks_us(3000), apic_read(APIC_TIMER_INITIAL), "%s: its initial count stays", mode);
}

static void stop_check(void)
{
	irq_clear();
	apic_write(APIC_TIMER_INITIAL, ticks_us(2000));
	apic_write(APIC_TIMER_INITIAL, 0);
	cpu_sti();
	time_delay_us(4000);
	cpu_cli();
	check_eq(0, irq_total, "%s: an initial count of 0 stops it", mode);
	check_eq(0, apic_read(APIC_TIMER_CURRENT), "%s: stopped at 0", mode);
}

static void masked_check(void)
{
	irq_clear();
	apic_write(APIC_LVT_TIMER, VECTOR | APIC_LVT_MASKED);
	apic_write(APIC_TIMER_INITIAL, ticks_us(1000));
	cpu_sti();
	time_delay_us(3000);
	apic_write(APIC_LVT_TIMER, VECTOR);
	time_delay_us(100);
	cpu_cli();
	check_eq(0, irq_total, "%s: what fell due while masked is lost", mode);
}

static void periodic_check(void)
{
	uint64_t start = rdtsc(), us;
	uint32_t count;

	irq_clear();
	apic_write(APIC_LVT_TIMER, VECTOR | APIC_TIMER_PERIODIC);
	apic_write(APIC_TIMER_INITIAL, ticks_us(1000));
	cpu_sti();
	check(TIME_UNTIL(irq_total >= 10, 1000000), "%s: periodic goes on", mode);
	us = (rdtsc() - start) * 1000000 / time_tsc_hz();
	count = apic_read(APIC_TIMER_CURRENT);
	apic_write(APIC_TIMER_INITIAL, 0);
	cpu_cli();
	check(us >= 9000, "%s: ten periods of 1 ms take over 9 ms", mode);
	check_range(0, ticks_us(1000), count, "%s: the count starts over", mode);
	cpu_sti();
	cpu_cli();
	irq_clear();
	cpu_sti();
	time_delay_us(3000);
	cpu_cli();
	check_eq(0, irq_total, "%s: periodic stops", mode);
}

/* Fires also when interrupts are off: it is seen in IRR. */
static void request_check(void)
{
	apic_write(APIC_LVT_TIMER, VECTOR);
	apic_write(APIC_TIMER_INITIAL, ticks_us(500));
	check(TIME_UNTIL(apic_bit(APIC_IRR, VECTOR), 100000), "%s: seen in IRR", mode);
	irq_clear();
	cpu_sti();
	cpu_cli();
	check_eq(1, irq_total, "%s: delivered when interrupts are on", mode);
}

static void deadline_check(void)
{
	uint64_t deadline, now;

	apic_write(APIC_LVT_TIMER, VECTOR | APIC_TIMER_DEADLINE);
	__asm__ volatile("mfence" ::: "memory");
	irq_clear();
	deadline = time_deadline_us(3000);
	wrmsr(MSR_TSC_DEADLINE, deadline);
	check_eq(deadline, rdmsr(MSR_TSC_DEADLINE), "%s: the deadline reads back", mode);
	cpu_sti();
	check(TIME_UNTIL(irq_total, 100000), "%s: the deadline fires", mode);
	now = rdtsc();
	cpu_cli();
	check(now >= deadline, "%s: not before it", mode);
	if (boot_is_bochs())
		check_skip("0 afterwards", "Bochs 2.7 leaves the deadline");
	else
		check_eq(0, rdmsr(MSR_TSC_DEADLINE), "%s: it is 0 afterwards", mode);

	irq_clear();
	wrmsr(MSR_TSC_DEADLINE, rdtsc());
	cpu_sti();
	check(TIME_UNTIL(irq_total, 100000), "%s: a deadline in the past fires at once", mode);
	irq_clear();
	wrmsr(MSR_TSC_DEADLINE, time_deadline_us(2000));
	wrmsr(MSR_TSC_DEADLINE, 0);
	time_delay_us(4000);
	check_eq(0, irq_total, "%s: writing 0 disarms it", mode);
	apic_write(APIC_TIMER_INITIAL, ticks_us(500));
	time_delay_us(1000);
	check_eq(0, irq_total, "%s: the initial count does nothing in this mode", mode);
	cpu_cli();
	wrmsr(MSR_TSC_DEADLINE, time_deadline_us(2000));
	apic_write(APIC_LVT_TIMER, VECTOR);
	check_eq(0, rdmsr(MSR_TSC_DEADLINE), "%s: leaving the mode disarms it", mode);
}

static void all_check(const char *name)
{
	mode = name;
	divider_check();
	one_shot_check();
	stop_check();
	masked_check();
	periodic_check();
	request_check();
	if (cpu_id(1, 0).ecx >> 24 & 1)
		deadline_check();
	else
		check_skip("TSC deadline", "not in CPUID");
}

void test_main(void)
{
	apic_init();
	irq_install(VECTOR, IRQ_EOI_APIC);
	all_check("xAPIC");
	if (!(cpu_id(1, 0).ecx >> 21 & 1)) {
		check_skip("x2APIC", "not in CPUID");
		return;
	}
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_X2);
	all_check("x2APIC");
}
