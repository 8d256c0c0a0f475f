/* SPDX-License-Identifier: MIT */
/*
 * What a bus returns where no device answers, and how a register of one byte
 * looks in a wider access. Stateless.
 */
#ifndef VMM_DEV_ONES_H
#define VMM_DEV_ONES_H

#include <stdint.h>

/* All ones in an access of `bytes` bytes (0 to 8; more counts as 8). */
static inline uint64_t ones_read(unsigned bytes)
{
	return bytes >= 8 ? ~0ull : (1ull << 8 * bytes) - 1;
}

/* One byte of a register, and ones above it. `bytes` is at least 1. */
static inline uint64_t ones_above(uint8_t byte, unsigned bytes)
{
	return (ones_read(bytes) & ~0xffull) | byte;
}

#endif
