/* SPDX-License-Identifier: MIT */
/*
 * The several-CPU test: a root task that lets CPUs work against each other. Each
 * test is a function that runs on CPU 0 and ends the run if something is wrong.
 */
#ifndef SMP_H
#define SMP_H

#include "abi/boot.h"
#include "lib/addr.h"
#include "rt/syscall.h"

#include <stdbool.h>

#define CPUS 32u

/* Slots of the root task. Those of CPU n are at SLOT_CPU + n * SLOT_STRIDE. */
enum smp_slot { SLOT_HOME = ROOT_FIRST_FREE, SLOT_CPU = 64, SLOT_STRIDE = 32, SLOT_DOMAIN = 32 };

/* Of one CPU. */
enum cpu_slot {
	CPU_NOTIFICATION = 0,
	CPU_THREAD,
	CPU_SC,
	CPU_GSPACE,
	CPU_VCPU,
	CPU_VICTIM /* and more */
};

static inline uint64_t slot_of(uint32_t cpu, uint64_t slot)
{
	return SLOT_CPU + cpu * SLOT_STRIDE + slot;
}

extern uint32_t cpus;            /* that are up */
extern enum boot_virt guests_on; /* what guests run on */
extern uint64_t ram_frame;       /* first of some free ones */

/* Ends the run, naming the call, unless `status` is STATUS_OK. */
void need(enum status status, const char *what);

/* Ends the run. */
void fail(const char *format, ...) PRINTF(1, 2);

void say(const char *format, ...) PRINTF(1, 2);

/* Busy for so many TSC ticks. */
void spin(uint64_t ticks);

/* Waits until *word differs from `old`; ends the run if it takes too long. */
uint64_t wait_change(volatile uint64_t *word, uint64_t old, const char *what);

/* A thread of the root domain on `cpu` that runs main(cpu), of low priority. At
 * most one per CPU at a time; stop_thread() before the next. */
void start_thread(uint32_t cpu, void (*main)(uint64_t cpu));
void stop_thread(uint32_t cpu);

/* The account of the root domain is as at the last account_note(). */
void account_note(void);
void account_check(const char *what);

/* The tests. */
void test_signals(void);
void test_replace_in_domain(void);
void test_replace_in_guest(void);
void test_revoke_in_guest(void);
void test_destroy_far(void);
void test_create_at_once(void);
void test_no_ldt(void);

#endif
