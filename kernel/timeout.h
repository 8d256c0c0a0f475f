/* SPDX-License-Identifier: MIT */
/*
 * Deadlines of one CPU: a ring sorted by time, earliest first.
 * A timeout is embedded in the object that waits and belongs to one CPU.
 */
#ifndef KERNEL_TIMEOUT_H
#define KERNEL_TIMEOUT_H

#include "lib/list.h"

#include <stdint.h>

#define TIMEOUT_NEVER UINT64_MAX

struct timeout {
	struct list node;
	uint64_t deadline; /* TSC ticks */
	void (*fire)(struct timeout *);
};

static inline void timeout_init(struct timeout *timeout, void (*fire)(struct timeout *))
{
	list_init(&timeout->node);
	timeout->deadline = TIMEOUT_NEVER;
	timeout->fire = fire;
}

/* Sets, or moves, the deadline of `timeout` in `queue`. */
void timeout_set(struct list *queue, struct timeout *timeout, uint64_t deadline);

/* Takes `timeout` out of its queue, if it is in one. */
void timeout_cancel(struct timeout *timeout);

/* Fires all that are due at `now`, each once, after taking it out. */
void timeout_expire(struct list *queue, uint64_t now);

/* The earliest deadline, or TIMEOUT_NEVER. */
uint64_t timeout_next(const struct list *queue);

#endif
