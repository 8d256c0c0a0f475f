/* SPDX-License-Identifier: MIT */
/*
 * A token bucket on the time stamp counter: so many units in a second, and what was
 * saved up for BUCKET_BURST_MS at once. Pure; state: struct bucket.
 *
 * Kept is not the level but `next`, the time at which the bucket would be full again:
 * each unit moves it on by its share of a second. It may lie at most the burst ahead of
 * now; one frame always may go when it does not lie ahead at all, however large.
 *
 * Source: ITU-T Recommendation I.371, annex A "Generic cell rate algorithm": the same
 * bucket, seen as a virtual schedule.
 */
#ifndef SWITCH_BUCKET_H
#define SWITCH_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#define BUCKET_BURST_MS 20u

struct bucket {
	uint64_t rate;  /* units in a second; 0: no limit */
	uint64_t hz;    /* ticks in a second */
	uint64_t burst; /* ticks */
	uint64_t next;
};

/* rate at most FRAME_RATE_MAX. */
void bucket_init(struct bucket *bucket, uint64_t rate, uint64_t tsc_khz);

/* When a frame may go: at or before `now`, it may now. */
uint64_t bucket_when(const struct bucket *bucket);

/* Takes `units`, at most 2^16, of a frame that goes now. */
void bucket_take(struct bucket *bucket, uint32_t units, uint64_t now);

#endif
