/* SPDX-License-Identifier: MIT */
/* What happens after a component has ended: the plan's policy. Pure; no state. */
#ifndef INIT_POLICY_H
#define INIT_POLICY_H

#include <stdint.h>

#define POLICY_RESTARTS_MAX 5u

enum policy_verdict {
	POLICY_STOP = 0,
	POLICY_RESTART,
	POLICY_EXHAUSTED, /* would be started again, but was POLICY_RESTARTS_MAX times */
};

/*
 * The verdict for a component with plan flags `flags` that ended by `how`, `code`
 * (enum guest_end, enum guest_kill) after `restarts` restarts. Powering off and
 * debug-exit end a guest for good, and so does what would only happen again:
 * files that cannot be loaded, too little memory, a CPU without virtualization.
 */
enum policy_verdict policy_decide(uint32_t flags, uint32_t how, uint32_t code, uint32_t restarts);

/*
 * How long a driver waits before it is started again, in ms: twice what it waited the
 * last time (`before_ms`, 0 at first), from POLICY_BACKOFF_MIN to POLICY_BACKOFF_MAX; from
 * the start again if it has run for POLICY_BACKOFF_FORGET ms.
 */
#define POLICY_BACKOFF_MIN 10u
#define POLICY_BACKOFF_MAX 5000u
#define POLICY_BACKOFF_FORGET 200u
uint32_t policy_backoff(uint32_t before_ms, uint64_t ran_ms);

#endif
