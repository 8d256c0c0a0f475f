/* SPDX-License-Identifier: MIT */
/*
 * Where a frame goes: the rules of one net. Pure; state: struct bridge.
 *
 * A port is a guest's, or an uplink. Guests' addresses are those of the plan: they are
 * never learned, never forgotten, and nobody else can take one up. Learned is what is
 * behind uplinks.
 *
 *   from a guest         only frames with its own address as their source
 *   from an uplink       any source but a guest's address
 *   to a guest's address           its port
 *   to another that is known       the uplink where it was seen last
 *   to an unknown one              all uplinks: it cannot be a guest's
 *   to groups                      all other ports
 *   to a bridge's own groups       nobody
 *   from an isolated port          uplinks only
 *
 * Ports are those of one net: nothing here knows of another.
 * Source: IEEE Std 802.1D-2004, section 7.7 "The Forwarding Process"; section 7.8 "The
 * Learning Process"; section 7.9.1 "Static Filtering Entries"; table 7-10 "Reserved
 * addresses".
 */
#ifndef SWITCH_BRIDGE_H
#define SWITCH_BRIDGE_H

#include "abi/frame.h"
#include "table.h"

#define BRIDGE_PORTS 32u
#define BRIDGE_HEADER 14u

struct bridge_port {
	uint8_t mac[TABLE_MAC]; /* a guest's */
	bool isolated, uplink;
};

struct bridge {
	uint32_t ports;
	struct bridge_port port[BRIDGE_PORTS];
	struct table table;
};

enum bridge_verdict {
	BRIDGE_FORWARD = 0,
	BRIDGE_FOREIGN, /* from an address that is not the port's to use */
	BRIDGE_NOBODY   /* there is no port to send it to */
};

void bridge_init(struct bridge *bridge, uint64_t tsc_khz);

/* Adds a port; at most BRIDGE_PORTS. Their numbers count from 0. */
void bridge_add(struct bridge *bridge, const struct frame_port *port);

/* The ports, a bit each, that a frame with this header from port `from` goes to: none
 * unless BRIDGE_FORWARD. Learns its source. */
enum bridge_verdict bridge_frame(struct bridge *bridge, uint32_t from,
	const uint8_t header[BRIDGE_HEADER], uint64_t now, uint32_t *to);

#endif
