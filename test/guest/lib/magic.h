/* SPDX-License-Identifier: MIT */
/*
 * The secret that one guest keeps and another looks for. It is split, so that
 * no image holds it: only the keeper's memory does, once it runs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MAGIC_HALF 0x5ec2e75ec2e7b00bull
#define MAGIC_OTHER 0x243f6a8885a308d3ull

/* The volatile keeps the compiler from storing the product itself. */
static inline uint64_t magic_make(void)
{
	volatile uint64_t half = MAGIC_HALF;

	return half ^ MAGIC_OTHER;
}

static inline bool magic_half_is(uint32_t v)
{
	volatile uint64_t half = MAGIC_HALF;

	return (v ^ (uint32_t)MAGIC_OTHER) == (uint32_t)half;
}

static inline bool magic_is(uint64_t v)
{
	volatile uint64_t half = MAGIC_HALF;

	return (v ^ MAGIC_OTHER) == half;
}
