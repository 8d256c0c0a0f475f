/* SPDX-License-Identifier: MIT */
#include "lock.h"

void lock_take(struct lock *lock, void (*meanwhile)(void))
{
	uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket) {
		if (meanwhile)
			meanwhile();
		__builtin_ia32_pause();
	}
	lock_taken(lock);
}

bool lock_try(struct lock *lock)
{
	uint32_t ticket = __atomic_load_n(&lock->serving, __ATOMIC_RELAXED);

	if (!__atomic_compare_exchange_n(
		    &lock->next, &ticket, ticket + 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	lock_taken(lock);
	return true;
}

void lock_give(struct lock *lock)
{
	lock_given(lock);
	__atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}
