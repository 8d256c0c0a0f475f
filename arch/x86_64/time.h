/* SPDX-License-Identifier: MIT */
/* Time: the TSC as clock, and one deadline per CPU. Ticks are TSC ticks. */
#ifndef ARCH_TIME_H
#define ARCH_TIME_H

#include <stdint.h>

/* Finds the TSC's frequency; before any other. Once per machine. */
void time_init(void);

uint64_t time_khz(void);
static inline uint64_t time_now(void)
{
	uint32_t low, high;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* Ticks of `us` microseconds, cut at 2^63. */
uint64_t time_from_us(uint64_t us);

/* kernel_timer() is called soon after `deadline`; a new one replaces it.
 * UINT64_MAX: never. */
void timer_arm(uint64_t deadline);

#endif
