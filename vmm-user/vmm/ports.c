/* SPDX-License-Identifier: MIT */
/* The ports of a guest: see ports.h. */
#include "vmm/ports.h"

#include "rt/heap.h"
#include "rt/log.h"
#include "rt/syscall.h"
#include "vmm/port.h"
#include "vmm/say.h"

/* A port and its channel, taken from the heap. */
struct plug {
	struct port port;
	const struct start_channel *channel;
	uint64_t peer; /* slot of the switch's notification */
};

static void plug_tell(struct port *port)
{
	struct plug *plug = CONTAINER_OF(port, struct plug, port);

	/* A switch that is not there will look by itself when it is. */
	if (sys_signal(plug->peer, plug->channel->signal_bit))
		return;
}

/* As if the switch had signalled: the first processor looks again. */
static void plug_more(struct port *port)
{
	struct plug *plug = CONTAINER_OF(port, struct plug, port);

	if (sys_signal(START_SLOT_NOTIFICATION, plug->channel->own_bit))
		rt_panic("the kernel refuses a signal");
}

static enum guest_kill port_plug(
	struct ports *ports, struct machine *m, const struct start_info *info, uint32_t index)
{
	const struct start_channel *channel = &info->channel[index];
	struct frame_ring *rings = (struct frame_ring *)(uintptr_t)channel->address;
	struct plug *plug = heap_alloc(sizeof *plug, 64);

	if (!plug || channel->size < 2 * sizeof *rings) {
		say("no memory for the port of %s", channel->peer);
		return KILL_NO_MEMORY;
	}
	plug->channel = channel;
	plug->peer = START_SLOT_PEER + index;
	plug->port.tell = plug_tell;
	plug->port.more = plug_more;
	port_init(&plug->port, channel->port.mac, rings);
	virtio_net_init(&plug->port.card, &plug->port.net, m->config.memory, machine_message, m);
	if (machine_add_function(m, &plug->port.card.pci.function)) {
		say("no room for the port of %s on the bus", channel->peer);
		return KILL_NO_MEMORY;
	}
	ports->port[ports->count++] = &plug->port;
	ports->bits |= channel->own_bit;
	plug_tell(&plug->port);
	return KILL_NONE;
}

enum guest_kill ports_plug(struct ports *ports, struct machine *m, const struct start_info *info)
{
	enum guest_kill kill = KILL_NONE;

	for (uint32_t i = 0; i < info->channels && i < START_CHANNELS; i++)
		if (info->channel[i].kind == CHANNEL_NET && ports->count < PLAN_NETS && !kill)
			kill = port_plug(ports, m, info, i);
	return kill;
}

void ports_signalled(struct ports *ports, uint64_t bits)
{
	for (unsigned i = 0; i < ports->count; i++) {
		struct plug *plug = CONTAINER_OF(ports->port[i], struct plug, port);

		if (bits & plug->channel->own_bit)
			port_look(&plug->port);
	}
}

void ports_log(const struct ports *ports)
{
	for (unsigned i = 0; i < ports->count; i++) {
		const struct plug *plug = CONTAINER_OF(ports->port[i], struct plug, port);
		const struct frame_counts *c = &plug->port.in.ring->counts;

		rt_log("%s: %lu frames sent, %lu received, %lu lost", plug->channel->peer,
			(unsigned long)c->in_frames, (unsigned long)c->out_frames,
			(unsigned long)c->lost);
		if (c->foreign | c->refused | c->held)
			rt_log("%s: %lu frames of another sender, %lu refused, held %lu times",
				plug->channel->peer, (unsigned long)c->foreign,
				(unsigned long)c->refused, (unsigned long)c->held);
	}
}
