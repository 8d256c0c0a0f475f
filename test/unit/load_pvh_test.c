/* SPDX-License-Identifier: MIT */
/*
 * The PVH loader and the ELF reader below it, on handmade images. Source: Xen,
 * public/arch-x86/hvm/start_info.h; System V ABI, "Program Loading".
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

/* A note: sizes of name and descriptor, type, "Xen", the entry address. */
static void note_put(
	struct image *image, unsigned at, uint32_t type, unsigned desc_size, uint64_t desc)
{
	image_poke(image, (struct poke){at, 4, 4});
	image_poke(image, (struct poke){at + 4, 4, desc_size});
	image_poke(image, (struct poke){at + 8, 4, type});
	image_poke(image, (struct poke){at + 12, 4, 0x006e6558});
	image_poke(image, (struct poke){at + 16, desc_size, desc});
}

/* Two notes: one of another type first, as in Linux's vmlinux. */
static struct image pvh_image(bool is64)
{
	struct image image = elf_image(is64);
	note_put(&image, ELF_NOTE_AT, 6, 4, 0x12345678);
	note_put(&image, ELF_NOTE_AT + 20, 18, is64 ? 8 : 4, ELF_ENTRY);
	return image;
}

static struct boot_entry pvh_boot(struct guest_memory *mem, const struct load_request *request)
{
	struct boot_entry entry;
	assert_int_equal(loader_load(mem, request, &entry), LOAD_OK);
	return entry;
}

static void entry_is_32_bit_with_the_start_info(void **state)
{
	(void)state;
	for (unsigned is64 = 0; is64 < 2; is64++) {
		struct image image = pvh_image(is64);
		struct guest_memory mem = guest_new(4 * MIB);
		struct boot_entry e =
			pvh_boot(&mem, &(struct load_request){.kernel = image_file(&image, NULL)});
		assert_int_equal(e.mode, BOOT_PROTECTED32);
		assert_int_equal(e.rip, ELF_ENTRY);
		assert_int_equal(e.rbx, LAYOUT_INFO);
		assert_int_equal(e.rax | e.rsi | e.cr3, 0);
		assert_int_equal(guest_get(&mem, e.gdt_base + e.cs, 8), 0x00cf9b000000ffff);
		elf_image_check(&mem, &image);
		image_free(&image);
		guest_free(&mem);
	}
}

/* Every field of struct hvm_start_info and of the memory map. */
static void start_info_fields(void **state)
{
	const uint64_t map = LAYOUT_INFO + 56;
	const struct poke rows[] = {
		{0, 4, 0x336ec578},
		{4, 4, 1},
		{8, 4, 0},
		{12, 4, 0},
		{16, 8, 0},
		{24, 8, LAYOUT_TEXT},
		{32, 8, 0xe0010},
		{40, 8, map},
		{48, 4, 4},
		{52, 4, 0},
		{56, 8, 0},
		{64, 8, 0x9fc00},
		{72, 4, 1},
		{76, 4, 0},
		{80, 8, 0x9fc00},
		{88, 8, 0x60400},
		{96, 4, 2},
		{104, 8, 0x100000},
		{112, 8, 0x300000},
		{120, 4, 1},
		{128, 8, 0xd0000000},
		{136, 8, 0x30000000},
		{144, 4, 2},
		{152, 8, 0},
	};
	struct image image = pvh_image(true);
	struct guest_memory mem = guest_new(4 * MIB);
	(void)state;
	pvh_boot(&mem, &(struct load_request){
			       .kernel = image_file(&image, "root=x"), .rsdp = gpa(0xe0010)});
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t got = guest_get(&mem, LAYOUT_INFO + rows[i].at, rows[i].bytes);
		if (got != rows[i].value)
			fail_msg("at %u: %#llx", rows[i].at, (unsigned long long)got);
	}
	assert_memory_equal(guest_at(&mem, LAYOUT_TEXT, 7), "root=x", 7);
	image_free(&image);
	guest_free(&mem);
}

/* The initrd is the first module; they go downward from the end of RAM. */
static void modules_are_listed_with_their_texts(void **state)
{
	struct image image = pvh_image(true), initrd = image_new(0x1001), extra = image_new(1);
	struct guest_memory mem = guest_new(4 * MIB);
	struct load_file module = image_file(&extra, "one two");
	(void)state;
	image_fill(&initrd, 0, initrd.size);
	extra.data[0] = 0x42;
	pvh_boot(&mem, &(struct load_request){.kernel = image_file(&image, "k"),
			       .initrd = image_file(&initrd, NULL),
			       .module = &module,
			       .modules = 1});
	uint64_t list = guest_get(&mem, LAYOUT_INFO + 16, 8);
	assert_int_equal(guest_get(&mem, LAYOUT_INFO + 12, 4), 2);
	assert_int_equal(guest_get(&mem, list, 8), 4 * MIB - 0x2000);
	assert_int_equal(guest_get(&mem, list + 8, 8), 0x1001);
	assert_int_equal(guest_get(&mem, list + 16, 8), LAYOUT_TEXT + 2);
	assert_int_equal(guest_get(&mem, list + 24, 8), 0);
	assert_int_equal(guest_get(&mem, list + 32, 8), 4 * MIB - 0x3000);
	assert_int_equal(guest_get(&mem, list + 40, 8), 1);
	assert_int_equal(guest_get(&mem, list + 48, 8), LAYOUT_TEXT + 3);
	assert_memory_equal(guest_at(&mem, LAYOUT_TEXT, 18), "k\0\0one two\0Carrel\0", 18);
	assert_memory_equal(guest_at(&mem, 4 * MIB - 0x2000, 0x1001), initrd.data, 0x1001);
	assert_int_equal(guest_get(&mem, 4 * MIB - 0x3000, 1), 0x42);
	image_free(&image);
	image_free(&initrd);
	image_free(&extra);
	guest_free(&mem);
}

/* Notes in the shapes that linkers make. */
static void notes_are_found(void **state)
{
	static const struct {
		const char *what;
		struct poke poke[2];
	} rows[] = {
		{"8-byte entry", {{0}}},
		{"4-byte entry", {{ELF_NOTE_AT + 24, 4, 4}}},
		{"shared object", {{16, 2, 3}}},
		{"segment ends with the entry", {{ELF_PH64(2, PH64_FILESZ), 8, 44}}},
		{"alignment 0", {{ELF_PH64(2, PH64_ALIGN), 8, 0}}},
		{"empty segment before",
			{{ELF_PH64(1, PH64_MEMSZ), 8, 0}, {ELF_PH64(1, PH64_FILESZ), 8, 0}}},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct image image = pvh_image(true);
		struct guest_memory mem = guest_new(4 * MIB);
		image_poke(&image, rows[i].poke[0]);
		image_poke(&image, rows[i].poke[1]);
		struct boot_entry e =
			pvh_boot(&mem, &(struct load_request){.kernel = image_file(&image, NULL)});
		if (e.rip != ELF_ENTRY)
			fail_msg("%s", rows[i].what);
		image_free(&image);
		guest_free(&mem);
	}
}

/* Properties of GNU pad names and descriptors to 8 bytes. */
static void notes_of_eight_byte_alignment_are_walked(void **state)
{
	struct image image = elf_image(true);
	struct guest_memory mem = guest_new(4 * MIB);
	(void)state;
	image_poke(&image, (struct poke){ELF_PH64(2, PH64_ALIGN), 8, 8});
	note_put(&image, ELF_NOTE_AT, 5, 4, 0);
	note_put(&image, ELF_NOTE_AT + 24, 18, 8, ELF_ENTRY);
	struct boot_entry e =
		pvh_boot(&mem, &(struct load_request){.kernel = image_file(&image, NULL)});
	assert_int_equal(e.rip, ELF_ENTRY);
	image_free(&image);
	guest_free(&mem);
}

/* A module list as long as a plan can make it. */
static void as_many_modules_as_fit(void **state)
{
	struct image image = pvh_image(true);
	struct guest_memory mem = guest_new(4 * MIB);
	const struct bad_row row = {
		"all modules", LOAD_OK, .modules = LOAD_MODULES_MAX, .initrd = 1};
	struct boot_entry entry;
	(void)state;
	assert_int_equal(bad_row_load(&row, &image, &mem, &entry), LOAD_OK);
	assert_int_equal(guest_get(&mem, LAYOUT_INFO + 12, 4), LOAD_MODULES_MAX + 1);
	image_free(&image);
	guest_free(&mem);
}

#define P64(n, field, value)                                                                       \
	{                                                                                          \
		ELF_PH64(n, PH64_##field), 8, value                                                \
	}

static const struct bad_row bad_rows[] = {
	{"wrong magic", LOAD_KERNEL_UNKNOWN, POKE({0, 1, 0x7e})},
	{"class 0", LOAD_ELF_CLASS, POKE({4, 1, 0})},
	{"class 3", LOAD_ELF_CLASS, POKE({4, 1, 3})},
	{"big endian", LOAD_ELF_CLASS, POKE({5, 1, 2})},
	{"identification version", LOAD_ELF_VERSION, POKE({6, 1, 0})},
	{"file version", LOAD_ELF_VERSION, POKE({20, 4, 2})},
	{"relocatable object", LOAD_ELF_TYPE, POKE({16, 2, 1})},
	{"core file", LOAD_ELF_TYPE, POKE({16, 2, 4})},
	{"ARM", LOAD_ELF_MACHINE, POKE({18, 2, 183})},
	{"64-bit i386", LOAD_ELF_MACHINE, POKE({18, 2, 3})},
	{"64-bit as 32-bit", LOAD_ELF_MACHINE, POKE({4, 1, 1})},
	{"program header size", LOAD_ELF_HEADER_SIZE, POKE({54, 2, 32})},
	{"program header size 0", LOAD_ELF_HEADER_SIZE, POKE({54, 2, 0})},
	{"no program headers", LOAD_ELF_HEADER_COUNT, POKE({56, 2, 0})},
	{"65 program headers", LOAD_ELF_HEADER_COUNT, POKE({56, 2, 65})},
	{"65535 program headers", LOAD_ELF_HEADER_COUNT, POKE({56, 2, 0xffff})},
	{"program headers at the end", LOAD_ELF_HEADERS_OUTSIDE, POKE({32, 8, ELF_SIZE - 167})},
	{"program headers up to the end", LOAD_ELF_NO_SEGMENT, POKE({32, 8, ELF_SIZE - 168})},
	{"program headers far away", LOAD_ELF_HEADERS_OUTSIDE, POKE({32, 8, ~0ull})},
	{"program headers wrap", LOAD_ELF_HEADERS_OUTSIDE, POKE({32, 8, ~0ull - 160})},
	{"segment beyond the file", LOAD_ELF_SEGMENT_OUTSIDE,
		POKE(P64(0, OFFSET, ELF_SIZE - 0x7ff))},
	{"segment far beyond the file", LOAD_ELF_SEGMENT_OUTSIDE, POKE(P64(0, OFFSET, ~0ull))},
	{"segment wraps in the file", LOAD_ELF_SEGMENT_OUTSIDE,
		POKE(P64(0, OFFSET, ~0ull - 0x7fe))},
	{"file size huge", LOAD_ELF_SEGMENT_OUTSIDE, POKE(P64(0, FILESZ, ~0ull))},
	{"one byte cut off", LOAD_ELF_SEGMENT_OUTSIDE, .cut = ELF_SIZE - 1},
	{"note segment beyond the file", LOAD_ELF_SEGMENT_OUTSIDE, POKE(P64(2, FILESZ, 0x1a01))},
	{"larger in file than in memory", LOAD_ELF_SEGMENT_SIZE, POKE(P64(0, MEMSZ, 0x7ff))},
	{"memory size 0", LOAD_ELF_SEGMENT_SIZE, POKE(P64(0, MEMSZ, 0))},
	{"physical address wraps", LOAD_ELF_SEGMENT_WRAPS, POKE(P64(0, PADDR, ~0ull - 0xffe))},
	{"virtual address wraps", LOAD_ELF_SEGMENT_WRAPS, POKE(P64(0, VADDR, ~0ull - 0xffe))},
	{"memory size wraps", LOAD_ELF_SEGMENT_WRAPS, POKE(P64(0, MEMSZ, ~0ull))},
	{"nothing to load", LOAD_ELF_NO_SEGMENT,
		POKE({ELF_PH64(0, PH64_TYPE), 4, 2}, {ELF_PH64(1, PH64_TYPE), 4, 2})},
	{"no note segment", LOAD_KERNEL_NO_ENTRY, POKE({ELF_PH64(2, PH64_TYPE), 4, 5})},
	{"note of another type", LOAD_KERNEL_NO_ENTRY, POKE({ELF_NOTE_AT + 28, 4, 17})},
	{"note of another name", LOAD_KERNEL_NO_ENTRY, POKE({ELF_NOTE_AT + 32, 4, 0x006e6559})},
	{"note name without its end", LOAD_KERNEL_NO_ENTRY, POKE({ELF_NOTE_AT + 20, 4, 3})},
	{"note name beyond the segment", LOAD_ELF_NOTE, POKE({ELF_NOTE_AT, 4, 0xffffffff})},
	{"note descriptor beyond the segment", LOAD_ELF_NOTE, POKE({ELF_NOTE_AT + 24, 4, 21})},
	{"note descriptor huge", LOAD_ELF_NOTE, POKE({ELF_NOTE_AT + 4, 4, 0xfffffffc})},
	{"entry of 2 bytes", LOAD_PVH_NOTE_SIZE, POKE({ELF_NOTE_AT + 24, 4, 2})},
	{"entry of no bytes", LOAD_PVH_NOTE_SIZE, POKE({ELF_NOTE_AT + 24, 4, 0})},
	{"entry below the code", LOAD_PVH_ENTRY, POKE({ELF_NOTE_AT + 36, 8, ELF_CODE - 1})},
	{"entry between the segments", LOAD_PVH_ENTRY,
		POKE({ELF_NOTE_AT + 36, 8, ELF_CODE + 0x1000})},
	{"entry is virtual", LOAD_PVH_ENTRY, POKE({ELF_NOTE_AT + 36, 8, ELF_HIGH_64 + ELF_ENTRY})},
	{"segment beyond RAM", LOAD_SEGMENT_OUTSIDE_RAM, POKE(P64(1, PADDR, 4 * MIB - 0x1fff))},
	{"segment in the hole", LOAD_SEGMENT_OUTSIDE_RAM, POKE(P64(1, PADDR, 0xfee00000))},
	{"segment in high RAM", LOAD_SEGMENT_OUTSIDE_RAM, POKE(P64(1, PADDR, 0x100000000))},
	{"segment larger than RAM", LOAD_SEGMENT_OUTSIDE_RAM, POKE(P64(1, MEMSZ, 0x10000000))},
	{"segments overlap by a byte", LOAD_SEGMENT_OVERLAP, POKE(P64(0, MEMSZ, 0x2001))},
	{"segments are the same", LOAD_SEGMENT_OVERLAP, POKE(P64(1, PADDR, ELF_CODE))},
	{"segment over the start info", LOAD_SEGMENT_OVERLAP,
		POKE(P64(1, PADDR, LAYOUT_INFO + 0x100))},
	{"segment over the GDT", LOAD_SEGMENT_OVERLAP, POKE(P64(1, PADDR, LAYOUT_GDT + 47))},
	{"segment over the stack", LOAD_SEGMENT_OVERLAP, POKE(P64(1, PADDR, LAYOUT_STACK + 0xfff))},
	{"segment over the EBDA", LOAD_SEGMENT_OVERLAP, POKE(P64(1, PADDR, 0x9dc01))},
	{"segment over the ACPI tables", LOAD_SEGMENT_OVERLAP, POKE(P64(1, PADDR, 0xe0000))},
	{"segment over the vectors", LOAD_SEGMENT_OVERLAP, POKE(P64(1, PADDR, 0))},
	{"segment over the texts", LOAD_SEGMENT_OVERLAP, POKE(P64(1, PADDR, LAYOUT_TEXT))},
	{"command line too long", LOAD_CMDLINE_TOO_LONG, .cmdline = 0x10000 - 7},
	{"initrd larger than memory", LOAD_INITRD_TOO_LARGE, .initrd = 8 * MIB},
	{"initrd in no gap", LOAD_INITRD_TOO_LARGE, .initrd = 3 * MIB - 0x3fff},
	{"no room for a module", LOAD_MODULE_TOO_LARGE, .initrd = 3 * MIB - 0x4000, .modules = 3},
	{"empty module", LOAD_MODULE_EMPTY, .modules = 1, .empty_module = true},
	{"too many modules", LOAD_MODULE_COUNT, .modules = LOAD_MODULES_MAX + 1},
	{"guest below 2 MiB", LOAD_GUEST_TOO_SMALL, .guest_size = 1 * MIB},
};

static void bad_images_are_named_and_write_nothing(void **state)
{
	struct image image = pvh_image(true);
	(void)state;
	bad_rows_check(bad_rows, ARRAY_SIZE(bad_rows), &image);
	image_free(&image);
}

static const struct bad_row edge_rows[] = {
	{"segment up to the end of RAM", LOAD_OK, POKE(P64(1, PADDR, 4 * MIB - 0x2000))},
	{"segments touch", LOAD_OK, POKE(P64(0, MEMSZ, 0x2000))},
	{"segment touches 1 MiB from above and the next", LOAD_OK,
		POKE(P64(1, PADDR, ELF_CODE + 0x1000))},
	{"segment in free low RAM", LOAD_OK, POKE(P64(1, PADDR, 0x9dc00))},
	{"entry is the last byte", LOAD_OK, POKE({ELF_NOTE_AT + 36, 8, ELF_CODE + 0xfff})},
	{"longest command line", LOAD_OK, .cmdline = 0x10000 - 8},
	{"initrd fills the gap", LOAD_OK, .initrd = 3 * MIB - 0x4000},
};

static void edges_are_accepted(void **state)
{
	struct image image = pvh_image(true);
	(void)state;
	good_rows_check(edge_rows, ARRAY_SIZE(edge_rows), &image);
	image_free(&image);
}

static void truncated_images_are_refused(void **state)
{
	(void)state;
	for (unsigned is64 = 0; is64 < 2; is64++) {
		struct image image = pvh_image(is64);
		truncations_check(&image, 0, 1);
		image_free(&image);
	}
}

static void corrupted_images_never_write_outside(void **state)
{
	struct image image = pvh_image(true), image32 = pvh_image(false);
	(void)state;
	corruption_run(&image, 0, 0x240, 0xfedcba0987654321);
	corruption_run(&image32, 0, 0x240, 0x0f1e2d3c4b5a6978);
	image_free(&image);
	image_free(&image32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_is_32_bit_with_the_start_info),
		cmocka_unit_test(start_info_fields),
		cmocka_unit_test(modules_are_listed_with_their_texts),
		cmocka_unit_test(notes_are_found),
		cmocka_unit_test(notes_of_eight_byte_alignment_are_walked),
		cmocka_unit_test(as_many_modules_as_fit),
		cmocka_unit_test(bad_images_are_named_and_write_nothing),
		cmocka_unit_test(edges_are_accepted),
		cmocka_unit_test(truncated_images_are_refused),
		cmocka_unit_test(corrupted_images_never_write_outside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
