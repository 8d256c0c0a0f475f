/* SPDX-License-Identifier: MIT */
/*
 * Memory and notifications of the plan's channels. The memory is taken once and
 * kept for good: one end may go on using it while the other is started again.
 */
#include "init/link.h"
#include "init/dma.h"
#include "init/grant.h"
#include "init/init.h"
#include "lib/addr.h"

enum status link_create_all(struct init *init)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < init->plan.header->channels && status == STATUS_OK; i++) {
		const struct plan_channel *channel = &init->plan.channel[i];
		struct memory_region *region = &init->channel[i];
		uint64_t size = channel->pages * PAGE_SIZE;

		if (link_has_device(channel, true) || link_has_device(channel, false)) {
			status = dma_take(&init->memory, size, region);
			continue;
		}
		status = memory_alloc(&init->memory, size, region);
		if (status == STATUS_OK)
			status = region_zero(region);
	}
	return status;
}

enum status link_map(const struct init *init, uint32_t index)
{
	enum status status = STATUS_OK;
	struct link link;

	for (uint32_t i = 0; status == STATUS_OK && link_get(&init->plan, index, i, &link); i++)
		status = grant_region(component_slot(index, SLOT_DOMAIN),
			&init->channel[link.channel], 0, link.size, link.address, MEM_R | MEM_W);
	return status;
}

/* The notification of a component, or of init, in init's table. */
static uint64_t notification_slot(uint32_t index)
{
	return index == PLAN_INIT ? INIT_SLOT_NOTIFICATION
				  : component_slot(index, SLOT_NOTIFICATION);
}

static enum status connect_one(const struct init *init, uint32_t index, const struct link *link)
{
	uint32_t far = link->peer;
	enum status status;

	if (far != PLAN_INIT && !component_running(init, far))
		return STATUS_OK;
	status = grant_cap(component_slot(index, SLOT_DOMAIN), notification_slot(far),
		START_SLOT_PEER + link->ordinal, RIGHT_USE);
	if (status != STATUS_OK || far == PLAN_INIT)
		return status;
	return grant_cap(component_slot(far, SLOT_DOMAIN), notification_slot(index),
		START_SLOT_PEER + link_ordinal(&init->plan, link->channel, far), RIGHT_USE);
}

enum status link_connect(const struct init *init, uint32_t index)
{
	enum status status = STATUS_OK;
	struct link link;

	for (uint32_t i = 0; status == STATUS_OK && link_get(&init->plan, index, i, &link); i++)
		status = connect_one(init, index, &link);
	return status;
}

_Static_assert(PLAN_COMPONENTS <= 40, "component bits lie below INIT_BIT_CONTROL");
