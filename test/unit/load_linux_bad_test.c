/* SPDX-License-Identifier: MIT */
/*
 * The bzImage loader on images that are corrupt, cut, too large or in the way of
 * something, and on those just at the edge. Source: Linux,
 * Documentation/arch/x86/boot.rst.
 */
#include "vmm/load/loader.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "linux_image.h"

/* LINK: vmm-user/vmm/guest_memory.c vmm-user/vmm/load/[a-z]*.[cS] */

static const struct bad_row bad_rows[] = {
	{"no boot flag", LOAD_KERNEL_UNKNOWN, POKE({0x1fe, 2, 0xaa54})},
	{"no magic", LOAD_KERNEL_UNKNOWN, POKE({0x202, 4, 0x53726449})},
	{"protocol 2.01", LOAD_LINUX_OLD, POKE({0x206, 2, 0x201})},
	{"protocol 0", LOAD_LINUX_OLD, POKE({0x206, 2, 0})},
	{"zImage", LOAD_LINUX_ZIMAGE, POKE({0x211, 1, 0x80})},
	{"jump missing", LOAD_LINUX_HEADER, POKE({0x200, 1, 0xe9})},
	{"header too short", LOAD_LINUX_HEADER, POKE({0x201, 1, 0x61})},
	{"header too short for 2.10", LOAD_LINUX_HEADER, POKE({0x201, 1, 0x61}, {0x206, 2, 0x20a})},
	{"header too long", LOAD_LINUX_HEADER, POKE({0x201, 1, 0x8f})},
	{"setup beyond the file", LOAD_LINUX_TRUNCATED, POKE({0x1f1, 1, 0xff})},
	{"setup_sects 0 means 4", LOAD_LINUX_TRUNCATED, POKE({0x1f1, 1, 0})},
	{"no code", LOAD_LINUX_TRUNCATED, POKE({0x1f4, 4, 0})},
	{"code beyond the file", LOAD_LINUX_TRUNCATED, POKE({0x1f4, 4, CODE_BYTES / 16 + 1})},
	{"code as large as can be", LOAD_LINUX_TRUNCATED, POKE({0x1f4, 4, 0xffffffff})},
	{"16 bytes short", LOAD_LINUX_TRUNCATED, .cut = SETUP_BYTES + CODE_BYTES - 16},
	{"setup only", LOAD_LINUX_TRUNCATED, .cut = SETUP_BYTES},
	{"half a setup", LOAD_LINUX_TRUNCATED, .cut = 0x300},
	{"payload beyond the code", LOAD_LINUX_PAYLOAD, POKE({0x24c, 4, 0xf01})},
	{"payload starts outside", LOAD_LINUX_PAYLOAD, POKE({0x248, 4, 0xfffffff0})},
	{"payload sum wraps 32 bits", LOAD_LINUX_PAYLOAD,
		POKE({0x248, 4, 0xffffffff}, {0x24c, 4, 0xffffffff})},
	{"init_size below the code", LOAD_LINUX_INIT_SIZE, POKE({0x260, 4, CODE_BYTES - 1})},
	{"init_size 0", LOAD_LINUX_INIT_SIZE, POKE({0x260, 4, 0})},
	{"alignment 0", LOAD_LINUX_ALIGNMENT, POKE({0x230, 4, 0})},
	{"alignment no power of two", LOAD_LINUX_ALIGNMENT, POKE({0x230, 4, 0x3000})},
	{"alignment too small", LOAD_LINUX_ALIGNMENT, POKE({0x230, 4, 0x800})},
	{"alignment too large", LOAD_LINUX_ALIGNMENT, POKE({0x230, 4, 0x80000000})},
	{"rounded out of RAM", LOAD_LINUX_TOO_LARGE, POKE({0x230, 4, 0x40000000})},
	{"init_size beyond RAM", LOAD_LINUX_TOO_LARGE, POKE({0x260, 4, 0xffffffff})},
	{"one byte beyond RAM", LOAD_LINUX_TOO_LARGE, POKE({0x260, 4, 4 * MIB - LOAD_AT + 1})},
	{"preferred address beyond RAM", LOAD_LINUX_TOO_LARGE, POKE({0x258, 8, 0x1000000})},
	{"preferred address in the hole", LOAD_LINUX_TOO_LARGE, POKE({0x258, 8, 0xd0000000})},
	{"preferred address wraps", LOAD_LINUX_TOO_LARGE, POKE({0x258, 8, ~0ull})},
	{"preferred address wraps, fixed", LOAD_LINUX_TOO_LARGE,
		POKE({0x258, 8, ~0ull}, {0x234, 1, 0})},
	{"preferred address is high RAM, fixed", LOAD_LINUX_TOO_LARGE,
		POKE({0x258, 8, 0x100000000}, {0x234, 1, 0})},
	{"fixed over the ACPI tables", LOAD_SEGMENT_OVERLAP,
		POKE({0x258, 8, 0xe0000}, {0x234, 1, 0})},
	{"fixed over boot_params", LOAD_SEGMENT_OVERLAP, POKE({0x258, 8, 0x1000}, {0x234, 1, 0})},
	{"fixed over the command line", LOAD_SEGMENT_OVERLAP,
		POKE({0x258, 8, 0x10000}, {0x234, 1, 0})},
	{"fixed over the vectors", LOAD_SEGMENT_OVERLAP, POKE({0x258, 8, 0}, {0x234, 1, 0})},
	{"command line too long", LOAD_CMDLINE_TOO_LONG, .cmdline = 2048},
	{"command line too long for its place", LOAD_CMDLINE_TOO_LONG, POKE({0x238, 4, 0xffffffff}),
		.cmdline = 0x10000},
	{"initrd larger than memory", LOAD_INITRD_TOO_LARGE, .initrd = 8 * MIB},
	{"initrd in no gap", LOAD_INITRD_TOO_LARGE, .initrd = 3 * MIB},
	{"initrd limit too low", LOAD_INITRD_TOO_LARGE, POKE({0x22c, 4, 0xfff}), .initrd = 0x1000},
	{"initrd limit 0", LOAD_INITRD_TOO_LARGE, POKE({0x22c, 4, 0}), .initrd = 1},
	{"modules", LOAD_LINUX_MODULES, .modules = 1},
	{"guest below 2 MiB", LOAD_GUEST_TOO_SMALL, .guest_size = 2 * MIB - 4096},
	{"guest of one page", LOAD_GUEST_TOO_SMALL, .guest_size = 4096},
	{"guest too small for the kernel", LOAD_LINUX_TOO_LARGE, POKE({0x260, 4, 0x80001}),
		.guest_size = 2 * MIB},
};

static void bad_images_are_named_and_write_nothing(void **state)
{
	struct image image = linux_image();
	(void)state;
	bad_rows_check(bad_rows, ARRAY_SIZE(bad_rows), &image);
	image_free(&image);
}

static const struct bad_row edge_rows[] = {
	{"header as long as can be", LOAD_OK, POKE({0x201, 1, 0x8e})},
	{"2.10 with the shortest header", LOAD_OK, POKE({0x206, 2, 0x20a}, {0x201, 1, 0x62})},
	{"payload up to the last byte", LOAD_OK, POKE({0x24c, 4, 0xf00})},
	{"init_size is the code", LOAD_OK, POKE({0x260, 4, CODE_BYTES})},
	{"smallest alignment", LOAD_OK, POKE({0x230, 4, 0x1000})},
	{"up to the end of RAM", LOAD_OK, POKE({0x260, 4, 4 * MIB - LOAD_AT})},
	{"longest command line", LOAD_OK, .cmdline = 2047},
	{"longest command line for its place", LOAD_OK, POKE({0x238, 4, 0xffff}),
		.cmdline = 0xffff},
	{"initrd fills the gap", LOAD_OK, .initrd = 4 * MIB - LOAD_AT - INIT_BYTES},
};

static void edges_are_accepted(void **state)
{
	struct image image = linux_image();
	(void)state;
	good_rows_check(edge_rows, ARRAY_SIZE(edge_rows), &image);
	image_free(&image);
}

static void truncated_images_are_refused(void **state)
{
	struct image image = linux_image(), tail = image_cut(&image, image.size - 15);
	(void)state;
	truncations_check(&tail, 0, 1);
	image_free(&image);
	image_free(&tail);
}

static void corrupted_images_never_write_outside(void **state)
{
	struct image image = linux_image();
	(void)state;
	corruption_run(&image, 0x1f1, 0x270, 0x1234567890abcdef);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_images_are_named_and_write_nothing),
		cmocka_unit_test(edges_are_accepted),
		cmocka_unit_test(truncated_images_are_refused),
		cmocka_unit_test(corrupted_images_never_write_outside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
