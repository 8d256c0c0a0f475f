/* SPDX-License-Identifier: MIT */
/* A bump allocator. State: the next free byte and the end; main thread only. */
#include "rt/heap.h"
#include <stdint.h>

static uintptr_t heap_next, heap_end;

void heap_open(const struct start_info *info)
{
	heap_next = info->heap_address;
	heap_end = info->heap_address + info->heap_size;
}

void *heap_alloc(size_t size, size_t alignment)
{
	uintptr_t start = (heap_next + alignment - 1) & ~(uintptr_t)(alignment - 1);

	if (start < heap_next || start > heap_end || size > heap_end - start)
		return NULL;
	heap_next = start + size;
	return (void *)start;
}

size_t heap_left(void)
{
	return heap_end - heap_next;
}
