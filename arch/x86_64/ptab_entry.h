/* SPDX-License-Identifier: MIT */
/*
 * The only ways ptab.c touches a table entry. A test replaces this header, by
 * its guard, with versions that record every access.
 */
#ifndef ARCH_PTAB_ENTRY_H
#define ARCH_PTAB_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t ptab_entry_read(const uint64_t *entry)
{
	return __atomic_load_n(entry, __ATOMIC_ACQUIRE);
}

/* Stores into a table that no tree reaches yet. */
static inline void ptab_entry_fill(uint64_t *entry, uint64_t value)
{
	*entry = value;
}

/* Replaces `old` by `value` in a live table; false: it was no longer `old`. */
static inline bool ptab_entry_exchange(uint64_t *entry, uint64_t old, uint64_t value)
{
	return __atomic_compare_exchange_n(
		entry, &old, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

#endif
