/* SPDX-License-Identifier: MIT */
/*
 * Private memory of a component, handed out once and never taken back: what a
 * component needs is known when it starts. State: one pointer; main thread only.
 */
#ifndef RT_HEAP_H
#define RT_HEAP_H

#include <stddef.h>
#include "abi/start.h"

/* Takes up the heap that `info` names; it is zero-filled. */
void heap_open(const struct start_info *info);

/* `size` zeroed bytes aligned to `alignment`, a power of two; NULL if none are left. */
void *heap_alloc(size_t size, size_t alignment);

/* Bytes that are left. */
size_t heap_left(void);

#endif
