/* SPDX-License-Identifier: MIT */
/*
 * HLT stops one processor and no other. Each is woken by its own timer, and not
 * before its time; by an NMI also with interrupts off; by another's
 * interrupt; and not by an interrupt while they are off.
 * Source: Intel SDM vol. 2, HLT; vol. 3, 11.5.4 "APIC Timer".
 */
#include "boot.h"
#include "smp.h"
#include "test.h"
#include "time.h"

const char test_name[] = "smp_hlt";

#define TIMER 0x67
#define VECTOR 0x68
#define STEP_US 3000
#define WAIT_US 2000000

static uint64_t apic_hz;
static volatile unsigned timers[SMP_CPUS], taken[SMP_CPUS];
static uint64_t slept[SMP_CPUS];

static bool timer_hook(struct trap_frame *f)
{
	(void)f;
	timers[smp_self()->index]++;
	apic_eoi();
	return true;
}

static bool taken_hook(struct trap_frame *f)
{
	(void)f;
	taken[smp_self()->index]++;
	apic_eoi();
	return true;
}

/* The later a processor's number the sooner it wakes. */
static uint64_t time_of(unsigned i)
{
	return (SMP_CPUS - i) * STEP_US;
}

static void sleep(void)
{
	unsigned i = smp_self()->index;
	uint64_t start = rdtsc();

	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_LVT_TIMER, TIMER);
	apic_write(APIC_TIMER_INITIAL, (uint32_t)(apic_hz / 1000 * time_of(i) / 1000));
	SMP_HALT_UNTIL(timers[i]);
	slept[i] = rdtsc() - start;
}

static void timers_check(unsigned cpus)
{
	unsigned once = 0, late = 0;

	for (unsigned i = 1; i < cpus; i++)
		smp_run(i, sleep);
	smp_wait();
	for (unsigned i = 1; i < cpus; i++) {
		once += timers[i] == 1;
		late += slept[i] >= time_tsc_hz() / 1000 * time_of(i) / 1000 / 100 * 98;
	}
	check_eq(cpus - 1, once, "each timer wakes its own processor");
	check_eq(cpus - 1, late, "none before its time");
	check_eq(0, timers[0], "none came here");
}

static volatile bool awake, parked;

static void halt_cli(void)
{
	parked = true;
	__asm__ volatile("cli; hlt" ::: "memory");
	awake = true;
}

/* The interrupt waits until the NMI has ended HLT and interrupts are on again. */
static void masked_check(void)
{
	unsigned nmis = smp_cpu[1].nmis;

	awake = parked = false;
	smp_run(1, halt_cli);
	(void)TIME_UNTIL(parked, WAIT_US);
	time_delay_us(20000);
	apic_send(smp_cpu[1].apic_id, APIC_ICR_ASSERT | VECTOR);
	time_delay_us(50000);
	check(parked && !awake, "an interrupt does not end HLT with interrupts off");
	apic_send(smp_cpu[1].apic_id, APIC_ICR_NMI | APIC_ICR_ASSERT);
	smp_wait();
	check(awake, "an NMI does");
	check_eq(nmis + 1, smp_cpu[1].nmis, "it was taken");
	check(TIME_UNTIL(taken[1] == 1, WAIT_US), "then comes the interrupt");
}

static void halt_once(void)
{
	unsigned i = smp_self()->index;

	SMP_HALT_UNTIL(taken[i]);
}

/* All asleep but this one: it goes on, and wakes them one by one. */
static void one_by_one_check(unsigned cpus)
{
	unsigned right = 0;

	for (unsigned i = 1; i < cpus; i++) {
		taken[i] = 0;
		smp_run(i, halt_once);
	}
	time_delay_us(50000);
	for (unsigned i = 1; i < cpus; i++) {
		unsigned others = 0;

		apic_send(smp_cpu[i].apic_id, APIC_ICR_ASSERT | VECTOR);
		right += TIME_UNTIL(taken[i] == 1, WAIT_US);
		for (unsigned j = i + 1; j < cpus; j++)
			others += taken[j];
		right -= others > 0;
	}
	smp_wait();
	check_eq(cpus - 1, right, "each is woken alone");
}

void test_main(void)
{
	unsigned cpus;

	smp_init();
	trap_hook(TIMER, timer_hook);
	trap_hook(VECTOR, taken_hook);
	apic_hz = time_apic_hz();
	cpus = smp_start(2);
	timers_check(cpus);
	masked_check();
	one_by_one_check(cpus);
}
