/* SPDX-License-Identifier: MIT */
/*
 * The guest's RAM, and the only three ways to turn a guest-physical address
 * into bytes.
 *
 *   guest-physical                                   host (this process)
 *   0 ............ low     RAM, low = min(size, 3 GiB)   host + 0
 *   GUEST_HOLE ... 4 GiB   devices, never RAM            -
 *   4 GiB ........         RAM, the rest                 host + 3 GiB
 *
 * States: fixed after guest_memory_init(). Locks: none; the guest itself may
 * change the bytes at any time, so copy once, then check, then use.
 */
#ifndef VMM_GUEST_MEMORY_H
#define VMM_GUEST_MEMORY_H

#include "abi/status.h"
#include "lib/addr.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUEST_HOLE 0xc0000000ull       /* first address that is never RAM */
#define GUEST_HIGH 0x100000000ull      /* RAM goes on here */
#define GUEST_SIZE_MAX 0x8000000000ull /* 512 GiB */

struct guest_memory {
	uint8_t *host; /* address of guest-physical 0 in this process */
	uint64_t size; /* bytes of RAM in all */
};

/* Describes `size` bytes (a multiple of PAGE_SIZE, at most GUEST_SIZE_MAX) at
 * `host`. STATUS_BAD_ARG: the size is not that; *mem then has no RAM. */
enum status guest_memory_init(struct guest_memory *mem, void *host, uint64_t size) MUST_CHECK;

/* Bytes of RAM below GUEST_HOLE (from address 0), and from GUEST_HIGH on. */
uint64_t guest_memory_low(const struct guest_memory *mem);
uint64_t guest_memory_high(const struct guest_memory *mem);

/* Where guest bytes [at, at + size) lie in this process, or NULL if not every
 * one of them is RAM, or if they cross the hole. A span of size 0 is not NULL
 * when `at` is RAM or the end of RAM. The bytes belong to the guest. */
MUST_CHECK static inline void *guest_span(const struct guest_memory *mem, gpa_t at, size_t size);

/* The same for any place; guest_span() has a shorter way for most. */
void *guest_span_any(const struct guest_memory *mem, gpa_t at, size_t size) MUST_CHECK;

/* Copies `size` bytes out of the guest's memory (in to us).
 * STATUS_BAD_ARG: not wholly RAM; nothing was copied. */
enum status guest_copy_in(
	const struct guest_memory *mem, gpa_t at, void *to, size_t size) MUST_CHECK;

/* Copies `size` bytes into the guest's memory (out from us).
 * STATUS_BAD_ARG: not wholly RAM; nothing was copied. */
enum status guest_copy_out(
	const struct guest_memory *mem, gpa_t at, const void *from, size_t size) MUST_CHECK;

/* Fills `size` bytes of the guest's memory with `byte`.
 * STATUS_BAD_ARG: not wholly RAM; nothing was written. */
enum status guest_set(
	const struct guest_memory *mem, gpa_t at, uint8_t byte, size_t size) MUST_CHECK;

/* No sum is formed before it is known not to wrap. */
static inline void *guest_span(const struct guest_memory *mem, gpa_t at, size_t size)
{
	uint64_t low = mem->size < GUEST_HOLE ? mem->size : GUEST_HOLE;

	if (likely(at.raw <= low && size <= low - at.raw))
		return mem->host + at.raw;
	return guest_span_any(mem, at, size);
}

/* Whether guest bytes [at, at + size) are all RAM. */
static inline bool guest_is_ram(const struct guest_memory *mem, gpa_t at, size_t size)
{
	return guest_span(mem, at, size) != NULL;
}

#endif
