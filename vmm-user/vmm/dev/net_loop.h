/* SPDX-License-Identifier: MIT */
/*
 * A port that sends every frame back to the card it came from, for tests.
 *
 * Model: NET_LOOP_FRAMES wait while the card has no room; then the card has to.
 * State: struct net_loop. Locks: as net.h says.
 */
#ifndef VMM_DEV_NET_LOOP_H
#define VMM_DEV_NET_LOOP_H

#include "vmm/dev/virtio_net.h"

#define NET_LOOP_FRAMES 4u

struct net_loop {
	struct net_port port;
	struct virtio_net *card;
	bool moving; /* frames are being given to the card */
	unsigned first, count;
	struct {
		size_t size;
		uint8_t data[NET_FRAME_MAX];
	} frame[NET_LOOP_FRAMES];
};

void net_loop_init(struct net_loop *loop, const uint8_t mac[NET_MAC], struct virtio_net *card);

#endif
