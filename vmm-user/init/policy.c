/* SPDX-License-Identifier: MIT */
/* The plan's policy on ends. Pure; no state. */
#include "init/policy.h"
#include <stdbool.h>
#include "abi/plan.h"
#include "abi/start.h"

/* Ends that may go better the next time; the others would be the same again. */
static const bool kill_restarts[KILL_COUNT] = {
	[KILL_NONE] = true,
	[KILL_VMM_FAULT] = true,
	[KILL_ENTRY_FAILED] = true,
	[KILL_EMULATION] = true,
};

static const bool end_restarts[GUEST_END_COUNT] = {
	[GUEST_REBOOT] = true,
	[GUEST_TRIPLE_FAULT] = true,
};

enum policy_verdict policy_decide(uint32_t flags, uint32_t how, uint32_t code, uint32_t restarts)
{
	bool again;

	if (how == GUEST_KILLED)
		again = code < KILL_COUNT && kill_restarts[code];
	else
		again = how < GUEST_END_COUNT && end_restarts[how];
	if (!again || (flags & PLAN_RESTART) == 0)
		return POLICY_STOP;
	if ((flags & PLAN_FOREVER) != 0)
		return POLICY_RESTART;
	return restarts < POLICY_RESTARTS_MAX ? POLICY_RESTART : POLICY_EXHAUSTED;
}

uint32_t policy_backoff(uint32_t before_ms, uint64_t ran_ms)
{
	if (before_ms < POLICY_BACKOFF_MIN || ran_ms >= POLICY_BACKOFF_FORGET)
		return POLICY_BACKOFF_MIN;
	return before_ms < POLICY_BACKOFF_MAX / 2 ? before_ms * 2 : POLICY_BACKOFF_MAX;
}
