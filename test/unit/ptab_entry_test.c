/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/ptab_format.c */
/*
 * The page-table walker: entries bit by bit as the manuals draw them, also those
 * that a split makes, and every argument that is refused.
 */
#include "ptab.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "ptab_memory.h"
#include "arch/x86_64/ptab.c"

#define K4 PAGE_SIZE
#define M2 (512 * K4)
#define G1 (512 * M2)
#define RW (MEM_R | MEM_W)
#define RX (MEM_R | MEM_X)
#define RWX (MEM_R | MEM_W | MEM_X)
#define VA (3 * G1) /* where the scenarios play */

static struct ptab_format *const formats[] = {&ptab_host, &ptab_ept, &ptab_npt};

static int formats_with_1g(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(formats); i++)
		formats[i]->leaf_levels = 7;
	return 0;
}

static const struct {
	struct ptab_format *format;
	unsigned level, attr;
	uint64_t pa, entry;
} entries[] = {
	{&ptab_host, 0, MEM_R, 0x1000, 0x8000000000001061},
	{&ptab_host, 0, RW, 0x1000, 0x8000000000001063},
	{&ptab_host, 0, RX, 0x1000, 0x1061},
	{&ptab_host, 0, RX | PTAB_USER, 0x1000, 0x1065},
	{&ptab_host, 0, RW | PTAB_USER, 0xffffffffff000, 0x800ffffffffff067},
	{&ptab_host, 0, RW | MEM_UC, 0x1000, 0x800000000000107b},
	{&ptab_host, 0, RW | MEM_WC, 0x1000, 0x800000000000106b},
	{&ptab_host, 0, RX | PTAB_GLOBAL, 0x1000, 0x1161},
	{&ptab_host, 1, RX, 0x200000, 0x2000e1},
	{&ptab_host, 2, RW | MEM_UC | PTAB_USER, 0x40000000, 0x80000000400000ff},
	{&ptab_ept, 0, MEM_R, 0x1000, 0x1071},
	{&ptab_ept, 0, RW, 0x1000, 0x1073},
	{&ptab_ept, 0, RX, 0x1000, 0x1075},
	{&ptab_ept, 0, RWX, 0xffffffffff000, 0xffffffffff077},
	{&ptab_ept, 0, RW | MEM_UC, 0x1000, 0x1003},
	{&ptab_ept, 0, RW | MEM_WC, 0x1000, 0x100b},
	{&ptab_ept, 1, RWX, 0x200000, 0x2000f7},
	{&ptab_ept, 2, RWX | MEM_UC, 0x40000000, 0x40000087},
	{&ptab_npt, 0, MEM_R, 0x1000, 0x8000000000001065},
	{&ptab_npt, 0, RW, 0x1000, 0x8000000000001067},
	{&ptab_npt, 0, RWX, 0xffffffffff000, 0xffffffffff067},
	{&ptab_npt, 0, RW | MEM_UC, 0x1000, 0x800000000000107f},
	{&ptab_npt, 0, RW | MEM_WC, 0x1000, 0x800000000000106f},
	{&ptab_npt, 1, RWX, 0x200000, 0x2000e7},
	{&ptab_npt, 2, RWX, 0x40000000, 0x400000e7},
};

static void entries_are_as_in_the_manual(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(entries); i++) {
		struct ptab_change change = {0};
		struct ptab_leaf leaf;
		tree_reset(entries[i].format);
		/* Map something else first: then the entry is the only write. */
		assert_int_equal(tree_map(VA, 0, entries[i].level, MEM_R, &change), STATUS_OK);
		record_start();
		assert_int_equal(
			tree_map(VA, entries[i].pa, entries[i].level, entries[i].attr, &change),
			STATUS_OK);
		assert_int_equal(writes, 1);
		assert_int_equal(write_log[0].value, entries[i].entry);
		assert_true(ptab_lookup(entries[i].format, tree_root, VA, &leaf));
		assert_int_equal(leaf.pa.raw, entries[i].pa);
		assert_int_equal(leaf.attr, entries[i].attr);
		assert_int_equal(leaf.level, entries[i].level);
		assert_int_equal(leaf.va, VA);
		recording = false;
	}
}

static const struct {
	struct ptab_format *format;
	unsigned level, attr;
	uint64_t va, pa;
} refused[] = {
	{&ptab_host, 3, RW, 0, 0},                   /* no such leaf */
	{&ptab_host, 4, RW, 0, 0},                   /* no such level */
	{&ptab_host, 64, RW, 0, 0},                  /* no such level */
	{&ptab_host, 0, RW, 0x800, 0},               /* va misaligned */
	{&ptab_host, 0, RW, 0, 0x800},               /* pa misaligned */
	{&ptab_host, 1, RW, K4, 0},                  /* for its level */
	{&ptab_host, 1, RW, 0, K4},                  /* for its level */
	{&ptab_host, 2, RW, M2, 0},                  /* for its level */
	{&ptab_host, 0, RW, 0x800000000000, 0},      /* not canonical */
	{&ptab_host, 0, RW, 0xffff7ffffffff000, 0},  /* not canonical */
	{&ptab_ept, 0, RW, 0x1000000000000, 0},      /* beyond 48 bits */
	{&ptab_npt, 0, RW, 0xffff800000000000, 0},   /* beyond 48 bits */
	{&ptab_host, 0, RW, 0, BIT(52)},             /* beyond an entry's address */
	{&ptab_host, 0, 0, 0, 0},                    /* no right */
	{&ptab_ept, 0, MEM_W, 0, 0},                 /* write only */
	{&ptab_ept, 0, MEM_X, 0, 0},                 /* execute only */
	{&ptab_host, 0, RWX, 0, 0},                  /* W^X */
	{&ptab_host, 0, RW | MEM_UC | MEM_WC, 0, 0}, /* two types */
	{&ptab_host, 0, RW | 8, 0, 0},               /* no such attribute */
	{&ptab_ept, 0, RW | PTAB_USER, 0, 0},        /* not in this format */
	{&ptab_npt, 0, RW | PTAB_GLOBAL, 0, 0},      /* not in this format */
};

static void bad_maps_are_refused(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(refused); i++) {
		struct ptab_change change = {0};
		tree_reset(refused[i].format);
		assert_int_equal(tree_map(refused[i].va, refused[i].pa, refused[i].level,
					 refused[i].attr, &change),
			STATUS_BAD_ARG);
		assert_int_equal(pages_taken, 0);
	}
	struct ptab_change change = {0};
	tree_reset(&ptab_host);
	ptab_host.leaf_levels = 3;
	assert_int_equal(tree_map(0, 0, 2, RW, &change), STATUS_BAD_ARG);
	ptab_host.leaf_levels = 7;
}

static void bad_unmaps_are_refused(void **state)
{
	static const struct {
		uint64_t va, size;
	} rows[] = {{0, 0}, {0, 1}, {1, K4}, {0x7ffffffff000, 2 * K4}, {0x800000000000, K4},
		{0xfffffffffffff000, 2 * K4}, {K4, ~0ull << 12}};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ptab_change change = {0};
		uint64_t span = 77;
		tree_reset(&ptab_host);
		assert_int_equal(ptab_unmap(&ptab_host, tree_root, rows[i].va, rows[i].size,
					 &arena_source, &change, &span),
			STATUS_BAD_ARG);
		assert_int_equal(span, 77);
	}
}

/* What a split leaves is bit by bit what a map makes: mapping it again is no change. */
static void split_parts_are_leaves(void **state)
{
	static const struct {
		uint64_t va, pa;
		unsigned level, attr;
		bool flush;
	} rows[] = {{VA, 0, 0, MEM_R, true}, {VA + K4, G1 + K4, 0, RX, false},
		{VA + M2, G1 + M2, 1, RX, false}};
	(void)state;
	for (unsigned f = 0; f < ARRAY_SIZE(formats); f++)
		for (unsigned level = 1; level <= 2; level++) {
			struct ptab_change change = {0};
			tree_reset(formats[f]);
			assert_int_equal(tree_map(VA, G1, level, RX, &change), STATUS_OK);
			for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
				change.flush = false;
				assert_int_equal(tree_map(rows[i].va, rows[i].pa, rows[i].level,
							 rows[i].attr, &change),
					STATUS_OK);
				assert_int_equal(change.flush, rows[i].flush);
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_as_in_the_manual),
		cmocka_unit_test(split_parts_are_leaves),
		cmocka_unit_test(bad_maps_are_refused),
		cmocka_unit_test(bad_unmaps_are_refused),
	};
	return cmocka_run_group_tests(tests, formats_with_1g, NULL);
}
