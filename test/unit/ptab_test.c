/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/ptab_format.c */
/*
 * The page-table walker, for each kind of change: its history. A walk that sees
 * the root at one time and each lower table at the same time or later must find
 * the old mapping or the new one, never a third. The same changes run out of
 * memory at each page, and meet another writer.
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

/* A change of a tree: a map, or, with level UNMAP, an unmap of `size` bytes. */
#define UNMAP 9u
struct op {
	uint64_t va, pa;
	unsigned level, attr;
	uint64_t size;
};

#define PUT(va, pa, level, attr)                                                                   \
	{                                                                                          \
		va, pa, level, attr, 0                                                             \
	}
#define REMOVE(va, size)                                                                           \
	{                                                                                          \
		va, 0, UNMAP, 0, size                                                              \
	}

static const struct scenario {
	const char *name;
	struct op before[2]; /* attr or size 0: none */
	struct op op;
	enum status status;
	bool flush;
	unsigned takes, freed; /* tables */
	uint64_t span;         /* unmap */
} scenarios[] = {
	{"4K into nothing", {REMOVE(0, 0), REMOVE(0, 0)}, PUT(VA, 0, 0, RW), STATUS_OK, 0, 3, 0, 0},
	{"4K beside 4K", {PUT(VA, 0, 0, RW), REMOVE(0, 0)}, PUT(VA + K4, 0, 0, RX), STATUS_OK, 0, 0,
		0, 0},
	{"4K over 4K", {PUT(VA, 0, 0, RW), REMOVE(0, 0)}, PUT(VA, K4, 0, MEM_R), STATUS_OK, 1, 0, 0,
		0},
	{"4K again", {PUT(VA, 0, 0, RW), REMOVE(0, 0)}, PUT(VA, 0, 0, RW), STATUS_OK, 0, 0, 0, 0},
	{"4K into 2M", {PUT(VA, 0, 1, RW), REMOVE(0, 0)}, PUT(VA + 7 * K4, 0, 0, RX), STATUS_OK, 1,
		1, 0, 0},
	{"4K into 1G", {PUT(VA, 0, 2, RW), REMOVE(0, 0)}, PUT(VA + G1 - K4, 0, 0, RX), STATUS_OK, 1,
		2, 0, 0},
	{"2M into 1G", {PUT(VA, G1, 2, RX), REMOVE(0, 0)}, PUT(VA + M2, 0, 1, RW | MEM_UC),
		STATUS_OK, 1, 1, 0, 0},
	{"2M into nothing", {REMOVE(0, 0), REMOVE(0, 0)}, PUT(VA, M2, 1, RW), STATUS_OK, 0, 2, 0,
		0},
	{"1G into nothing", {REMOVE(0, 0), REMOVE(0, 0)}, PUT(VA, G1, 2, RW), STATUS_OK, 0, 1, 0,
		0},
	{"2M over 2M", {PUT(VA, M2, 1, RW), REMOVE(0, 0)}, PUT(VA, M2, 1, MEM_R), STATUS_OK, 1, 0,
		0, 0},
	{"1G over 1G", {PUT(VA, 0, 2, RW), REMOVE(0, 0)}, PUT(VA, G1, 2, RW), STATUS_OK, 1, 0, 0,
		0},
	{"2M over a table", {PUT(VA, 0, 0, RW), REMOVE(0, 0)}, PUT(VA, M2, 1, RW), STATUS_IN_USE, 0,
		0, 0, 0},
	{"1G over a table", {PUT(VA, 0, 1, RW), REMOVE(0, 0)}, PUT(VA, G1, 2, RW), STATUS_IN_USE, 0,
		0, 0, 0},
	{"the only 4K", {PUT(VA, 0, 0, RW), REMOVE(0, 0)}, REMOVE(VA, K4), STATUS_OK, 1, 0, 3, K4},
	{"one of two 4K", {PUT(VA, 0, 0, RW), PUT(VA + K4, 0, 0, RW)}, REMOVE(VA, K4), STATUS_OK, 1,
		0, 0, K4},
	{"4K, 2M remains", {PUT(VA, 0, 0, RW), PUT(VA + M2, 0, 1, RW)}, REMOVE(VA, G1), STATUS_OK,
		1, 0, 1, K4},
	{"4K out of 2M", {PUT(VA, 0, 1, RW), REMOVE(0, 0)}, REMOVE(VA + K4, K4), STATUS_OK, 1, 1, 0,
		K4},
	{"4K out of 1G", {PUT(VA, 0, 2, RW), REMOVE(0, 0)}, REMOVE(VA, K4), STATUS_OK, 1, 2, 0, K4},
	{"2M out of 1G", {PUT(VA, 0, 2, RW), REMOVE(0, 0)}, REMOVE(VA + M2, M2), STATUS_OK, 1, 1, 0,
		M2},
	{"2M less 4K", {PUT(VA, 0, 1, RW), REMOVE(0, 0)}, REMOVE(VA + K4, G1), STATUS_OK, 1, 1, 0,
		K4},
	{"a whole 2M", {PUT(VA, 0, 1, RW), REMOVE(0, 0)}, REMOVE(VA, G1), STATUS_OK, 1, 0, 2, M2},
	{"a whole 1G", {PUT(VA, 0, 2, RW), REMOVE(0, 0)}, REMOVE(VA, 4 * G1), STATUS_OK, 1, 0, 1,
		G1},
	{"1G cut short", {PUT(VA, 0, 2, RW), REMOVE(0, 0)}, REMOVE(VA, G1 - K4), STATUS_OK, 1, 1, 0,
		M2},
	{"a hole in a table", {PUT(VA, 0, 0, RW), REMOVE(0, 0)}, REMOVE(VA + K4, G1), STATUS_OK, 0,
		0, 0, K4},
	{"a hole of 2M", {PUT(VA, 0, 0, RW), REMOVE(0, 0)}, REMOVE(VA + M2 + K4, G1), STATUS_OK, 0,
		0, 0, M2 - K4},
	{"an empty tree", {REMOVE(0, 0), REMOVE(0, 0)}, REMOVE(VA, G1), STATUS_OK, 0, 0, 0, G1},
};

static enum status op_run(const struct op *op, struct ptab_change *change, uint64_t *span)
{
	if (op->level == UNMAP)
		return ptab_unmap(
			tree_format, tree_root, op->va, op->size, &arena_source, change, span);
	return tree_map(op->va, op->pa, op->level, op->attr, change);
}

static void scenario_prepare(const struct ptab_format *format, const struct scenario *s)
{
	tree_reset(format);
	for (unsigned i = 0; i < ARRAY_SIZE(s->before) && s->before[i].attr; i++) {
		struct ptab_change change = {0};
		assert_int_equal(op_run(&s->before[i], &change, NULL), STATUS_OK);
	}
}

/* Where the tree is looked at: in, at the edges of, and around what changes. */
static const uint64_t samples[] = {VA, VA + K4, VA + 6 * K4, VA + 7 * K4, VA + 8 * K4, VA + M2 - K4,
	VA + M2, VA + 2 * M2 - K4, VA + 2 * M2, VA + G1 - 2 * K4, VA + G1 - K4, VA + G1, VA - K4};
#define SAMPLES ARRAY_SIZE(samples)

/* What an access to `va` gets: physical address and attributes, or ~0. */
static uint64_t translate(uint64_t va)
{
	struct ptab_leaf leaf;
	if (!ptab_lookup(tree_format, tree_root, va, &leaf))
		return ~0ull;
	assert_true(leaf.va <= va && va - leaf.va < ptab_size(leaf.level));
	return (leaf.pa.raw + (va - leaf.va)) | leaf.attr;
}

static void translate_all(uint64_t out[SAMPLES])
{
	for (unsigned i = 0; i < SAMPLES; i++)
		out[i] = translate(samples[i]);
}

static const char *playing; /* name of the scenario */

/* Every walk whose reads happen at times[0] <= [1] <= [2] <= [3] of the log. */
static unsigned replay(uint64_t va, uint64_t old, uint64_t new)
{
	unsigned at[LOG_MAX + 1] = {0}, count = 1, walks = 0;
	for (unsigned n = 0; n < writes; n++)
		if (write_log[n].live)
			at[count++] = n + 1;
	for (unsigned a = 0; a < count; a++)
		for (unsigned b = a; b < count; b++)
			for (unsigned c = b; c < count; c++)
				for (unsigned d = c; d < count; d++, walks++) {
					unsigned times[] = {at[a], at[b], at[c], at[d]};
					replay_time = times;
					uint64_t seen = translate(va);
					replay_time = NULL;
					if (seen != old && seen != new)
						fail_msg(
							"%s: %#lx seen as %#lx", playing, va, seen);
				}
	return walks;
}

static void scenario_run(const struct ptab_format *format, const struct scenario *s)
{
	struct ptab_change change = {0};
	uint64_t span = 0, old[SAMPLES], new[SAMPLES];
	unsigned walks = 0;

	playing = s->name;
	scenario_prepare(format, s);
	translate_all(old);
	unsigned before = pages_taken;
	record_start();
	assert_int_equal(op_run(&s->op, &change, &span), s->status);
	recording = false;
	translate_all(new);
	assert_int_equal(change.flush, s->flush);
	assert_int_equal(change.freed, s->freed);
	assert_int_equal(span, s->span);
	assert_int_equal(pages_taken, before + s->takes);
	assert_int_equal(tree_tables() + change.freed, pages_taken);
	for (unsigned i = 0; i < SAMPLES; i++)
		walks += replay(samples[i], old[i], new[i]);
	assert_true(walks >= SAMPLES);
	ptab_change_free(&change, &arena_source);
	assert_int_equal(tree_tables(), pages_taken);
	assert_false(change.flush);
}

static void every_instant_is_old_or_new(void **state)
{
	(void)state;
	for (unsigned f = 0; f < ARRAY_SIZE(formats); f++)
		for (unsigned i = 0; i < ARRAY_SIZE(scenarios); i++)
			scenario_run(formats[f], &scenarios[i]);
}

static void no_memory_changes_nothing(void **state)
{
	unsigned failures = 0;
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(scenarios); i++)
		for (unsigned left = 0; left < scenarios[i].takes; left++, failures++) {
			struct ptab_change change = {0};
			uint64_t span = 77;
			scenario_prepare(&ptab_host, &scenarios[i]);
			unsigned before = pages_taken;
			pages_left = left;
			record_start();
			assert_int_equal(
				op_run(&scenarios[i].op, &change, &span), STATUS_NO_MEMORY);
			for (unsigned n = 0; n < writes; n++)
				assert_false(write_log[n].live);
			assert_int_equal(pages_taken, before);
			assert_int_equal(tree_tables(), before);
			assert_false(change.flush);
			assert_int_equal(change.freed, 0);
			assert_int_equal(span, 77);
		}
	assert_true(failures > 10);
}

/* Another CPU's change of the entry that is about to be replaced. */
static void other_writes(uint64_t *entry)
{
	*entry ^= BIT(9);
}

static void second_writer(const struct scenario *s)
{
	struct ptab_change change = {0};
	uint64_t span;
	scenario_prepare(&ptab_ept, s);
	on_exchange = other_writes;
	/* All but a hole that is unmapped, and a map that is refused. */
	expect_panic = s->status == STATUS_OK && (s->flush || s->op.level != UNMAP);
	if (setjmp(panicked) == 0) {
		(void)op_run(&s->op, &change, &span);
		assert_false(expect_panic);
	}
	on_exchange = NULL;
	expect_panic = false;
}

/* Callers keep each other out. Should they not, nothing is overwritten: panic. */
static void a_second_writer_is_noticed(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(scenarios); i++)
		second_writer(&scenarios[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_instant_is_old_or_new),
		cmocka_unit_test(no_memory_changes_nothing),
		cmocka_unit_test(a_second_writer_is_noticed),
	};
	return cmocka_run_group_tests(tests, formats_with_1g, NULL);
}
