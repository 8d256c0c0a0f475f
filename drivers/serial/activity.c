/* SPDX-License-Identifier: MIT */
/* What a guest's monitor shows of it; see activity.h. No state. */
#include "activity.h"
#include "lib/string.h"

#define READ(place) __atomic_load_n(&(place), __ATOMIC_RELAXED)
#define STATE_UNKNOWN 0xffu

static void row_add(const struct activity_vcpu *row, struct tap_activity *sum)
{
	for (uint32_t i = 0; i < ACTIVITY_KINDS; i++)
		sum->exits[i] += READ(row->exits[i]);
	sum->asleep += READ(row->asleep) != 0;
}

/* Microseconds; without overflow for any time that a machine can be on. */
static uint64_t time_since(uint64_t started, uint64_t now, uint64_t tsc_khz)
{
	uint64_t ticks = now > started ? now - started : 0;

	if (tsc_khz == 0)
		return 0;
	return ticks / tsc_khz * 1000 + ticks % tsc_khz * 1000 / tsc_khz;
}

void activity_sum(const struct activity *shown, uint64_t now, uint64_t tsc_khz,
	struct tap_activity *out)
{
	uint32_t state = READ(shown->state), vcpus = READ(shown->vcpus);

	memset(out, 0, sizeof(*out));
	out->state = (uint8_t)(state < ACTIVITY_STATES ? state : STATE_UNKNOWN);
	out->vcpus = (uint8_t)(vcpus < ACTIVITY_VCPUS ? vcpus : ACTIVITY_VCPUS);
	if (state != ACTIVITY_STARTING)
		out->up_us = time_since(READ(shown->started), now, tsc_khz);
	for (uint32_t i = 0; i < out->vcpus; i++)
		row_add(&shown->vcpu[i], out);
}
