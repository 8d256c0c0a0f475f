/* SPDX-License-Identifier: MIT */
/* What must hold of the kernel's objects whenever nobody is in ring 0. Each
 * function fails the test if it does not. */
#ifndef TEST_KERNEL_CHECK_H
#define TEST_KERNEL_CHECK_H

#include <stdint.h>

struct balance {
	uint64_t pages_used, pages_limit, objects_used, objects_limit; /* of the root domain */
	unsigned taken;                                                /* pages of the pool */
};

/* The CPU goes on with the right thread, in its own address space. Cheap. */
void check_running(void);

/*
 * Everything else, by walking all there is:
 *   each page of the pool has one owner, and each account has counted right
 *   the limits of all accounts add up to what there was at the start
 *   lists are whole, references agree with each other, contexts are where
 *   their state says, and none waits for a thread that can run
 *   no frame of the pool is mapped, but shared pages in their own domain
 */
void check_all(void);

/* What is left of a budget and what comes back are the whole of it. */
struct sc;
void check_budget(const struct sc *sc);

/* The heap of timeouts `t`, the child of `parent`, is in order. Their number. */
struct timeout;
unsigned check_timeouts(const struct timeout *t, const struct timeout *parent);

/* The root task is as the kernel has made it. Before the first check_all(). */
void check_start(void);

/* Tables of the root domain, of pages and of capabilities, are left out. */
struct balance check_balance(void);
void check_same_balance(const struct balance *start);

#endif
