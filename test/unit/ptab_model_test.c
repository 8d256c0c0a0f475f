/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/ptab_format.c */
/*
 * The page-table walker against a plain array: random maps and unmaps of all
 * sizes, on little memory, in every format. After each the tree is compared at
 * random places, at the end leaf by leaf; then it is unmapped or destroyed, and
 * every table must be back.
 */
#include "ptab.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "ptab_memory.h"
#include "arch/x86_64/ptab.c"

/* The array covers four GiB around an entry boundary of the root. */
#define ROOT_SPAN (512ull << 30)
#define WINDOW_PAGES (4ull << 18)
#define ROUNDS 3000u

static uint64_t model[WINDOW_PAGES]; /* physical address | attributes; 0: nothing */
static uint64_t window;              /* address of model[0] */
static uint64_t seed;

static uint64_t random_below(uint64_t limit)
{
	seed ^= seed << 13; /* xorshift64 */
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 11) % limit;
}

/* A page number, often near a boundary of a larger size. */
static uint64_t random_page(void)
{
	uint64_t page = random_below(WINDOW_PAGES);
	static const uint64_t grid[] = {1, 512, 512 * 512};
	uint64_t size = grid[random_below(3)];
	page = page / size * size + random_below(3) - 1;
	return page < WINDOW_PAGES ? page : 0;
}

static unsigned random_attr(const struct ptab_format *format)
{
	unsigned attr = MEM_R | (unsigned)random_below(4) << 1;
	if (format->pairs & MEM_X && attr & MEM_W)
		attr &= ~MEM_X;
	if (format->attr & PTAB_USER && random_below(2))
		attr |= PTAB_USER;
	static const unsigned cache[] = {0, 0, MEM_UC, MEM_WC};
	return attr | cache[random_below(4)];
}

static void changes_done(struct ptab_change *change)
{
	freeing = true;
	ptab_change_free(change, &arena_source);
	freeing = false;
	assert_int_equal(tree_tables(), pages_taken);
}

/* Whether tables reach into the range: then a large leaf is refused. */
static bool has_smaller(uint64_t page, unsigned level)
{
	struct ptab_leaf leaf;
	uint64_t va = window + page * PAGE_SIZE, end = va + ptab_size(level);
	return ptab_next(tree_format, tree_root, &va, &leaf) && leaf.va < end && leaf.level < level;
}

static void random_map(const struct ptab_format *format)
{
	static const unsigned often[] = {0, 0, 0, 1, 1, 2};
	struct ptab_change change = {0};
	unsigned level = often[random_below(6)], attr = random_attr(format);
	uint64_t count = 1ull << 9 * level, page = random_page() / count * count;
	uint64_t pa = (1 + random_below(1 << 20)) * ptab_size(level) % BIT(46);
	if (pa == 0)
		pa = ptab_size(level);

	enum status expected = has_smaller(page, level) ? STATUS_IN_USE : STATUS_OK;
	enum status status = tree_map(window + page * PAGE_SIZE, pa, level, attr, &change);
	if (status == STATUS_NO_MEMORY) {
		assert_in_range(pages_left, 0, 2);
		assert_false(change.flush);
		return;
	}
	assert_int_equal(status, expected);
	assert_int_equal(change.freed, 0);
	bool changed = false;
	for (uint64_t i = 0; status == STATUS_OK && i < count; i++) {
		uint64_t entry = (pa + i * PAGE_SIZE) | attr;
		changed = changed || (model[page + i] && model[page + i] != entry);
		model[page + i] = entry;
	}
	assert_int_equal(change.flush, changed);
}

/* Unmaps the range to its end, or to where memory runs out. */
static void range_unmap(const struct ptab_format *format, uint64_t page, uint64_t count)
{
	struct ptab_change change = {0};
	while (count > 0) {
		uint64_t span = 0, va = window + page * PAGE_SIZE;
		enum status status = ptab_unmap(
			format, tree_root, va, count * PAGE_SIZE, &arena_source, &change, &span);
		if (status == STATUS_NO_MEMORY) {
			assert_in_range(pages_left, 0, 1);
			break;
		}
		assert_int_equal(status, STATUS_OK);
		assert_int_equal(span % PAGE_SIZE, 0);
		assert_in_range(span, PAGE_SIZE, count * PAGE_SIZE);
		for (uint64_t i = 0; i < span / PAGE_SIZE; i++) {
			assert_true(change.flush || !model[page + i]);
			model[page + i] = 0;
		}
		page += span / PAGE_SIZE;
		count -= span / PAGE_SIZE;
		if (ptab_change_full(&change) || random_below(8) == 0)
			changes_done(&change);
	}
	changes_done(&change);
}

static uint64_t translate(uint64_t va)
{
	struct ptab_leaf leaf;
	if (!ptab_lookup(tree_format, tree_root, va, &leaf))
		return 0;
	return (leaf.pa.raw + (va - leaf.va)) | leaf.attr;
}

static void spots_compare(void)
{
	for (unsigned i = 0; i < 50; i++) {
		uint64_t page = random_page();
		assert_int_equal(translate(window + page * PAGE_SIZE), model[page]);
	}
}

/* Every leaf of the tree, in order, is what the array says, and nothing else. */
static void all_compare(const struct ptab_format *format)
{
	struct ptab_leaf leaf;
	uint64_t va = 0, page = 0;
	while (ptab_next(format, tree_root, &va, &leaf)) {
		uint64_t first = (leaf.va - window) / PAGE_SIZE;
		assert_true(leaf.va >= window && first >= page && first < WINDOW_PAGES);
		assert_int_equal(va, leaf.va + ptab_size(leaf.level));
		while (page < first)
			assert_int_equal(model[page++], 0);
		for (uint64_t i = 0; i < ptab_size(leaf.level) / PAGE_SIZE; i++)
			assert_int_equal(model[page++], (leaf.pa.raw + i * PAGE_SIZE) | leaf.attr);
	}
	assert_int_equal(va, PTAB_END);
	while (page < WINDOW_PAGES)
		assert_int_equal(model[page++], 0);
}

static void destroy(const struct ptab_format *format)
{
	unsigned first = (unsigned)(window / ROOT_SPAN), steps = 0, before = pages_taken;
	while (!ptab_destroy_step(format, tree_root, first + 1, first + 1, &arena_source))
		assert_int_equal(pages_taken, before - ++steps);
	assert_int_equal(tree_tables(), pages_taken);
	assert_true(steps > 0 && pages_taken > 0); /* the root entry before is untouched */
	while (!ptab_destroy_step(format, tree_root, 0, first + 1, &arena_source))
		steps++;
	assert_int_equal(pages_taken, 0);
	assert_int_equal(steps, before);
}

static void format_run(struct ptab_format *format, uint64_t start, unsigned memory)
{
	format->leaf_levels = 7;
	window = start;
	memset(model, 0, sizeof(model));
	tree_reset(format);
	pages_left = memory;
	for (unsigned round = 0; round < ROUNDS; round++) {
		if (random_below(3))
			random_map(format);
		else {
			uint64_t page = random_page(), count = 1 + random_below(2000);
			range_unmap(format, page,
				page + count < WINDOW_PAGES ? count : WINDOW_PAGES - page);
		}
		spots_compare();
	}
	all_compare(format);
	assert_int_equal(tree_tables(), pages_taken);
}

static void tree_is_the_model(void **state)
{
	static struct ptab_format *const formats[] = {&ptab_host, &ptab_ept, &ptab_npt};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(formats); i++) {
		seed = 0x9e3779b97f4a7c15 + i;
		format_run(formats[i], ROOT_SPAN - (2ull << 30), 64);
		pages_left = NEVER;
		range_unmap(formats[i], 0, WINDOW_PAGES);
		assert_int_equal(pages_taken, 0);
		format_run(formats[i], 3 * ROOT_SPAN - (2ull << 30), 2000);
		destroy(formats[i]);
	}
}

/* As VT-d with addresses of 39 bits has it. */
static void a_format_with_three_levels(void **state)
{
	struct ptab_format format = ptab_ept;
	(void)state;
	format.levels = 3;
	seed = 39;
	format_run(&format, 2ull << 30, 64);
	pages_left = NEVER;
	range_unmap(&format, 0, WINDOW_PAGES);
	assert_int_equal(pages_taken, 0);
}

static void next_ends_at_the_edges(void **state)
{
	static const struct {
		struct ptab_format *format;
		uint64_t va, after;
	} rows[] = {
		{&ptab_host, 0x7ffffffff000, 0xffff800000000000},
		{&ptab_host, 0xffff800000000000, 0xffff800000001000},
		{&ptab_host, 0xfffffffffffff000, PTAB_END},
		{&ptab_ept, 0xfffffffff000, PTAB_END},
		{&ptab_npt, 0, 0x1000},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ptab_change change = {0};
		struct ptab_leaf leaf;
		uint64_t va = 0;
		tree_reset(rows[i].format);
		assert_int_equal(tree_map(rows[i].va, 0, 0, MEM_R, &change), STATUS_OK);
		assert_true(ptab_next(rows[i].format, tree_root, &va, &leaf));
		assert_int_equal(leaf.va, rows[i].va);
		assert_int_equal(va, rows[i].after);
		assert_false(ptab_next(rows[i].format, tree_root, &va, &leaf));
		assert_int_equal(va, PTAB_END);
	}
}

static void rights_are_those_of_the_whole_path(void **state)
{
	struct ptab_change change = {0};
	struct ptab_leaf leaf;
	(void)state;
	tree_reset(&ptab_host);
	assert_int_equal(tree_map(0, 0x1000, 0, MEM_R | MEM_W | PTAB_USER, &change), STATUS_OK);
	/* A table of the boot code's own making: neither writable nor for ring 3. */
	*(uint64_t *)pool_ptr(tree_root) &= ~6ull;
	assert_true(ptab_lookup(&ptab_host, tree_root, 0, &leaf));
	assert_int_equal(leaf.attr, MEM_R);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_is_the_model),
		cmocka_unit_test(a_format_with_three_levels),
		cmocka_unit_test(next_ends_at_the_edges),
		cmocka_unit_test(rights_are_those_of_the_whole_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
