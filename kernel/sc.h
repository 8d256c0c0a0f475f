/* SPDX-License-Identifier: MIT */
/*
 * A scheduling context: the right of one thread to CPU time, at a priority,
 * with a budget per period. It is donated along IPC: what runs on it is the
 * leaf of its thread's chain of calls.
 *
 *          sc_create            leaf blocks
 *   (new) ──────────► READY ◄──────────────── BLOCKED (in leaf->blocked)
 *                      │  ▲   leaf wakes          ▲
 *        picked        ▼  │ preempted             │
 *                     CURRENT ────────────────────┘
 *                      │  ▲
 *      budget used up  ▼  │ period begins (and READY)
 *                    THROTTLED
 */
#ifndef KERNEL_SC_H
#define KERNEL_SC_H

#include "object.h"
#include "timeout.h"

struct cpu;
struct thread;

enum sc_state { SC_READY, SC_CURRENT, SC_BLOCKED, SC_THROTTLED };

struct sc {
	struct object object;
	struct list node; /* run queue or blocked list, by state */
	struct cpu *cpu;
	struct thread *thread; /* NULL once the thread is gone */
	enum sc_state state;
	uint32_t priority;
	uint64_t budget, period; /* ticks; period 0: a time slice, no limit */
	uint64_t left;           /* ticks of the budget not yet used */
	uint64_t period_start;
	struct timeout refill;
};

/* A context for `thread`, which must have none, charged to `payer`; the thread
 * is ready to run at once. budget and period in us, both 0 for no limit. */
enum status sc_create(struct domain *payer, struct thread *thread, uint64_t priority,
	uint64_t budget_us, uint64_t period_us, struct sc **out) MUST_CHECK;
void sc_unlink(struct object *object);
void sc_release(struct object *object);

#endif
