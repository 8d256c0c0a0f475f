/* SPDX-License-Identifier: MIT */
/* Starting drivers again: see retry.h. */
#include "init/retry.h"
#include "init/init.h"

void retry_started(struct init *init, uint32_t index, uint64_t now)
{
	init->component[index].started = now;
	init->component[index].retry_at = 0;
}

uint32_t retry_died(struct init *init, uint32_t index, uint64_t now)
{
	struct component *component = &init->component[index];
	uint64_t khz = init->boot->tsc_khz;
	uint32_t delay_ms;

	if (now - component->started >= RETRY_GOOD_MS * khz)
		component->failures = 0;
	delay_ms = RETRY_FIRST_MS << component->failures;
	if (component->failures < RETRY_DOUBLINGS)
		component->failures++;
	component->retry_at = now + delay_ms * khz;
	return delay_ms;
}

bool retry_due(struct init *init, uint64_t now, uint32_t *index)
{
	for (*index = 0; *index < init->plan.header->components; (*index)++) {
		struct component *component = &init->component[*index];

		if (component->retry_at == 0 || component->retry_at > now)
			continue;
		component->retry_at = 0;
		return true;
	}
	return false;
}

uint64_t retry_next(const struct init *init)
{
	uint64_t next = 0;

	for (uint32_t i = 0; i < init->plan.header->components; i++) {
		uint64_t at = init->component[i].retry_at;

		if (at != 0 && (next == 0 || at < next))
			next = at;
	}
	return next;
}
