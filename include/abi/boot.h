/* SPDX-License-Identifier: MIT */
/*
 * What the kernel tells the root task about the machine: one read-only page at
 * BOOT_INFO_ADDR in the root task's address space. Physical addresses in bytes.
 */
#ifndef ABI_BOOT_H
#define ABI_BOOT_H

#include <stdint.h>

#define BOOT_INFO_ADDR 0x10000ull
#define BOOT_INFO_MAGIC 0x4f464e4954424f43ull
#define ROOT_UTCB_ADDR 0x12000ull
#define ROOT_STACK_TOP 0x40000ull /* one unmapped page lies below the stack */
#define ROOT_STACK_PAGES 8u
#define ROOT_IMAGE_MIN 0x400000ull /* the root task's image is linked above */

#define BOOT_RANGES 48u
#define BOOT_MODULES 40u
#define BOOT_NAME 28u

/* RAM that is free, page aligned: neither kernel, nor module, nor firmware. */
struct boot_range {
	uint64_t base, size;
};

struct boot_module {
	uint64_t base, size;  /* base is page aligned; size in bytes */
	char name[BOOT_NAME]; /* the module's command line, cut, NUL terminated */
	uint32_t pad;
};

enum boot_virt { BOOT_VIRT_NONE = 0, BOOT_VIRT_VMX, BOOT_VIRT_SVM };

#define BOOT_FEATURE_TEXT 160u

struct boot_info {
	uint64_t magic;
	uint32_t size; /* sizeof this struct: the version check */
	uint32_t cpus;
	uint32_t virt; /* enum boot_virt: what guests can run on */
	uint32_t ranges, modules;
	uint32_t tsc_deadline; /* 1 if timers are exact to the TSC tick */
	uint64_t tsc_khz;
	uint64_t account_pages; /* of the root domain */
	uint64_t rsdp;          /* 0 if there is none */
	uint64_t ram_bytes;     /* all RAM the firmware reported */
	/* from the FADT, 0 where it does not say; ports */
	uint16_t pm1a_control, pm1b_control;
	uint32_t pad;
	uint64_t dsdt;
	char missing[BOOT_FEATURE_TEXT]; /* why virt is NONE: missing features by name */
	struct boot_range range[BOOT_RANGES];
	struct boot_module module[BOOT_MODULES];
};

#endif
