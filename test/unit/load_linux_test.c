/* SPDX-License-Identifier: MIT */
/*
 * The bzImage loader, on handmade images and, where `make` has unpacked it, on
 * Debian's kernel. Source: Linux, Documentation/arch/x86/boot.rst.
 */
#include "vmm/load/loader.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "linux_image.h"
#include "vmm/load/layout.h"

/* LINK: vmm-user/vmm/guest_memory.c vmm-user/vmm/load/[a-z]*.[cS] */

#define VMLINUZ "build/guest/vmlinuz"

static struct boot_entry linux_boot(struct guest_memory *mem, const struct image *image,
	const struct image *initrd, const char *cmdline)
{
	struct boot_entry entry;
	struct load_request request = {.kernel = image_file(image, cmdline), .rsdp = gpa(0xe0000)};
	if (initrd)
		request.initrd = image_file(initrd, NULL);
	assert_int_equal(loader_load(mem, &request, &entry), LOAD_OK);
	return entry;
}

static void entry_is_64_bit_at_startup_64(void **state)
{
	struct image image = linux_image();
	struct guest_memory mem = guest_new(4 * MIB);
	struct boot_entry e = linux_boot(&mem, &image, NULL, NULL);
	(void)state;
	assert_int_equal(e.mode, BOOT_LONG64);
	assert_int_equal(e.rip, LOAD_AT + 0x200);
	assert_int_equal(e.rsi, LAYOUT_PARAMS);
	assert_int_equal(e.cr3, LAYOUT_TABLES);
	assert_int_equal(e.rsp, LAYOUT_STACK + 0x1000);
	assert_int_equal(e.cs, 0x10);
	assert_int_equal(e.data, 0x18);
	assert_int_equal(e.tr, 0x20);
	assert_int_equal(e.rax | e.rbx, 0);
	assert_int_equal(e.gdt_base, LAYOUT_GDT);
	assert_int_equal(e.gdt_limit, 47);
	assert_int_equal(guest_get(&mem, LAYOUT_GDT + 0x00, 8), 0);
	assert_int_equal(guest_get(&mem, LAYOUT_GDT + 0x10, 8), 0x00af9b000000ffff);
	assert_int_equal(guest_get(&mem, LAYOUT_GDT + 0x18, 8), 0x00cf93000000ffff);
	assert_int_equal(guest_get(&mem, LAYOUT_GDT + 0x20, 8), 0x00008b0000000067);
	assert_int_equal(guest_get(&mem, LAYOUT_GDT + 0x28, 8), 0);
	image_free(&image);
	guest_free(&mem);
}

static void entry_is_32_bit_without_the_64_bit_flag(void **state)
{
	static const struct poke rows[] = {{0x236, 2, 0xfe}, {0x206, 2, 0x20b}};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct image image = linux_image();
		struct guest_memory mem = guest_new(4 * MIB);
		image_poke(&image, rows[i]);
		struct boot_entry e = linux_boot(&mem, &image, NULL, NULL);
		assert_int_equal(e.mode, BOOT_PROTECTED32);
		assert_int_equal(e.rip, LOAD_AT);
		assert_int_equal(e.rsi, LAYOUT_PARAMS);
		assert_int_equal(e.cr3, 0);
		assert_int_equal(guest_get(&mem, LAYOUT_GDT + 0x10, 8), 0x00cf9b000000ffff);
		image_free(&image);
		guest_free(&mem);
	}
}

static void code_is_copied_and_its_room_cleared(void **state)
{
	struct image image = linux_image();
	struct guest_memory mem = guest_new(4 * MIB);
	(void)state;
	linux_boot(&mem, &image, NULL, NULL);
	assert_memory_equal(
		guest_at(&mem, LOAD_AT, CODE_BYTES), image.data + SETUP_BYTES, CODE_BYTES);
	for (uint64_t at = LOAD_AT + CODE_BYTES; at < LOAD_AT + INIT_BYTES; at++)
		assert_int_equal(guest_get(&mem, at, 1), 0);
	assert_int_equal(guest_get(&mem, LOAD_AT - 1, 1), FRESH);
	assert_int_equal(guest_get(&mem, LOAD_AT + INIT_BYTES, 1), FRESH);
	image_free(&image);
	guest_free(&mem);
}

/* Where each kind of kernel goes. */
static void load_address_follows_the_header(void **state)
{
	static const struct {
		const char *what;
		struct poke poke[3];
		uint64_t want;
	} rows[] = {
		{"preferred", {{0x258, 8, 0x200000}}, 0x200000},
		{"preferred, rounded up", {{0x258, 8, 0x200001}}, 0x210000},
		{"relocatable, preferred too low", {{0x258, 8, 0x1000}}, 0x100000},
		{"not relocatable, odd alignment",
			{{0x234, 1, 0}, {0x258, 8, 0x123450}, {0x230, 4, 3}}, 0x123450},
		{"not relocatable, below 1 MiB", {{0x234, 1, 0}, {0x258, 8, 0x50000}}, 0x50000},
		{"largest alignment that fits", {{0x230, 4, 0x200000}}, 0x200000},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct image image = linux_image();
		struct guest_memory mem = guest_new(4 * MIB);
		for (unsigned p = 0; p < 3; p++)
			image_poke(&image, rows[i].poke[p]);
		linux_boot(&mem, &image, NULL, NULL);
		uint64_t got = guest_get(&mem, LAYOUT_PARAMS + 0x214, 4);
		if (got != rows[i].want)
			fail_msg("%s: %#llx", rows[i].what, (unsigned long long)got);
		assert_memory_equal(
			guest_at(&mem, got, CODE_BYTES), image.data + SETUP_BYTES, CODE_BYTES);
		image_free(&image);
		guest_free(&mem);
	}
}

/* Each field of boot_params that a loader must write. */
static void boot_params_fields(void **state)
{
	static const char cmdline[] = "console=ttyS0 panic=-1";
	struct image image = linux_image(), initrd = image_new(0x1234);
	struct guest_memory mem = guest_new(4 * MIB);
	const uint64_t initrd_at = 4 * MIB - 0x2000;
	const struct poke rows[] = {
		{0x000, 8, 0},
		{0x070, 8, 0xe0000},
		{0x0c0, 8, 0},
		{0x0c8, 4, 0},
		{0x1e8, 1, 4},
		{0x1ef, 1, 0},
		{0x1f1, 1, 1},
		{0x1fa, 2, 0xffff},
		{0x202, 4, 0x53726448},
		{0x206, 2, 0x20f},
		{0x210, 1, 0xff},
		{0x211, 1, 1},
		{0x214, 4, LOAD_AT},
		{0x218, 4, initrd_at},
		{0x21c, 4, 0x1234},
		{0x228, 4, LAYOUT_TEXT},
		{0x238, 4, 2047},
		{0x250, 8, 0},
		{0x260, 4, INIT_BYTES},
		{0x26c, 4, 0},
		{0x290, 8, 0},
		{0x2d0, 8, 0},
		{0x2d8, 8, 0x9fc00},
		{0x2e0, 4, 1},
		{0x2e4, 8, 0x9fc00},
		{0x2ec, 8, 0x60400},
		{0x2f4, 4, 2},
		{0x2f8, 8, 0x100000},
		{0x300, 8, 0x300000},
		{0x308, 4, 1},
		{0x30c, 8, 0xd0000000},
		{0x314, 8, 0x30000000},
		{0x31c, 4, 2},
		{0x320, 8, 0},
		{0xff8, 8, 0},
	};
	(void)state;
	image_fill(&initrd, 0, initrd.size);
	image_poke(&image, (struct poke){0x250, 8, 0xdeadbeef});
	linux_boot(&mem, &image, &initrd, cmdline);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t got = guest_get(&mem, LAYOUT_PARAMS + rows[i].at, rows[i].bytes);
		if (got != rows[i].value)
			fail_msg("at %#x: %#llx", rows[i].at, (unsigned long long)got);
	}
	assert_memory_equal(guest_at(&mem, LAYOUT_TEXT, sizeof(cmdline)), cmdline, sizeof(cmdline));
	assert_memory_equal(guest_at(&mem, initrd_at, initrd.size), initrd.data, initrd.size);
	assert_int_equal(guest_get(&mem, initrd_at - 1, 1), FRESH);
	image_free(&image);
	image_free(&initrd);
	guest_free(&mem);
}

static void initrd_stays_below_its_limit_and_above_the_kernel(void **state)
{
	static const struct {
		uint32_t max;
		uint64_t size, want;
	} rows[] = {
		{0x7fffffff, 0x1000, 0x3ff000},
		{0x2fffff, 0x1000, 0x2ff000},
		{0x2ffffe, 0x1000, 0x2fe000},
		{0xffffffff, 0x1001, 0x3fe000},
		{0x1fffff, 0x60000, 0x1a0000},
		{0x1fffff, 0x60001, 0x11f000},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct image image = linux_image(), initrd = image_new(rows[i].size);
		struct guest_memory mem = guest_new(4 * MIB);
		image_poke(&image, (struct poke){0x22c, 4, rows[i].max});
		linux_boot(&mem, &image, &initrd, NULL);
		assert_int_equal(guest_get(&mem, LAYOUT_PARAMS + 0x218, 4), rows[i].want);
		image_free(&image);
		image_free(&initrd);
		guest_free(&mem);
	}
}

/* A file may lack the last few bytes of its last paragraph; what follows the
 * code (a signature) is left out. */
static void file_size_need_not_match_exactly(void **state)
{
	struct image image = linux_image(), cut = image_cut(&image, image.size - 15);
	struct guest_memory mem = guest_new(4 * MIB);
	(void)state;
	linux_boot(&mem, &cut, NULL, NULL);
	assert_int_equal(guest_get(&mem, LOAD_AT + CODE_BYTES - 15, 1), 0);
	image_poke(&image, (struct poke){0x1f4, 4, CODE_BYTES / 16 - 1});
	image_poke(&image, (struct poke){0x24c, 4, 0x100});
	linux_boot(&mem, &image, NULL, NULL);
	assert_int_equal(guest_get(&mem, LOAD_AT + CODE_BYTES - 16, 1), 0);
	image_free(&image);
	image_free(&cut);
	guest_free(&mem);
}

static void real_kernel_loads(void **state)
{
	struct image image = image_read(VMLINUZ);
	(void)state;
	if (!image.data) {
		print_message("%s is not there: only synthetic images were loaded\n", VMLINUZ);
		skip();
	}
	struct guest_memory mem = guest_new(128 * MIB);
	struct boot_entry e = linux_boot(&mem, &image, NULL, "console=ttyS0");
	uint64_t setup = (image.data[0x1f1] + 1) * 512;
	assert_int_equal(e.mode, BOOT_LONG64);
	assert_int_equal(e.rip, bytes_get64(image.data + 0x258) + 0x200);
	assert_memory_equal(guest_at(&mem, e.rip - 0x200, 0x10000), image.data + setup, 0x10000);
	guest_free(&mem);
	truncations_check(&image, 0x206, image.size / 16);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_is_64_bit_at_startup_64),
		cmocka_unit_test(entry_is_32_bit_without_the_64_bit_flag),
		cmocka_unit_test(code_is_copied_and_its_room_cleared),
		cmocka_unit_test(load_address_follows_the_header),
		cmocka_unit_test(boot_params_fields),
		cmocka_unit_test(initrd_stays_below_its_limit_and_above_the_kernel),
		cmocka_unit_test(file_size_need_not_match_exactly),
		cmocka_unit_test(real_kernel_loads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
