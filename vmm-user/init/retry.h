/* SPDX-License-Identifier: MIT */
/*
 * When a driver that died is started again: soon, and later each time it dies again
 * before it has run for RETRY_GOOD_MS. Never given up, for guests wait for it. Pure;
 * state: failures, started and retry_at of struct component.
 */
#ifndef INIT_RETRY_H
#define INIT_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct init;

#define RETRY_FIRST_MS 5u
#define RETRY_DOUBLINGS 6u /* to 320 ms */
#define RETRY_GOOD_MS 10000u

/* Component `index` was started, or died, at `now`. Returns in how many ms it is to be
 * started again. */
void retry_started(struct init *init, uint32_t index, uint64_t now);
uint32_t retry_died(struct init *init, uint32_t index, uint64_t now);

/* Takes a component that is to be started at `now` or before; false: there is none. */
bool retry_due(struct init *init, uint64_t now, uint32_t *index);

/* When the next one is to be started; 0: none. TSC. */
uint64_t retry_next(const struct init *init);

#endif
