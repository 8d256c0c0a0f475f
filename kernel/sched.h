/* SPDX-License-Identifier: MIT */
/*
 * The scheduler of one CPU: fixed priorities, budgets, round robin among equals.
 *
 * struct cpu is used by its own CPU only, interrupts off, but for the inbox.
 */
#ifndef KERNEL_SCHED_H
#define KERNEL_SCHED_H

#include "percpu.h"
#include "regs.h"
#include "runqueue.h"
#include "sc.h"

#define SLICE_US 10000u /* between equals without a budget */
#define SCHED_BATCH 16u /* contexts woken, or tried, at a time */

struct cpu {
	struct sc *current;
	bool resched; /* current may no longer be the right one */
	uint32_t id, bit;
	struct message *inbox; /* from other CPUs, newest first; atomic */
	uint64_t since;        /* when current was last charged */
	uint64_t decisions;    /* calls of sched_next(): whom current runs may have changed */
	struct runqueue ready;
	struct list waking; /* BLOCKED, but to be made ready by the next ticks */
	struct timeout_queue timeouts;
	struct regs idle;
	struct regs dead; /* stands in for the frame of a thread that is gone */
};

static inline struct cpu *cpu_this(void)
{
	return percpu()->kernel;
}

/* CPU number `id`, or NULL if it is not there. */
struct cpu *cpu_get(uint64_t id);

/* Sets up this CPU's struct. Once per CPU. */
void sched_init(uint32_t id);

/* Makes `sc` ready; preempts the current one if it comes first. */
void sched_ready(struct sc *sc);

/* `sc`, which is in no queue, becomes ready behind its equals with what it has
 * got back; or, if that is nothing, waits for more. */
void sched_renew(struct sc *sc);

/* Takes `sc` off the CPU, wherever it is: queue, blocked list, timeout. */
void sched_remove(struct sc *sc);

/* The current context waits until `thread`, its leaf, wakes. */
void sched_block(struct thread *thread);

/* All contexts that wait for `thread` become ready: SCHED_BATCH at once, more by
 * ticks that follow without delay. */
void sched_wake(struct thread *thread);

/* Something about time changed: sets the CPU's timer anew. */
void sched_arm(struct cpu *cpu);

/* The timer has fired: fires timeouts, charges, ends budgets. A bounded part of
 * what is due; for the rest the timer fires again at once. */
void sched_tick(struct cpu *cpu);

/* Picks what runs next and returns its frame, ready to resume. After SCHED_BATCH
 * contexts that cannot run after all: the idle frame, resched, and a tick that
 * comes at once. */
struct regs *sched_next(struct cpu *cpu);

#endif
