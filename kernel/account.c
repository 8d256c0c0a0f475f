/* SPDX-License-Identifier: MIT */
#include "account.h"

#include "assert.h"
#include "lib/addr.h"
#include "lib/string.h"
#include "pool.h"

#define SLAB_HEADER 64u
#define SLAB_SMALLEST 64u

/* The head of a slab page; objects follow from SLAB_HEADER on. */
struct slab {
	struct list partial; /* in account->partial[class], or alone when full */
	uint64_t used;       /* one bit per object */
	uint32_t size, count;
};

_Static_assert(sizeof(struct slab) <= SLAB_HEADER, "the slab's head fits");

static void *source_take(struct page_source *source, unsigned use)
{
	return account_page(CONTAINER_OF(source, struct account, source), use);
}

static void source_give(struct page_source *source, void *page)
{
	account_page_free(CONTAINER_OF(source, struct account, source), page);
}

void account_init(struct account *account, uint32_t pages, uint32_t objects)
{
	*account = (struct account){
		.source = {.take = source_take, .give = source_give},
		.pages_limit = pages,
		.objects_limit = objects,
	};
	for (unsigned i = 0; i < SLAB_CLASSES; i++)
		list_init(&account->partial[i]);
}

enum status account_fund(struct account *to, struct account *from, uint32_t pages, uint32_t objects)
{
	if (from->pages_limit - from->pages_used < pages ||
		from->objects_limit - from->objects_used < objects)
		return STATUS_NO_MEMORY;
	from->pages_limit -= pages;
	from->objects_limit -= objects;
	to->pages_limit += pages;
	to->objects_limit += objects;
	return STATUS_OK;
}

void account_refund(struct account *to, struct account *from)
{
	ASSERT(from->pages_used == 0 && from->objects_used == 0);
	to->pages_limit += from->pages_limit;
	to->objects_limit += from->objects_limit;
	from->pages_limit = 0;
	from->objects_limit = 0;
}

void *account_page(struct account *account, unsigned use)
{
	void *page;

	if (account->pages_used == account->pages_limit)
		return NULL;
	page = pool_take(use);
	ASSERT(page);
	account->pages_used++;
	return page;
}

void account_page_free(struct account *account, void *page)
{
	ASSERT(account->pages_used > 0);
	account->pages_used--;
	pool_give(page);
}

static unsigned slab_class(size_t size)
{
	unsigned class = 0;

	while (size > (size_t)SLAB_SMALLEST << class)
		class ++;
	ASSERT(class < SLAB_CLASSES);
	return class;
}

static uint64_t slab_full_mask(const struct slab *slab)
{
	return BITS(slab->count - 1, 0);
}

static struct slab *slab_create(struct account *account, unsigned class)
{
	struct slab *slab = account_page(account, POOL_OBJECT);

	if (!slab)
		return NULL;
	slab->size = SLAB_SMALLEST << class;
	slab->count = (PAGE_SIZE - SLAB_HEADER) / slab->size;
	list_init(&slab->partial);
	list_insert(&account->partial[class], &slab->partial);
	return slab;
}

void *account_object(struct account *account, size_t size)
{
	unsigned class = slab_class(size);
	struct list *head = &account->partial[class];
	struct slab *slab;
	unsigned index;
	char *object;

	if (account->objects_used == account->objects_limit)
		return NULL;
	slab = list_empty(head) ? slab_create(account, class)
				: CONTAINER_OF(head->next, struct slab, partial);
	if (!slab)
		return NULL;
	index = (unsigned)__builtin_ctzll(~slab->used);
	slab->used |= BIT(index);
	if (slab->used == slab_full_mask(slab))
		list_remove(&slab->partial);
	account->objects_used++;
	object = (char *)slab + SLAB_HEADER + index * slab->size;
	memset(object, 0, slab->size);
	return object;
}

void account_object_free(struct account *account, void *object)
{
	struct slab *slab = (struct slab *)((uintptr_t)object & ~(uintptr_t)PAGE_MASK);
	uintptr_t offset = (uintptr_t)object - (uintptr_t)slab - SLAB_HEADER;
	uint64_t bit = BIT(offset / slab->size);

	ASSERT(slab->used & bit && offset % slab->size == 0);
	if (slab->used == slab_full_mask(slab))
		list_insert(&account->partial[slab_class(slab->size)], &slab->partial);
	slab->used &= ~bit;
	account->objects_used--;
	if (slab->used == 0) {
		list_remove(&slab->partial);
		account_page_free(account, slab);
	}
}
