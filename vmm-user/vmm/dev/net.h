/* SPDX-License-Identifier: MIT */
/*
 * A port of a network, as a network card of the guest uses it: what is behind it may be
 * a switch, or anything else that takes Ethernet frames.
 *
 *   card ── send() ──► port        false: no room; the port calls virtio_net_room() later
 *   card ◄── virtio_net_receive() ── port     NET_FULL: the card calls ready() later
 *
 * A frame is the sender's only during the call; it is in the monitor's own memory, so
 * nobody changes it meanwhile. It has no checksum and no preamble.
 * Locks: all of these calls are made with the machine's lock.
 */
#ifndef VMM_DEV_NET_H
#define VMM_DEV_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_MAC 6u
#define NET_FRAME_MIN 14u   /* the Ethernet header */
#define NET_FRAME_MAX 1518u /* with one VLAN tag */

struct net_port {
	uint8_t mac[NET_MAC];
	bool (*send)(struct net_port *port, const uint8_t *frame, size_t size);
	void (*ready)(struct net_port *port); /* the card has room for frames again */
};

enum net_receive {
	NET_TAKEN = 0,
	NET_FULL,   /* not now: ready() will be called */
	NET_DROPPED /* never: no guest, or its buffers cannot hold the frame */
};

#endif
