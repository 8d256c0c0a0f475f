/* SPDX-License-Identifier: MIT */
/*
 * A lock among the threads of one monitor, numbered 0 to LOCK_THREADS - 1. Who
 * finds it taken looks again for a few hundred instructions if the holder is on
 * another CPU, and then sleeps; on the holder's own CPU it sleeps at once, so it
 * does no harm that one of them has a higher priority.
 *
 *   word   63           32 31            0
 *         +---------------+---------------+
 *         | who sleeps    | holder + 1    |
 *         +---------------+---------------+
 *
 * Taking and giving a lock that nobody else wants is one compare-exchange each.
 * Giving wakes one sleeper, in turn, who tries again: nobody is handed the lock,
 * so a thread that runs is never held up by one that does not. Every sleeper's bit
 * is cleared by exactly one wake(), which may come before its sleep().
 * States: all zeroes is free; the rest is set before there are threads.
 */
#ifndef VMM_LOCK_H
#define VMM_LOCK_H

#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

#define LOCK_THREADS 32u

struct lock {
	uint64_t word;
	void (*sleep)(unsigned thread); /* until wake() for this thread */
	void (*wake)(unsigned thread);  /* any thread */
	const uint8_t *cpu;             /* of each thread */
};

/* Parts of lock_take() and lock_give(), for a lock that others want as well. */
void lock_take_slow(struct lock *lock, unsigned thread);
void lock_give_slow(struct lock *lock, unsigned thread);

/* Takes the lock; not again before it was given. */
static inline void lock_take(struct lock *lock, unsigned thread)
{
	uint64_t free = 0;

	if (unlikely(!__atomic_compare_exchange_n(
		    &lock->word, &free, thread + 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		lock_take_slow(lock, thread);
}

/* Gives the lock that this thread has taken. */
static inline void lock_give(struct lock *lock, unsigned thread)
{
	uint64_t mine = thread + 1;

	if (unlikely(!__atomic_compare_exchange_n(
		    &lock->word, &mine, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)))
		lock_give_slow(lock, thread);
}

#endif
