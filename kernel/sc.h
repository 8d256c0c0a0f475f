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
 *      budget used up  ▼  │ some of it comes back (and READY)
 *                    THROTTLED
 *
 * The budget is that of a sporadic server: what is used from t on comes back at
 * t + period, so that in no window of one period, wherever it begins, more than
 * one budget is used. left and what is pending are always one budget together.
 */
#ifndef KERNEL_SC_H
#define KERNEL_SC_H

#include "object.h"
#include "timeout.h"

struct cpu;
struct thread;

#define SC_PENDING 4u          /* replenishments under way */
#define SC_PERIOD_LEAST_US 50u /* shorter ones would be all timer interrupts */

enum sc_state { SC_READY, SC_CURRENT, SC_BLOCKED, SC_THROTTLED };

struct sc {
	struct object object;
	struct list node; /* run queue or blocked list, by state */
	struct cpu *cpu;
	struct thread *thread; /* NULL once the thread is gone */
	enum sc_state state;
	uint32_t priority;
	uint64_t budget, period; /* ticks; period 0: a time slice, no limit */
	uint64_t left;           /* ticks of the budget that can be used now */
	uint64_t debt;           /* ticks used beyond that: the timer was late */
	struct {
		uint64_t time, amount;
	} pending[SC_PENDING]; /* comes back, earliest first */
	unsigned count;        /* of pending */
	uint64_t joined;       /* when the first use began that the last one pays back */
	struct timeout refill; /* set while THROTTLED */
};

/* A context for `thread`, which must have none, charged to `payer`; the thread
 * is ready to run at once. budget and period in us, both 0 for no limit; a
 * period below SC_PERIOD_LEAST_US counts as that. */
enum status sc_create(struct domain *payer, struct thread *thread, uint64_t priority,
	uint64_t budget_us, uint64_t period_us, struct sc **out) MUST_CHECK;
void sc_unlink(struct object *object);
void sc_release(struct object *object);

/* The context has run from `begin` on, for `used` ticks. */
void sc_charge(struct sc *sc, uint64_t begin, uint64_t used);

/* Gives back what is due at `now`, or a new slice for one that is used up.
 * False: nothing is left; more comes at pending[0].time. */
bool sc_replenish(struct sc *sc, uint64_t now);

#endif
