/* SPDX-License-Identifier: MIT */
/*
 * A line that the I/O APIC sends to another processor interrupts that one alone; its
 * EOI ends a level there, and a level still high comes again. The destination may
 * change, may be logical, and may be everybody.
 * Source: 82093AA data sheet, 3.2.4 "I/O Redirection Table Registers"; Intel SDM vol. 3,
 * 11.8.5 "Signaling Interrupt Servicing Completion".
 */
#include "boot.h"
#include "legacy.h"
#include "smp.h"
#include "test.h"
#include "time.h"

const char test_name[] = "smp_ioapic";

#define VECTOR 0x66
#define LOGICAL 0x800
#define WAIT_US 2000000
#define AGAIN 3

static volatile unsigned got[SMP_CPUS];
static volatile unsigned lower_after;
static unsigned cpus;

/* The line is released by the handler that has seen it so often. */
static bool line_hook(struct trap_frame *f)
{
	unsigned i = smp_self()->index;

	(void)f;
	got[i]++;
	if (got[i] >= lower_after)
		uart_irq_lower();
	apic_eoi();
	return true;
}

static volatile bool stop;

static void run(void)
{
	cpu_sti();
	while (!stop)
		cpu_pause();
	cpu_cli();
}

static void raise(uint64_t entry, uint64_t destination, unsigned times)
{
	for (unsigned i = 0; i < cpus; i++)
		got[i] = 0;
	lower_after = times;
	ioapic_redirection_write(UART_IRQ, destination << 56 | entry | VECTOR);
	serial_drain();
	uart_irq_raise();
}

static void finish(void)
{
	ioapic_redirection_write(UART_IRQ, IOAPIC_MASKED);
	uart_irq_lower();
}

static void line_check(
	unsigned cpu, uint64_t entry, uint64_t destination, unsigned times, const char *name)
{
	unsigned here;
	bool came;

	if (entry & IOAPIC_LEVEL && boot_is_bochs()) {
		check_skip(name, "Bochs 2.7 does not send a level again");
		return;
	}
	stop = false;
	if (cpu)
		smp_run(cpu, run);
	raise(entry, destination, times);
	cpu_sti();
	came = TIME_UNTIL(got[cpu] >= times, WAIT_US);
	time_delay_us(2000);
	cpu_cli();
	here = got[0];
	finish();
	stop = true;
	smp_wait();
	check(came, "%s: it came", name);
	check_eq(times, got[cpu], "%s: so often", name);
	if (cpu)
		check_eq(0, here, "%s: not here", name);
}

static void logical_set(void)
{
	apic_write(APIC_DFR, 0xffffffff);
	apic_write(APIC_LDR, 1u << (24 + smp_self()->index));
}

/* One that halts is woken. */
static volatile bool halted_saw;

static void halt_for_line(void)
{
	SMP_HALT_UNTIL(got[1]);
	halted_saw = true;
}

static void halt_check(void)
{
	halted_saw = false;
	got[1] = 0;
	smp_run(1, halt_for_line);
	time_delay_us(20000);
	raise(0, smp_cpu[1].apic_id, 1);
	smp_wait();
	finish();
	check(halted_saw, "it ends HLT there");
	check_eq(0, got[0], "it ends HLT there: not here");
}

void test_main(void)
{
	uint64_t one, zero;

	smp_init();
	ioapic_mask_all();
	trap_hook(VECTOR, line_hook);
	cpus = smp_start(2);
	if (cpus > 8)
		test_skip("made for eight processors at most");
	zero = smp_cpu[0].apic_id;
	one = smp_cpu[1].apic_id;
	for (unsigned i = 1; i < cpus; i++)
		smp_run(i, logical_set);
	smp_wait();
	logical_set();
	line_check(1, 0, one, 1, "an edge to the second");
	line_check(0, 0, zero, 1, "an edge to the first");
	line_check(1, IOAPIC_LEVEL, one, AGAIN, "a level to the second");
	line_check(0, IOAPIC_LEVEL, zero, AGAIN, "a level to the first");
	line_check(1, LOGICAL, 2, 1, "an edge to a logical id");
	line_check(1, LOGICAL | IOAPIC_LEVEL, 2, AGAIN, "a level to a logical id");
	line_check(cpus - 1, 0, smp_cpu[cpus - 1].apic_id, 1, "an edge to the last");
	halt_check();
}
