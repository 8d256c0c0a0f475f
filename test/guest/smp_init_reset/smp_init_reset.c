/* SPDX-License-Identifier: MIT */
/*
 * INIT stops a processor wherever it is: in a loop, in a loop with interrupts off, in
 * HLT, in an NMI's handler; it then waits for STARTUP and for nothing else, and begins
 * anew with its registers as INIT leaves them, its local APIC reset, and its time-stamp
 * counter and APIC base as they were.
 * Source: Intel SDM vol. 3, table 9-1 "IA-32 and Intel 64 Processor States Following
 * Power-up, Reset, or INIT"; 11.4.7.3 "Local APIC State After an INIT Reset"; 9.4.1.
 */
#include "boot.h"
#include "smp.h"
#include "test.h"
#include "time.h"

const char test_name[] = "smp_init_reset";

#define ICR_INIT (0x500 | APIC_ICR_ASSERT)
#define VECTOR 0x65
#define WAIT_US 100000
#define START_US 2000000

static volatile uint64_t beats;
static volatile unsigned taken;
static unsigned current = 1; /* the number of the one that is reset */

static bool taken_hook(struct trap_frame *f)
{
	(void)f;
	taken++;
	apic_eoi();
	return true;
}

static void loop(void)
{
	cpu_sti();
	for (;;)
		beats++;
}

static void loop_cli(void)
{
	cpu_cli();
	for (;;)
		beats++;
}

static void halt(void)
{
	beats++;
	for (;;)
		cpu_sti_hlt();
}

static void halt_cli(void)
{
	beats++;
	for (;;)
		__asm__ volatile("cli; hlt");
}

static bool nmi_loop(struct trap_frame *f)
{
	(void)f;
	for (;;)
		beats++;
	return true;
}

static void in_nmi(void)
{
	trap_hook(TRAP_NMI, nmi_loop);
	apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | VECTOR); /* stays pending */
	apic_send(smp_self()->apic_id, APIC_ICR_NMI | APIC_ICR_ASSERT);
	for (;;)
		cpu_pause();
}

static void apic_dirty(void)
{
	apic_write(APIC_TPR, 0x20);
	apic_write(APIC_LVT_TIMER, VECTOR | APIC_TIMER_PERIODIC);
	apic_write(APIC_TIMER_INITIAL, 100000);
	loop_cli();
}

/* Whether the other makes progress. */
static bool beating(void)
{
	uint64_t before = beats;

	return TIME_UNTIL(beats != before, WAIT_US);
}

static void stop(const char *name)
{
	apic_send(smp_cpu[current].apic_id, ICR_INIT);
	time_delay_us(WAIT_US);
	check(!beating(), "%s: INIT stops it", name);
	taken = 0;
	apic_send(smp_cpu[current].apic_id, APIC_ICR_ASSERT | VECTOR);
	time_delay_us(WAIT_US);
	check_eq(0, taken, "%s: an interrupt does not start it", name);
}

static void restart(const char *name)
{
	unsigned next = current + 1;
	uint64_t tsc = rdtsc();

	smp_cpu[current].task = NULL;
	smp_send_start(smp_cpu[current].apic_id);
	check(TIME_UNTIL(smp_cpu[next].alive, START_US), "%s: STARTUP starts it anew", name);
	check_eq(smp_cpu[current].apic_id, smp_cpu[next].apic_id, "%s: its id", name);
	check_eq(CR0_ET, smp_cpu[next].first_cr0 & ~0x60000000ull, "%s: its CR0", name);
	check(smp_cpu[next].first_tsc > tsc, "%s: its counter went on", name);
	current = next;
	check_eq(next, smp_arrivals, "%s: once", name);
}

static void state_check(void (*state)(void), const char *name)
{
	beats = 0;
	smp_run(current, state);
	check(TIME_UNTIL(beats, START_US), "%s: it is there", name);
	stop(name);
	restart(name);
	trap_hook(TRAP_NMI, NULL);
}

static volatile uint32_t first_tpr, first_timer, first_irr;

/* The library has turned the APIC on by then, which leaves these as they were. */
static void apic_look(void)
{
	first_timer = apic_read(APIC_TIMER_CURRENT);
	first_irr = apic_bit(APIC_IRR, VECTOR);
	first_tpr = apic_read(APIC_TPR);
	taken = 0;
	cpu_sti();
	time_delay_us(1000);
	cpu_cli();
}

static void apic_check(const char *name)
{
	smp_run(current, apic_look);
	smp_wait();
	check_eq(0, first_timer, "%s: the timer stands", name);
	check_eq(0, first_irr, "%s: nothing is requested", name);
	check_eq(0, first_tpr, "%s: the priority is 0", name);
	check_eq(0, taken, "%s: nothing is taken", name);
}

void test_main(void)
{
	smp_init();
	trap_hook(VECTOR, taken_hook);
	if (smp_start(2) > 2)
		test_skip("made for two processors");
	state_check(loop, "loop");
	state_check(loop_cli, "loop without interrupts");
	state_check(halt, "HLT");
	state_check(halt_cli, "HLT without interrupts");
	state_check(apic_dirty, "APIC in use");
	apic_check("APIC in use");
	if (boot_word("bare"))
		check_skip("INIT in an NMI", "the emulators keep NMIs blocked");
	else
		state_check(in_nmi, "NMI");
}
