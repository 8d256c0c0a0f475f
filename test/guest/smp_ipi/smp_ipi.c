/* SPDX-License-Identifier: MIT */
/*
 * Interrupts between processors arrive once each at those that they name, and at
 * nobody else: by physical and logical id, by shorthand, by lowest priority, as NMI; in
 * xAPIC and x2APIC mode. Ten thousand sent to and fro are not one too few or too many.
 * Source: Intel SDM vol. 3, 11.6 "Issuing Interprocessor Interrupts", 11.12.9 "ICR
 * Operation in x2APIC Mode".
 */
#include "boot.h"
#include "smp.h"
#include "test.h"
#include "time.h"

const char test_name[] = "smp_ipi";

#define VECTOR 0x63
#define LOGICAL 0x800
#define LOWEST 0x100
#define PING 0x71
#define ROUNDS 10000
#define ARRIVE_US 2000000

static volatile unsigned got[SMP_CPUS];
static volatile bool stop;
static unsigned cpus;
static const char *mode;

static bool count_hook(struct trap_frame *f)
{
	(void)f;
	__atomic_fetch_add(&got[smp_self()->index], 1, __ATOMIC_SEQ_CST);
	apic_eoi();
	return true;
}

static unsigned total(void)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < cpus; i++)
		sum += got[i];
	return sum;
}

static void nothing(void) {}

/* Each has gone round its loop once more, so what was sent before has come. */
static void settle(void)
{
	cpu_sti();
	cpu_cli();
	for (unsigned i = 1; i < cpus; i++)
		smp_run(i, nothing);
	smp_wait();
}

/* `want`: bit i for processor i. */
static void send_check(uint32_t want, uint32_t id, uint32_t command, const char *name)
{
	uint32_t who = 0;

	for (unsigned i = 0; i < cpus; i++)
		got[i] = 0;
	apic_send(id, command | APIC_ICR_ASSERT | VECTOR);
	cpu_sti();
	(void)TIME_UNTIL(total() >= smp_count_bits(want), ARRIVE_US);
	settle();
	for (unsigned i = 0; i < cpus; i++)
		who |= got[i] ? 1u << i : 0;
	check_eq(want, who, "%s: %s", mode, name);
	check_eq(smp_count_bits(want), total(), "%s: %s: once each", mode, name);
}

static void addresses_check(void)
{
	bool x2 = apic_is_x2();
	uint32_t all = (1u << cpus) - 1;

	for (unsigned i = 0; i < cpus; i++)
		send_check(1u << i, smp_cpu[i].apic_id, 0, "physical id");
	send_check(0, 0x55, 0, "nobody's id");
	send_check(all, x2 ? 0xffffffff : 0xff, 0, "physical broadcast");
	send_check(all, 0, APIC_ICR_ALL, "all");
	send_check(all & ~1u, 0, APIC_ICR_OTHERS, "all but self");
	send_check(1, 0, APIC_ICR_SELF, "self");
	if (cpus > 8)
		return; /* as many as flat logical ids have bits */
	send_check(2, 2, LOGICAL, "logical id");
	send_check(3, 3, LOGICAL, "logical ids");
	send_check(all, x2 ? 0xffffffff : 0xff, LOGICAL, "logical broadcast");
}

static void tpr_high(void)
{
	apic_write(APIC_TPR, 0x50);
}

static void tpr_low(void)
{
	apic_write(APIC_TPR, 0);
}

/* Among all of them the only one whose task priority is low. */
static void lowest_check(void)
{
	if (apic_is_x2() || cpus > 8)
		return;
	if (boot_word("bare")) {
		check_skip("lowest priority", "the emulators go by other rules");
		return;
	}
	tpr_high();
	for (unsigned i = 1; i < cpus; i++)
		smp_run(i, i == 1 ? tpr_low : tpr_high);
	smp_wait();
	send_check(2, 0xff, LOGICAL | LOWEST, "lowest priority");
	tpr_low();
	for (unsigned i = 1; i < cpus; i++)
		smp_run(i, tpr_low);
	smp_wait();
}

static void nmi_check(void)
{
	unsigned before[SMP_CPUS], right = 0;

	for (unsigned i = 0; i < cpus; i++)
		before[i] = smp_cpu[i].nmis;
	apic_send(smp_cpu[1].apic_id, APIC_ICR_NMI | APIC_ICR_ASSERT);
	check(TIME_UNTIL(smp_cpu[1].nmis == before[1] + 1, ARRIVE_US), "%s: NMI", mode);
	apic_send(0, APIC_ICR_OTHERS | APIC_ICR_NMI | APIC_ICR_ASSERT);
	for (unsigned i = 1; i < cpus; i++)
		right += TIME_UNTIL(smp_cpu[i].nmis == before[i] + 1 + (i == 1), ARRIVE_US);
	check_eq(cpus - 1, right, "%s: NMI to all others", mode);
	check_eq(before[0], smp_cpu[0].nmis, "%s: none came here", mode);
}

static volatile unsigned pings[2];

static bool ping_hook(struct trap_frame *f)
{
	(void)f;
	pings[smp_self()->index]++;
	apic_eoi();
	return true;
}

static void ping(unsigned to)
{
	apic_send(smp_cpu[to].apic_id, APIC_ICR_ASSERT | PING);
}

static void pong(void)
{
	for (unsigned i = 1; i <= ROUNDS; i++) {
		SMP_HALT_UNTIL(pings[1] >= i || stop);
		if (pings[1] != i) {
			stop = true;
			return;
		}
		ping(0);
	}
}

/* One too many ends it early; one lost for ever: both halt. */
static void ping_pong_check(void)
{
	uint64_t start = rdtsc();

	stop = false;
	pings[0] = pings[1] = 0;
	smp_run(1, pong);
	for (unsigned i = 1; i <= ROUNDS && pings[0] == i - 1; i++) {
		ping(1);
		SMP_HALT_UNTIL(pings[0] >= i || stop);
	}
	start = rdtsc() - start;
	stop = true;
	smp_wake(1);
	smp_wait();
	check_eq(ROUNDS, pings[0], "%s: all came back", mode);
	check_eq(ROUNDS, pings[1], "%s: all went there", mode);
	print("BENCH ipi_round_trip %u\n", (unsigned)(start / ROUNDS));
}

static void count_until_stop(void)
{
	cpu_sti();
	while (!stop)
		cpu_pause();
	cpu_cli();
}

/* To a processor that runs, not one that waits; each is taken before the next. */
static void running_check(void)
{
	unsigned came = 0;

	stop = false;
	got[1] = 0;
	smp_run(1, count_until_stop);
	for (unsigned i = 1; i <= 20; i++) {
		apic_send(smp_cpu[1].apic_id, APIC_ICR_ASSERT | VECTOR);
		came += TIME_UNTIL(got[1] == i, ARRIVE_US);
	}
	stop = true;
	smp_wait();
	check_eq(20, came, "%s: to one that runs", mode);
}

static void logical_set(void)
{
	if (apic_is_x2())
		return;
	apic_write(APIC_DFR, 0xffffffff);
	apic_write(APIC_LDR, 1u << (24 + smp_self()->index % 8));
}

static void x2_enter(void)
{
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_X2);
}

static void on_all(void (*fn)(void))
{
	for (unsigned i = 1; i < cpus; i++)
		smp_run(i, fn);
	smp_wait();
	fn();
}

/* The sender's own form reaches those in the other. */
static void mixed_check(void)
{
	mode = "mixed";
	smp_run(1, x2_enter);
	smp_wait();
	send_check(2, smp_cpu[1].apic_id, 0, "xAPIC to x2APIC");
	running_check();
}

void test_main(void)
{
	smp_init();
	trap_hook(VECTOR, count_hook);
	trap_hook(PING, ping_hook);
	cpus = smp_start(2);
	mode = "xAPIC";
	on_all(logical_set);
	addresses_check();
	lowest_check();
	nmi_check();
	running_check();
	ping_pong_check();
	if (!(cpu_id(1, 0).ecx >> 21 & 1)) {
		check_skip("x2APIC", "not in CPUID");
		return;
	}
	mixed_check();
	on_all(x2_enter);
	mode = "x2APIC";
	addresses_check();
	nmi_check();
	running_check();
	ping_pong_check();
}
