/* SPDX-License-Identifier: MIT */
/* A port that sends frames back: see net_loop.h. */
#include "vmm/dev/net_loop.h"

#include "lib/compiler.h"
#include "lib/string.h"

/* Gives the card what waits, in order; whether that made room. */
static bool deliver(struct net_loop *l)
{
	bool moved = false;

	if (l->moving)
		return false;
	l->moving = true;
	while (l->count && virtio_net_receive(l->card, l->frame[l->first].data,
				   l->frame[l->first].size) != NET_FULL) {
		l->first = (l->first + 1) % NET_LOOP_FRAMES;
		l->count--;
		moved = true;
	}
	l->moving = false;
	return moved;
}

static bool loop_send(struct net_port *port, const uint8_t *frame, size_t size)
{
	struct net_loop *l = CONTAINER_OF(port, struct net_loop, port);
	unsigned at = (l->first + l->count) % NET_LOOP_FRAMES;

	if (l->count == NET_LOOP_FRAMES)
		return false;
	memcpy(l->frame[at].data, frame, size);
	l->frame[at].size = size;
	l->count++;
	(void)deliver(l);
	return true;
}

static void loop_ready(struct net_port *port)
{
	struct net_loop *l = CONTAINER_OF(port, struct net_loop, port);

	if (deliver(l))
		virtio_net_room(l->card);
}

void net_loop_init(struct net_loop *l, const uint8_t mac[NET_MAC], struct virtio_net *card)
{
	memset(l, 0, sizeof *l);
	memcpy(l->port.mac, mac, NET_MAC);
	l->port.send = loop_send;
	l->port.ready = loop_ready;
	l->card = card;
}
