/* SPDX-License-Identifier: MIT */
/* Nets in a plan; see plan_build.h. No state. */
#include "plan_build.h"

#include <stdio.h>
#include <string.h>

/* A switch comes before the guests that wait for it, and after the drivers; what others
 * send cannot take more of a CPU than half. */
#define NET_PRIORITY 32u
#define NET_BUDGET_US 5000u
#define NET_PERIOD_US 10000u
#define NET_ACCOUNT_PAGES 96u
#define NET_HEAP_PAGES 4u

static unsigned ports_of(const struct config *config, const struct config_net *net)
{
	unsigned ports = 0;

	for (unsigned i = 0; i < config->vms; i++)
		for (unsigned k = 0; k < config->vm[i].nets; k++)
			ports += config->vm[i].net[k].net == net;
	return ports;
}

bool plan_has_ports(const struct config *config)
{
	for (unsigned i = 0; i < config->vms; i++)
		if (config->vm[i].nets)
			return true;
	return false;
}

/* The switch of each net that somebody is on: a process of its own, so that nothing of
 * one net is ever in the reach of another. */
void plan_add_nets(struct build *build, uint32_t image)
{
	for (unsigned i = 0; i < build->config->nets; i++) {
		const struct config_net *net = &build->config->net[i];
		struct plan_component *component = &build->component[build->components];
		unsigned ports = ports_of(build->config, net);

		if (!ports)
			continue;
		build->net[i] = build->components++;
		snprintf(component->name, PLAN_NAME, "net:%.*s", (int)CONFIG_NET_NAME, net->name);
		component->kind = PLAN_DRIVER;
		component->flags = PLAN_RESTART | PLAN_LOG;
		component->image = image;
		component->priority = NET_PRIORITY;
		component->budget_us = NET_BUDGET_US;
		component->period_us = NET_PERIOD_US;
		component->cpus = DRIVER_CPUS;
		component->account_pages = NET_ACCOUNT_PAGES + PORT_ACCOUNT_PAGES * ports;
		component->heap_pages = NET_HEAP_PAGES;
		component->kernel = component->initrd = PLAN_NO_MODULE;
		build->plan->first_vm++;
	}
}

void plan_add_port(struct build *build, uint32_t client, const struct config_vm_net *port)
{
	const struct config_net *net = port->net;
	struct plan_channel *channel = &build->channel[build->channels++];

	*channel = (struct plan_channel){.client = client,
		.server = build->net[net - build->config->net],
		.kind = CHANNEL_NET,
		.pages = FRAME_CHANNEL_PAGES,
		.port = {.flags = net->isolate ? FRAME_PORT_ISOLATED : 0,
			.packets = net->packets,
			.crash = net->crash,
			.bytes = net->bytes}};
	memcpy(channel->port.mac, port->mac, sizeof(port->mac));
}

_Static_assert(NET_PRIORITY >= PLAN_GUEST_PRIORITIES, "switches come before guests");
