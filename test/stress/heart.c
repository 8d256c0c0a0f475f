/* SPDX-License-Identifier: MIT */
/*
 * The neighbour: on each CPU a thread that wakes by its timer every two milliseconds
 * and calls a server, whatever the others do. Its domain owns both.
 */
#include "stress.h"

#include "rt/server.h"

#define BEATS_PER_SECOND 500u

/* Slots of the neighbour's domain. */
enum { HEART_NOTIFICATION = 1, HEART_PORTAL };
#define HEART_SLOT(cpu, what) ((what) + (cpu)*2)

static struct heart {
	volatile uint64_t period; /* ticks */
	struct {
		volatile uint64_t beats, missed, latest, broken;
	} cpu[STRESS_CPUS];
} heart ALIGNED(PAGE_SIZE);

static uint8_t stack[STRESS_CPUS * 2][PAGE_SIZE] ALIGNED(PAGE_SIZE);

/* Waits for the deadline; how late it became, in ticks. */
static uint64_t heart_sleep(unsigned cpu, uint64_t deadline)
{
	uint64_t slot = HEART_SLOT(cpu, HEART_NOTIFICATION), bits, now;

	if (sys_timer(slot, 1, deadline) != STATUS_OK || sys_wait(slot, 1, &bits) != STATUS_OK)
		__builtin_trap();
	now = tsc_read();
	return now > deadline ? now - deadline : 0;
}

static void heart_call(unsigned cpu, struct heart *h)
{
	struct ipc_words words = {{h->cpu[cpu].beats}};

	if (ipc_call(HEART_SLOT(cpu, HEART_PORTAL), 0, &words) != STATUS_OK ||
		words.word[0] != h->cpu[cpu].beats + 1)
		h->cpu[cpu].broken++;
}

/* In the neighbour's domain. */
NORETURN static void heart_main(void)
{
	struct heart *h = (struct heart *)ACT_SHARED;
	unsigned cpu = stress_stack_number();
	uint64_t deadline = tsc_read(), late;

	for (;;) {
		deadline += h->period;
		late = heart_sleep(cpu, deadline);
		if (late > h->cpu[cpu].latest)
			h->cpu[cpu].latest = late;
		h->cpu[cpu].missed += late / h->period;
		deadline += late / h->period * h->period;
		heart_call(cpu, h);
		h->cpu[cpu].beats++;
	}
}

/* Answers with its argument plus one. */
__attribute__((naked)) static void heart_server(void)
{
	__asm__("incq %rsi\n\t"
		"movl $1, %edi\n\t" /* SYS_REPLY */
		"syscall");
}

static void heart_start_cpu(unsigned cpu)
{
	uint64_t server = STRESS_CPU(cpu, PER_HEART_SERVER);
	uint64_t portal = STRESS_CPU(cpu, PER_HEART_PORTAL);
	uint64_t notification = STRESS_CPU(cpu, PER_HEART_NOTIFICATION);

	for (unsigned n = cpu; n < 2 * STRESS_CPUS; n += STRESS_CPUS)
		stress_need(stress_map_page(STRESS_HEART, stack[n], ACT_STACK(n), MEM_R | MEM_W),
			"heart stack");
	stress_need(sys_create_notification(STRESS_HEART, notification, cpu), "heart");
	stress_need(sys_create_thread(STRESS_HEART, server, cpu, 0, ACT_UTCB(STRESS_CPUS + cpu),
			    (uint64_t)heart_server, ACT_STACK_TOP(STRESS_CPUS + cpu)),
		"server");
	stress_need(sys_create_portal(STRESS_HEART, portal, server, (uint64_t)heart_server, 0),
		"server's portal");
	stress_grant(STRESS_HEART, notification, HEART_SLOT(cpu, HEART_NOTIFICATION),
		RIGHT_USE | RIGHT_WAIT);
	stress_grant(STRESS_HEART, portal, HEART_SLOT(cpu, HEART_PORTAL), RIGHT_USE);
	stress_need(sys_create_thread(STRESS_HEART, STRESS_CPU(cpu, PER_HEART), cpu, 0,
			    ACT_UTCB(cpu), (uint64_t)heart_main, ACT_STACK_TOP(cpu)),
		"heart");
	stress_need(sys_create_sc(STRESS_HEART, STRESS_CPU(cpu, PER_HEART_SC),
			    STRESS_CPU(cpu, PER_HEART), PRIORITY_HEART, 0, 0),
		"heart's context");
}

void heart_start(void)
{
	heart.period = stress_tsc_khz * 1000 / BEATS_PER_SECOND;
	stress_need(sys_create_domain(ROOT_DOMAIN, STRESS_HEART, 128, 0), "neighbour");
	stress_map(STRESS_HEART, &heart);
	for (unsigned cpu = 0; cpu < stress_cpus; cpu++)
		heart_start_cpu(cpu);
}

void heart_stop(void)
{
	stress_need(sys_destroy(STRESS_HEART), "end of the neighbour");
	for (unsigned cpu = 0; cpu < stress_cpus; cpu++) {
		stress_print("stress: heart %u: beats=%llu missed=%llu latest=%llu\n", cpu,
			(unsigned long long)heart.cpu[cpu].beats,
			(unsigned long long)heart.cpu[cpu].missed,
			(unsigned long long)heart.cpu[cpu].latest);
		stress_check(heart.cpu[cpu].beats > 0, "no heartbeat");
		stress_check(heart.cpu[cpu].broken == 0, "the neighbour's calls failed");
	}
}
