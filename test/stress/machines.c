/* SPDX-License-Identifier: MIT */
/*
 * Ten thousand guests, one after the other: domain, notification, gspace, vCPU,
 * thread and context are created, the guest executes one instruction that its
 * monitor must handle, and the domain is destroyed with all it has.
 */
#include "stress.h"

#include "../lib/tiny_guest.h"

#define MACHINES 10000u
#define PART 1000u
#define ACCOUNT_PAGES 64u
#define STATE_ADDRESS ACT_FREE
#define GUEST_CODE 0x1000u
#define PATIENCE_MS 100u

/* Slots of the monitor's domain. */
enum { M_VCPU = 1, M_NOTIFICATION, M_DONE };

static struct machine {
	volatile uint64_t status, reason;
} machine ALIGNED(PAGE_SIZE);

static uint8_t stack[PAGE_SIZE] ALIGNED(PAGE_SIZE);
static uint8_t guest_page[PAGE_SIZE] ALIGNED(PAGE_SIZE);

/* In the monitor's domain. */
NORETURN static void machine_main(void)
{
	struct machine *m = (struct machine *)ACT_SHARED;
	uint64_t reason, bits;

	tiny_guest_reset((struct vcpu_state *)STATE_ADDRESS, GUEST_CODE);
	m->status = sys_vcpu_run(M_VCPU, &reason, &bits);
	m->reason = reason;
	(void)!sys_signal(M_DONE, DONE_ACT(0));
	(void)!sys_wait(M_NOTIFICATION, 1, &bits);
	__builtin_trap();
}

static void machine_create(void)
{
	uint64_t thread = STRESS_CPU(0, PER_ACT), context = STRESS_CPU(0, PER_ACT_SC);

	stress_need(sys_create_domain(ROOT_DOMAIN, STRESS_DOMAIN, ACCOUNT_PAGES, 0), "domain");
	stress_map(STRESS_DOMAIN, &machine);
	stress_need(stress_map_page(STRESS_DOMAIN, stack, ACT_STACK(0), MEM_R | MEM_W), "stack");
	stress_need(sys_create_notification(STRESS_DOMAIN, STRESS_NOTIFICATION, 0), "notification");
	stress_need(sys_create_gspace(STRESS_DOMAIN, STRESS_GSPACE), "gspace");
	stress_need(stress_map_page(STRESS_GSPACE, guest_page, GUEST_CODE, MEM_R | MEM_X),
		"guest memory");
	stress_need(sys_create_vcpu(STRESS_DOMAIN, STRESS_VCPU, STRESS_GSPACE, 0,
			    STRESS_NOTIFICATION, STATE_ADDRESS),
		"vcpu");
	stress_grant(STRESS_DOMAIN, STRESS_VCPU, M_VCPU, RIGHT_USE);
	stress_grant(STRESS_DOMAIN, STRESS_NOTIFICATION, M_NOTIFICATION, RIGHT_WAIT);
	stress_grant(STRESS_DOMAIN, STRESS_DONE, M_DONE, RIGHT_USE);
	stress_need(sys_create_thread(STRESS_DOMAIN, thread, 0, 0, ACT_UTCB(0),
			    (uint64_t)machine_main, ACT_STACK_TOP(0)),
		"thread");
	stress_need(sys_create_sc(STRESS_DOMAIN, context, thread, PRIORITY_VM, 0, 0), "context");
}

/* One guest from nothing to nothing; the ticks it took. */
static uint64_t machine_run(unsigned number)
{
	uint64_t start = tsc_read(), bits;
	bool halts = number % 2 == 0; /* or asks for CPUID */
	struct tiny_reasons reasons = tiny_reasons(stress_virt);

	memcpy(guest_page, halts ? "\xf4" : "\x0f\xa2", 2);
	machine.reason = 0;
	machine_create();
	bits = stress_wait(DONE_ACT(0), stress_tsc_khz * PATIENCE_MS);
	if (!(bits & DONE_ACT(0)) || machine.status != STATUS_OK ||
		machine.reason != (halts ? reasons.hlt : reasons.cpuid)) {
		stress_print("stress: guest %u: bits %llx status %llu reason %llu\n", number,
			(unsigned long long)bits, (unsigned long long)machine.status,
			(unsigned long long)machine.reason);
		stress_check(false, "a guest did not leave as it should");
	}
	stress_need(sys_destroy(STRESS_DOMAIN), "end of a guest");
	return tsc_read() - start;
}

void machines_run(void)
{
	struct sys_account before;
	uint64_t first = 0, last = 0;

	machine_run(0); /* tables of the root task that stay */
	before = stress_account();
	for (unsigned i = 0; i < MACHINES; i++) {
		uint64_t ticks = machine_run(i);

		first += i < PART ? ticks : 0;
		last += i >= MACHINES - PART ? ticks : 0;
		stress_same_account(&before, "a guest left something behind");
	}
	stress_print("stress: machines: %u, ticks each: first=%llu last=%llu\n", MACHINES,
		(unsigned long long)first / PART, (unsigned long long)last / PART);
}
