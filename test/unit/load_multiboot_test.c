/* SPDX-License-Identifier: MIT */
/*
 * The multiboot 1 loader, on handmade ELF and address-field images. Source:
 * Multiboot Specification 0.6.96, section 3.
 */
#include "vmm/load/loader.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "elf_image.h"
#include "vmm/load/layout.h"

/* LINK: vmm-user/vmm/guest_memory.c vmm-user/vmm/load/[a-z]*.[cS] */

#define MAGIC 0x1badb002u

static void header_put(struct image *image, unsigned at, uint32_t flags)
{
	image_poke(image, (struct poke){at, 4, MAGIC});
	image_poke(image, (struct poke){at + 4, 4, flags});
	image_poke(image, (struct poke){at + 8, 4, (uint32_t) - (MAGIC + flags)});
}

static struct image elf_kernel(bool is64)
{
	struct image image = elf_image(is64);
	header_put(&image, ELF_MULTIBOOT_AT, 0x3);
	return image;
}

/* A flat file: header at 0x40, loaded from file offset 0x20 to FLAT_LOAD. */
#define FLAT_SIZE 0x800u
#define FLAT_AT 0x40u
#define FLAT_LOAD 0x100000u
#define FLAT_BYTES 0x600u
#define FLAT_MEMORY 0x2000u

static struct image flat_kernel(void)
{
	static const struct poke address[] = {
		{FLAT_AT + 12, 4, FLAT_LOAD + 0x20}, /* header_addr */
		{FLAT_AT + 16, 4, FLAT_LOAD},        /* load_addr */
		{FLAT_AT + 20, 4, FLAT_LOAD + FLAT_BYTES},
		{FLAT_AT + 24, 4, FLAT_LOAD + FLAT_MEMORY},
		{FLAT_AT + 28, 4, FLAT_LOAD + 0x100}, /* entry_addr */
	};
	struct image image = image_new(FLAT_SIZE);
	image_fill(&image, 0, FLAT_SIZE);
	header_put(&image, FLAT_AT, 0x10003);
	for (unsigned i = 0; i < ARRAY_SIZE(address); i++)
		image_poke(&image, address[i]);
	return image;
}

static struct boot_entry multiboot_boot(
	struct guest_memory *mem, const struct load_request *request)
{
	struct boot_entry entry;
	assert_int_equal(loader_load(mem, request, &entry), LOAD_OK);
	return entry;
}

static void entry_has_the_magic_and_the_information(void **state)
{
	(void)state;
	for (unsigned is64 = 0; is64 < 2; is64++) {
		struct image image = elf_kernel(is64);
		struct guest_memory mem = guest_new(4 * MIB);
		struct boot_entry e = multiboot_boot(
			&mem, &(struct load_request){.kernel = image_file(&image, NULL)});
		assert_int_equal(e.mode, BOOT_PROTECTED32);
		assert_int_equal(e.rip, ELF_ENTRY);
		assert_int_equal(e.rax, 0x2badb002);
		assert_int_equal(e.rbx, LAYOUT_INFO);
		assert_int_equal(e.rsi | e.cr3, 0);
		assert_int_equal(guest_get(&mem, e.gdt_base + e.cs, 8), 0x00cf9b000000ffff);
		elf_image_check(&mem, &image);
		image_free(&image);
		guest_free(&mem);
	}
}

/* An entry point may be given as a physical address. */
static void physical_entry_is_taken_as_it_is(void **state)
{
	struct image image = elf_kernel(false);
	struct guest_memory mem = guest_new(4 * MIB);
	(void)state;
	image_poke(&image, (struct poke){24, 4, ELF_DATA + 4});
	struct boot_entry e =
		multiboot_boot(&mem, &(struct load_request){.kernel = image_file(&image, NULL)});
	assert_int_equal(e.rip, ELF_DATA + 4);
	image_free(&image);
	guest_free(&mem);
}

/* Every field of the information that has a flag, and the memory map. */
static void information_fields(void **state)
{
	const uint64_t map = LAYOUT_INFO + 120;
	const struct poke rows[] = {
		{0, 4, 0x24d},
		{4, 4, 639},
		{8, 4, 3072},
		{12, 4, 0},
		{16, 4, LAYOUT_TEXT},
		{20, 4, 0},
		{28, 4, 0},
		{44, 4, 96},
		{48, 4, map},
		{64, 4, LAYOUT_TEXT + 7},
		{68, 4, 0},
		{120, 4, 20},
		{124, 8, 0},
		{132, 8, 0x9fc00},
		{140, 4, 1},
		{144, 4, 20},
		{148, 8, 0x9fc00},
		{156, 8, 0x60400},
		{164, 4, 2},
		{168, 4, 20},
		{172, 8, 0x100000},
		{180, 8, 0x300000},
		{188, 4, 1},
		{192, 4, 20},
		{196, 8, 0xd0000000},
		{204, 8, 0x30000000},
		{212, 4, 2},
	};
	struct image image = elf_kernel(false);
	struct guest_memory mem = guest_new(4 * MIB);
	(void)state;
	multiboot_boot(&mem, &(struct load_request){.kernel = image_file(&image, "-v all")});
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t got = guest_get(&mem, LAYOUT_INFO + rows[i].at, rows[i].bytes);
		if (got != rows[i].value)
			fail_msg("at %u: %#llx", rows[i].at, (unsigned long long)got);
	}
	assert_memory_equal(guest_at(&mem, LAYOUT_TEXT, 14), "-v all\0Carrel", 14);
	image_free(&image);
	guest_free(&mem);
}

/* Modules stand above the kernel, page aligned, the initrd first. */
static void modules_follow_the_kernel(void **state)
{
	struct image image = elf_kernel(true), initrd = image_new(0x1001), extra = image_new(16);
	struct guest_memory mem = guest_new(4 * MIB);
	struct load_file module[] = {image_file(&extra, "a b"), image_file(&extra, NULL)};
	const uint64_t at[] = {0x104000, 0x106000, 0x107000};
	const uint64_t size[] = {0x1001, 16, 16}, text[] = {0, 1, 5};
	(void)state;
	image_fill(&initrd, 0, initrd.size);
	image_fill(&extra, 0, extra.size);
	multiboot_boot(&mem, &(struct load_request){.kernel = image_file(&image, "k"),
				     .initrd = image_file(&initrd, NULL),
				     .module = module,
				     .modules = 2});
	uint64_t list = guest_get(&mem, LAYOUT_INFO + 24, 4);
	assert_int_equal(guest_get(&mem, LAYOUT_INFO + 20, 4), 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(guest_get(&mem, list + 16 * i, 4), at[i]);
		assert_int_equal(guest_get(&mem, list + 16 * i + 4, 4), at[i] + size[i]);
		assert_int_equal(guest_get(&mem, list + 16 * i + 8, 4), LAYOUT_TEXT + 2 + text[i]);
		assert_int_equal(guest_get(&mem, list + 16 * i + 12, 4), 0);
		assert_memory_equal(
			guest_at(&mem, at[i], size[i]), i ? extra.data : initrd.data, size[i]);
	}
	assert_memory_equal(guest_at(&mem, LAYOUT_TEXT, 15), "k\0\0a b\0\0Carrel", 15);
	image_free(&image);
	image_free(&initrd);
	image_free(&extra);
	guest_free(&mem);
}

/* The address fields in their variants: what is copied, what is cleared. */
static void address_fields_say_where(void **state)
{
	static const struct {
		const char *what;
		struct poke poke;
		uint64_t copied, room;
	} rows[] = {
		{"all fields", {0}, FLAT_BYTES, FLAT_MEMORY},
		{"load to the end of the file", {FLAT_AT + 20, 4, 0}, FLAT_SIZE - 0x20,
			FLAT_MEMORY},
		{"no bss", {FLAT_AT + 24, 4, 0}, FLAT_BYTES, FLAT_BYTES},
		{"up to the file's last byte", {FLAT_AT + 20, 4, FLAT_LOAD + FLAT_SIZE - 0x20},
			FLAT_SIZE - 0x20, FLAT_MEMORY},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct image image = flat_kernel();
		struct guest_memory mem = guest_new(4 * MIB);
		image_poke(&image, rows[i].poke);
		struct boot_entry e = multiboot_boot(
			&mem, &(struct load_request){.kernel = image_file(&image, NULL)});
		assert_int_equal(e.rip, FLAT_LOAD + 0x100);
		if (memcmp(guest_at(&mem, FLAT_LOAD, FLAT_SIZE), image.data + 0x20, rows[i].copied))
			fail_msg("%s: wrong bytes", rows[i].what);
		for (uint64_t at = rows[i].copied; at < rows[i].room; at++)
			assert_int_equal(guest_get(&mem, FLAT_LOAD + at, 1), 0);
		assert_int_equal(guest_get(&mem, FLAT_LOAD + rows[i].room, 1), FRESH);
		assert_int_equal(guest_get(&mem, FLAT_LOAD - 1, 1), FRESH);
		image_free(&image);
		guest_free(&mem);
	}
}

/* The header must lie wholly in the first 8 KiB, at a multiple of four. */
static void header_is_found_where_it_may_be(void **state)
{
	static const struct {
		unsigned at;
		bool found;
	} rows[] = {{0, true}, {4, true}, {8180, true}, {8184, false}, {8192, false}, {2, false}};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct image image = image_new(0x3000);
		struct load_file file = image_file(&image, NULL);
		enum load_error why;
		header_put(&image, rows[i].at, 0);
		assert_int_equal(loader_detect(&file, &why),
			rows[i].found ? LOAD_KIND_MULTIBOOT1 : LOAD_KIND_NONE);
		assert_int_equal(why, rows[i].found ? LOAD_OK : LOAD_KERNEL_UNKNOWN);
		image_free(&image);
	}
}

#define FLAGS(at, flags)                                                                           \
	{(at) + 4, 4, (flags)},                                                                    \
	{                                                                                          \
		(at) + 8, 4, (uint32_t) - (MAGIC + (flags))                                        \
	}
#define ADDRESS(field, value)                                                                      \
	{                                                                                          \
		FLAT_AT + (field), 4, (value)                                                      \
	}
enum { HEADER_ADDR = 12, LOAD_ADDR = 16, LOAD_END = 20, BSS_END = 24, ENTRY_ADDR = 28 };

static const struct bad_row bad_elf_rows[] = {
	{"checksum", LOAD_KERNEL_NO_ENTRY, POKE({ELF_MULTIBOOT_AT + 8, 4, 0})},
	{"magic", LOAD_KERNEL_NO_ENTRY, POKE({ELF_MULTIBOOT_AT, 4, MAGIC + 1})},
	{"video mode", LOAD_MULTIBOOT_VIDEO, POKE(FLAGS(ELF_MULTIBOOT_AT, 0x7))},
	{"unknown demand", LOAD_MULTIBOOT_FLAGS, POKE(FLAGS(ELF_MULTIBOOT_AT, 0x8))},
	{"all demands but video", LOAD_MULTIBOOT_FLAGS, POKE(FLAGS(ELF_MULTIBOOT_AT, 0xfffb))},
	{"neither ELF nor addresses", LOAD_MULTIBOOT_FORMAT, POKE({0, 4, 0})},
	{"ELF class", LOAD_ELF_CLASS, POKE({4, 1, 9})},
	{"ELF type", LOAD_ELF_TYPE, POKE({16, 2, 1})},
	{"ELF entry outside", LOAD_ELF_ENTRY, POKE({24, 4, 0x99999999})},
	{"ELF entry behind the code", LOAD_ELF_ENTRY,
		POKE({24, 4, ELF_HIGH_32 + ELF_CODE + 0x1000})},
	{"segment beyond RAM", LOAD_SEGMENT_OUTSIDE_RAM, POKE({ELF_PH32(1, 12), 4, 0x3ff000})},
	{"segment over the information", LOAD_SEGMENT_OVERLAP,
		POKE({ELF_PH32(1, 12), 4, LAYOUT_INFO})},
	{"segment over video memory", LOAD_SEGMENT_OVERLAP, POKE({ELF_PH32(1, 12), 4, 0xa0000})},
	{"segments overlap", LOAD_SEGMENT_OVERLAP, POKE({ELF_PH32(1, 12), 4, ELF_CODE + 0xfff})},
	{"command line over the segment", LOAD_SEGMENT_OVERLAP,
		POKE({ELF_PH32(1, 12), 4, 0x2ffff - 0x1fff}), .cmdline = 0xfff0},
	{"command line too long", LOAD_CMDLINE_TOO_LONG, .cmdline = 0x10000},
	{"initrd larger than memory", LOAD_INITRD_TOO_LARGE, .initrd = 4 * MIB},
	{"initrd above the kernel", LOAD_INITRD_TOO_LARGE, .initrd = 3 * MIB - 0x3fff},
	{"no room for a module", LOAD_MODULE_TOO_LARGE, .initrd = 3 * MIB - 0x4000, .modules = 1},
	{"empty module", LOAD_MODULE_EMPTY, .modules = 2, .empty_module = true},
	{"too many modules", LOAD_MODULE_COUNT, .modules = LOAD_MODULES_MAX + 2},
	{"guest below 2 MiB", LOAD_GUEST_TOO_SMALL, .guest_size = 1 * MIB},
};

static const struct bad_row bad_flat_rows[] = {
	{"header cut off", LOAD_MULTIBOOT_TRUNCATED, .cut = FLAT_AT + 31},
	{"fields cut off", LOAD_MULTIBOOT_TRUNCATED, .cut = FLAT_AT + 12},
	{"one byte cut off", LOAD_MULTIBOOT_TRUNCATED, .cut = 0x20 + FLAT_BYTES - 1},
	{"load_end beyond the file", LOAD_MULTIBOOT_TRUNCATED,
		POKE(ADDRESS(LOAD_END, FLAT_LOAD + FLAT_SIZE))},
	{"load_end huge", LOAD_MULTIBOOT_TRUNCATED, POKE(ADDRESS(LOAD_END, 0xffffffff))},
	{"load_addr above the header", LOAD_MULTIBOOT_ADDRESS,
		POKE(ADDRESS(LOAD_ADDR, FLAT_LOAD + 0x21))},
	{"load_addr before the file", LOAD_MULTIBOOT_ADDRESS,
		POKE(ADDRESS(LOAD_ADDR, FLAT_LOAD - 0x21))},
	{"load_addr 0", LOAD_MULTIBOOT_ADDRESS, POKE(ADDRESS(LOAD_ADDR, 0))},
	{"header_addr huge", LOAD_MULTIBOOT_ADDRESS, POKE(ADDRESS(HEADER_ADDR, 0xffffffff))},
	{"load_end before the header", LOAD_MULTIBOOT_ADDRESS,
		POKE(ADDRESS(LOAD_END, FLAT_LOAD + 0x20))},
	{"load_end before load_addr", LOAD_MULTIBOOT_ADDRESS, POKE(ADDRESS(LOAD_END, 1))},
	{"bss_end before load_end", LOAD_MULTIBOOT_ADDRESS,
		POKE(ADDRESS(BSS_END, FLAT_LOAD + FLAT_BYTES - 1))},
	{"bss_end 1", LOAD_MULTIBOOT_ADDRESS, POKE(ADDRESS(BSS_END, 1))},
	{"bss_end beyond RAM", LOAD_SEGMENT_OUTSIDE_RAM, POKE(ADDRESS(BSS_END, 0xffffffff))},
	{"entry below", LOAD_MULTIBOOT_ENTRY, POKE(ADDRESS(ENTRY_ADDR, FLAT_LOAD - 1))},
	{"entry at the end", LOAD_MULTIBOOT_ENTRY,
		POKE(ADDRESS(ENTRY_ADDR, FLAT_LOAD + FLAT_MEMORY))},
	{"demand beside addresses", LOAD_MULTIBOOT_FLAGS, POKE(FLAGS(FLAT_AT, 0x10020))},
	{"no addresses and no ELF", LOAD_MULTIBOOT_FORMAT, POKE(FLAGS(FLAT_AT, 0x3))},
};

static void bad_images_are_named_and_write_nothing(void **state)
{
	struct image elf = elf_kernel(false), flat = flat_kernel();
	(void)state;
	bad_rows_check(bad_elf_rows, ARRAY_SIZE(bad_elf_rows), &elf);
	bad_rows_check(bad_flat_rows, ARRAY_SIZE(bad_flat_rows), &flat);
	image_free(&elf);
	image_free(&flat);
}

static const struct bad_row edge_rows[] = {
	{"entry is the first byte", LOAD_OK, POKE(ADDRESS(ENTRY_ADDR, FLAT_LOAD))},
	{"entry is the last byte", LOAD_OK, POKE(ADDRESS(ENTRY_ADDR, FLAT_LOAD + FLAT_MEMORY - 1))},
	{"bss of no bytes", LOAD_OK, POKE(ADDRESS(BSS_END, FLAT_LOAD + FLAT_BYTES))},
	{"loaded from the file's start", LOAD_OK, POKE(ADDRESS(HEADER_ADDR, FLAT_LOAD + FLAT_AT))},
	{"loaded from the header on", LOAD_OK, POKE(ADDRESS(HEADER_ADDR, FLAT_LOAD))},
	{"bss up to the end of RAM", LOAD_OK, POKE(ADDRESS(BSS_END, 4 * MIB))},
	{"initrd fills the rest", LOAD_OK, .initrd = 3 * MIB - FLAT_MEMORY},
};

static void edges_are_accepted(void **state)
{
	struct image flat = flat_kernel();
	(void)state;
	good_rows_check(edge_rows, ARRAY_SIZE(edge_rows), &flat);
	image_free(&flat);
}

static void multiboot_2_alone_is_named(void **state)
{
	struct image image = elf_image(true);
	const struct bad_row row = {"multiboot 2", LOAD_KERNEL_MULTIBOOT2,
		POKE({0x400, 8, 0xe85250d6}, {0x408, 4, 16}, {0x40c, 4, 0x17adaf1a})};
	(void)state;
	bad_rows_check(&row, 1, &image);
	image_free(&image);
}

static void truncated_images_are_refused(void **state)
{
	struct image elf = elf_kernel(true), flat = flat_kernel();
	struct image loaded = image_cut(&flat, 0x20 + FLAT_BYTES);
	(void)state;
	truncations_check(&elf, 0, 1);
	truncations_check(&loaded, 0, 1);
	image_free(&elf);
	image_free(&flat);
	image_free(&loaded);
}

static void corrupted_images_never_write_outside(void **state)
{
	struct image elf = elf_kernel(true), flat = flat_kernel();
	(void)state;
	corruption_run(&elf, 0, 0xb0, 0x0123456789abcdef);
	corruption_run(&flat, FLAT_AT + 12, FLAT_AT + 32, 0x1122334455667788);
	image_free(&elf);
	image_free(&flat);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_has_the_magic_and_the_information),
		cmocka_unit_test(physical_entry_is_taken_as_it_is),
		cmocka_unit_test(information_fields),
		cmocka_unit_test(modules_follow_the_kernel),
		cmocka_unit_test(address_fields_say_where),
		cmocka_unit_test(header_is_found_where_it_may_be),
		cmocka_unit_test(bad_images_are_named_and_write_nothing),
		cmocka_unit_test(edges_are_accepted),
		cmocka_unit_test(multiboot_2_alone_is_named),
		cmocka_unit_test(truncated_images_are_refused),
		cmocka_unit_test(corrupted_images_never_write_outside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
