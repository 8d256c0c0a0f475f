/* SPDX-License-Identifier: MIT */
/*
 * The guest's port of a net: its network card on a channel to the net's switch
 * (abi/frame.h).
 *
 *   guest's buffers ◄──► struct virtio_net ◄──► slots in the channel ◄──► switch
 *
 * A frame is copied once on either way, between guest and slot. Without room in the
 * channel the card's queue waits; without buffers of the guest the channel does, and what
 * then finds no room there is lost.
 * State: struct port. Locks: the machine's, for everything. Pure but for the callbacks.
 */
#ifndef VMM_PORT_H
#define VMM_PORT_H

#include "rt/frames.h"
#include "vmm/dev/virtio_net.h"

#define PORT_BATCH FRAME_SLOTS /* frames to the guest in one go */

struct port {
	struct net_port net;
	struct virtio_net card;
	struct frames_out out;
	struct frames_in in;
	void (*tell)(struct port *port); /* signals the switch */
	void (*more)(struct port *port); /* port_look() is called again soon */
};

/* Takes up the client's end of a channel, `rings` both of its rings, as it was left.
 * The card is built by the caller; tell() has to be called afterwards. */
void port_init(struct port *port, const uint8_t mac[NET_MAC], struct frame_ring *rings);

/* The switch signalled: takes what it sent, and sends what had no room. */
void port_look(struct port *port);

#endif
