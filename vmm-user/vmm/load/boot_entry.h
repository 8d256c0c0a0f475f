/* SPDX-License-Identifier: MIT */
/*
 * The state in which a guest's first CPU starts, as its loader decided.
 *
 * The machine turns this into registers of the vCPU:
 *
 *   mode         CR0            CR4   EFER     code segment         data segments
 *   REAL         0x60000010     0     0        base = cs << 4,      base 0, 64 KiB
 *                                              64 KiB, 16-bit
 *   PROTECTED32  PE ET          0     0        0 to 4 GiB, 32-bit   0 to 4 GiB
 *   LONG64       PG PE NE ET    PAE   LMA LME  64-bit               0 to 4 GiB
 *
 * In REAL all other segments are 0 and the tables are as after a reset; it starts in
 * our own BIOS. In the last two: DS ES SS FS GS all hold `data`; TR is a busy 32-bit (64-bit)
 * TSS at base 0, limit 0x67, selector `tr`; LDTR is unusable; IDTR has base 0
 * and limit 0; RFLAGS is 2. The table at `gdt_base` matches these selectors.
 * Every general register not named here is 0.
 *
 * Source: Linux, Documentation/arch/x86/boot.rst, "32-bit Boot Protocol" and
 * "64-bit Boot Protocol"; Multiboot Specification 0.6.96 section 3.2 "Machine
 * state"; Xen, docs/misc/pvh.pandoc, "PVH Specification".
 */
#ifndef VMM_LOAD_BOOT_ENTRY_H
#define VMM_LOAD_BOOT_ENTRY_H

#include <stdint.h>

enum boot_mode { BOOT_REAL = 0, BOOT_PROTECTED32, BOOT_LONG64 };

/* __BOOT_CS and __BOOT_DS of Linux; the other protocols take any selector. */
#define BOOT_CS 0x10u
#define BOOT_DS 0x18u
#define BOOT_TR 0x20u

struct boot_entry {
	enum boot_mode mode;
	uint16_t cs, data, tr; /* selectors */
	uint16_t gdt_limit;    /* bytes - 1; 0 in mode REAL */
	uint64_t gdt_base;     /* guest-physical */
	uint64_t rip, rsp;
	uint64_t rax, rbx, rsi;
	uint64_t cr3; /* guest-physical address of the PML4; mode LONG64 only */
};

#define BOOT_GDT_ENTRIES 6u

/* Fills the table that belongs to `mode` (not REAL): null, null, code at BOOT_CS,
 * data at BOOT_DS, task state in two entries at BOOT_TR. */
void boot_gdt_fill(uint64_t gdt[BOOT_GDT_ENTRIES], enum boot_mode mode);

#endif
