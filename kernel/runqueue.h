/* SPDX-License-Identifier: MIT */
/*
 * The ready queue of one CPU: a FIFO per priority and a word that says which
 * are not empty, so that every operation takes constant time.
 */
#ifndef KERNEL_RUNQUEUE_H
#define KERNEL_RUNQUEUE_H

#include "abi/syscall.h"
#include "lib/compiler.h"
#include "lib/list.h"

#include <stdint.h>

struct runqueue {
	uint64_t ready; /* bit p: queue[p] is not empty */
	struct list queue[PRIORITY_COUNT];
};

static inline void runqueue_init(struct runqueue *q)
{
	q->ready = 0;
	for (unsigned p = 0; p < PRIORITY_COUNT; p++)
		list_init(&q->queue[p]);
}

/* Puts `node` at the tail of `priority`'s queue, or at its head. */
static inline void runqueue_add(struct runqueue *q, struct list *node, unsigned priority, bool head)
{
	list_insert(head ? q->queue[priority].next : &q->queue[priority], node);
	q->ready |= BIT(priority);
}

static inline void runqueue_remove(struct runqueue *q, struct list *node, unsigned priority)
{
	list_remove(node);
	if (list_empty(&q->queue[priority]))
		q->ready &= ~BIT(priority);
}

/* The highest priority with something ready, or -1. */
static inline int runqueue_highest(const struct runqueue *q)
{
	return q->ready ? 63 - __builtin_clzll(q->ready) : -1;
}

_Static_assert(PRIORITY_COUNT == 64, "one bit per priority");

#endif
