/* SPDX-License-Identifier: MIT */
/* A token bucket: see bucket.h. */
#include "bucket.h"

void bucket_init(struct bucket *bucket, uint64_t rate, uint64_t tsc_khz)
{
	*bucket = (struct bucket){
		.rate = rate, .hz = tsc_khz * 1000, .burst = tsc_khz * BUCKET_BURST_MS};
}

uint64_t bucket_when(const struct bucket *bucket)
{
	return bucket->next > bucket->burst ? bucket->next - bucket->burst : 0;
}

void bucket_take(struct bucket *bucket, uint32_t units, uint64_t now)
{
	if (bucket->rate == 0)
		return;
	if (bucket->next < now)
		bucket->next = now;
	/* 2^16 units by at most 2^34 ticks: no overflow. Rounded up: not above the rate. */
	bucket->next += (units * bucket->hz + bucket->rate - 1) / bucket->rate;
}
