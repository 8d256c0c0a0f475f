/* SPDX-License-Identifier: MIT */
/* What the loaders share: which file is what, the texts of the errors, the memory
 * map, and who may lie where in the guest's memory. */
#include "vmm/load/loader.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "load_image.h"
#include "vmm/load/identity.h"
#include "vmm/load/layout.h"
#include "vmm/load/memory_map.h"

/* LINK: vmm-user/vmm/guest_memory.c vmm-user/vmm/load/[a-z]*.[cS] */

static void memory_map_of_a_guest_above_the_hole(void **state)
{
	struct guest_memory mem = {NULL, 0x140000000};
	struct memory_range map[MEMORY_MAP_MAX];
	(void)state;
	assert_int_equal(memory_map_build(&mem, map), 5);
	assert_int_equal(map[2].size, 0xc0000000 - MIB);
	assert_int_equal(map[4].base, 0x100000000);
	assert_int_equal(map[4].size, 0x80000000);
	assert_int_equal(map[4].type, MEMORY_RAM);
	for (unsigned i = 1; i < 5; i++)
		assert_true(map[i - 1].base + map[i - 1].size <= map[i].base);
}

/* Pieces against the ends of RAM, the reserved parts and one another. */
static void layout_takes_only_what_is_free(void **state)
{
	static const struct {
		uint64_t start, size;
		enum layout_result want;
	} rows[] = {
		{0x100000, 0x100000, LAYOUT_OK},
		{0x1fffff, 1, LAYOUT_OVERLAP},
		{0x200000, 1, LAYOUT_OK},
		{0x200000, 0x1000, LAYOUT_OVERLAP},
		{0x1ff000, 0x3000, LAYOUT_OVERLAP},
		{0x3fffff, 1, LAYOUT_OK},
		{0x3fffff, 2, LAYOUT_OUTSIDE},
		{0x400000, 1, LAYOUT_OUTSIDE},
		{0x300000, 0, LAYOUT_OUTSIDE},
		{0x300000, ~0ull, LAYOUT_OUTSIDE},
		{~0ull, 1, LAYOUT_OUTSIDE},
		{~0ull, ~0ull, LAYOUT_OUTSIDE},
		{0, 1, LAYOUT_OVERLAP},
		{0x4ff, 1, LAYOUT_OVERLAP},
		{LAYOUT_GDT, 8, LAYOUT_OVERLAP},
		{LAYOUT_STACK + 0xfff, 1, LAYOUT_OVERLAP},
		{0x9fbff, 1, LAYOUT_OK},
		{0x9fc00, 1, LAYOUT_OVERLAP},
		{0xfffff, 1, LAYOUT_OVERLAP},
	};
	struct guest_memory mem = guest_new(4 * MIB);
	struct layout l;
	(void)state;
	assert_int_equal(layout_init(&l, &mem), LOAD_OK);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		enum layout_result got = layout_add(&l, rows[i].start, rows[i].size, NULL, 0);
		if (got != rows[i].want)
			fail_msg("row %u: %d", i, got);
	}
	assert_int_equal(layout_add(&l, 0x300000, 4, (const uint8_t *)"12345", 5), LAYOUT_OUTSIDE);
	assert_true(guest_is_fresh(&mem));
	guest_free(&mem);
}

static void layout_finds_gaps_from_both_ends(void **state)
{
	static const struct {
		uint64_t from, size, align, up, down; /* ~0: none */
	} rows[] = {
		{0x100000, 0x1000, 0x1000, 0x100000, 0x3ff000},
		{0x100001, 0x1000, 0x1000, 0x101000, 0x3ff000},
		{0x180000, 0x1000, 0x1000, 0x201000, 0x3ff000},
		{0x100000, 0x80001, 0x1000, 0x201000, 0x37f000},
		{0x100000, 0x200000, 0x1000, ~0ull, ~0ull},
		{0x100000, 0x100000, 0x100000, 0x300000, 0x300000},
		{0x400000, 1, 1, ~0ull, 0x3fffff},
		{~0ull, 1, 0x1000, ~0ull, 0x3ff000},
		{0, 0, 1, ~0ull, ~0ull},
		{0, ~0ull, 1, ~0ull, ~0ull},
	};
	struct guest_memory mem = guest_new(4 * MIB);
	struct layout l;
	(void)state;
	assert_int_equal(layout_init(&l, &mem), LOAD_OK);
	assert_int_equal(layout_add(&l, 0x180000, 0x80001, NULL, 0), LAYOUT_OK);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t up = ~0ull, down = ~0ull;
		bool has_up = layout_find_up(&l, rows[i].from, rows[i].size, rows[i].align, &up);
		bool has_down = layout_find_down(&l, ~0ull, rows[i].size, rows[i].align, &down);
		if (up != rows[i].up || down != rows[i].down || has_up != (up != ~0ull) ||
			has_down != (down != ~0ull))
			fail_msg("row %u: up %#llx, down %#llx", i, (unsigned long long)up,
				(unsigned long long)down);
	}
	uint64_t at;
	assert_true(layout_find_down(&l, 0x180000, 0x80000, 0x1000, &at));
	assert_int_equal(at, 0x100000);
	assert_false(layout_find_down(&l, 0x180000, 0x80001, 0x1000, &at));
	guest_free(&mem);
}

/* What kernels read there: COM1, EBDA segment, serial ports, base memory. */
static void bios_data_describes_the_machine(void **state)
{
	struct guest_memory mem = guest_new(4 * MIB);
	struct layout l;
	(void)state;
	assert_int_equal(layout_init(&l, &mem), LOAD_OK);
	layout_commit(&l);
	assert_int_equal(guest_get(&mem, 0x3ff, 1), FRESH);
	assert_int_equal(guest_get(&mem, 0x400, 8), 0x3f8);
	assert_int_equal(guest_get(&mem, 0x40e, 2), 0x9fc0);
	assert_int_equal(guest_get(&mem, 0x410, 2), 0x0200);
	assert_int_equal(guest_get(&mem, 0x413, 2), 639);
	assert_int_equal(guest_get(&mem, 0x4f8, 8), 0);
	assert_int_equal(guest_get(&mem, 0x9fc00, 8), 1);
	assert_int_equal(guest_get(&mem, 0x9fbff, 1), FRESH);
	assert_int_equal(guest_get(&mem, 0xa0000, 1), FRESH);
	guest_free(&mem);
}

static void layout_runs_out_of_pieces(void **state)
{
	struct guest_memory mem = guest_new(4 * MIB);
	struct layout l;
	unsigned n = 0;
	(void)state;
	assert_int_equal(layout_init(&l, &mem), LOAD_OK);
	while (layout_add(&l, 0x100000 + n * 16, 16, NULL, 0) == LAYOUT_OK)
		n++;
	assert_int_equal(n, LAYOUT_PIECES - 6);
	guest_free(&mem);
}

static void layout_put_writes_only_into_pieces(void **state)
{
	static const struct {
		uint64_t at, size;
		bool good;
	} rows[] = {
		{0x100000, 16, true},
		{0x100008, 8, true},
		{0x10000f, 1, true},
		{0x100008, 9, false},
		{0x0fffff, 2, false},
		{0x100010, 1, false},
		{0xe0000, 1, false},
		{0, 1, false},
		{~0ull, 1, false},
		{0x100000, ~0ull, false},
	};
	static const char sixteen[] = "0123456789abcdef";
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest_memory mem = guest_new(2 * MIB);
		struct layout l;
		assert_int_equal(layout_init(&l, &mem), LOAD_OK);
		assert_int_equal(layout_add(&l, 0x100000, 16, NULL, 0), LAYOUT_OK);
		layout_commit(&l);
		layout_put(&l, rows[i].at, sixteen, rows[i].size);
		if ((layout_finish(&l) == LOAD_OK) != rows[i].good)
			fail_msg("row %u", i);
		assert_int_equal(guest_get(&mem, 0xfffff, 1), FRESH);
		assert_int_equal(guest_get(&mem, 0x100010, 1), FRESH);
		guest_free(&mem);
	}
}

/* Walks the tables as the CPU does; every address must come out as itself. */
static void page_tables_map_four_gib_to_themselves(void **state)
{
	struct guest_memory mem = guest_new(4 * MIB);
	struct layout l;
	(void)state;
	assert_int_equal(layout_init(&l, &mem), LOAD_OK);
	assert_int_equal(layout_add(&l, LAYOUT_TABLES, LAYOUT_TABLES_SIZE, NULL, 0), LAYOUT_OK);
	layout_commit(&l);
	uint64_t cr3 = identity_put(&l);
	assert_int_equal(layout_finish(&l), LOAD_OK);
	for (uint64_t va = 0; va < 0x100000000; va += 0x200000) {
		uint64_t l4 = guest_get(&mem, cr3 + (va >> 39 & 511) * 8, 8);
		assert_int_equal(l4 & 0xfff, 3);
		uint64_t l3 = guest_get(&mem, (l4 & ~0xfffull) + (va >> 30 & 511) * 8, 8);
		assert_int_equal(l3 & 0xfff, 3);
		uint64_t l2 = guest_get(&mem, (l3 & ~0xfffull) + (va >> 21 & 511) * 8, 8);
		assert_int_equal(l2, va | 0x83);
	}
	assert_int_equal(guest_get(&mem, cr3 + 8, 8), 0);
	assert_int_equal(guest_get(&mem, cr3 + 0x1000 + 4 * 8, 8), 0);
	guest_free(&mem);
}

/* Other files that people hand over as kernels. */
static void other_files_are_named(void **state)
{
	static const struct {
		const char *bytes;
		unsigned size;
		enum load_error want;
	} rows[] = {
		{"", 0, LOAD_KERNEL_EMPTY},
		{"\x1f\x8b\x08", 3, LOAD_KERNEL_COMPRESSED},
		{"\xfd"
		 "7zXZ\0",
			6, LOAD_KERNEL_COMPRESSED},
		{"\x28\xb5\x2f\xfd", 4, LOAD_KERNEL_COMPRESSED},
		{"\x02\x21\x4c\x18", 4, LOAD_KERNEL_COMPRESSED},
		{"\x04\x22\x4d\x18", 4, LOAD_KERNEL_COMPRESSED},
		{"BZh9", 4, LOAD_KERNEL_COMPRESSED},
		{"#!/bin/sh\n", 10, LOAD_KERNEL_UNKNOWN},
		{"M", 1, LOAD_KERNEL_UNKNOWN},
		{"\xd6\x50\x52\xe8\0\0\0\0\x10\0\0\0\x1a\xaf\xad\x17", 16, LOAD_KERNEL_MULTIBOOT2},
	};
	struct guest_memory mem = guest_new(4 * MIB);
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct boot_entry entry;
		struct load_file kernel = {(const uint8_t *)rows[i].bytes, rows[i].size, NULL};
		enum load_error got =
			loader_load(&mem, &(struct load_request){.kernel = kernel}, &entry);
		if (got != rows[i].want)
			fail_msg("row %u: \"%s\"", i, load_error_text(got));
	}
	assert_true(guest_is_fresh(&mem));
	guest_free(&mem);
}

static void every_error_has_one_line_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LOAD_ERROR_COUNT; i++) {
		const char *text = load_error_text(i);
		assert_true(strlen(text) > 0 && strlen(text) < 120 && !strchr(text, '\n'));
		assert_int_equal(load_error_kill(i) == KILL_NONE, i == LOAD_OK);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(text, load_error_text(j));
	}
	assert_string_equal(load_error_text(LOAD_ERROR_COUNT), "unknown load error");
	assert_int_equal(load_error_kill(LOAD_INITRD_TOO_LARGE), KILL_BAD_INITRD);
	assert_int_equal(load_error_kill(LOAD_MODULE_TOO_LARGE), KILL_BAD_MODULE);
	assert_int_equal(load_error_kill(LOAD_ERROR_COUNT), KILL_BAD_KERNEL);
	assert_string_equal(load_kind_text(LOAD_KIND_LINUX), "Linux bzImage");
	assert_string_equal(load_kind_text(99), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_map_of_a_guest_above_the_hole),
		cmocka_unit_test(layout_takes_only_what_is_free),
		cmocka_unit_test(layout_finds_gaps_from_both_ends),
		cmocka_unit_test(bios_data_describes_the_machine),
		cmocka_unit_test(layout_runs_out_of_pieces),
		cmocka_unit_test(layout_put_writes_only_into_pieces),
		cmocka_unit_test(page_tables_map_four_gib_to_themselves),
		cmocka_unit_test(other_files_are_named),
		cmocka_unit_test(every_error_has_one_line_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
