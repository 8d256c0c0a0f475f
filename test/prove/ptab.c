/* SPDX-License-Identifier: MIT */
/*
 * The page-table walker, in each format and with each width of address: any tree,
 * any address, any leaf. Tables are absolute addresses, because the walker finds a
 * table by rounding down the address of its entry.
 *
 * Every link leads to some table, any of them, of unknown contents: also trees that
 * share tables or bite their tail are no way out of bounds.
 */
/* EVA: -no-warn-invalid-pointer -absolute-valid-range 0x100000-0x102fff */
/* EVA: -eva-precision 1 -eva-split-return full */
/* EVA: -eva-slevel-function ptab_destroy_step:50,table_link:5,tables_prune:50 */
/* UNREACHED: ptab_unmap 1 an ASSERT that holds */
/* UNREACHED: spot_find 7 level 0 is where it stops; after a loop that does not end */
/* EVA: -kernel-warn-key CERT:MSC:37=inactive */
#include <stdbool.h>
#include <stdint.h>

#define ARCH_PTAB_ENTRY_H

static inline uint64_t ptab_entry_read(const uint64_t *entry)
{
	return *entry;
}
static inline void ptab_entry_fill(uint64_t *entry, uint64_t value)
{
	*entry = value;
}
/* Nobody else writes to the tree: its owner sees to that (ptab.h). */
static inline bool ptab_entry_exchange(uint64_t *entry, uint64_t old, uint64_t value)
{
	(void)old;
	*entry = value;
	return true;
}

/* In place of pool.h: a link leads to a table, because the walker itself has put it
 * there, but to which is left open. */
#define ARCH_POOL_H

#include "lib/addr.h"

#define POOL_TABLE 2u

void *pool_ptr(hpa_t pa);
hpa_t pool_hpa(const void *page);

#include "arch/x86_64/ptab.c"
#include "arch/x86_64/ptab_format.c"

#include "__fc_builtin.h"

#define TABLES 3u
#define TABLE(n) ((uint64_t *)(0x100000ull + (n)*PAGE_SIZE))

static uint64_t any(void)
{
	return Frama_C_unsigned_long_interval(0, UINT64_MAX);
}

static uint64_t *table_any(void)
{
	return TABLE(Frama_C_unsigned_int_interval(0, TABLES - 1));
}

void *pool_ptr(hpa_t pa)
{
	(void)pa;
	return table_any();
}

hpa_t pool_hpa(const void *page)
{
	(void)page;
	return hpa(any() & BITS(51, 12));
}

static void *take(struct page_source *source, unsigned use)
{
	(void)source;
	(void)use;
	return Frama_C_interval(0, 1) ? table_any() : NULL;
}

static void give(struct page_source *source, void *page)
{
	(void)source;
	Frama_C_make_unknown(page, PAGE_SIZE); /* wants it valid */
}

static void use(const struct ptab_format *format)
{
	struct page_source source = {take, give};
	struct ptab_change change;
	struct ptab_leaf leaf = {.va = any(), .pa = {any()}};
	uint64_t va = any(), span;
	unsigned attr = Frama_C_unsigned_int_interval(0, 63), at;

	ptab_change_init(&change);
	switch (Frama_C_interval(0, 5)) {
	case 0:
		/*@ split attr; */
		leaf.attr = attr + 64 * Frama_C_unsigned_int_interval(0, UINT32_MAX / 64);
		at = Frama_C_unsigned_int_interval(0, PTAB_LEVELS);
		/*@ split at; */
		leaf.level = at;
		(void)ptab_map(format, hpa(any()), &leaf, &source, &change);
		break;
	case 1:
		change.freed = Frama_C_unsigned_int_interval(0, PTAB_FREED - PTAB_STEP_FREED);
		(void)ptab_unmap(format, hpa(any()), va, any(), &source, &change, &span);
		break;
	case 2:
		(void)ptab_lookup(format, hpa(any()), va, &leaf);
		break;
	case 3:
		(void)ptab_next(format, hpa(any()), &va, &leaf);
		break;
	case 4:
		(void)ptab_destroy_step(format, hpa(any()),
			Frama_C_unsigned_int_interval(0, PTAB_ENTRIES - 1),
			Frama_C_unsigned_int_interval(0, PTAB_ENTRIES - 1), &source);
		break;
	case 5:
		change.freed = Frama_C_unsigned_int_interval(0, PTAB_FREED);
		for (unsigned i = 0; i < PTAB_FREED; i++)
			change.page[i] = table_any();
		ptab_change_free(&change, &source);
		break;
	}
}

int main(void)
{
	struct ptab_format *const formats[] = {&ptab_host, &ptab_ept, &ptab_npt};
	unsigned which = Frama_C_unsigned_int_interval(0, 2), bits, less;
	struct ptab_format *format;

	for (unsigned i = 0; i < TABLES; i++)
		Frama_C_make_unknown((char *)TABLE(i), PAGE_SIZE);
	/*@ split which; */
	format = formats[which];
	bits = Frama_C_unsigned_int_interval(36, 52);
	format->address = BITS(bits - 1, 12);
	less = which > 0 && Frama_C_interval(0, 1);
	/*@ split less; */
	format->levels -= less;
	if (Frama_C_interval(0, 1))
		format->leaf_levels |= 4;
	use(format);
	return 0;
}
