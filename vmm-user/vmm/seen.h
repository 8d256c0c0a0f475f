/* SPDX-License-Identifier: MIT */
/*
 * Remembers the first few things that happened, so that each is reported once
 * and a guest cannot flood the log. When it is full, nothing is new any more.
 */
#ifndef VMM_SEEN_H
#define VMM_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#define SEEN_MAX 64u

struct seen {
	uint64_t item[SEEN_MAX];
	unsigned count;
};

/* Whether `item` is new and there was room to remember it. */
static inline bool seen_first(struct seen *seen, uint64_t item)
{
	for (unsigned i = 0; i < seen->count; i++)
		if (seen->item[i] == item)
			return false;
	if (seen->count == SEEN_MAX)
		return false;
	seen->item[seen->count++] = item;
	return true;
}

#endif
