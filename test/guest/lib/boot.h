/* SPDX-License-Identifier: MIT */
/*
 * What the loader said: command line, memory, ACPI root pointer.
 * Source: Xen docs/misc/pvh.pandoc, include/public/arch-x86/hvm/start_info.h;
 * Multiboot Specification 0.6.96, "Boot information format".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BOOT_PVH 1
#define BOOT_MULTIBOOT 2
#define PVH_MAGIC 0x336ec578
#define MULTIBOOT_MAGIC 0x2badb002

struct pvh_start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp, memmap;
	uint32_t memmap_entries, reserved;
};

struct pvh_module {
	uint64_t address, size, cmdline, reserved;
};

struct pvh_memory {
	uint64_t address, size;
	uint32_t type, reserved;
};

struct multiboot_info {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4],
		mmap_length, mmap_addr;
};

struct multiboot_module {
	uint32_t start, end, cmdline, reserved;
};

struct __attribute__((packed)) multiboot_memory {
	uint32_t size;
	uint64_t address, length;
	uint32_t type;
};

extern uint32_t boot_protocol, boot_magic, boot_information;
/* The processor as the loader left it. */
extern uint32_t boot_eflags, boot_cr0, boot_cr4;
extern char boot_command_line[256];
/* Set by boot_init(): first byte behind the RAM that holds us, and RSDP or 0. */
extern uint64_t boot_memory_end, boot_rsdp;
/* Behind the image; free up to boot_memory_end but for the loader's data. */
extern uint8_t guest_end[];

/** Copy all of it out of the loader's structures. Called once, first. */
void boot_init(void);

/** Whether the command line holds this word, alone or as word=value. */
bool boot_word(const char *word);

/** The number in word=NUMBER (decimal or 0x..), else `otherwise`. */
uint64_t boot_number(const char *word, uint64_t otherwise);

/** Whether the command line holds word=value. */
bool boot_is(const char *word, const char *value);

/** Run bare in QEMU's own CPU emulation (TCG), whose gaps are not the test's. */
bool boot_is_tcg(void);

/** Run bare, and not in QEMU: that is Bochs, with gaps of its own. */
bool boot_is_bochs(void);

/** A guest of Carrel's by AMD-V in Bochs 2.7: the word `bochs`, and AMD's processor. */
bool boot_is_bochs_svm(void);

/** What QEMU 7.2's TCG gets wrong: nothing; what Carrel does itself for a guest, so
 * that it is wrong bare only; what the processor does in a guest as well. */
enum tcg_wrong { TCG_RIGHT, TCG_WRONG_BARE, TCG_WRONG };

/** Whether this is so where we are: bare, or under Carrel with the word `tcg`. */
bool boot_tcg_is(enum tcg_wrong wrong);
