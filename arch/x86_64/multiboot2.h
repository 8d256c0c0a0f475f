/* SPDX-License-Identifier: MIT */
/*
 * Reader for what a multiboot2 boot loader hands over: the boot information.
 * It is treated as hostile: nothing outside the given bytes is read, nothing
 * in them is believed before it is checked, and all is copied.
 *
 * Source: Multiboot2 Specification version 2.0, section 3.6 "Boot information
 * format".
 */
#ifndef ARCH_MULTIBOOT2_H
#define ARCH_MULTIBOOT2_H

#include "abi/status.h"
#include "lib/compiler.h"

#include <stddef.h>
#include <stdint.h>

#define MULTIBOOT2_MAGIC 0x36d76289u /* in EAX when the kernel starts */

#define MULTIBOOT2_RANGES 128u
#define MULTIBOOT2_MODULES 40u
#define MULTIBOOT2_NAME 64u
#define MULTIBOOT2_CMDLINE 256u
#define MULTIBOOT2_RSDP 36u

enum multiboot2_memory {
	MULTIBOOT2_RAM = 1,
	MULTIBOOT2_RESERVED, /* and every number not named here */
	MULTIBOOT2_ACPI,     /* tables: RAM once they are read */
	MULTIBOOT2_NVS,
	MULTIBOOT2_BAD
};

/* base + size does not overflow, size > 0; as the firmware gave it, so neither
 * page aligned nor free of overlaps. Neighbours of the same type are merged. */
struct multiboot2_range {
	uint64_t base, size;
	uint32_t type; /* enum multiboot2_memory */
};

struct multiboot2_module {
	uint64_t start, end;           /* physical; start <= end */
	char cmdline[MULTIBOOT2_NAME]; /* cut, NUL terminated */
};

enum multiboot2_framebuffer_type {
	MULTIBOOT2_INDEXED = 0,
	MULTIBOOT2_RGB,
	MULTIBOOT2_TEXT /* width and height in characters, two bytes each */
};

struct multiboot2_framebuffer {
	uint64_t address;
	uint32_t pitch; /* bytes from one line to the next */
	uint32_t width, height;
	uint8_t bpp;  /* bits per pixel; 0: there is no frame buffer */
	uint8_t type; /* enum multiboot2_framebuffer_type */
	/* RGB: lowest bit and number of bits of each colour */
	uint8_t red_shift, red_bits, green_shift, green_bits, blue_shift, blue_bits;
};

struct multiboot2 {
	unsigned ranges, modules;
	unsigned dropped;   /* ranges and modules beyond the arrays */
	unsigned rsdp_size; /* 36: ACPI 2.0 or newer; 20: ACPI 1.0; 0: none */
	uint8_t rsdp[MULTIBOOT2_RSDP];
	char cmdline[MULTIBOOT2_CMDLINE]; /* the kernel's, cut, NUL terminated */
	struct multiboot2_framebuffer framebuffer;
	struct multiboot2_range range[MULTIBOOT2_RANGES];
	struct multiboot2_module module[MULTIBOOT2_MODULES];
};

/*
 * Reads the information at `info`, of which `size` bytes may be read; its own
 * size field must not exceed that. Without a memory map the two ranges of the
 * basic memory information are used.
 *
 * STATUS_BAD_ARG: not well-formed (a size out of bounds, a tag too short for its
 * type, no end tag, a module that ends before it starts, no memory at all); *out
 * then holds what was read before.
 */
enum status multiboot2_read(const void *info, size_t size, struct multiboot2 *out) MUST_CHECK;

#endif
