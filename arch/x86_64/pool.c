/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include "assert.h"
#include "lib/string.h"

/* A free page's first word leads to the next. */
struct free_page {
	struct free_page *next;
};

static struct {
	uint64_t base; /* physical */
	uint64_t pages, free_pages;
	struct free_page *free;
	uint8_t *use; /* enum pool_use of each page; lies at the pool's start */
} pool;

uint64_t pool_linear;

static uint64_t pool_index(hpa_t pa)
{
	return (pa.raw - pool.base) >> PAGE_SHIFT;
}

hpa_t pool_hpa(const void *page)
{
	return hpa((uint64_t)page - pool_linear);
}

bool pool_contains(hpa_t pa)
{
	return pa.raw >= pool.base && pool_index(pa) < pool.pages;
}

enum pool_use pool_use_of(hpa_t pa)
{
	ASSERT(pool_contains(pa));
	return pool.use[pool_index(pa)];
}

uint64_t pool_pages(void)
{
	return pool.pages;
}

uint64_t pool_free_pages(void)
{
	return pool.free_pages;
}

void pool_init(hpa_t base, uint64_t pages, uint64_t table_bytes, void **table)
{
	uint64_t boot_pages = (PAGE_ALIGN_UP(pages) + PAGE_ALIGN_UP(table_bytes)) >> PAGE_SHIFT;

	pool.base = base.raw;
	pool_linear = POOL_BASE - base.raw;
	pool.pages = pages;
	pool.use = pool_ptr(base);
	ASSERT(boot_pages < pages);
	memset(pool.use, 0, boot_pages << PAGE_SHIFT);
	memset(pool.use, POOL_BOOT, boot_pages);
	*table = (char *)pool.use + PAGE_ALIGN_UP(pages);
	for (uint64_t i = pages - 1; i >= boot_pages; i--)
		pool_give(pool_ptr(hpa(base.raw + (i << PAGE_SHIFT))));
}

void *pool_take(enum pool_use use)
{
	struct free_page *page = pool.free;

	if (!page)
		return NULL;
	pool.free = page->next;
	pool.free_pages--;
	pool.use[pool_index(pool_hpa(page))] = (uint8_t)use;
	memset(page, 0, PAGE_SIZE);
	return page;
}

void pool_give(void *memory)
{
	struct free_page *page = memory;

	page->next = pool.free;
	pool.free = page;
	pool.free_pages++;
	pool.use[pool_index(pool_hpa(page))] = POOL_FREE;
}
