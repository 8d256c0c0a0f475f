/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/multiboot2.c */
/*
 * The multiboot2 reader on handmade information: every tag it reads, every way
 * of being malformed, and every length of a good one cut short.
 */
#include "multiboot2.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "multiboot2_blob.h"

static void all_tags_are_read(void **state)
{
	(void)state;
	put_good();
	assert_int_equal(read_all(), STATUS_OK);
	assert_string_equal(out.cmdline, "console=com2 hello");
	assert_int_equal(out.modules, 2);
	assert_int_equal(out.module[0].start, 0x1000);
	assert_int_equal(out.module[0].end, 0x2001);
	assert_string_equal(out.module[0].cmdline, "init");
	assert_int_equal(out.module[1].end, 0xffffffff);
	assert_string_equal(out.module[1].cmdline, "plan");
	assert_int_equal(out.ranges, 4);
	assert_int_equal(out.range[0].size, 0x9fc00);
	assert_int_equal(out.range[1].type, MULTIBOOT2_RESERVED);
	assert_int_equal(out.range[3].base, 0x100000000);
	assert_int_equal(out.range[3].type, MULTIBOOT2_RAM);
	assert_int_equal(out.framebuffer.address, 0xe0000000);
	assert_int_equal(out.framebuffer.pitch, 4096);
	assert_int_equal(out.framebuffer.width, 1024);
	assert_int_equal(out.framebuffer.height, 768);
	assert_int_equal(out.framebuffer.bpp, 32);
	assert_int_equal(out.framebuffer.type, MULTIBOOT2_RGB);
	assert_int_equal(out.framebuffer.red_shift, 16);
	assert_int_equal(out.framebuffer.red_bits, 8);
	assert_int_equal(out.framebuffer.green_shift, 8);
	assert_int_equal(out.framebuffer.green_bits, 9);
	assert_int_equal(out.framebuffer.blue_shift, 1);
	assert_int_equal(out.framebuffer.blue_bits, 10);
	assert_int_equal(out.rsdp_size, 36);
	assert_int_equal(out.rsdp[35], 'n');
	assert_int_equal(out.dropped, 0);
}

/* Whatever is missing at the end, the end tag is: never OK, never a read beyond. */
static void every_cut_is_refused(void **state)
{
	(void)state;
	put_good();
	tag_end();
	size_t whole = used;
	assert_int_equal(read_part(whole, (uint32_t)whole), STATUS_OK);
	for (size_t size = 0; size < whole; size++) {
		assert_int_equal(read_part(size, (uint32_t)whole), STATUS_BAD_ARG);
		assert_int_equal(read_part(size, (uint32_t)size), STATUS_BAD_ARG);
		assert_int_equal(read_part(whole, (uint32_t)size), STATUS_BAD_ARG);
	}
}

static void sizes_out_of_bounds_are_refused(void **state)
{
	static const uint32_t sizes[] = {0, 1, 7, 0x10000, 0x7fffffff, 0xfffffff8, 0xffffffff};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		put_good();
		memcpy(blob + 12, &sizes[i], 4); /* of the first tag */
		assert_int_equal(read_all(), STATUS_BAD_ARG);
		put_good();
		tag_end();
		if (sizes[i] != 0)
			assert_int_equal(read_part(used, sizes[i]), STATUS_BAD_ARG);
	}
}

/* For each type a content one byte short of what it needs. */
static void short_tags_are_refused(void **state)
{
	static const struct {
		uint32_t type, content;
	} rows[] = {{3, 7}, {6, 7}, {8, 23}, {14, 19}, {15, 35}};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		char zeros[64] = {0};
		put_good();
		tag(rows[i].type, rows[i].content);
		put(zeros, rows[i].content);
		assert_int_equal(read_all(), STATUS_BAD_ARG);
	}
	/* An RGB frame buffer without its colours. */
	put_good();
	tag(8, 29);
	put64(0);
	put64(0);
	put32(0);
	put("\x20\x01\0\0\0\0\0\0\0", 9);
	assert_int_equal(read_all(), STATUS_BAD_ARG);
}

static void other_framebuffers_need_no_colours(void **state)
{
	(void)state;
	put_good();
	tag(8, 24);
	put64(0xb8000);
	put32(160);
	put32(80);
	put32(25);
	put("\x10\x02\0\0", 4);
	assert_int_equal(read_all(), STATUS_OK);
	assert_int_equal(out.framebuffer.type, MULTIBOOT2_TEXT);
	assert_int_equal(out.framebuffer.width, 80);
}

static void modules_that_end_early_are_refused(void **state)
{
	(void)state;
	put_good();
	tag_module(0x2000, 0x1fff, "bad");
	assert_int_equal(read_all(), STATUS_BAD_ARG);
	put_good();
	tag_module(0x2000, 0x2000, "empty");
	assert_int_equal(read_all(), STATUS_OK);
	assert_int_equal(out.modules, 3);
}

static void texts_are_cut(void **state)
{
	char text[400];
	(void)state;
	memset(text, 'x', sizeof(text));
	text[399] = 0;
	put_good();
	tag_module(0, 0, text);
	tag_text(1, text);
	tag(3, 12); /* and a name without its NUL, followed by more */
	put("\0\0\0\0\0\0\0\0abcd", 12);
	tag(3, 8); /* and none at all */
	put64(0);
	assert_int_equal(read_all(), STATUS_OK);
	assert_int_equal(strlen(out.module[2].cmdline), MULTIBOOT2_NAME - 1);
	assert_int_equal(strlen(out.cmdline), MULTIBOOT2_CMDLINE - 1);
	assert_string_equal(out.module[3].cmdline, "abcd");
	assert_string_equal(out.module[4].cmdline, "");
}

static void too_many_are_counted(void **state)
{
	(void)state;
	blob_start();
	for (unsigned i = 0; i < MULTIBOOT2_MODULES + 2; i++)
		tag_module(i, i, "m");
	tag_map(MULTIBOOT2_RANGES + 3, 24);
	for (unsigned i = 0; i < MULTIBOOT2_RANGES + 3; i++)
		map_entry(i * 0x10000, 0x1000, 1);
	assert_int_equal(read_all(), STATUS_OK);
	assert_int_equal(out.modules, MULTIBOOT2_MODULES);
	assert_int_equal(out.ranges, MULTIBOOT2_RANGES);
	assert_int_equal(out.dropped, 5);
	assert_int_equal(out.range[MULTIBOOT2_RANGES - 1].base, (MULTIBOOT2_RANGES - 1) * 0x10000);
}

static void ranges_are_tidied(void **state)
{
	static const struct multiboot2_range in[] = {
		{0x1000, 0, 1},                      /* empty: left out */
		{0x1000, 0x1000, 1},                 /* these two ... */
		{0x2000, 0x1000, 1},                 /* ... are one */
		{0x3000, 0x1000, 2},                 /* another type */
		{0x4000, 0x1000, 7},                 /* an unknown type: reserved, merged */
		{0x5000, 0x1000, 0},                 /* so is this */
		{0xfffffffffffff000, 0x2000, 3},     /* wraps: cut */
		{0xffffffffffffffff, 0xffffffff, 1}, /* nothing is left */
		{0, 0xffffffffffffffff, 5},
	};
	static const struct multiboot2_range want[] = {
		{0x1000, 0x2000, 1},
		{0x3000, 0x3000, 2},
		{0xfffffffffffff000, 0xfff, 3},
		{0, 0xffffffffffffffff, 5},
	};
	(void)state;
	blob_start();
	tag_map(ARRAY_SIZE(in), 32); /* entries of a later version are longer */
	for (unsigned i = 0; i < ARRAY_SIZE(in); i++) {
		map_entry(in[i].base, in[i].size, in[i].type);
		put64(0xdeadbeef);
	}
	assert_int_equal(read_all(), STATUS_OK);
	assert_int_equal(out.ranges, ARRAY_SIZE(want));
	for (unsigned i = 0; i < ARRAY_SIZE(want); i++) {
		assert_int_equal(out.range[i].base, want[i].base);
		assert_int_equal(out.range[i].size, want[i].size);
		assert_int_equal(out.range[i].type, want[i].type);
	}
}

static void map_entries_have_a_sane_size(void **state)
{
	static const uint32_t steps[] = {0, 8, 16, 23, 25, 28, 0xffffffff};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
		blob_start();
		tag(6, 8 + 32);
		put32(steps[i]);
		put32(0);
		map_entry(0x1000, 0x1000, 1);
		put64(0);
		assert_int_equal(read_all(), STATUS_BAD_ARG);
	}
	/* Larger than the tag: no entry, and so no memory. */
	blob_start();
	tag(6, 8 + 24);
	put32(0xfffffff8);
	put32(0);
	map_entry(0x1000, 0x1000, 1);
	assert_int_equal(read_all(), STATUS_BAD_ARG);
}

static void basic_memory_is_the_fallback(void **state)
{
	static const struct {
		uint32_t size, lower, upper;
		enum status status;
		unsigned ranges;
	} rows[] = {
		{8, 640, 0xffffffff, STATUS_OK, 2},
		{8, 0, 1024, STATUS_OK, 1},
		{8, 0, 0, STATUS_BAD_ARG, 0},
		{7, 640, 1024, STATUS_BAD_ARG, 0},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		blob_start();
		tag(4, rows[i].size);
		put32(rows[i].lower);
		put32(rows[i].upper);
		assert_int_equal(read_all(), rows[i].status);
		assert_int_equal(out.ranges, rows[i].ranges);
	}
	blob_start();
	tag(4, 8);
	put32(640);
	put32(0xffffffff);
	assert_int_equal(read_all(), STATUS_OK);
	assert_int_equal(out.range[0].size, 640 * 1024);
	assert_int_equal(out.range[1].base, 0x100000);
	assert_int_equal(out.range[1].size, 0xffffffffull * 1024);
	blob_start();
	assert_int_equal(read_all(), STATUS_BAD_ARG); /* no memory at all */
}

static void the_newer_rsdp_wins(void **state)
{
	(void)state;
	put_good();
	tag_rsdp(14, 'x', 20);
	assert_int_equal(read_all(), STATUS_OK);
	assert_int_equal(out.rsdp[0], 'n');
	blob_start();
	tag(4, 8);
	put64(640);
	tag_rsdp(14, 'x', 24);
	assert_int_equal(read_all(), STATUS_OK);
	assert_int_equal(out.rsdp_size, 20);
	assert_int_equal(out.rsdp[19], 'x');
	assert_int_equal(out.rsdp[20], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_tags_are_read),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(sizes_out_of_bounds_are_refused),
		cmocka_unit_test(short_tags_are_refused),
		cmocka_unit_test(other_framebuffers_need_no_colours),
		cmocka_unit_test(modules_that_end_early_are_refused),
		cmocka_unit_test(texts_are_cut),
		cmocka_unit_test(too_many_are_counted),
		cmocka_unit_test(ranges_are_tidied),
		cmocka_unit_test(map_entries_have_a_sane_size),
		cmocka_unit_test(basic_memory_is_the_fallback),
		cmocka_unit_test(the_newer_rsdp_wins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
