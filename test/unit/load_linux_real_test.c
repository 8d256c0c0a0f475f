/* SPDX-License-Identifier: MIT */
/*
 * The loader of bzImages that start in real mode, and the BIOS that they get, on
 * handmade images and, where `make` has unpacked it, on iPXE. Sources: Linux,
 * Documentation/arch/x86/boot.rst; Ralf Brown's Interrupt List, INT 15.
 */
#include "vmm/load/loader.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "linux_image.h"
#include "vmm/load/bios.h"
#include "vmm/load/bios_layout.h"
#include "vmm/load/layout.h"
#include "vmm/load/linux_real.h"

/* LINK: vmm-user/vmm/guest_memory.c vmm-user/vmm/load/[a-z]*.[cS] */

#define IPXE "build/guest/more/ipxe.lkrn"
#define BIOS 0xff000u

/* Protocol 2.07: no address, no payload, and no size but the code's. */
static struct image real_image(void)
{
	static const struct poke pokes[] = {
		{0x200, 2, 0x3aeb},
		{0x206, 2, 0x207},
		{0x211, 1, 0x01},
		{0x214, 4, 0},
		{0x230, 8, 0},
		{0x248, 8, ~0ull},
		{0x258, 8, ~0ull},
		{0x260, 4, 0},
	};
	struct image image = linux_image();
	for (unsigned i = 0; i < ARRAY_SIZE(pokes); i++)
		image_poke(&image, pokes[i]);
	return image;
}

static struct boot_entry real_boot(struct guest_memory *mem, const struct image *image,
	const struct image *initrd, const char *cmdline)
{
	struct boot_entry entry;
	struct load_request request = {.kernel = image_file(image, cmdline), .rsdp = gpa(0xe0000)};
	if (initrd)
		request.initrd = image_file(initrd, NULL);
	assert_int_equal(loader_load(mem, &request, &entry), LOAD_OK);
	return entry;
}

static void entry_is_in_the_bios(void **state)
{
	struct image image = real_image();
	struct guest_memory mem = guest_new(4 * MIB);
	struct boot_entry e = real_boot(&mem, &image, NULL, NULL);
	(void)state;
	assert_int_equal(e.mode, BOOT_REAL);
	assert_int_equal(e.cs, 0xf000);
	assert_int_equal(e.rip, BIOS_ENTRY);
	assert_int_equal(e.rbx, LINUX_REAL_SETUP >> 4);
	assert_int_equal(e.rsp, LINUX_REAL_STACK);
	assert_int_equal(guest_get(&mem, BIOS + BIOS_ENTRY - BIOS_MEMORY, 2), 0xfcfa); /* CLI CLD */
	assert_int_equal(guest_get(&mem, 0xffff0, 1), 0xea);
	assert_int_equal(guest_get(&mem, 0xffff3, 2), 0xf000);
	assert_int_equal(guest_get(&mem, 0xffffe, 1), 0xfc);
	image_free(&image);
	guest_free(&mem);
}

/* Each field of the header that a loader must write, and some that it must not. */
static void header_fields(void **state)
{
	static const char cmdline[] = "shell";
	const struct poke rows[] = {
		{0x000, 8, 0},
		{0x1f1, 1, 1},
		{0x1f4, 4, CODE_BYTES / 16},
		{0x1fa, 2, 0xffff},
		{0x202, 4, 0x53726448},
		{0x206, 2, 0x207},
		{0x210, 1, 0xff},
		{0x211, 1, 0x81},
		{0x214, 4, 0},
		{0x218, 4, 4 * MIB - 0x2000},
		{0x21c, 4, 0x1234},
		{0x224, 2, LINUX_REAL_STACK - 0x200},
		{0x226, 2, 0},
		{0x228, 4, LAYOUT_TEXT},
		{0x22c, 4, 0x7fffffff},
		{SETUP_BYTES, 8, 0},
		{0xfff8, 8, 0},
	};
	struct image image = real_image(), initrd = image_new(0x1234);
	struct guest_memory mem = guest_new(4 * MIB);
	(void)state;
	image_fill(&initrd, 0, initrd.size);
	real_boot(&mem, &image, &initrd, cmdline);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t got = guest_get(&mem, LINUX_REAL_SETUP + rows[i].at, rows[i].bytes);
		if (got != rows[i].value)
			fail_msg("at %#x: %#llx", rows[i].at, (unsigned long long)got);
	}
	assert_memory_equal(guest_at(&mem, LAYOUT_TEXT, sizeof(cmdline)), cmdline, sizeof(cmdline));
	assert_memory_equal(
		guest_at(&mem, 4 * MIB - 0x2000, initrd.size), initrd.data, initrd.size);
	assert_memory_equal(guest_at(&mem, MIB, CODE_BYTES), image.data + SETUP_BYTES, CODE_BYTES);
	assert_int_equal(guest_get(&mem, MIB + CODE_BYTES, 1), FRESH);
	assert_int_equal(guest_get(&mem, 0x3ff, 1), FRESH); /* the BIOS sets the vectors */
	image_free(&image);
	image_free(&initrd);
	guest_free(&mem);
}

/* The three calls about memory: 88h, E801h, E820h. */
static void bios_is_told_of_memory(void **state)
{
	static const struct {
		uint64_t size;
		uint16_t extended, below, above, ranges;
	} rows[] = {
		{2 * MIB, 0x400, 0x400, 0, 4},
		{16 * MIB, 0x3c00, 0x3c00, 0, 4},
		{16 * MIB + 0x11000, 0x3c44, 0x3c00, 1, 4},
		{64 * MIB, 0xfc00, 0x3c00, 0x300, 4},
		{128 * MIB, 0xfc00, 0x3c00, 0x700, 4},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest_memory mem = guest_new(rows[i].size);
		assert_int_equal(bios_put(&mem), LOAD_OK);
		assert_int_equal(guest_get(&mem, BIOS, 2), rows[i].extended);
		assert_int_equal(guest_get(&mem, BIOS + 2, 2), rows[i].below);
		assert_int_equal(guest_get(&mem, BIOS + 4, 2), rows[i].above);
		assert_int_equal(guest_get(&mem, BIOS + 6, 2), rows[i].ranges);
		assert_int_equal(guest_get(&mem, BIOS + 8 + 8, 8), 0x9fc00);
		assert_int_equal(guest_get(&mem, BIOS + 8 + 16, 4), 1);
		assert_int_equal(guest_get(&mem, BIOS + 8 + 40, 8), MIB);
		assert_int_equal(guest_get(&mem, BIOS + 8 + 48, 8), rows[i].size - MIB);
		assert_int_equal(guest_get(&mem, BIOS - 1, 1), FRESH);
		guest_free(&mem);
	}
}

static void bios_needs_its_place(void **state)
{
	struct guest_memory mem = guest_new(MIB - 4096);
	(void)state;
	assert_int_equal(bios_put(&mem), LOAD_WRITE_FAILED);
	assert_true(guest_is_fresh(&mem));
	guest_free(&mem);
}

static const struct bad_row bad_rows[] = {
	{"protocol 2.01", LOAD_LINUX_OLD, POKE({0x206, 2, 0x201})},
	{"zImage", LOAD_LINUX_ZIMAGE, POKE({0x211, 1, 0x80})},
	{"setup beyond the file", LOAD_LINUX_TRUNCATED, POKE({0x1f1, 1, 0xff})},
	{"no code", LOAD_LINUX_TRUNCATED, POKE({0x1f4, 4, 0})},
	{"code beyond the file", LOAD_LINUX_TRUNCATED, POKE({0x1f4, 4, CODE_BYTES / 16 + 1})},
	{"setup only", LOAD_LINUX_TRUNCATED, .cut = SETUP_BYTES},
	{"setup only, before sizes could be trusted", LOAD_LINUX_TRUNCATED, POKE({0x206, 2, 0x203}),
		.cut = SETUP_BYTES},
	{"half a setup", LOAD_LINUX_TRUNCATED, .cut = 0x300},
	{"command line too long", LOAD_CMDLINE_TOO_LONG, .cmdline = 2048},
	{"command line too long for 2.05", LOAD_CMDLINE_TOO_LONG, POKE({0x206, 2, 0x205}),
		.cmdline = 256},
	{"initrd in no gap", LOAD_INITRD_TOO_LARGE, .initrd = 3 * MIB},
	{"initrd limit too low", LOAD_INITRD_TOO_LARGE, POKE({0x22c, 4, 0xfff}), .initrd = 0x1000},
	{"modules", LOAD_LINUX_MODULES, .modules = 1},
	{"guest below 2 MiB", LOAD_GUEST_TOO_SMALL, .guest_size = 2 * MIB - 4096},
};

static const struct bad_row edge_rows[] = {
	{"the oldest", LOAD_OK, POKE({0x206, 2, 0x202}, {0x22c, 4, 0}, {0x238, 4, 0}),
		.cmdline = 255, .initrd = 4096},
	{"the newest", LOAD_OK, POKE({0x206, 2, 0x209})},
	{"2.03 with a size that is not one", LOAD_OK, POKE({0x206, 2, 0x203}, {0x1f4, 4, ~0u})},
	{"longest command line", LOAD_OK, .cmdline = 2047},
	{"no jump", LOAD_OK, POKE({0x200, 2, 0})},
	{"initrd fills the rest", LOAD_OK, .initrd = 3 * MIB - CODE_BYTES},
};

static void bad_images_are_named_and_write_nothing(void **state)
{
	struct image image = real_image();
	(void)state;
	bad_rows_check(bad_rows, ARRAY_SIZE(bad_rows), &image);
	good_rows_check(edge_rows, ARRAY_SIZE(edge_rows), &image);
	image_free(&image);
}

/* One that is as large as the file says, and the guest a page too small for it. */
static void setup_and_code_have_limits(void **state)
{
	struct image image = image_new(0x8200 + 512), head = real_image();
	struct bad_row row = {"setup code of 32 KiB and a half", LOAD_LINUX_SETUP_SIZE,
		POKE({0x1f1, 1, 64}, {0x1f4, 4, 32})};
	(void)state;
	memcpy(image.data, head.data, SETUP_BYTES);
	bad_rows_check(&row, 1, &image);
	row = (struct bad_row){"32 KiB", LOAD_OK, POKE({0x1f1, 1, 63}, {0x1f4, 4, 32})};
	good_rows_check(&row, 1, &image);
	image_free(&image);
	image = image_new(SETUP_BYTES + 2 * MIB);
	memcpy(image.data, head.data, SETUP_BYTES);
	row = (struct bad_row){"code larger than memory", LOAD_LINUX_TOO_LARGE,
		POKE({0x1f4, 4, 2 * MIB / 16}), .guest_size = 3 * MIB - 4096};
	bad_rows_check(&row, 1, &image);
	image_free(&image);
	image_free(&head);
}

static void corrupted_images_never_write_outside(void **state)
{
	struct image image = real_image(), tail = image_cut(&image, image.size - 15);
	(void)state;
	truncations_check(&tail, 0, 1);
	corruption_run(&image, 0x1f1, 0x240, 0x1234567890abcdef);
	image_free(&image);
	image_free(&tail);
}

static void real_program_loads(void **state)
{
	struct image image = image_read(IPXE);
	(void)state;
	if (!image.data) {
		print_message("%s is not there: only synthetic images were loaded\n", IPXE);
		skip();
	}
	struct guest_memory mem = guest_new(32 * MIB);
	uint64_t setup = (image.data[0x1f1] + 1) * 512;
	assert_int_equal(real_boot(&mem, &image, NULL, "shell").mode, BOOT_REAL);
	assert_memory_equal(guest_at(&mem, MIB, 0x10000), image.data + setup, 0x10000);
	image_free(&image);
	guest_free(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_is_in_the_bios),
		cmocka_unit_test(header_fields),
		cmocka_unit_test(bios_is_told_of_memory),
		cmocka_unit_test(bios_needs_its_place),
		cmocka_unit_test(bad_images_are_named_and_write_nothing),
		cmocka_unit_test(setup_and_code_have_limits),
		cmocka_unit_test(corrupted_images_never_write_outside),
		cmocka_unit_test(real_program_loads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
