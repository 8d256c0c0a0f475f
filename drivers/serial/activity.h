/* SPDX-License-Identifier: MIT */
/*
 * What a guest's monitor shows of it (abi/activity.h), summed up for the tap. The
 * memory is the monitor's, who may write anything at any time: each number is read
 * once, only those that bound something are looked at, and no sum can be wrong in a way
 * that matters here. Pure.
 */
#ifndef SERIAL_ACTIVITY_H
#define SERIAL_ACTIVITY_H

#include <stdint.h>
#include "abi/activity.h"
#include "abi/tap.h"

/* Fills *out. now: the time stamp counter, of tsc_khz. */
void activity_sum(const struct activity *shown, uint64_t now, uint64_t tsc_khz,
	struct tap_activity *out);

#endif
