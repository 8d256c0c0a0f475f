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

static uint8_t *loop_place(struct net_port *port)
{
	struct net_loop *l = CONTAINER_OF(port, struct net_loop, port);

	if (l->count == NET_LOOP_FRAMES)
		return NULL;
	return l->frame[(l->first + l->count) % NET_LOOP_FRAMES].data;
}

static void loop_send(struct net_port *port, size_t size)
{
	struct net_loop *l = CONTAINER_OF(port, struct net_loop, port);

	l->frame[(l->first + l->count) % NET_LOOP_FRAMES].size = size;
	l->count++;
	(void)deliver(l);
}

static void loop_flush(struct net_port *port UNUSED) {}

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
	l->port.place = loop_place;
	l->port.send = loop_send;
	l->port.flush = loop_flush;
	l->port.ready = loop_ready;
	l->card = card;
}
