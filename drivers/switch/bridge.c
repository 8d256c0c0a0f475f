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

static bool source_is_good(const struct bridge_port *port, const uint8_t source[TABLE_MAC])
{
	if ((source[0] & GROUP) != 0)
		return false;
	return port->uplink || memcmp(source, port->mac, TABLE_MAC) == 0;
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

enum bridge_verdict bridge_frame(struct bridge *bridge, uint32_t from,
	const uint8_t header[BRIDGE_HEADER], uint64_t now, uint32_t *to)
{
	const uint8_t *target = header, *source = header + TABLE_MAC;
	int port = -1;

	*to = 0;
	if (!source_is_good(&bridge->port[from], source))
		return BRIDGE_FOREIGN;
	table_learn(&bridge->table, source, (uint8_t)from, now);
	if (is_reserved(target))
		return BRIDGE_NOBODY;
	if ((target[0] & GROUP) == 0)
		port = table_find(&bridge->table, target, now);
	*to = reach(bridge, from);
	if (port >= 0)
		*to &= 1u << port;
	return *to != 0 ? BRIDGE_FORWARD : BRIDGE_NOBODY;
}
