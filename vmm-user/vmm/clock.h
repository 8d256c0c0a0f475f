/* SPDX-License-Identifier: MIT */
/*
 * The guest's clock: nanoseconds since the guest started against its time-stamp
 * counter, both ways, by one 128-bit multiplication and a shift.
 *
 *   guest TSC = tsc_base + ticks(ns)      modulo 2^64
 *
 * Both factors carry 64 significant bits and are rounded down: a conversion is at
 * most one below the exact value, never above, over the whole 64-bit range that
 * a guest can live to see (tested: ten years). The counter that clock_tsc()
 * gives is hence never ahead of the hardware's.
 *
 * States: fixed after clock_init(), but for tsc_base, which clock_set_tsc()
 * moves when the guest writes its counter. Locks: none.
 * Source: Intel SDM vol. 3B, 17.17 "Time-Stamp Counter"; arithmetic our own.
 */
#ifndef VMM_CLOCK_H
#define VMM_CLOCK_H

#include "abi/status.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_NEVER UINT64_MAX     /* a deadline that does not come */
#define CLOCK_KHZ_MIN 1000ull      /* 1 MHz */
#define CLOCK_KHZ_MAX 100000000ull /* 100 GHz */

/* value * mult / 2^shift, with mult in [2^63, 2^64). */
struct clock_factor {
	uint64_t mult;
	unsigned shift;
};

struct clock {
	uint64_t tsc_khz;
	struct clock_factor to_ns, to_ticks;
	uint64_t tsc_base; /* the guest's TSC at 0 ns */
};

/* Prepares the factors for a counter of `tsc_khz`; tsc_base becomes 0.
 * STATUS_BAD_ARG: outside CLOCK_KHZ_MIN..MAX; *clock is then one of 1 GHz. */
enum status clock_init(struct clock *clock, uint64_t tsc_khz) MUST_CHECK;

/* Length in nanoseconds of `ticks`: exact, or one less; UINT64_MAX if it does not
 * fit. */
uint64_t clock_ticks_to_ns(const struct clock *clock, uint64_t ticks);

/* A nanosecond count that clock_ticks_to_ns() reaches only when at least `ticks`
 * have passed, at most two above the exact length; CLOCK_NEVER if it does not fit. */
uint64_t clock_ticks_to_ns_up(const struct clock *clock, uint64_t ticks);

/* Whole ticks in `ns` nanoseconds: exact, or one less; UINT64_MAX if they do not
 * fit. */
uint64_t clock_ns_to_ticks(const struct clock *clock, uint64_t ns);

/* The guest's counter at `now_ns`. */
uint64_t clock_tsc(const struct clock *clock, uint64_t now_ns);

/* Makes the guest's counter `tsc` at `now_ns` (a write to IA32_TIME_STAMP_COUNTER
 * or IA32_TSC_ADJUST). */
void clock_set_tsc(struct clock *clock, uint64_t now_ns, uint64_t tsc);

/* Absolute nanosecond at which the guest's counter is at or past `tsc`: `now_ns`
 * when it already is, CLOCK_NEVER when that is beyond 64 bits. Never early: at
 * the returned time RDTSC gives `tsc` or more. */
uint64_t clock_deadline_ns(const struct clock *clock, uint64_t now_ns, uint64_t tsc);

#endif
