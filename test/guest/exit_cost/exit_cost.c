/* SPDX-License-Identifier: MIT */
/*
 * Not a property but a measure: what an exit costs, in TSC ticks seen by the
 * guest (in Bochs: instructions), least and median of `runs=` after warm-up,
 * less what the same code costs without the exit. Lines "BENCH NAME MIN MEDIAN".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "legacy.h"
#include "test.h"

const char test_name[] = "exit_cost";

#define RUNS_MAX 512
#define WARM_UP 16
#define EMPTY_NOISE 64

static uint32_t samples[RUNS_MAX];

static void step_none(void)
{
	__asm__ volatile("nop" ::: "rax", "rbx", "rcx", "rdx");
}
static void step_cpuid(void)
{
	__asm__ volatile("cpuid" : : "a"(0), "c"(0) : "rbx", "rdx", "memory");
}
static void step_in(void)
{
	(void)inb(UART + 7);
}
static void step_out(void)
{
	outb(0x80, 0);
}
static void step_mmio(void)
{
	(void)mmio_read(APIC_PAGE + APIC_ID);
}
static void step_msr(void)
{
	(void)rdmsr(MSR_APIC_BASE);
}

static void step_eoi(void)
{
	mmio_write(APIC_PAGE + APIC_EOI, 0);
}
static void step_apic_timer(void)
{
	mmio_write(APIC_PAGE + APIC_TIMER_INITIAL, 0x7fffffff);
}
static void step_deadline(void)
{
	wrmsr(MSR_TSC_DEADLINE, rdtsc() + 1000000000);
}
static void step_lsr(void)
{
	(void)inb(UART + 5);
}
static void step_scratch(void)
{
	outb(UART + 7, 0x55);
}
static void step_self_ipi(void)
{
	mmio_write(APIC_PAGE + APIC_ICR, APIC_ICR_SELF | 0xf0);
}

static void samples_sort(unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		for (unsigned j = i; j && samples[j] < samples[j - 1]; j--) {
			uint32_t t = samples[j];

			samples[j] = samples[j - 1];
			samples[j - 1] = t;
		}
}

static void measure(void (*step)(void), unsigned runs)
{
	for (unsigned i = 0; i < runs + WARM_UP; i++) {
		uint64_t start = rdtsc();

		step();
		if (i >= WARM_UP)
			samples[i - WARM_UP] = rdtsc() - start;
	}
	samples_sort(runs);
}

void test_main(void)
{
	static const struct {
		const char *name;
		void (*step)(void);
	} rows[] = {{"vmexit_cpuid", step_cpuid}, {"vmexit_ioport", step_in},
		{"vmexit_ioport_write", step_out}, {"vmexit_mmio", step_mmio},
		{"vmexit_msr", step_msr}, {"vmexit_uart_lsr", step_lsr},
		{"vmexit_uart_write", step_scratch}, {"vmexit_eoi", step_eoi},
		{"vmexit_apic_timer", step_apic_timer}, {"vmexit_deadline", step_deadline},
		{"vmexit_self_ipi", step_self_ipi}};
	unsigned runs = boot_number("runs", 64);
	uint32_t empty;

	runs = runs < 1 ? 1 : runs > RUNS_MAX ? RUNS_MAX : runs;
	apic_init();
	apic_write(APIC_LVT_TIMER, APIC_TIMER_DEADLINE | 0xf2);
	measure(step_none, runs);
	empty = samples[0];
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		measure(rows[i].step, runs);
		print("BENCH %s %d %d\n", rows[i].name, (int)(samples[0] - empty),
			(int)(samples[runs / 2] - empty));
	}
	check(samples[0] + EMPTY_NOISE >= empty, "measured %u runs each", runs);
}
