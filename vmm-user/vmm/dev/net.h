/* SPDX-License-Identifier: MIT */
/*
 * A port of a network, as a network card of the guest uses it: what is behind it may be
 * a switch, or anything else that takes Ethernet frames.
 *
 *   card ── place(), send() ..., flush() ──► port   no place: virtio_net_room() later
 *   card ◄── virtio_net_receive() ── port           NET_FULL: the card calls ready() later
 *
 * A frame is only where it is during these calls, and that memory may be shared with
 * somebody who changes it meanwhile: a card looks at no byte of it. It has no checksum
 * and no preamble.
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
	/* Where the next frame is to be written, NET_FRAME_MAX bytes, or NULL: no room. */
	uint8_t *(*place)(struct net_port *port);
	/* What was written there is a frame. It need not be on its way before flush(). */
	void (*send)(struct net_port *port, size_t size);
	void (*flush)(struct net_port *port);
	void (*ready)(struct net_port *port); /* the card has room for frames again */
};

enum net_receive {
	NET_TAKEN = 0,
	NET_FULL,   /* not now: ready() will be called */
	NET_DROPPED /* never: no guest, or its buffers cannot hold the frame */
};

#endif
