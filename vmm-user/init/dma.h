/* SPDX-License-Identifier: MIT */
/*
 * Memory that devices reach by themselves: in one piece below 4 GiB, from a multiple of
 * 64 KiB on, taken once and kept for good. A device may go on writing there after its
 * driver has died, until the next one resets it; so the memory never becomes another's.
 */
#ifndef INIT_DMA_H
#define INIT_DMA_H

#include "abi/start.h"
#include "abi/status.h"
#include "init/memory.h"
#include "lib/compiler.h"

struct init;

/* `size` bytes of such memory, zeroed. */
MUST_CHECK enum status dma_take(struct memory *memory, uint64_t size, struct memory_region *region);

/* Takes what the plan's PLAN_RIGHT_DMA say. */
MUST_CHECK enum status dma_open(struct init *init);

/* Maps the memory of component `index` into its domain. */
MUST_CHECK enum status dma_map(const struct init *init, uint32_t index);

/* Tells component `index` where its memory, and that of the block channels that it
 * serves, is for devices. Nobody else is told. */
void dma_inform(const struct init *init, uint32_t index, struct start_info *info);

#endif
