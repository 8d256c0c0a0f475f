/* SPDX-License-Identifier: MIT */
#include "capspace.h"

#include "pool.h"
#include "smp.h"

enum status capspace_reserve(struct capspace *space, struct account *account, uint64_t slot)
{
	uint64_t **leaf = &space->leaf[(slot & (CAP_SLOTS - 1)) / CAP_LEAF_SLOTS];

	if (slot == 0 || slot >= CAP_SLOTS)
		return STATUS_BAD_ARG;
	if (!*leaf)
		__atomic_store_n(leaf, account_page(account, POOL_OBJECT), __ATOMIC_RELEASE);
	return *leaf ? STATUS_OK : STATUS_NO_MEMORY;
}

void capspace_set(struct capspace *space, uint64_t slot, struct cap cap)
{
	uint64_t index = slot & (CAP_SLOTS - 1);
	uint64_t *leaf = space->leaf[index / CAP_LEAF_SLOTS];

	if (leaf && slot == index)
		__atomic_store_n(&leaf[index % CAP_LEAF_SLOTS], cap.raw, __ATOMIC_RELEASE);
}

void capspace_unreserve(struct capspace *space, struct account *account, uint64_t slot)
{
	uint64_t **leaf = &space->leaf[(slot & (CAP_SLOTS - 1)) / CAP_LEAF_SLOTS];
	uint64_t *page = *leaf;

	for (unsigned i = 0; page && i < CAP_LEAF_SLOTS; i++)
		if (page[i])
			return;
	if (!page)
		return;
	__atomic_store_n(leaf, NULL, __ATOMIC_RELAXED);
	smp_grace(); /* of capspace_get() */
	account_page_free(account, page);
}

void capspace_free(struct capspace *space, struct account *account)
{
	for (unsigned i = 0; i < CAP_LEAVES; i++) {
		if (space->leaf[i])
			account_page_free(account, space->leaf[i]);
		space->leaf[i] = NULL;
	}
}

_Static_assert(CAP_LEAF_SLOTS *CAP_LEAVES == CAP_SLOTS, "the leaves hold every slot");
_Static_assert((CAP_SLOTS & (CAP_SLOTS - 1)) == 0, "slots are masked");
