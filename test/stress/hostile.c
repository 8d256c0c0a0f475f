/* SPDX-License-Identifier: MIT */
/*
 * The hostile act: a domain without rights whose threads, one per CPU, make random
 * system calls, mostly plausible ones. It may take its own memory away, stop itself
 * or fill its account: a guard maps again what it needs, and when nothing moves any
 * more the stage destroys it, compares the accounts and starts the next round.
 */
#include "draw.h"

#define CALLS 1000000u
#define ROUND_CALLS 4000u /* of one thread in one round */
#define ACCOUNT_PAGES 160u
#define TICK_MS 2u
#define FAULTS_MAX 64u /* without a call in between */
#define IMAGE_END 0x600000ull

static struct hostile {
	volatile uint64_t seed[STRESS_CPUS], calls[STRESS_CPUS], limit;
	volatile uint64_t status[STATUS_COUNT + 1];
} hostile ALIGNED(PAGE_SIZE);

static uint8_t stack[STRESS_CPUS][PAGE_SIZE] ALIGNED(PAGE_SIZE);
static uint64_t faults_at, faults;

/* In the hostile domain. */
NORETURN static void hostile_main(void)
{
	struct hostile *h = (struct hostile *)ACT_SHARED;
	unsigned cpu = stress_stack_number();
	struct random random = {.seed = h->seed[cpu], .cpu = cpu};

	while (h->calls[cpu] < h->limit) {
		struct ipc_words words;
		uint64_t word = draw_call(&random, &words), asked = words.word[0], status;

		h->calls[cpu]++;
		status = sys_enter(word, &words);
		if (status == STATUS_OK && SYS_WORD_CALL(word) == SYS_CREATE)
			draw_note(&random, asked);
		h->status[status < STATUS_COUNT ? status : STATUS_COUNT]++;
	}
	(void)!sys_signal(H_DONE, DONE_ACT(cpu));
	for (;;)
		__builtin_ia32_pause();
}

static enum status hostile_map_stack(unsigned cpu)
{
	return stress_map_page(STRESS_DOMAIN, stack[cpu], ACT_STACK(cpu), MEM_R | MEM_W);
}

static uint64_t hostile_calls(void)
{
	uint64_t sum = 0;

	for (unsigned cpu = 0; cpu < stress_cpus; cpu++)
		sum += hostile.calls[cpu];
	return sum;
}

bool hostile_repair(uint64_t ip)
{
	uint64_t code = IMAGE_ENTRY >> PAGE_SHIFT, calls = hostile_calls();

	if (faults_at != calls)
		faults = 0;
	faults_at = calls;
	if (ip < IMAGE_ENTRY || ip >= IMAGE_END || faults++ > FAULTS_MAX)
		return false;
	/* What is still there makes it end there: so page by page. */
	for (uint64_t page = code; page < code + 32; page++)
		(void)!sys_delegate(
			DELEGATE_MEMORY, ROOT_DOMAIN, STRESS_DOMAIN, MEM_R | MEM_X, page, page, 1);
	(void)!stress_map_page(STRESS_DOMAIN, &hostile, ACT_SHARED, MEM_R | MEM_W);
	for (unsigned cpu = 0; cpu < stress_cpus; cpu++)
		(void)!hostile_map_stack(cpu);
	return true;
}

static void hostile_start_cpu(unsigned cpu, uint64_t round)
{
	uint64_t thread = STRESS_CPU(cpu, PER_ACT), context = STRESS_CPU(cpu, PER_ACT_SC);
	/* Now and then it can end itself. */
	unsigned rights = round % 8 == 0 ? RIGHT_ALL : RIGHT_ALL & ~RIGHT_DESTROY;

	hostile.calls[cpu] = 0;
	hostile.seed[cpu] = (round * STRESS_CPUS + cpu + 1) * 0x9e3779b97f4a7c15ull;
	stress_need(hostile_map_stack(cpu), "hostile stack");
	stress_need(sys_create_thread(STRESS_DOMAIN, thread, cpu,
			    (uint32_t)STRESS_CPU(cpu, PER_GUARD_PORTAL), ACT_UTCB(cpu),
			    (uint64_t)hostile_main, ACT_STACK_TOP(cpu)),
		"hostile thread");
	stress_grant(STRESS_DOMAIN, STRESS_CPU(cpu, PER_ECHO_PORTAL), H_ECHO + cpu, RIGHT_USE);
	stress_grant(STRESS_DOMAIN, STRESS_CPU(cpu, PER_GUARD_PORTAL), H_GUARD + cpu, RIGHT_USE);
	stress_grant(STRESS_DOMAIN, thread, H_THREAD + cpu, rights);
	stress_need(sys_create_sc(STRESS_DOMAIN, context, thread, PRIORITY_ACT, 0, 0),
		"hostile context");
	stress_grant(STRESS_DOMAIN, context, H_SC + cpu, rights);
}

static void hostile_start(uint64_t round)
{
	uint64_t stale;

	stress_need(sys_poll(STRESS_DONE, ~(uint64_t)0, &stale), "poll");
	stress_need(sys_create_domain(ROOT_DOMAIN, STRESS_DOMAIN, ACCOUNT_PAGES, PRIORITY_ACT),
		"hostile domain");
	stress_map(STRESS_DOMAIN, &hostile);
	stress_need(sys_create_notification(STRESS_DOMAIN, STRESS_NOTIFICATION, 0), "hostile");
	stress_grant(STRESS_DOMAIN, STRESS_DOMAIN, H_DOMAIN, RIGHT_ALL);
	stress_grant(STRESS_DOMAIN, STRESS_NOTIFICATION, H_NOTIFICATION, RIGHT_ALL);
	stress_grant(STRESS_DOMAIN, STRESS_DONE, H_DONE, RIGHT_USE);
	for (unsigned cpu = 0; cpu < stress_cpus; cpu++)
		hostile_start_cpu(cpu, round);
}

/* Until all are done, or none has moved for a while. */
static void hostile_watch(void)
{
	uint64_t done = 0, all = DONE_ACT(stress_cpus) - 1, before;

	do {
		before = hostile_calls();
		done |= stress_wait(all, stress_tsc_khz * TICK_MS);
		/* Whoever sleeps on what the stage knows wakes up. */
		(void)!sys_signal(STRESS_NOTIFICATION, ~(uint64_t)0);
	} while ((done & all) != all && (!(done & DONE_TICK) || hostile_calls() != before));
}

void hostile_run(void)
{
	struct sys_account before = {0};
	uint64_t calls = 0, rounds = 0;

	while (calls < CALLS) {
		hostile.limit = ROUND_CALLS;
		hostile_start(rounds);
		hostile_watch();
		calls += hostile_calls();
		stress_need(sys_destroy(STRESS_DOMAIN), "end of the hostile domain");
		/* The first round makes tables of the root task that stay. */
		if (rounds++ == 0)
			before = stress_account();
		stress_same_account(&before, "the hostile domain kept something");
	}
	stress_print("stress: hostile: calls=%llu rounds=%llu\n", (unsigned long long)calls,
		(unsigned long long)rounds);
	for (unsigned status = 0; status <= STATUS_COUNT; status++)
		if (hostile.status[status])
			stress_print("stress: hostile: status %u: %llu\n", status,
				(unsigned long long)hostile.status[status]);
	stress_check(hostile.status[STATUS_COUNT] == 0, "a call returned no status");
}
