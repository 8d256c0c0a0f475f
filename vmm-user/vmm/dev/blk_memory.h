/* SPDX-License-Identifier: MIT */
/*
 * A medium in memory: the bytes of a file that nobody changes, and over it what the
 * guest has written, which is gone with the monitor.
 *
 *   block 0    1    2    3    4         each 4 KiB
 *   map   0    2    0    ZERO 1         0: the file's; n: page n - 1 of the pool
 *
 * Model: a block is copied when it is first written. Discarded and zeroed blocks give
 *   their pages back. When the pool is empty, writes fail, and what was written stays.
 *   Behind the file's end, up to a whole sector, there are zeroes.
 * State: struct blk_memory. All requests are done at once.
 * Locks: as blk.h says.
 */
#ifndef VMM_DEV_BLK_MEMORY_H
#define VMM_DEV_BLK_MEMORY_H

#include "vmm/dev/blk.h"

#define BLK_BLOCK 4096u

struct blk_memory {
	struct blk_medium medium;
	const uint8_t *file;
	uint64_t size;
	uint32_t *map; /* a word for each block; NULL: read only */
	uint8_t *pool;
	uint32_t pages, used; /* of the pool; those from `used` on were never taken */
	uint32_t free;        /* chain of pages that came back, as in the map; 0: none */
};

/* How many words the map of a file of `size` bytes has. */
static inline uint64_t blk_memory_blocks(uint64_t size)
{
	return size / BLK_BLOCK + !!(size % BLK_BLOCK);
}

/* A medium that is only read. `id`: a name, of which BLK_ID characters are kept. */
void blk_memory_init(struct blk_memory *memory, const uint8_t *file, uint64_t size, const char *id);

/* Makes it writable: `map` is blk_memory_blocks() words of zeroes, `pool` is `pages` pages
 * of BLK_BLOCK bytes. Both must live as long. */
void blk_memory_overlay(struct blk_memory *memory, uint32_t *map, uint8_t *pool, uint32_t pages);

#endif
