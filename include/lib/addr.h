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

/* name##_t, made by name(raw). */
#define ADDRESS_TYPE(name)                                                                         \
	typedef struct {                                                                           \
		uint64_t raw;                                                                      \
	} name##_t;                                                                                \
	static inline name##_t name(uint64_t raw)                                                  \
	{                                                                                          \
		return (name##_t){raw};                                                            \
	}

ADDRESS_TYPE(hpa) /* host-physical */
ADDRESS_TYPE(gpa) /* guest-physical */
ADDRESS_TYPE(gva) /* guest-virtual (linear) */

/* User addresses end below the non-canonical hole, less one page so that a
 * SYSCALL in the last bytes cannot return to a non-canonical RIP. */
#define USER_END 0x00007ffffffff000ull

#endif
