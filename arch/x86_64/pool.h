/* SPDX-License-Identifier: MIT */
/*
 * The kernel's memory: one contiguous range of physical memory taken at boot,
 * mapped linearly at POOL_BASE, handed out in pages. Everything the kernel
 * creates after boot lives here; nothing else of physical memory is mapped.
 *
 * Who may take how much is decided by kernel/account.c: the sum of all accounts
 * never exceeds the pool, so pool_take() cannot fail for a charged page.
 * Each page has a use, so that audits can tell tables from objects from the
 * pages shared with ring 3.
 */
#ifndef ARCH_POOL_H
#define ARCH_POOL_H

#include "lib/addr.h"
#include "lib/compiler.h"

#include <stdbool.h>

#define POOL_BASE 0xffff800000000000ull

enum pool_use {
	POOL_FREE = 0,
	POOL_OBJECT,   /* kernel objects */
	POOL_TABLE,    /* page tables of any format */
	POOL_HARDWARE, /* VMCS, VMCB, bitmaps, FPU areas */
	POOL_SHARED,   /* UTCB and vCPU state pages: mapped in ring 3 as well */
	POOL_BOOT      /* taken before the accounts existed */
};

/* Takes the range into use, mapped already. `base` is page aligned. *table is
 * `table_bytes` of zeroes at its start, for the caller. Once, at boot. */
void pool_init(hpa_t base, uint64_t pages, uint64_t table_bytes, void **table);

/* A zeroed page for `use`, or NULL when none is left. */
void *pool_take(enum pool_use use) MUST_CHECK;

/* Returns a page of pool_take(). */
void pool_give(void *page);

/* Pages of the pool in all, and free now. */
uint64_t pool_pages(void);
uint64_t pool_free_pages(void);

/* Use of the page at `pa`; `pa` must lie in the pool. */
enum pool_use pool_use_of(hpa_t pa);
bool pool_contains(hpa_t pa);

hpa_t pool_hpa(const void *page);

/* From a physical address of the pool to where ring 0 sees it: the sum of both.
 * Set by pool_init(), for good. */
extern uint64_t pool_linear;

static inline void *pool_ptr(hpa_t pa)
{
	return (void *)(pa.raw + pool_linear);
}

#endif
