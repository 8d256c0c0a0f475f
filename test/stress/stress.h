/* SPDX-License-Identifier: MIT */
/*
 * The stress task: a root task that lets others do their worst and looks at what it
 * costs a neighbour and the accounts.
 *
 *   main thread   priority 63   starts the others, then sleeps
 *   heartbeats    priority 40   one per CPU, in a domain of their own   (heart.c)
 *   stage         priority 20   runs the acts, one after the other      (stress.c)
 *   the acts' own priority  5   hostile calls, creation without end
 *
 * All of them execute the pages of this image, each in its own domain; what they
 * share with the stage is one page per act.
 */
#ifndef STRESS_H
#define STRESS_H

#include "abi/boot.h"
#include "lib/addr.h"
#include "rt/syscall.h"

#include <stdbool.h>

#define STRESS_CPUS 8u /* more are left alone */

/* Priorities. */
#define PRIORITY_HEART 40u
#define PRIORITY_VM 30u
#define PRIORITY_STAGE 20u
#define PRIORITY_ACT 5u

/* Slots of the root domain. */
enum stress_slot {
	STRESS_DONE = ROOT_FIRST_FREE, /* notification of the stage */
	STRESS_SLEEP,                  /* notification of the main thread */
	STRESS_STAGE,
	STRESS_STAGE_SC,
	STRESS_HEART,  /* the neighbour's domain */
	STRESS_DOMAIN, /* of the act */
	STRESS_OTHER,  /* a second one of the act */
	STRESS_GSPACE,
	STRESS_VCPU,
	STRESS_NOTIFICATION,
	STRESS_PER_CPU = 32, /* + enum per_cpu, for CPU n from STRESS_CPU(n, ...) */
};

enum per_cpu {
	PER_GUARD, /* server thread and its portals */
	PER_GUARD_PORTAL,
	PER_ECHO_PORTAL,
	PER_HEART, /* thread, context, server, portal, notification of the neighbour */
	PER_HEART_SC,
	PER_HEART_SERVER,
	PER_HEART_PORTAL,
	PER_HEART_NOTIFICATION,
	PER_ACT, /* thread and context of the act */
	PER_ACT_SC,
	PER_COUNT
};
#define STRESS_CPU(cpu, what) (STRESS_PER_CPU + (cpu)*PER_COUNT + (what))

/* What the stage's notification says. */
#define DONE_ACT(cpu) ((uint64_t)1 << (cpu))
#define DONE_TICK ((uint64_t)1 << 32)

/* Where an act's domain finds things. */
#define ACT_SHARED 0x50000000ull
#define ACT_STACK(n) (0x51000000ull + (n)*2 * PAGE_SIZE)
#define ACT_STACK_TOP(n) (ACT_STACK(n) + PAGE_SIZE - 8) /* as after a call */
#define ACT_UTCB(n) (0x52000000ull + (n)*PAGE_SIZE)
#define ACT_FREE 0x60000000ull
#define IMAGE_ENTRY 0x400000ull /* where the image begins */

/* Which of the stacks the caller runs on. */
static inline unsigned stress_stack_number(void)
{
	return (unsigned)(((uint64_t)__builtin_frame_address(0) - ACT_STACK(0)) / (2 * PAGE_SIZE));
}

/* Portals of the guards, by id. */
enum { PORTAL_GUARD = 1, PORTAL_ECHO };

extern unsigned stress_cpus;
extern uint64_t stress_tsc_khz;
extern enum boot_virt stress_virt;

/* Notes a line for the kernel log; only from the stage. A line takes the serial port
 * milliseconds, so they wait until nobody minds: stress_flush(), or the end. */
void stress_print(const char *format, ...) PRINTF(1, 2);
void stress_flush(void);

/* Ends the run with a line that says what went wrong, unless `status` is STATUS_OK. */
void stress_need(enum status status, const char *what);

/* Ends the run with a line unless `good`. */
void stress_check(bool good, const char *what);

/* Switches the machine off. */
NORETURN void stress_end(void);

/* The image, executable, and the page at `shared` go to the domain in `slot`. */
void stress_map(uint64_t slot, const void *shared);

/* The page at `from` goes to `address` of the domain in `slot`. */
enum status stress_map_page(uint64_t slot, const void *from, uint64_t address, unsigned rights);

/* The domain in `slot` gets a capability, in its slot `to`. */
void stress_grant(uint64_t slot, uint64_t from, uint64_t to, unsigned rights);

/* The root domain's account; and a check that it is as it was. */
struct sys_account stress_account(void);
void stress_same_account(const struct sys_account *before, const char *what);

/* Waits for a bit of `mask` or until `ticks` have passed; the bits that came. */
uint64_t stress_wait(uint64_t mask, uint64_t ticks);

/* --- the acts --- */

void heart_start(void);
/* Stops the heartbeats; prints how they went. */
void heart_stop(void);

/* A million random system calls. */
void hostile_run(void);
/* The act's thread on CPU n has faulted at `ip`; false: it must not go on. */
bool hostile_repair(uint64_t ip);

/* Objects of every type until refused. */
void exhaust_run(void);

/* Ten thousand tiny guests. */
void machines_run(void);

#endif
