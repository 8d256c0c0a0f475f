/* SPDX-License-Identifier: MIT */
/*
 * init's times: one for each component and one for the end of the run, by the one timer
 * of its notification. State: static; main thread only.
 */
#ifndef INIT_ALARM_H
#define INIT_ALARM_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/plan.h"
#include "abi/status.h"
#include "lib/compiler.h"

#define ALARM_RUN PLAN_COMPONENTS /* the others are component indices */
#define ALARM_COUNT (PLAN_COMPONENTS + 1u)

/* Sets the time of `who`, in TSC ticks; 0: none. */
MUST_CHECK enum status alarm_set(uint32_t who, uint64_t deadline);

/* True, once, if the time of `who` has come. */
bool alarm_due(uint32_t who);

/* Sets the timer for what is left, after it has fired. */
MUST_CHECK enum status alarm_again(void);

#endif
