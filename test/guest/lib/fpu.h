/* SPDX-License-Identifier: MIT */
/*
 * x87, SSE, AVX and AVX-512 registers as one image: fill it from a seed, load
 * it, store it, compare. The runtime itself uses none of them.
 * Source: Intel SDM vol. 1, 13.4 "XSAVE Area"; vol. 2, XSAVE, XRSTOR, FXSAVE.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define XCR0_X87 1u
#define XCR0_SSE 2u
#define XCR0_AVX 4u
#define XCR0_AVX512 0xe0u

/** Turn on all components that are known here; returns XCR0, or 3 with FXSAVE only. */
uint64_t fpu_enable(void);

/** Load registers that follow from the seed. */
void fpu_load(uint32_t seed);

/**
 * Store the registers and compare them with what the seed gives.
 * Returns the number of bytes that differ; the first such offset in *where.
 */
unsigned fpu_compare(uint32_t seed, unsigned *where);

static inline uint64_t xgetbv(uint32_t index)
{
	uint32_t lo, hi;

	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(index));
	return lo | (uint64_t)hi << 32;
}

static inline void xsetbv(uint32_t index, uint64_t v)
{
	__asm__ volatile("xsetbv" : : "c"(index), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)));
}

/** The soak test: hold the seed's registers over `iters=` rounds of exits and ticks. */
void fpu_soak(uint32_t seed);
