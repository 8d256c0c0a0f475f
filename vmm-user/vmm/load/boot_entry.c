/* SPDX-License-Identifier: MIT */
/* The descriptor table a guest starts with. Stateless. */
#include "vmm/load/boot_entry.h"

/* Intel SDM vol. 3A section 3.4.5 "Segment Descriptors"; accessed bits are set,
 * so that the CPU never writes to the table. */
#define CODE_64 0x00af9b000000ffffull
#define CODE_32 0x00cf9b000000ffffull
#define DATA_32 0x00cf93000000ffffull
#define TSS_BUSY 0x00008b0000000067ull

void boot_gdt_fill(uint64_t gdt[BOOT_GDT_ENTRIES], enum boot_mode mode)
{
	gdt[0] = gdt[1] = 0;
	gdt[BOOT_CS / 8] = mode == BOOT_LONG64 ? CODE_64 : CODE_32;
	gdt[BOOT_DS / 8] = DATA_32;
	gdt[BOOT_TR / 8] = TSS_BUSY;
	gdt[BOOT_TR / 8 + 1] = 0;
}

_Static_assert(BOOT_TR / 8 + 2 == BOOT_GDT_ENTRIES, "the task state is the last entry");
