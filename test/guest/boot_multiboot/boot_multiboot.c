/* SPDX-License-Identifier: MIT */
/*
 * An ELF file with a multiboot 1 header (and no PVH note) must be entered at
 * its entry point with the magic number, sizes of memory, command line, a map
 * where flagged, and modules that lie in RAM and off the image; `modules=N`
 * says how many.
 * Source: Multiboot Specification 0.6.96, 3.2 "Machine state", 3.3 "Boot
 * information format".
 */
#include "boot.h"
#include "cpu.h"
#include "string.h"
#include "test.h"

const char test_name[] = "boot_multiboot";

#define FLAG_MEMORY (1u << 0)
#define FLAG_CMDLINE (1u << 2)
#define FLAG_MODULES (1u << 3)
#define FLAG_MAP (1u << 6)

static void modules_check(const struct multiboot_info *m)
{
	const struct multiboot_module *mod = (const void *)(uint64_t)m->mods_addr;
	unsigned n = m->flags & FLAG_MODULES ? m->mods_count : 0;

	check_eq(boot_number("modules", 0), n, "number of modules");
	for (unsigned i = 0; i < n; i++) {
		print("  module 0x%x to 0x%x \"%s\"\n", mod[i].start, mod[i].end,
			mod[i].cmdline ? (char *)(uint64_t)mod[i].cmdline : "");
		check(mod[i].start < mod[i].end && mod[i].end <= boot_memory_end,
			"module %u lies in RAM", i);
		check(mod[i].start >= (uint64_t)guest_end || mod[i].end <= 0x100000,
			"module %u is off the image", i);
		check_eq(0, mod[i].start & 4095, "module %u begins on a page", i);
	}
}

static void map_check(const struct multiboot_info *m)
{
	bool holds_image = false;

	if (!(m->flags & FLAG_MAP)) {
		check_skip("memory map", "not flagged");
		return;
	}
	for (uint32_t at = 0; at < m->mmap_length;) {
		const struct multiboot_memory *e = (const void *)(uint64_t)(m->mmap_addr + at);

		print("  0x%lx + 0x%lx type %u\n", e->address, e->length, e->type);
		holds_image |= e->type == 1 && e->address <= 0x100000 &&
			       e->address + e->length >= (uint64_t)guest_end;
		at += e->size + 4;
	}
	check(holds_image, "the map has the image in RAM");
}

void test_main(void)
{
	const struct multiboot_info *m = (const void *)(uint64_t)boot_information;

	check_eq(BOOT_MULTIBOOT, boot_protocol, "entered by multiboot");
	check_eq(MULTIBOOT_MAGIC, boot_magic, "magic number");
	check_eq(CR0_PE, boot_cr0 & (CR0_PE | CR0_PG), "protected mode without paging");
	check_eq(0, boot_eflags & (EFLAGS_IF | 1u << 17), "IF and VM are clear");
	check(m->flags & FLAG_MEMORY, "sizes of memory are there");
	check_range(500, 640, m->mem_lower, "KiB of lower memory");
	check(boot_memory_end > (uint64_t)guest_end, "the image lies in RAM");
	check(m->flags & FLAG_CMDLINE, "a command line is there");
	modules_check(m);
	map_check(m);
}
