/* SPDX-License-Identifier: MIT */
/* The order of a component's channels. Pure; no state. */
#include "init/init.h"
#include "init/link.h"
#include "lib/addr.h"

bool link_get(const struct plan *plan, uint32_t index, uint32_t ordinal, struct link *link)
{
	uint64_t address = START_CHANNEL_ADDR;
	uint32_t found = 0;

	for (uint32_t i = 0; i < plan->header->channels; i++) {
		const struct plan_channel *channel = &plan->channel[i];
		bool is_server = channel->server == index;

		if (!is_server && channel->client != index)
			continue;
		*link = (struct link){
			.channel = i,
			.peer = is_server ? channel->client : channel->server,
			.ordinal = found,
			.is_server = is_server,
			.address = address,
			.size = channel->pages * PAGE_SIZE,
		};
		if (found == ordinal)
			return true;
		address += link->size;
		found++;
	}
	return false;
}

bool link_has_device(const struct plan_channel *channel, bool is_server)
{
	if (channel->kind == CHANNEL_BLOCK)
		return is_server;
	return channel->kind == CHANNEL_NET && !is_server &&
	       (channel->port.flags & FRAME_PORT_UPLINK) != 0;
}

uint32_t link_ordinal(const struct plan *plan, uint32_t channel, uint32_t index)
{
	uint32_t ordinal = 0;

	for (uint32_t i = 0; i < channel; i++)
		ordinal += plan->channel[i].client == index || plan->channel[i].server == index;
	return ordinal;
}
