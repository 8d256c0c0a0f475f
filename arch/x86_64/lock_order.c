/* SPDX-License-Identifier: MIT */
/* Lock order is not checked: the release build. */
#include "lock.h"

void lock_taken(const struct lock *lock)
{
	(void)lock;
}

void lock_given(const struct lock *lock)
{
	(void)lock;
}
