/* SPDX-License-Identifier: MIT */
/*
 * A driver's side of a split virtqueue in a small guest, for tests. The rings of queue
 * n lie at RING(n), 0x1000 bytes each: descriptors, available at +0x800, used at +0xa00.
 * What the driver lays in them is wholly the test's.
 */
#ifndef TEST_UNIT_VIRTIO_RING_H
#define TEST_UNIT_VIRTIO_RING_H

#include "vmm/guest_memory.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define RAM_SIZE 0x40000u
#define RING(n) (0x1000u + 0x1000u * (n))
#define AVAILABLE 0x800u
#define USED 0xa00u
#define TABLE 0x8000u   /* an indirect table, if the test wants one */
#define BUFFER 0x10000u /* from here on: data */

#define D_NEXT 1u
#define D_WRITE 2u
#define D_INDIRECT 4u

/* Allocated as long as it is, so that ASan sees what lies beyond. */
static uint8_t *ram;
static struct guest_memory mem;

static inline int ring_ram_new(void **state)
{
	(void)state;
	ram = aligned_alloc(4096, RAM_SIZE);
	memset(ram, 0, RAM_SIZE);
	return ram ? guest_memory_init(&mem, ram, RAM_SIZE) != STATUS_OK : 1;
}

static inline int ring_ram_free(void **state)
{
	(void)state;
	free(ram);
	return 0;
}

static inline void ram_put(uint64_t at, uint64_t value, unsigned bytes)
{
	memcpy(ram + at, &value, bytes);
}

static inline uint64_t ram_get(uint64_t at, unsigned bytes)
{
	uint64_t value = 0;

	memcpy(&value, ram + at, bytes);
	return value;
}

/* A descriptor at any place. */
static inline void ring_describe(
	uint64_t at, uint64_t address, uint32_t size, unsigned flags, unsigned next)
{
	ram_put(at, address, 8);
	ram_put(at + 8, size, 4);
	ram_put(at + 12, flags, 2);
	ram_put(at + 14, next, 2);
}

/* Descriptor `index` of queue n. */
static inline void ring_desc(
	unsigned n, unsigned index, uint64_t address, uint32_t size, unsigned flags, unsigned next)
{
	ring_describe(RING(n) + 16 * index, address, size, flags, next);
}

/* Makes the chain `head` available; `length` is the queue's. */
static inline void ring_offer(unsigned n, unsigned length, unsigned head)
{
	uint16_t index = (uint16_t)ram_get(RING(n) + AVAILABLE + 2, 2);

	ram_put(RING(n) + AVAILABLE + 4 + 2 * (index % length), head, 2);
	ram_put(RING(n) + AVAILABLE + 2, (uint16_t)(index + 1), 2);
}

static inline uint16_t ring_used_index(unsigned n)
{
	return (uint16_t)ram_get(RING(n) + USED + 2, 2);
}

/* Entry `index` of the used ring: the chain, and bytes. */
static inline uint32_t ring_used_id(unsigned n, unsigned length, unsigned index)
{
	return (uint32_t)ram_get(RING(n) + USED + 4 + 8 * (index % length), 4);
}
static inline uint32_t ring_used_bytes(unsigned n, unsigned length, unsigned index)
{
	return (uint32_t)ram_get(RING(n) + USED + 8 + 8 * (index % length), 4);
}

#endif
