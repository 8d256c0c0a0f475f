/* SPDX-License-Identifier: MIT */
/* Objects made and unmade by one CPU while they are in use on another, and by all
 * CPUs at once. */
#include "smp.h"

#define ROUNDS 60u
#define FAR_PAGES 40u
#define FAR_UTCB 0x50000ull
#define FAR_CODE 0x400000ull
#define FAR_STACK 0x500000ull
#define TIMES_ALL 200u /* of all CPUs together */

static volatile uint64_t made[CPUS]; /* how often; DONE at the end */
#define DONE (~0ull)

/* Programs of the far domain: position independent, without memory of their own.
 * They find their capabilities at slot 1. */
extern const uint8_t far_spin[], far_wait[], far_end[];
__asm__(".balign 4096\n"
	"far_spin: pause\n\tjmp far_spin\n"
	".balign 16\n"
	"far_wait: movq $0x10003, %rdi\n\tmovq $-1, %rsi\n\tsyscall\n\tjmp far_wait\n"
	"far_end: .balign 4096\n");

/* A domain with a thread on `cpu` that runs the program at `entry`. */
static void make_far_domain(uint32_t cpu, const uint8_t *entry, uint64_t delay)
{
	uint64_t ip = FAR_CODE + (uint64_t)(entry - far_spin);

	need(sys_create_domain(ROOT_DOMAIN, SLOT_DOMAIN, FAR_PAGES, 0), "domain");
	need(sys_delegate(DELEGATE_MEMORY, ROOT_DOMAIN, SLOT_DOMAIN, MEM_R | MEM_X,
		     (uint64_t)far_spin >> PAGE_SHIFT, FAR_CODE >> PAGE_SHIFT, 1),
		"code");
	need(sys_create_notification(SLOT_DOMAIN, SLOT_DOMAIN + 1, cpu), "notification");
	need(sys_delegate(DELEGATE_CAP, ROOT_DOMAIN, SLOT_DOMAIN, RIGHT_ALL, SLOT_DOMAIN + 1, 1, 1),
		"capability");
	need(sys_create_thread(SLOT_DOMAIN, SLOT_DOMAIN + 2, cpu, 0, FAR_UTCB, ip, FAR_STACK),
		"far thread");
	need(sys_create_sc(SLOT_DOMAIN, SLOT_DOMAIN + 3, SLOT_DOMAIN + 2, 7, 0, 0), "context");
	spin(delay);
	need(sys_signal(SLOT_DOMAIN + 1, 1), "signal");
}

/* Its objects one by one in some order, then the domain; or the domain at once. */
static void unmake_far_domain(unsigned round)
{
	static const uint8_t order[][3] = {{1, 2, 3}, {2, 3, 1}, {3, 1, 2}, {0, 0, 0}};

	for (unsigned i = 0; i < 3 && order[round % 4][i]; i++)
		need(sys_destroy(SLOT_DOMAIN + order[round % 4][i]), "end of a far object");
	need(sys_destroy(SLOT_DOMAIN), "end of a far domain");
}

void test_destroy_far(void)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t cpu = 1 + round % (cpus - 1);

		make_far_domain(cpu, round & 1 ? far_spin : far_wait, round * 97);
		spin(round * 31);
		unmake_far_domain(round);
	}
}

/* In each CPU's own slots. */
static void make_main(uint64_t cpu)
{
	uint64_t slot = slot_of((uint32_t)cpu, CPU_VICTIM);

	for (unsigned i = 0; i < TIMES_ALL / cpus; i++) {
		need(sys_create_notification(ROOT_DOMAIN, slot, (uint32_t)cpu), "own notification");
		need(sys_create_domain(ROOT_DOMAIN, slot + 1, 4, 0), "own domain");
		need(sys_signal(slot, 1), "own signal");
		need(sys_destroy(slot + 1), "end of an own domain");
		need(sys_destroy(slot), "end of an own notification");
		made[cpu]++;
	}
	made[cpu] = DONE;
}

void test_create_at_once(void)
{
	for (uint32_t cpu = 1; cpu < cpus; cpu++) {
		made[cpu] = 0;
		start_thread(cpu, make_main);
	}
	make_main(0);
	for (uint32_t cpu = 1; cpu < cpus; cpu++)
		for (uint64_t seen = made[cpu]; seen != DONE;)
			seen = wait_change(&made[cpu], seen, "a CPU that creates");
	for (uint32_t cpu = 1; cpu < cpus; cpu++)
		stop_thread(cpu);
}
