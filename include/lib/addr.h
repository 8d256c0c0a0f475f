/* SPDX-License-Identifier: MIT */
/*
 * Addresses that must not mix: one-member structs, so that passing a
 * guest-physical address where a host-physical one is wanted does not compile.
 */
#ifndef LIB_ADDR_H
#define LIB_ADDR_H

#include <stdint.h>

#define PAGE_SHIFT 12u
#define PAGE_SIZE 4096ull
#define PAGE_MASK (PAGE_SIZE - 1)
#define PAGE_ALIGN_DOWN(x) ((x) & ~PAGE_MASK)
#define PAGE_ALIGN_UP(x) (((x) + PAGE_MASK) & ~PAGE_MASK)

typedef struct {
	uint64_t raw;
} hpa_t; /* host-physical */
typedef struct {
	uint64_t raw;
} gpa_t; /* guest-physical */
typedef struct {
	uint64_t raw;
} gva_t; /* guest-virtual (linear) */
typedef struct {
	uint64_t raw;
} uva_t; /* host user-virtual */

static inline hpa_t hpa(uint64_t raw)
{
	return (hpa_t){raw};
}
static inline gpa_t gpa(uint64_t raw)
{
	return (gpa_t){raw};
}
static inline gva_t gva(uint64_t raw)
{
	return (gva_t){raw};
}
static inline uva_t uva(uint64_t raw)
{
	return (uva_t){raw};
}

/* User addresses end below the non-canonical hole, less one page so that a
 * SYSCALL in the last bytes cannot return to a non-canonical RIP. */
#define USER_END 0x00007ffffffff000ull

#endif
