/* SPDX-License-Identifier: MIT */
/*
 * The one page-table walker. What it promises is in ptab.h.
 *
 * An entry is in one of three states: absent, table, leaf.
 *
 *   absent -> leaf, or the table at the top of a new branch     (map)
 *   leaf   -> another leaf, or a table that splits it           (map, unmap)
 *   leaf   -> absent                                            (unmap)
 *   table  -> absent, when it holds nothing                     (unmap, destroy)
 *
 * What is rare (new tables, tables that go) stands in functions of its own that
 * are not inlined: the common way through a call then saves no registers.
 */
#include "ptab.h"

#include "assert.h"
#include "pool.h"
#include "ptab_entry.h"

#define CACHE (MEM_UC | MEM_WC)

static unsigned index_of(uint64_t va, unsigned level)
{
	return (va >> (PAGE_SHIFT + 9 * level)) % PTAB_ENTRIES;
}

static bool is_present(uint64_t entry)
{
	return entry & PTAB_PRESENT;
}

/* Of an entry above level 0. */
static bool is_table(uint64_t entry)
{
	return (entry & (PTAB_PRESENT | PTAB_LARGE)) == PTAB_PRESENT;
}

static uint64_t *table_of(const struct ptab_format *format, uint64_t entry)
{
	return pool_ptr(hpa(entry & format->address));
}

static unsigned address_bits(const struct ptab_format *format)
{
	return PAGE_SHIFT + 9 * format->levels;
}

static bool is_address(const struct ptab_format *format, uint64_t va)
{
	return (va + format->negative) >> address_bits(format) == 0;
}

static bool is_attr(const struct ptab_format *format, unsigned attr)
{
	return !((attr ^ MEM_R) & (MEM_R | ~format->attr)) && !(attr & attr << 1 & format->pairs);
}

static uint64_t leaf_make(const struct ptab_format *format, hpa_t pa, unsigned level, unsigned attr)
{
	uint64_t entry = pa.raw | format->leaf | (attr & (MEM_R | MEM_W));
	entry |= level > 0 ? PTAB_LARGE : 0;
	entry |= attr & MEM_X ? format->execute : format->no_execute;
	entry |= attr >> PTAB_HOST_SHIFT;
	return entry | format->type[(attr & CACHE) / MEM_UC];
}

/* Part `index` of a leaf of `level`, as a leaf one level down. */
static uint64_t leaf_part(uint64_t leaf, unsigned level, unsigned index)
{
	uint64_t part = leaf + index * ptab_size(level - 1);
	return level == 1 ? part & ~PTAB_LARGE : part;
}

/* The attributes of a leaf; `path` is what spot_find() gathered. */
static unsigned leaf_attr(const struct ptab_format *format, uint64_t leaf, uint64_t path)
{
	uint64_t type = leaf & (format->type[0] | format->type[1] | format->type[2]);
	unsigned attr = path & (MEM_R | MEM_W);
	attr |= path & (format->execute | format->no_execute) ? MEM_X : 0;
	attr |= ((unsigned)path << PTAB_HOST_SHIFT & PTAB_USER) & format->attr;
	attr |= ((unsigned)leaf << PTAB_HOST_SHIFT & PTAB_GLOBAL) & format->attr;
	if (type == format->type[0])
		return attr;
	return attr | (type == format->type[1] ? MEM_UC : MEM_WC);
}

/* Where a walk ended. */
struct spot {
	uint64_t *entry;
	uint64_t value; /* of the entry */
	uint64_t path;  /* bits set in every entry passed, those of no_execute turned round */
	unsigned level;
};

/* Walks from the root to the entry that decides about `va`, absent or a leaf, or
 * to the entry of level `stop` on the way there. */
static inline struct spot spot_find(
	const struct ptab_format *format, hpa_t root, uint64_t va, unsigned stop)
{
	struct spot spot = {.path = ~0ull};
	uint64_t *table = pool_ptr(root);
	/* Unrolled: the shift for each level is in the instruction. */
#pragma GCC unroll 4
	for (spot.level = PTAB_LEVELS - 1; spot.level < PTAB_LEVELS; spot.level--) {
		if (spot.level == PTAB_LEVELS - 1 && spot.level == format->levels)
			continue; /* a format with one level less */
		spot.entry = &table[index_of(va, spot.level)];
		spot.value = ptab_entry_read(spot.entry);
		spot.path &= spot.value ^ format->no_execute;
		if (spot.level == stop || spot.level == 0 || !is_table(spot.value))
			return spot;
		table = table_of(format, spot.value);
	}
	__builtin_unreachable();
}

/* The only change of an entry that a CPU may be looking at. */
static inline void spot_set(struct spot spot, uint64_t value, struct ptab_change *change)
{
	bool done = ptab_entry_exchange(spot.entry, spot.value, value);
	ASSERT(done); /* the caller keeps others out */
	if (is_present(spot.value) && spot.value != value)
		change->flush = true;
}

/*
 * As spot_set(), but by a leaf (or 0) of the lower level `to`: new tables down to
 * it are built aside. In them the entry for `va` is `leaf`, and all around it
 * maps what the old entry did.
 */
static NOINLINE enum status spot_branch(const struct ptab_format *format, struct spot spot,
	uint64_t va, unsigned to, uint64_t leaf, struct page_source *source,
	struct ptab_change *change)
{
	uint64_t *page[PTAB_LEVELS - 1], branch = 0, *link = &branch, old = spot.value;
	unsigned count = 0;
	for (; count < spot.level - to; count++) {
		page[count] = source->take(source, POOL_TABLE);
		if (page[count])
			continue;
		while (count > 0)
			source->give(source, page[--count]);
		return STATUS_NO_MEMORY;
	}
	for (unsigned level = spot.level; level > to; level--) {
		uint64_t *table = page[spot.level - level];
		for (unsigned i = 0; is_present(old) && i < PTAB_ENTRIES; i++)
			ptab_entry_fill(&table[i], leaf_part(old, level, i));
		ptab_entry_fill(link, pool_hpa(table).raw | format->table);
		link = &table[index_of(va, level - 1)];
		old = ptab_entry_read(link);
	}
	ptab_entry_fill(link, leaf);
	spot_set(spot, branch, change);
	return STATUS_OK;
}

enum status ptab_map(const struct ptab_format *format, hpa_t root, const struct ptab_leaf *leaf,
	struct page_source *source, struct ptab_change *change)
{
	unsigned level = leaf->level, attr = leaf->attr;
	uint64_t va = leaf->va, pa = leaf->pa.raw, within;
	if (level >= PTAB_LEVELS || !(format->leaf_levels >> level & 1))
		return STATUS_BAD_ARG;
	within = ptab_size(level) - 1;
	if (va & within || pa & (within | ~format->address))
		return STATUS_BAD_ARG;
	if (!is_address(format, va) || !is_attr(format, attr))
		return STATUS_BAD_ARG;

	uint64_t entry = leaf_make(format, leaf->pa, level, attr);
	struct spot spot = spot_find(format, root, va, level);
	/*@ split spot.level; */
	if (unlikely(spot.level > level))
		return spot_branch(format, spot, va, level, entry, source, change);
	if (level > 0 && is_table(spot.value))
		return STATUS_IN_USE;
	spot_set(spot, entry, change);
	return STATUS_OK;
}

static uint64_t *table_around(uint64_t *entry)
{
	return (uint64_t *)((uintptr_t)entry & ~PAGE_MASK);
}

static bool table_empty(const uint64_t *table)
{
	for (unsigned i = 0; i < PTAB_ENTRIES; i++)
		if (is_present(ptab_entry_read(&table[i])))
			return false;
	return true;
}

/* An `entry` of level `at` has become absent: unlinks the table around it if that
 * is empty now, and those on the way to it that held nothing else. */
static NOINLINE void tables_prune(const struct ptab_format *format, hpa_t root, uint64_t va,
	unsigned at, uint64_t *entry, struct ptab_change *change)
{
	while (++at < format->levels && table_empty(table_around(entry))) {
		struct spot spot = spot_find(format, root, va, at);
		change->page[change->freed++] = table_around(entry);
		spot_set(spot, 0, change);
		entry = spot.entry;
	}
}

/* In a range that is unmapped upwards the next entry is the next to go: then there
 * is no need to search the table. */
static bool next_present(uint64_t *entry)
{
	/*@ split (uintptr_t)entry; */
	return (uintptr_t)(entry + 1) % PAGE_SIZE && is_present(ptab_entry_read(entry + 1));
}

/* The level of the largest leaf, at most `at`, that starts at `va` and lies in `size`. */
static unsigned level_within(uint64_t va, uint64_t size, unsigned at)
{
	while (at > 0 && (va & (ptab_size(at) - 1) || size < ptab_size(at)))
		at--;
	return at;
}

enum status ptab_unmap(const struct ptab_format *format, hpa_t root, uint64_t va, uint64_t size,
	struct page_source *source, struct ptab_change *change, uint64_t *span)
{
	uint64_t last = va + (size - 1);
	if ((va | size) & PAGE_MASK || size == 0 || last < va)
		return STATUS_BAD_ARG;
	if (!is_address(format, va) || !is_address(format, last) || (va ^ last) >> 63)
		return STATUS_BAD_ARG;
	ASSERT(!ptab_change_full(change));

	struct spot spot = spot_find(format, root, va, 0);
	/*@ split spot.level; */
	if (!is_present(spot.value)) {
		uint64_t hole = ptab_size(spot.level) - (va & (ptab_size(spot.level) - 1));
		*span = hole < size ? hole : size;
		return STATUS_OK;
	}
	unsigned to = level_within(va, size, spot.level);
	/*@ split to; */
	if (unlikely(to < spot.level)) {
		enum status status = spot_branch(format, spot, va, to, 0, source, change);
		if (status != STATUS_OK)
			return status;
	} else {
		spot_set(spot, 0, change);
		if (!next_present(spot.entry))
			tables_prune(format, root, va, to, spot.entry, change);
	}
	*span = ptab_size(to);
	return STATUS_OK;
}

/* *out is the leaf at `va`; false: none, *out is unchanged. *level is that of
 * the entry that decided. */
static bool leaf_find(const struct ptab_format *format, hpa_t root, uint64_t va,
	struct ptab_leaf *out, unsigned *level)
{
	struct spot spot = spot_find(format, root, va, 0);
	uint64_t within = ptab_size(spot.level) - 1;
	*level = spot.level;
	if (!is_present(spot.value))
		return false;
	*out = (struct ptab_leaf){
		.va = va & ~within,
		.pa = hpa(spot.value & format->address & ~within),
		.level = spot.level,
		.attr = leaf_attr(format, spot.value, spot.path),
	};
	return true;
}

bool ptab_lookup(const struct ptab_format *format, hpa_t root, uint64_t va, struct ptab_leaf *out)
{
	unsigned level;
	return is_address(format, va) && leaf_find(format, root, va, out, &level);
}

/* The address after the entry of `level` at `va`, or PTAB_END. */
static uint64_t address_after(const struct ptab_format *format, uint64_t va, unsigned level)
{
	uint64_t next = (va | (ptab_size(level) - 1)) + 1;
	if (next == format->negative) /* over the hole between the halves */
		next = -next;
	return next > va && is_address(format, next) ? next : PTAB_END;
}

bool ptab_next(const struct ptab_format *format, hpa_t root, uint64_t *va, struct ptab_leaf *out)
{
	unsigned level;
	while (*va != PTAB_END && is_address(format, *va)) {
		uint64_t here = *va;
		bool found = leaf_find(format, root, here, out, &level);
		*va = address_after(format, here, level);
		if (found)
			return true;
	}
	return false;
}

/* The first of the entries `first` to `last` of a table above level 0 that
 * points to a table, or NULL. */
static uint64_t *table_link(uint64_t *table, unsigned first, unsigned last)
{
	for (unsigned i = first; i <= last; i++)
		if (is_table(ptab_entry_read(&table[i])))
			return &table[i];
	return NULL;
}

bool ptab_destroy_step(const struct ptab_format *format, hpa_t root, unsigned first, unsigned last,
	struct page_source *source)
{
	uint64_t *link = NULL, *table = pool_ptr(root);
	uint64_t *next = table_link(table, first, last);
	for (unsigned at = format->levels - 1u; next; at--) {
		link = next;
		table = table_of(format, ptab_entry_read(link));
		next = at > 1 ? table_link(table, 0, PTAB_ENTRIES - 1) : NULL;
	}
	if (!link)
		return true;
	(void)ptab_entry_exchange(link, ptab_entry_read(link), 0);
	source->give(source, table);
	return false;
}

void ptab_change_free(struct ptab_change *change, struct page_source *source)
{
	while (change->freed > 0)
		source->give(source, change->page[--change->freed]);
	change->flush = false;
}

_Static_assert(MEM_R == PTAB_PRESENT && MEM_W == PTAB_WRITE, "attributes as entries have them");
_Static_assert(MEM_X == MEM_W << 1 && MEM_WC == MEM_UC << 1, "neighbours");
_Static_assert(PTAB_FREED >= PTAB_STEP_FREED, "one step fits into an empty change");
_Static_assert(PTAB_ENTRIES * sizeof(uint64_t) == PAGE_SIZE, "a table is a page");
