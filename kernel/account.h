/* SPDX-License-Identifier: MIT */
/*
 * The account of a domain: how many pages of kernel memory and how many objects
 * it may use. An account is funded by moving limits out of the creator's, so the
 * sum of all limits is the pool, and a charge that succeeds finds its page.
 *
 * Small objects share pages ("slabs") with others of the same account and size
 * class; no page is ever shared between accounts.
 */
#ifndef KERNEL_ACCOUNT_H
#define KERNEL_ACCOUNT_H

#include "abi/status.h"
#include "lib/compiler.h"
#include "lib/list.h"
#include "virt.h"

#include <stdint.h>

#define SLAB_CLASSES 5u /* 64, 128, 256, 512, 1024 bytes */

struct account {
	struct page_source source; /* for page tables and back ends: charges here */
	uint32_t pages_used, pages_limit;
	uint32_t objects_used, objects_limit;
	struct list partial[SLAB_CLASSES]; /* slabs with room */
};

/* An empty account with the given limits. */
void account_init(struct account *account, uint32_t pages, uint32_t objects);

/* Moves limits from `from` to `to`; STATUS_NO_MEMORY if `from` has not that much free. */
enum status account_fund(
	struct account *to, struct account *from, uint32_t pages, uint32_t objects) MUST_CHECK;

/* Moves all of `from`, which is in use no more, back to `to`. */
void account_refund(struct account *to, struct account *from);

/* A zeroed, charged page, or NULL. `use` is an enum pool_use. */
void *account_page(struct account *account, unsigned use) MUST_CHECK;
void account_page_free(struct account *account, void *page);

/* Room for one object of at most 1024 bytes, zeroed and charged, or NULL. */
/*@ requires small: size <= 1024; */
void *account_object(struct account *account, size_t size) MUST_CHECK;
void account_object_free(struct account *account, void *object);

#endif
