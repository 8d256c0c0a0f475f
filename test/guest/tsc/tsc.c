/* SPDX-License-Identifier: MIT */
/*
 * The TSC must never go back, neither from instruction to instruction nor over
 * exits, halts and interrupts; RDTSC, RDTSCP and the MSR must agree; its rate
 * against the local APIC timer must not change; CR4.TSD forbids it to ring 3.
 * Source: Intel SDM vol. 3, 18.17 "Time-Stamp Counter".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "irq.h"
#include "legacy.h"
#include "test.h"
#include "time.h"

const char test_name[] = "tsc";

#define ROUNDS 2000
#define VECTOR 0x66

static void step_none(void) {}
static void step_cpuid(void)
{
	(void)cpu_id(0, 0);
}
static void step_port(void)
{
	(void)inb(UART + 7);
}
static void step_mmio(void)
{
	(void)apic_read(APIC_ID);
}
static void step_msr(void)
{
	(void)rdmsr(MSR_APIC_BASE);
}

static void step_interrupt(void)
{
	apic_send_self(VECTOR);
	cpu_sti();
	cpu_cli();
}

static void step_halt(void)
{
	apic_send_self(VECTOR);
	cpu_sti_hlt();
	cpu_cli();
}

static uint64_t rdtscp(uint32_t *aux)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtscp" : "=a"(lo), "=d"(hi), "=c"(*aux)::"memory");
	return lo | (uint64_t)hi << 32;
}

static void monotonic_check(void)
{
	static const struct {
		const char *name;
		void (*step)(void);
	} rows[] = {{"nothing", step_none}, {"CPUID", step_cpuid}, {"port", step_port},
		{"MMIO", step_mmio}, {"MSR", step_msr}, {"interrupt", step_interrupt},
		{"HLT", step_halt}};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t last = rdtsc();
		unsigned back = 0, still = 0;

		for (unsigned n = 0; n < ROUNDS; n++) {
			uint64_t now;

			rows[i].step();
			now = rdtsc();
			back += now < last;
			still += now == last;
			last = now;
		}
		check_eq(0, back, "over %s: never back", rows[i].name);
		check(still < ROUNDS / 2, "over %s: forward", rows[i].name);
	}
}

static void forms_check(void)
{
	uint64_t a = rdtsc(), b = rdmsr(MSR_TSC), c;
	uint32_t aux;

	if (boot_is_tcg()) {
		check_skip("the MSR", "QEMU 7.2 does not keep it");
	} else {
		check(b > a, "the MSR is behind RDTSC");
		check(rdtsc() > b, "RDTSC is behind the MSR");
	}
	if (!(cpu_id(0x80000001, 0).edx >> 27 & 1)) {
		check_skip("RDTSCP", "not in CPUID");
		return;
	}
	wrmsr(MSR_TSC_AUX, 0xabcd1234);
	a = rdtsc();
	b = rdtscp(&aux);
	c = rdtsc();
	check(a < b && b < c, "RDTSCP lies between");
	check_eq(0xabcd1234, aux, "RDTSCP gives TSC_AUX");
}

/* Timer ticks per 2^20 TSC ticks, over `us`. */
static uint64_t ratio_measure(uint64_t us)
{
	uint64_t tsc, ticks;

	apic_write(APIC_TIMER_INITIAL, 0xffffffff);
	ticks = apic_read(APIC_TIMER_CURRENT);
	tsc = rdtsc();
	time_delay_us(us);
	ticks -= apic_read(APIC_TIMER_CURRENT);
	tsc = rdtsc() - tsc;
	apic_write(APIC_TIMER_INITIAL, 0);
	return (ticks << 20) / tsc;
}

static void rate_check(void)
{
	uint64_t first, second;

	apic_write(APIC_TIMER_DIVIDE, 0xb);
	first = ratio_measure(10000);
	second = ratio_measure(30000);
	check_range(1, ~0ull, first, "the timer runs");
	check_range(first * 95 / 100, first * 105 / 100 + 1, second,
		"the same rate when measured longer");
}

static void do_rdtsc(void *arg)
{
	(void)arg;
	(void)rdtsc();
}

static void ring3_check(void)
{
	struct trap t = trap_call_user(do_rdtsc, NULL);

	check_trap(TRAP_NONE, &t, "RDTSC in ring 3");
	write_cr4(read_cr4() | CR4_TSD);
	t = trap_call_user(do_rdtsc, NULL);
	check_trap(TRAP_GP, &t, "RDTSC in ring 3 with CR4.TSD");
	t = trap_call(do_rdtsc, NULL);
	check_trap(TRAP_NONE, &t, "RDTSC in ring 0 with CR4.TSD");
	write_cr4(read_cr4() & ~CR4_TSD);
}

void test_main(void)
{
	apic_init();
	irq_install(VECTOR, IRQ_EOI_APIC);
	monotonic_check();
	forms_check();
	rate_check();
	ring3_check();
}
