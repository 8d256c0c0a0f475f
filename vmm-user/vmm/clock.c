/* SPDX-License-Identifier: MIT */
/* The guest's clock: see clock.h. */
#include "vmm/clock.h"

#define CLOCK_KHZ_DEFAULT 1000000ull /* 1 GHz: both factors are one */

/* num / den, rounded down, by long division; both below 2^62, neither 0. */
static struct clock_factor clock_factor(uint64_t num, uint64_t den)
{
	struct clock_factor factor = {.mult = num / den, .shift = 0};
	uint64_t rest = num % den;

	while (!(factor.mult & BIT(63))) {
		rest *= 2;
		factor.mult = factor.mult * 2 + (rest >= den);
		rest -= rest >= den ? den : 0;
		factor.shift++;
	}
	return factor;
}

static uint64_t clock_scale(const struct clock_factor *factor, uint64_t value)
{
	unsigned __int128 scaled = (unsigned __int128)value * factor->mult >> factor->shift;

	return scaled > UINT64_MAX ? UINT64_MAX : (uint64_t)scaled;
}

enum status clock_init(struct clock *clock, uint64_t tsc_khz)
{
	bool good = tsc_khz >= CLOCK_KHZ_MIN && tsc_khz <= CLOCK_KHZ_MAX;

	clock->tsc_khz = good ? tsc_khz : CLOCK_KHZ_DEFAULT;
	clock->tsc_base = 0;
	clock->to_ns = clock_factor(1000000, clock->tsc_khz);
	clock->to_ticks = clock_factor(clock->tsc_khz, 1000000);
	return good ? STATUS_OK : STATUS_BAD_ARG;
}

uint64_t clock_ticks_to_ns(const struct clock *clock, uint64_t ticks)
{
	return clock_scale(&clock->to_ns, ticks);
}

/* One more than the length of one tick less: the conversion is monotonic, so no
 * smaller number of ticks reaches it, however it rounds. */
uint64_t clock_ticks_to_ns_up(const struct clock *clock, uint64_t ticks)
{
	uint64_t before;

	if (!ticks)
		return 0;
	before = clock_scale(&clock->to_ns, ticks - 1);
	return before == UINT64_MAX ? CLOCK_NEVER : before + 1;
}

uint64_t clock_ns_to_ticks(const struct clock *clock, uint64_t ns)
{
	return clock_scale(&clock->to_ticks, ns);
}

uint64_t clock_tsc(const struct clock *clock, uint64_t now_ns)
{
	return clock->tsc_base + clock_ns_to_ticks(clock, now_ns);
}

void clock_set_tsc(struct clock *clock, uint64_t now_ns, uint64_t tsc)
{
	clock->tsc_base = tsc - clock_ns_to_ticks(clock, now_ns);
}

uint64_t clock_deadline_ns(const struct clock *clock, uint64_t now_ns, uint64_t tsc)
{
	uint64_t ticks = clock_ns_to_ticks(clock, now_ns);
	uint64_t now_tsc = clock->tsc_base + ticks, at;

	if (tsc <= now_tsc)
		return now_ns;
	if (tsc - now_tsc > UINT64_MAX - ticks)
		return CLOCK_NEVER;
	at = clock_ticks_to_ns_up(clock, ticks + (tsc - now_tsc));
	return at > now_ns ? at : now_ns;
}
