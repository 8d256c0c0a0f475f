/* SPDX-License-Identifier: MIT */
/*
 * The capability table of a domain: CAP_SLOTS slots in pages that are taken
 * from the account when the first slot in them is filled.
 *
 * Lock: capspace_get() needs none; changes are made with the kernel lock.
 *
 * A slot is one word: a reference (object.h), and the rights in bits 3..0.
 */
#ifndef KERNEL_CAPSPACE_H
#define KERNEL_CAPSPACE_H

#include "abi/syscall.h"
#include "account.h"
#include "object.h"

#define CAP_LEAF_SLOTS (4096u / 8u)
#define CAP_LEAVES (CAP_SLOTS / CAP_LEAF_SLOTS)

struct capspace {
	uint64_t *leaf[CAP_LEAVES];
};

struct cap {
	uint64_t raw; /* 0: empty */
};

static inline struct cap cap_make(struct ref ref, unsigned rights)
{
	return (struct cap){ref.raw | rights};
}

static inline struct ref cap_ref(struct cap cap)
{
	return (struct ref){cap.raw & ~(uint64_t)RIGHT_ALL};
}

static inline unsigned cap_rights(struct cap cap)
{
	return (unsigned)cap.raw & RIGHT_ALL;
}

/* What is in `slot`; empty for slots out of range. */
static inline struct cap capspace_get(const struct capspace *space, uint64_t slot)
{
	/* Masked before it is compared, so that a mispredicted check cannot read
	 * outside the table. */
	uint64_t index = slot & (CAP_SLOTS - 1);
	const uint64_t *leaf =
		__atomic_load_n(&space->leaf[index / CAP_LEAF_SLOTS], __ATOMIC_ACQUIRE);

	if (unlikely(slot != index || !leaf))
		return (struct cap){0};
	return (struct cap){__atomic_load_n(&leaf[index % CAP_LEAF_SLOTS], __ATOMIC_ACQUIRE)};
}

/* Makes `slot` fillable: STATUS_BAD_ARG out of range, STATUS_NO_MEMORY without a
 * page for it. Slot 0 is never filled: it means "none" in arguments. */
enum status capspace_reserve(
	struct capspace *space, struct account *account, uint64_t slot) MUST_CHECK;

/* Fills or empties (raw 0) a slot; filling needs capspace_reserve() before. */
void capspace_set(struct capspace *space, uint64_t slot, struct cap cap);

/* Undoes capspace_reserve(): gives the page of `slot` back if nothing is in it. */
void capspace_unreserve(struct capspace *space, struct account *account, uint64_t slot);

/* Gives all pages back. */
void capspace_free(struct capspace *space, struct account *account);

#endif
