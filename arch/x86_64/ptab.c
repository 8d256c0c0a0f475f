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
 */
#include "ptab.h"

#include "assert.h"
#include "pool.h"
#include "ptab_entry.h"

#define RIGHTS (MEM_R | MEM_W | MEM_X | PTAB_USER)
#define CACHE (MEM_UC | MEM_WC)

static unsigned index_of(uint64_t va, unsigned level)
{
	return (va >> (PAGE_SHIFT + 9 * level)) % PTAB_ENTRIES;
}

static bool is_table(const struct ptab_format *format, uint64_t entry, unsigned level)
{
	return entry & format->present && level > 0 && !(entry & format->large);
}

static uint64_t *table_of(const struct ptab_format *format, uint64_t entry)
{
	return pool_ptr(hpa(entry & format->address));
}

static uint64_t *entry_of(uint64_t *table, uint64_t va, unsigned level)
{
	return &table[index_of(va, level)];
}

/* The first address that the topmost index cannot express, as a bit number. */
static unsigned address_bits(const struct ptab_format *format)
{
	return PAGE_SHIFT + 9 * format->levels;
}

static uint64_t sign_extend(const struct ptab_format *format, uint64_t va)
{
	unsigned unused = 64 - address_bits(format);
	return format->is_signed ? (uint64_t)((int64_t)(va << unused) >> unused) : va;
}

static bool is_address(const struct ptab_format *format, uint64_t va)
{
	if (format->is_signed)
		return sign_extend(format, va) == va;
	return va >> address_bits(format) == 0;
}

static bool is_attr(const struct ptab_format *format, unsigned attr)
{
	if (!(attr & MEM_R) || attr & ~(RIGHTS | CACHE | PTAB_GLOBAL) || (attr & CACHE) == CACHE)
		return false;
	if ((attr & PTAB_USER && !format->user) || (attr & PTAB_GLOBAL && !format->global))
		return false;
	return !(format->w_xor_x && attr & MEM_W && attr & MEM_X);
}

static uint64_t leaf_make(const struct ptab_format *format, hpa_t pa, unsigned level, unsigned attr)
{
	uint64_t entry = pa.raw | format->leaf | format->read;
	entry |= level > 0 ? format->large : 0;
	entry |= attr & MEM_W ? format->write : 0;
	entry |= attr & MEM_X ? format->execute : format->no_execute;
	entry |= attr & PTAB_USER ? format->user : 0;
	entry |= attr & PTAB_GLOBAL ? format->global : 0;
	if (attr & MEM_UC)
		return entry | format->uc;
	return entry | (attr & MEM_WC ? format->wc : format->wb);
}

/* Part `index` of a leaf of `level`, as a leaf one level down. */
static uint64_t leaf_part(
	const struct ptab_format *format, uint64_t leaf, unsigned level, unsigned index)
{
	uint64_t part = leaf + index * ptab_size(level - 1);
	return level == 1 ? part & ~format->large : part;
}

static bool has(uint64_t entry, uint64_t bits)
{
	return bits != 0 && (entry & bits) == bits;
}

/* Rights that an entry, table or leaf, lets pass. */
static unsigned entry_rights(const struct ptab_format *format, uint64_t entry)
{
	unsigned rights = has(entry, format->read) ? MEM_R : 0;
	rights |= has(entry, format->write) ? MEM_W : 0;
	rights |= has(entry, format->user) ? PTAB_USER : 0;
	if (format->execute ? has(entry, format->execute) : !has(entry, format->no_execute))
		rights |= MEM_X;
	return rights;
}

static unsigned leaf_cache(const struct ptab_format *format, uint64_t leaf)
{
	uint64_t type = leaf & format->cache;
	if (type == format->wb)
		return 0;
	return type == format->wc ? MEM_WC : MEM_UC;
}

/* What one call works on. */
struct step {
	const struct ptab_format *format;
	uint64_t va;
	struct page_source *source;
	struct ptab_change *change;
};

/* New tables, built aside. */
struct branch {
	uint64_t entry; /* what links them into the tree */
	unsigned count;
	void *page[PTAB_LEVELS - 1];
};

static void branch_free(struct branch *branch, struct page_source *source)
{
	while (branch->count > 0)
		source->give(source, branch->page[--branch->count]);
}

/*
 * Builds what is to replace the entry `old` (absent or a leaf) of level `from`:
 * tables down to level `to`, where the entry for `va` is `leaf` (0: absent) and
 * all around it maps what `old` did. false: out of memory, nothing is left.
 */
static bool branch_build(const struct step *step, unsigned from, unsigned to, uint64_t old,
	uint64_t leaf, struct branch *out)
{
	const struct ptab_format *format = step->format;
	uint64_t *link = &out->entry;
	out->count = 0;
	for (unsigned level = from; level > to; level--) {
		uint64_t *table = step->source->take(step->source, POOL_TABLE);
		if (!table) {
			branch_free(out, step->source);
			return false;
		}
		out->page[out->count++] = table;
		for (unsigned i = 0; old & format->present && i < PTAB_ENTRIES; i++)
			ptab_entry_fill(&table[i], leaf_part(format, old, level, i));
		ptab_entry_fill(link, pool_hpa(table).raw | format->table);
		link = entry_of(table, step->va, level - 1);
		old = ptab_entry_read(link);
	}
	ptab_entry_fill(link, leaf);
	return true;
}

/*
 * Puts `leaf` of level `to` in the place of `old` in `entry` of level `from`, by
 * one exchange. *done is false if another CPU changed the entry first.
 */
static enum status entry_replace(const struct step *step, uint64_t *entry, unsigned from,
	unsigned to, uint64_t old, uint64_t leaf, bool *done)
{
	struct branch branch;
	if (!branch_build(step, from, to, old, leaf, &branch))
		return STATUS_NO_MEMORY;
	*done = ptab_entry_exchange(entry, old, branch.entry);
	if (!*done)
		branch_free(&branch, step->source);
	else if (old & step->format->present && old != branch.entry)
		step->change->flush = true;
	return STATUS_OK;
}

enum status ptab_map(const struct ptab_format *format, hpa_t root, uint64_t va, hpa_t pa,
	unsigned level, unsigned attr, struct page_source *source, struct ptab_change *change)
{
	if (level >= format->levels || !(format->leaf_levels >> level & 1))
		return STATUS_BAD_ARG;
	if (!is_address(format, va) || !is_attr(format, attr))
		return STATUS_BAD_ARG;
	if ((va | pa.raw) & (ptab_size(level) - 1) || pa.raw & ~format->address)
		return STATUS_BAD_ARG;

	struct step step = {format, va, source, change};
	uint64_t leaf = leaf_make(format, pa, level, attr);
	uint64_t *table = pool_ptr(root);
	unsigned at = format->levels - 1u;
	bool done = false;
	while (!done) {
		uint64_t *entry = entry_of(table, va, at);
		uint64_t old = ptab_entry_read(entry);
		if (is_table(format, old, at)) {
			if (at == level)
				return STATUS_IN_USE;
			table = table_of(format, old);
			at--;
			continue;
		}
		enum status status = entry_replace(&step, entry, at, level, old, leaf, &done);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* Starts at entry `first`, the one after the entry just removed: in a range that
 * is unmapped upwards this is the next to go, so the search ends at once. */
static bool table_empty(const struct ptab_format *format, const uint64_t *table, unsigned first)
{
	for (unsigned i = 0; i < PTAB_ENTRIES; i++)
		if (ptab_entry_read(&table[(first + i) % PTAB_ENTRIES]) & format->present)
			return false;
	return true;
}

/* Unlinks the tables on the way to the step's address that hold nothing, from
 * level `at` up. path[n] is the entry of level n on this way. */
static void tables_prune(const struct step *step, uint64_t *path[], unsigned at)
{
	for (; at + 1u < step->format->levels; at++) {
		unsigned index = index_of(step->va, at);
		uint64_t *table = path[at] - index;
		if (!table_empty(step->format, table, index + 1))
			return;
		uint64_t old = ptab_entry_read(path[at + 1]);
		if (!ptab_entry_exchange(path[at + 1], old, 0))
			return;
		step->change->page[step->change->freed++] = table;
	}
}

/* The level of the largest leaf, at most `at`, that starts at `va` and lies in `size`. */
static unsigned level_within(uint64_t va, uint64_t size, unsigned at)
{
	while (at > 0 && (va & (ptab_size(at) - 1) || size < ptab_size(at)))
		at--;
	return at;
}

/* Walks from the root to the entry, absent or a leaf, that decides about `va`.
 * Returns its level; path[n] is the entry passed on level n. */
static unsigned path_find(const struct ptab_format *format, hpa_t root, uint64_t va,
	uint64_t *path[], uint64_t *entry)
{
	uint64_t *table = pool_ptr(root);
	for (unsigned at = format->levels - 1u;; at--) {
		path[at] = entry_of(table, va, at);
		*entry = ptab_entry_read(path[at]);
		if (!is_table(format, *entry, at))
			return at;
		table = table_of(format, *entry);
	}
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

	struct step step = {format, va, source, change};
	uint64_t *path[PTAB_LEVELS];
	uint64_t old;
	unsigned at = path_find(format, root, va, path, &old);
	if (!(old & format->present)) {
		uint64_t hole = ptab_size(at) - (va & (ptab_size(at) - 1));
		*span = hole < size ? hole : size;
		return STATUS_OK;
	}
	unsigned to = level_within(va, size, at);
	bool done;
	enum status status = entry_replace(&step, path[at], at, to, old, 0, &done);
	if (status != STATUS_OK)
		return status;
	ASSERT(done); /* the owner of the tree keeps other calls out */
	*span = ptab_size(to);
	tables_prune(&step, path, at);
	return STATUS_OK;
}

/* Walks to the entry that decides about `va`; false: it is absent. */
static bool leaf_find(const struct ptab_format *format, hpa_t root, uint64_t va,
	struct ptab_leaf *out, unsigned *level)
{
	uint64_t *table = pool_ptr(root);
	unsigned rights = RIGHTS;
	for (unsigned at = format->levels - 1u;; at--) {
		uint64_t entry = ptab_entry_read(entry_of(table, va, at));
		rights &= entry_rights(format, entry);
		*level = at;
		if (!(entry & format->present))
			return false;
		if (is_table(format, entry, at)) {
			table = table_of(format, entry);
			continue;
		}
		out->va = va & ~(ptab_size(at) - 1);
		out->pa = hpa(entry & format->address & ~(ptab_size(at) - 1));
		out->level = at;
		out->attr = rights | leaf_cache(format, entry);
		out->attr |= has(entry, format->global) ? PTAB_GLOBAL : 0;
		return true;
	}
}

bool ptab_lookup(const struct ptab_format *format, hpa_t root, uint64_t va, struct ptab_leaf *out)
{
	unsigned level;
	return is_address(format, va) && leaf_find(format, root, va, out, &level);
}

/* The address after the entry of `level` at `va`, or PTAB_END. */
static uint64_t address_after(const struct ptab_format *format, uint64_t va, unsigned level)
{
	uint64_t next = sign_extend(format, (va | (ptab_size(level) - 1)) + 1);
	return next <= va || !is_address(format, next) ? PTAB_END : next;
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

/* The first of the entries `first` to `last` that points to a table, or NULL. */
static uint64_t *table_link(const struct ptab_format *format, uint64_t *table, unsigned level,
	unsigned first, unsigned last)
{
	for (unsigned i = first; i <= last; i++)
		if (is_table(format, ptab_entry_read(&table[i]), level))
			return &table[i];
	return NULL;
}

bool ptab_destroy_step(const struct ptab_format *format, hpa_t root, unsigned first, unsigned last,
	struct page_source *source)
{
	unsigned at = format->levels - 1u;
	uint64_t *link = table_link(format, pool_ptr(root), at, first, last);
	if (!link)
		return true;
	uint64_t *table = NULL;
	for (uint64_t *next = link; next;) {
		link = next;
		table = table_of(format, ptab_entry_read(link));
		at--;
		next = table_link(format, table, at, 0, PTAB_ENTRIES - 1);
	}
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

_Static_assert(PTAB_FREED >= PTAB_STEP_FREED, "one step fits into an empty change");
_Static_assert(PTAB_ENTRIES * sizeof(uint64_t) == PAGE_SIZE, "a table is a page");
