/* SPDX-License-Identifier: MIT */
/*
 * Physical memory that init hands out: a sorted list of free ranges. Pure: it
 * never touches the memory. State: the caller's struct; main thread only.
 */
#ifndef INIT_MEMORY_H
#define INIT_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/boot.h"
#include "abi/status.h"
#include "lib/compiler.h"

#define MEMORY_RANGES 256u
#define MEMORY_CHUNKS 24u

/* Physically contiguous bytes, page aligned. */
struct memory_chunk {
	uint64_t base, size;
};

struct memory {
	uint32_t ranges;
	uint64_t free_bytes;
	struct memory_chunk range[MEMORY_RANGES]; /* ascending, apart from each other */
};

/* What one allocation got: chunks in the order of the owner's addresses. */
struct memory_region {
	uint64_t size; /* bytes, the sum of the chunks */
	uint32_t chunks;
	struct memory_chunk chunk[MEMORY_CHUNKS];
};

/*
 * Takes up the `count` free ranges of the boot information, unordered. Returns
 * STATUS_BAD_ARG if one is misaligned, wraps, or overlaps another, or there are
 * too many; `memory` is then empty.
 */
MUST_CHECK enum status memory_open(
	struct memory *memory, const struct boot_range *range, uint32_t count);

/*
 * Takes `size` bytes (a multiple of 4 KiB, not 0) out of the free ranges. Large
 * parts are aligned to 1 GiB, then 2 MiB, in the region and in physical memory
 * alike, so that large pages can map them. Every chunk is a whole number of
 * 4 KiB pages. Returns STATUS_BAD_ARG for a bad size and STATUS_NO_MEMORY if it
 * does not fit, or only in more than MEMORY_CHUNKS parts; nothing is then taken.
 */
MUST_CHECK enum status memory_alloc(
	struct memory *memory, uint64_t size, struct memory_region *region);

/*
 * The same for devices: one chunk that begins at a multiple of 64 KiB and ends below
 * 4 GiB. STATUS_NO_MEMORY if there is no such stretch; nothing is then taken.
 */
MUST_CHECK enum status memory_alloc_device(
	struct memory *memory, uint64_t size, struct memory_region *region);

/*
 * Gives a region back and empties it. Returns STATUS_BAD_ARG if a part of it was
 * already free, and STATUS_NO_MEMORY if the list is too long; the memory in
 * question is then lost, not shared.
 */
MUST_CHECK enum status memory_free(struct memory *memory, struct memory_region *region);

/* True if any byte of [base, base + size) is free memory. */
bool memory_overlaps(const struct memory *memory, uint64_t base, uint64_t size);

#endif
