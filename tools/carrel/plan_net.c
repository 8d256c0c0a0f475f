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
/* Who drives a card is done with it soon, and its switch must not keep it from that; what
 * comes from outside cannot take more of a CPU than a quarter. */
#define NIC_PRIORITY (NET_PRIORITY + 1)
#define NIC_BUDGET_US 2500u
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

bool plan_has_uplinks(const struct config *config)
{
	for (unsigned i = 0; i < config->nets; i++)
		if (config->net[i].has_uplink && ports_of(config, &config->net[i]))
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
		component->account_pages =
			NET_ACCOUNT_PAGES + PORT_ACCOUNT_PAGES * (ports + net->has_uplink);
		component->heap_pages = NET_HEAP_PAGES;
		component->kernel = component->initrd = PLAN_NO_MODULE;
		build->plan->first_vm++;
	}
}

static void add_uplink(struct build *build, unsigned index, uint32_t image)
{
	const struct config_net *net = &build->config->net[index];
	uint32_t own = build->components++;
	struct plan_component *component = &build->component[own];
	uint32_t channel =
		plan_add_channel(build, own, build->net[index], CHANNEL_NET, FRAME_CHANNEL_PAGES);

	build->channel[channel].port = (struct frame_port){
		.flags = FRAME_PORT_UPLINK, .crash = net->crash, .card = net->uplink};
	snprintf(component->name, PLAN_NAME, "%s:%.*s", driver_nic.name, (int)CONFIG_NET_NAME,
		net->name);
	component->kind = PLAN_DRIVER;
	component->flags = driver_nic.flags;
	component->image = image;
	component->priority = NIC_PRIORITY;
	component->budget_us = NIC_BUDGET_US;
	component->period_us = NET_PERIOD_US;
	component->cpus = DRIVER_CPUS;
	component->account_pages = driver_nic.account_pages;
	component->heap_pages = driver_nic.heap_pages;
	component->kernel = component->initrd = PLAN_NO_MODULE;
	plan_add_rights(build, component, &driver_nic);
	build->plan->first_vm++;
}

/* The driver of each uplink: a process of its own, with one card, and the channel to one
 * switch. */
void plan_add_uplinks(struct build *build, uint32_t image)
{
	for (unsigned i = 0; i < build->config->nets; i++)
		if (build->config->net[i].has_uplink &&
			ports_of(build->config, &build->config->net[i]))
			add_uplink(build, i, image);
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
