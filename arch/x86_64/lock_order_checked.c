/* SPDX-License-Identifier: MIT */
/*
 * Lock order is checked: the debug build. A CPU takes a lock only while it holds
 * none of the same or a higher rank, and gives only what it holds.
 */
#include "lock.h"

#include "assert.h"
#include "percpu.h"
#include "smp.h"

static uint32_t held[CPU_MAX]; /* a bit per rank; each word is its CPU's own */

/* Before percpu() works there is one CPU, and nothing to check. */
static uint32_t *held_here(void)
{
	return smp_cpus() ? &held[percpu()->id] : &held[0];
}

void lock_taken(const struct lock *lock)
{
	uint32_t *here = held_here();

	ASSERT(*here >> lock->rank == 0 || lock->rank == LOCK_CONSOLE);
	*here |= 1u << lock->rank;
}

void lock_given(const struct lock *lock)
{
	uint32_t *here = held_here();

	ASSERT(*here & 1u << lock->rank);
	*here &= ~(1u << lock->rank);
}
