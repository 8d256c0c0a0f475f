/* SPDX-License-Identifier: MIT */
/*
 * The root task's program file: an ELF64 whose loadable segments are whole
 * pages in the file, so that they are mapped where they lie and nothing is
 * copied. Anything else is refused.
 *
 * Source: System V ABI, AMD64 supplement; "Executable and Linkable Format",
 * chapter 5 "Program Loading and Dynamic Linking".
 */
#ifndef ARCH_IMAGE_H
#define ARCH_IMAGE_H

#include "abi/status.h"
#include "lib/addr.h"
#include "lib/compiler.h"

#include <stddef.h>
#include <stdint.h>

#define IMAGE_SEGMENTS 8u

struct image_segment {
	uint64_t va, pages;
	hpa_t pa;
	unsigned rights; /* MEM_* */
};

struct image {
	uint64_t entry;
	unsigned segments;
	struct image_segment segment[IMAGE_SEGMENTS];
};

/* Reads the `size` bytes at `file`, which lie at physical address `pa`, page
 * aligned. Segments must be between `lowest` and USER_END.
 * STATUS_BAD_ARG: not such a file; *out is undefined then. */
enum status image_read(
	const void *file, size_t size, hpa_t pa, uint64_t lowest, struct image *out) MUST_CHECK;

#endif
