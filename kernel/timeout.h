/* SPDX-License-Identifier: MIT */
/*
 * Deadlines of one CPU, earliest first, as a leftist heap: a binary tree in
 * which no child is due before its parent, and every way down along right links
 * is logarithmic.
 *
 *     head ──left──► earliest
 *                    /       \
 *                 later    later      rank: nodes from here down the right links
 *
 * Whoever has armed many timers slows the others down by the logarithm of their
 * number: setting and taking out visit at most about 4 log2(n) timeouts.
 *
 * A timeout is embedded in the object that waits and belongs to one CPU.
 */
#ifndef KERNEL_TIMEOUT_H
#define KERNEL_TIMEOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMEOUT_NEVER UINT64_MAX
#define TIMEOUT_BATCH 16u /* fired by one timeout_expire() */

struct timeout {
	struct timeout *left, *right; /* later ones; rank of left >= rank of right */
	struct timeout *parent;       /* NULL: in no queue */
	uint64_t deadline;            /* TSC ticks */
	void (*fire)(struct timeout *);
	uint32_t rank;
};

/* All zeroes: empty. */
struct timeout_queue {
	struct timeout head; /* its left child is the earliest */
};

static inline void timeout_init(struct timeout *timeout, void (*fire)(struct timeout *))
{
	timeout->parent = NULL;
	timeout->deadline = TIMEOUT_NEVER;
	timeout->fire = fire;
}

/* Waits in a queue. */
static inline bool timeout_pending(const struct timeout *timeout)
{
	return timeout->parent != NULL;
}

/* Sets, or moves, the deadline of `timeout` in `queue`. */
void timeout_set(struct timeout_queue *queue, struct timeout *timeout, uint64_t deadline);

/* Takes `timeout` out of its queue, if it is in one. */
void timeout_cancel(struct timeout *timeout);

/* Fires what is due at `now`, the earliest first, each once, after taking it
 * out. At most TIMEOUT_BATCH; timeout_next() is in the past if more are due. */
void timeout_expire(struct timeout_queue *queue, uint64_t now);

/* The earliest deadline, or TIMEOUT_NEVER. */
static inline uint64_t timeout_next(const struct timeout_queue *queue)
{
	return queue->head.left ? queue->head.left->deadline : TIMEOUT_NEVER;
}

#endif
