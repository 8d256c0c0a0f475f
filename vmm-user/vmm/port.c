/* SPDX-License-Identifier: MIT */
/* The guest's port of a net: see port.h. */
#include "vmm/port.h"

#include "lib/compiler.h"
#include "lib/string.h"

static struct port *port_of(struct net_port *net)
{
	return CONTAINER_OF(net, struct port, net);
}

static uint8_t *port_place(struct net_port *net)
{
	struct port *p = port_of(net);
	uint8_t *place = frames_place(&p->out);

	/* Asked for, room may have come in the same moment. */
	if (unlikely(!place) && frames_out_wait(&p->out))
		place = frames_place(&p->out);
	return place;
}

static void port_send(struct net_port *net, size_t size)
{
	frames_put(&port_of(net)->out, size);
}

static void port_flush(struct net_port *net)
{
	struct port *p = port_of(net);

	if (frames_out_flush(&p->out))
		p->tell(p);
}

/* Gives the card what there is. true: it could take more, and there may be some. */
static bool deliver(struct port *p)
{
	for (unsigned i = 0; i < PORT_BATCH;) {
		size_t size;
		const uint8_t *frame = frames_look(&p->in, &size);

		if (!frame && !frames_in_wait(&p->in))
			return false;
		if (!frame)
			continue;
		if (virtio_net_receive(&p->card, frame, size) == NET_FULL)
			return false;
		frames_take(&p->in);
		i++;
	}
	return true;
}

static void port_ready(struct net_port *net)
{
	struct port *p = port_of(net);
	bool more = deliver(p);

	if (frames_in_flush(&p->in))
		p->tell(p);
	if (more)
		p->more(p);
}

void port_look(struct port *p)
{
	port_ready(&p->net);
	virtio_net_room(&p->card);
}

void port_init(struct port *p, const uint8_t mac[NET_MAC], struct frame_ring *rings)
{
	memcpy(p->net.mac, mac, NET_MAC);
	p->net.place = port_place;
	p->net.send = port_send;
	p->net.flush = port_flush;
	p->net.ready = port_ready;
	frames_out_attach(&p->out, &rings[0]);
	frames_in_attach(&p->in, &rings[1], true);
}

_Static_assert(FRAME_MIN == NET_FRAME_MIN && FRAME_MAX == NET_FRAME_MAX, "the same frames");
