/* SPDX-License-Identifier: MIT */
/*
 * Memory for the tests of the page-table walker: an arena of pages that can be
 * told to run out, and that records every write to a table entry. Included once
 * per test, before ptab.c, whose access functions it replaces.
 *
 *   recording   each write is appended to log[]
 *   replaying   a read sees the arena as it was at time[n] for the n-th read of
 *               a walk: what a CPU sees that walks while the tree changes
 */
#define ARCH_PTAB_ENTRY_H /* takes the place of arch/x86_64/ptab_entry.h */

#include "assert.h"
#include "pool.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_PAGES 4096u
#define ARENA_HPA 0x40000000ull
#define LOG_MAX 8192u
#define NEVER ~0u

struct write {
	const uint64_t *entry;
	uint64_t value;
	bool live; /* an exchange; otherwise a fill of an unlinked table */
};

static uint8_t arena[ARENA_PAGES][PAGE_SIZE] ALIGNED(4096);
static bool taken[ARENA_PAGES];
static unsigned pages_taken, pages_left = NEVER;
static const struct ptab_format *tree_format; /* the tree under test */
static hpa_t tree_root;
static bool freeing; /* inside ptab_change_free() or a destroy */

static struct write write_log[LOG_MAX];
static unsigned writes;
static bool recording;
static uint8_t (*snapshot)[PAGE_SIZE];       /* the arena when recording began */
static const unsigned *replay_time;          /* not NULL: replaying */
static void (*on_exchange)(uint64_t *entry); /* called before each exchange */
static bool expect_panic;
static jmp_buf panicked;

hpa_t pool_hpa(const void *page)
{
	return hpa(ARENA_HPA + (uint64_t)((const uint8_t *)page - arena[0]));
}

uint64_t pool_linear = (uint64_t)arena - ARENA_HPA;

void panic(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (!expect_panic)
		vprintf(format, args);
	va_end(args);
	if (expect_panic)
		longjmp(panicked, 1);
	fail();
	abort();
}

static bool in_arena(const void *p)
{
	return (uintptr_t)p - (uintptr_t)arena < sizeof(arena);
}

/* Tables of the tree below `table`, which is of level `at`, marking them. */
static unsigned tables_below(const uint64_t *table, unsigned at, bool mark[])
{
	unsigned count = 0;
	for (unsigned i = 0; at > 0 && i < PTAB_ENTRIES; i++) {
		uint64_t entry = table[i];
		if (!(entry & PTAB_PRESENT) || entry & PTAB_LARGE)
			continue;
		uint64_t *next = pool_ptr(hpa(entry & tree_format->address));
		if (mark)
			mark[((uint8_t *)next - arena[0]) / PAGE_SIZE] = true;
		count += 1 + tables_below(next, at - 1, mark);
	}
	return count;
}

/* Tables reachable from the root, the root not counted. */
static UNUSED unsigned tree_tables(void)
{
	return tables_below(pool_ptr(tree_root), tree_format->levels - 1u, NULL);
}

static bool reachable(const void *page)
{
	static bool mark[ARENA_PAGES];
	memset(mark, 0, sizeof(mark));
	tables_below(pool_ptr(tree_root), tree_format->levels - 1u, mark);
	return mark[((const uint8_t *)page - arena[0]) / PAGE_SIZE];
}

static void *page_take(struct page_source *source, unsigned use)
{
	(void)source;
	assert_int_equal(use, POOL_TABLE);
	if (pages_left == 0)
		return NULL;
	pages_left -= pages_left != NEVER;
	for (unsigned i = 0; i < ARENA_PAGES; i++) {
		if (taken[i])
			continue;
		taken[i] = true;
		pages_taken++;
		if (recording) /* nobody looked at it before: it was always zero */
			memset(snapshot[i], 0, PAGE_SIZE);
		return memset(arena[i], 0, PAGE_SIZE);
	}
	fail_msg("the arena is too small");
	return NULL;
}

static void page_give(struct page_source *source, void *page)
{
	(void)source;
	unsigned i = (unsigned)(((uint8_t *)page - arena[0]) / PAGE_SIZE);
	assert_true(taken[i]);
	assert_false(reachable(page));
	/* A table that was linked during this call stays as it is until the flush. */
	for (unsigned n = 0; !freeing && recording && n < writes; n++)
		assert_false(write_log[n].live && write_log[n].value && in_arena(page) &&
			     (write_log[n].value & tree_format->address) == pool_hpa(page).raw);
	taken[i] = false;
	pages_taken--;
	pages_left += pages_left != NEVER;
	if (!recording)
		memset(page, 0xff, PAGE_SIZE);
}

static struct page_source arena_source = {page_take, page_give};

static UNUSED enum status tree_map(
	uint64_t va, uint64_t pa, unsigned level, unsigned attr, struct ptab_change *change)
{
	struct ptab_leaf leaf = {va, hpa(pa), level, attr};
	return ptab_map(tree_format, tree_root, &leaf, &arena_source, change);
}

/* An empty tree of `format` in an empty arena. */
static void tree_reset(const struct ptab_format *format)
{
	memset(taken, 0, sizeof(taken));
	pages_taken = 0;
	pages_left = NEVER;
	recording = false;
	tree_format = format;
	tree_root = pool_hpa(page_take(&arena_source, POOL_TABLE));
	pages_taken = 0;
}

static UNUSED void record_start(void)
{
	if (!snapshot)
		snapshot = malloc(sizeof(arena));
	memcpy(snapshot, arena, sizeof(arena));
	writes = 0;
	recording = true;
}

static void record(const uint64_t *entry, uint64_t value, bool live)
{
	if (!recording || !in_arena(entry))
		return;
	assert_true(writes < LOG_MAX);
	write_log[writes++] = (struct write){entry, value, live};
}

static uint64_t replay_read(const uint64_t *entry, unsigned time)
{
	size_t offset = (size_t)((const uint8_t *)entry - arena[0]);
	uint64_t value;
	memcpy(&value, snapshot[0] + offset, sizeof(value));
	for (unsigned n = 0; n < time; n++)
		if (write_log[n].entry == entry)
			value = write_log[n].value;
	return value;
}

static uint64_t ptab_entry_read(const uint64_t *entry)
{
	return replay_time ? replay_read(entry, *replay_time++) : *entry;
}

static void ptab_entry_fill(uint64_t *entry, uint64_t value)
{
	if (recording && in_arena(entry))
		assert_false(reachable((void *)((uintptr_t)entry & ~(uintptr_t)(PAGE_SIZE - 1))));
	*entry = value;
	record(entry, value, false);
}

static bool ptab_entry_exchange(uint64_t *entry, uint64_t old, uint64_t value)
{
	if (on_exchange)
		on_exchange(entry);
	if (*entry != old)
		return false;
	*entry = value;
	record(entry, value, true);
	return true;
}
