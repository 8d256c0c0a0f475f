/* SPDX-License-Identifier: MIT */
/* A sleeping lock: see lock.h. */
#include "vmm/lock.h"

#define TRIES 64u /* a few instructions each */
#define HOLDER(word) ((uint32_t)(word))
#define SLEEPERS(word) ((uint32_t)((word) >> 32))
#define SLEEPER(thread) BIT(32 + (thread))

static bool word_change(struct lock *l, uint64_t *old, uint64_t new)
{
	return __atomic_compare_exchange_n(
		&l->word, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

void lock_take_slow(struct lock *l, unsigned thread)
{
	unsigned tries = 0;
	uint64_t word = __atomic_load_n(&l->word, __ATOMIC_RELAXED);

	for (;;) {
		if (!HOLDER(word)) {
			if (word_change(l, &word, word | (thread + 1)))
				return;
		} else if (tries < TRIES && l->cpu[HOLDER(word) - 1] != l->cpu[thread]) {
			tries++;
			__builtin_ia32_pause();
			word = __atomic_load_n(&l->word, __ATOMIC_RELAXED);
		} else if (word_change(l, &word, word | SLEEPER(thread))) {
			l->sleep(thread);
			tries = 0;
			word = __atomic_load_n(&l->word, __ATOMIC_RELAXED);
		}
	}
}

/* The first sleeper after `thread`, round the end. */
static unsigned next_sleeper(uint32_t sleepers, unsigned thread)
{
	uint32_t later = thread + 1 < LOCK_THREADS ? sleepers & ~0u << (thread + 1) : 0;

	return (unsigned)__builtin_ctz(later ? later : sleepers);
}

void lock_give_slow(struct lock *l, unsigned thread)
{
	uint64_t word = __atomic_load_n(&l->word, __ATOMIC_RELAXED);
	unsigned next;

	do {
		next = SLEEPERS(word) ? next_sleeper(SLEEPERS(word), thread) : LOCK_THREADS;
	} while (!word_change(
		l, &word, next < LOCK_THREADS ? (word & ~SLEEPER(next)) >> 32 << 32 : 0));
	if (next < LOCK_THREADS)
		l->wake(next);
}
