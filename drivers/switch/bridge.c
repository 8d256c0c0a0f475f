/* SPDX-License-Identifier: MIT */
/* The rules of a net: see bridge.h. */
#include "bridge.h"

#include "lib/string.h"

#define GROUP 1u /* of an address' first byte: it is that of a group */

void bridge_init(struct bridge *bridge, uint64_t tsc_khz)
{
	bridge->ports = 0;
	table_init(&bridge->table, tsc_khz);
}

void bridge_add(struct bridge *bridge, const struct frame_port *port)
{
	struct bridge_port *own = &bridge->port[bridge->ports++];

	memcpy(own->mac, port->mac, TABLE_MAC);
	own->isolated = (port->flags & FRAME_PORT_ISOLATED) != 0;
	own->uplink = (port->flags & FRAME_PORT_UPLINK) != 0;
}

/* The port of the guest that has this address, or -1. */
static int guest_find(const struct bridge *bridge, const uint8_t mac[TABLE_MAC])
{
	for (uint32_t i = 0; i < bridge->ports; i++)
		if (!bridge->port[i].uplink && memcmp(mac, bridge->port[i].mac, TABLE_MAC) == 0)
			return (int)i;
	return -1;
}

static bool source_is_good(
	const struct bridge *bridge, uint32_t from, const uint8_t source[TABLE_MAC])
{
	const struct bridge_port *port = &bridge->port[from];

	if ((source[0] & GROUP) != 0)
		return false;
	if (!port->uplink)
		return memcmp(source, port->mac, TABLE_MAC) == 0;
	return guest_find(bridge, source) < 0;
}

/* Groups that a bridge keeps to itself: 01-80-C2-00-00-00 to -0F. */
static bool is_reserved(const uint8_t mac[TABLE_MAC])
{
	static const uint8_t first[TABLE_MAC - 1] = {0x01, 0x80, 0xc2, 0, 0};

	return memcmp(mac, first, sizeof(first)) == 0 && mac[5] < 0x10;
}

/* Isolated ones reach, and are reached from, uplinks only. */
static bool may_reach(const struct bridge_port *from, const struct bridge_port *to)
{
	return (!from->isolated || to->uplink) && (!to->isolated || from->uplink);
}

/* All ports that a frame of this one may reach. */
static uint32_t reach(const struct bridge *bridge, uint32_t from)
{
	uint32_t mask = 0;

	for (uint32_t i = 0; i < bridge->ports; i++)
		if (i != from && may_reach(&bridge->port[from], &bridge->port[i]))
			mask |= 1u << i;
	return mask;
}

static uint32_t uplinks(const struct bridge *bridge)
{
	uint32_t mask = 0;

	for (uint32_t i = 0; i < bridge->ports; i++)
		if (bridge->port[i].uplink)
			mask |= 1u << i;
	return mask;
}

/* The ports that an address may be behind. */
static uint32_t behind(const struct bridge *bridge, const uint8_t mac[TABLE_MAC], uint64_t now)
{
	int port;

	if ((mac[0] & GROUP) != 0)
		return ~0u;
	port = guest_find(bridge, mac);
	if (port < 0)
		port = table_find(&bridge->table, mac, now);
	return port >= 0 ? 1u << port : uplinks(bridge);
}

enum bridge_verdict bridge_frame(struct bridge *bridge, uint32_t from,
	const uint8_t header[BRIDGE_HEADER], uint64_t now, uint32_t *to)
{
	const uint8_t *target = header, *source = header + TABLE_MAC;

	*to = 0;
	if (!source_is_good(bridge, from, source))
		return BRIDGE_FOREIGN;
	if (bridge->port[from].uplink)
		table_learn(&bridge->table, source, (uint8_t)from, now);
	if (is_reserved(target))
		return BRIDGE_NOBODY;
	*to = reach(bridge, from) & behind(bridge, target, now);
	return *to != 0 ? BRIDGE_FORWARD : BRIDGE_NOBODY;
}
