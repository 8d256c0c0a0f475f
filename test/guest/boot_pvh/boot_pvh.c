/* SPDX-License-Identifier: MIT */
/*
 * An ELF file with a PVH note (and no multiboot header) must be entered there,
 * with start information that holds magic number, memory map, command line and
 * root pointer, and the processor in the state that the protocol says.
 * Source: Xen docs/misc/pvh.pandoc; public/arch-x86/hvm/start_info.h.
 */
#include "boot.h"
#include "cpu.h"
#include "string.h"
#include "test.h"

const char test_name[] = "boot_pvh";

static void memory_check(const struct pvh_start_info *s)
{
	const struct pvh_memory *m = (const struct pvh_memory *)s->memmap;
	unsigned overlaps = 0, low = 0;

	check_range(1, 64, s->memmap_entries, "memory map entries");
	for (unsigned i = 0; i < s->memmap_entries; i++) {
		print("  0x%lx + 0x%lx type %u\n", m[i].address, m[i].size, m[i].type);
		low += m[i].type == 1 && m[i].address == 0;
		for (unsigned j = 0; j < i; j++)
			overlaps += m[i].address < m[j].address + m[j].size &&
				    m[j].address < m[i].address + m[i].size;
	}
	check_eq(0, overlaps, "overlaps in the memory map");
	check_eq(1, low, "RAM begins at 0");
	check(boot_memory_end > (uint64_t)guest_end, "the image lies in RAM");
}

void test_main(void)
{
	const struct pvh_start_info *s = (const void *)(uint64_t)boot_information;

	if (boot_protocol != BOOT_PVH)
		test_error("not entered by PVH");
	check_eq(PVH_MAGIC, s->magic, "magic number");
	check_range(1, 16, s->version, "version");
	check_eq(CR0_PE, boot_cr0 & (CR0_PE | CR0_PG), "protected mode without paging");
	check_eq(0, boot_cr4, "CR4");
	check_eq(0, boot_eflags & (EFLAGS_IF | EFLAGS_TF | 1u << 17), "IF, TF and VM are clear");
	check(s->rsdp && memcmp((void *)s->rsdp, "RSD PTR ", 8) == 0, "root pointer");
	check(s->cmdline && strlen((char *)s->cmdline) < 4096, "command line ends");
	memory_check(s);
}
