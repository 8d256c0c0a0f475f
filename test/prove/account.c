/* SPDX-License-Identifier: MIT */
/*
 * Accounts and slabs. A slab of any size class, with any objects taken, alone or
 * beside another in its list; an account with any limits, used within them.
 *
 * The pool's pages are absolute addresses, because freeing an object rounds its
 * address down to its page.
 */
/* EVA: -no-warn-invalid-pointer -absolute-valid-range 0x100000-0x104fff -eva-precision 1 */
/* EVA: -eva-domains cvalue,bitwise -eva-slevel-function prove_ctz:100,slab_class:10 */
/* EVA: -eva-split-return full -eva-slevel-function account_object:20,slab_create:10 */
/* UNREACHED: account_refund 2 an ASSERT of two conditions, which holds */
/* UNREACHED: account_object_free 2 the same */
int prove_ctz(unsigned long long x);
#define __builtin_ctzll prove_ctz

#include "kernel/account.c"

#include "__fc_builtin.h"

#define SLAB ((struct slab *)0x100000)
#define OTHER ((struct slab *)0x101000)
#define FRESH ((struct slab *)0x102000)
#define ACCOUNT ((struct account *)0x103000)

/* The number of zeros below the lowest one; 0 has none, and must not come. */
int prove_ctz(unsigned long long x)
{
	int n = 0;

	while (!(x & BIT(n)))
		n++;
	return n;
}

/* The limits of all accounts are what the pool has: a charged page is there. Of its
 * zeroes only those in a slab's head count here; the rest is unknown. */
void *pool_take(enum pool_use use)
{
	(void)use;
	return FRESH;
}

void pool_give(void *page)
{
	Frama_C_make_unknown(page, PAGE_SIZE); /* wants it valid */
}

static void account_any(struct account *a)
{
	account_init(a, Frama_C_unsigned_int_interval(0, UINT32_MAX),
		Frama_C_unsigned_int_interval(0, UINT32_MAX));
	a->pages_used = Frama_C_unsigned_int_interval(0, a->pages_limit);
	a->objects_used = Frama_C_unsigned_int_interval(0, a->objects_limit);
}

static void slab_make(struct slab *slab, unsigned class, uint64_t used)
{
	Frama_C_make_unknown((char *)slab, PAGE_SIZE);
	slab->size = SLAB_SMALLEST << class;
	slab->count = (PAGE_SIZE - SLAB_HEADER) / slab->size;
	slab->used = used;
	list_init(&slab->partial);
}

/* What is in the list of slabs with room. */
enum { NONE, ONE, ONE_OTHER, OTHER_ONE };

static void lists_make(unsigned class, unsigned layout)
{
	struct list *head = &ACCOUNT->partial[class];

	if (layout == OTHER_ONE)
		list_insert(head, &OTHER->partial);
	if (layout != NONE)
		list_insert(head, &SLAB->partial);
	if (layout == ONE_OTHER)
		list_insert(head, &OTHER->partial);
}

static void allocate(unsigned class, unsigned layout)
{
	unsigned taken = Frama_C_unsigned_int_interval(0, 62);
	uint64_t rest = Frama_C_unsigned_long_interval(0, UINT64_MAX >> 1);
	size_t size = Frama_C_unsigned_long_interval(
		class > 0 ? (32ull << class) + 1 : 0, 64ull << class);

	slab_make(SLAB, class, 0);
	slab_make(OTHER, class, 1);
	lists_make(class, layout);
	if (taken >= SLAB->count)
		return;
	/*@ split taken; */
	SLAB->used = rest << taken << 1 | (BIT(taken) - 1);
	(void)account_object(ACCOUNT, size);
}

/* Object `index` of a slab; the others are any. */
static void free_one(unsigned class, unsigned layout)
{
	unsigned index = Frama_C_unsigned_int_interval(0, 62);
	uint64_t rest = Frama_C_unsigned_long_interval(0, UINT64_MAX);

	slab_make(SLAB, class, 0);
	slab_make(OTHER, class, 1);
	if (index >= SLAB->count)
		return;
	if (Frama_C_interval(0, 1)) {
		SLAB->used = slab_full_mask(SLAB);
		lists_make(class, layout);
		list_remove(&SLAB->partial);
	} else {
		/*@ split index; */
		SLAB->used = rest | BIT(index);
		lists_make(class, layout == NONE ? ONE : layout);
	}
	ACCOUNT->pages_used = Frama_C_unsigned_int_interval(1, UINT32_MAX);
	ACCOUNT->objects_used = Frama_C_unsigned_int_interval(1, UINT32_MAX);
	/*@ split index; */
	account_object_free(ACCOUNT, (char *)SLAB + SLAB_HEADER + index * SLAB->size);
}

/* By the way that page tables take theirs. */
static void pages(void)
{
	void *page = ACCOUNT->source.take(&ACCOUNT->source, POOL_TABLE);

	ACCOUNT->pages_used = Frama_C_unsigned_int_interval(1, UINT32_MAX);
	if (page)
		ACCOUNT->source.give(&ACCOUNT->source, page);
}

static void funds(void)
{
	struct account other;

	account_any(&other);
	if (account_fund(ACCOUNT, &other, Frama_C_unsigned_int_interval(0, UINT32_MAX),
		    Frama_C_unsigned_int_interval(0, UINT32_MAX)) == STATUS_OK)
		return;
	other.pages_used = other.objects_used = 0;
	account_refund(ACCOUNT, &other);
}

int main(void)
{
	unsigned class = Frama_C_unsigned_int_interval(0, SLAB_CLASSES - 1);
	unsigned layout = Frama_C_unsigned_int_interval(NONE, OTHER_ONE);

	Frama_C_make_unknown((char *)FRESH, PAGE_SIZE);
	*FRESH = (struct slab){.used = 0};
	account_any(ACCOUNT);
	switch (Frama_C_interval(0, 3)) {
	case 0:
		pages();
		break;
	case 1:
		funds();
		break;
	case 2:
		/*@ split class; */
		/*@ split layout; */
		allocate(class, layout);
		break;
	case 3:
		/*@ split class; */
		/*@ split layout; */
		free_one(class, layout);
		break;
	}
	return 0;
}
