/* SPDX-License-Identifier: MIT */
/*
 * The time-stamp counters of all processors show the same time: whatever one has read
 * and passed on, no other reads less afterwards.
 * Source: Intel SDM vol. 3, 18.17.4 "Invariant Time-Keeping".
 */
#include "boot.h"
#include "smp.h"
#include "test.h"
#include "time.h"

const char test_name[] = "smp_tsc";

#define ROUNDS 3000
#define HAND_OVERS 300
#define HAND_OVER 0x72

static volatile uint32_t lock;
static volatile uint64_t last;
static volatile unsigned backwards, reads;
static unsigned cpus;

static void observe(void)
{
	uint64_t now;

	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
		cpu_pause();
	now = rdtsc();
	backwards += now < last;
	last = now;
	reads++;
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

static void observe_all(void)
{
	for (unsigned i = 0; i < ROUNDS; i++)
		observe();
}

static volatile unsigned turn;

static bool wake_hook(struct trap_frame *f)
{
	(void)f;
	apic_eoi();
	return true;
}

static void turns(void)
{
	unsigned self = smp_self()->index, next = (self + 1) % cpus;

	for (unsigned i = 0; i < HAND_OVERS; i++) {
		SMP_HALT_UNTIL(turn % cpus == self);
		observe();
		turn++;
		apic_send(smp_cpu[next].apic_id, APIC_ICR_ASSERT | HAND_OVER);
	}
}

static void on_all(void (*fn)(void))
{
	backwards = reads = 0;
	for (unsigned i = 1; i < cpus; i++)
		smp_run(i, fn);
	fn();
	smp_wait();
}

void test_main(void)
{
	smp_init();
	trap_hook(HAND_OVER, wake_hook);
	cpus = smp_start(2);
	on_all(observe_all);
	check_eq(cpus * ROUNDS, reads, "all have read, at the same time");
	check_eq(0, backwards, "none read less than another before");
	on_all(turns);
	check_eq(cpus * HAND_OVERS, reads, "all have read, in turn");
	check_eq(0, backwards, "none read less than the one before");
}
