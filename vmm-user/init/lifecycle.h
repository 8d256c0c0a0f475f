/* SPDX-License-Identifier: MIT */
/*
 * Starting components, and what follows when one ends: one line for people, the
 * record for the serial driver, the plan's policy, and the end of the whole run.
 * State: init->component[] and how far the end of the run has come.
 */
#ifndef INIT_LIFECYCLE_H
#define INIT_LIFECYCLE_H

#include <stdint.h>

struct init;

/* Starts every component of the plan: the drivers first, then the guests. */
void lifecycle_start_all(struct init *init);

/*
 * Handles what init's notification said: ended components, and the steps of
 * switching the machine off after the last guest.
 */
void lifecycle_handle(struct init *init, uint64_t bits);

#endif
