/* SPDX-License-Identifier: MIT */
/* Moves frames between ports: see forward.h. */
#include "forward.h"

#include "lib/string.h"

void forward_init(struct forward *f, uint64_t tsc_khz)
{
	memset(f, 0, sizeof(*f));
	f->tsc_khz = tsc_khz;
	bridge_init(&f->bridge, tsc_khz);
}

void forward_add(struct forward *f, const struct frame_port *port, struct frame_ring *from,
	struct frame_ring *to)
{
	struct forward_port *p = &f->port[f->bridge.ports];

	frames_in_attach(&p->in, from, false);
	frames_out_attach(&p->out, to);
	p->shown = &to->counts;
	p->counts = *p->shown;
	bucket_init(&p->bytes, port->bytes, f->tsc_khz);
	bucket_init(&p->packets, port->packets, f->tsc_khz);
	bridge_add(&f->bridge, port);
}

/* One copy of the frame: the header that was looked at, and what is behind it. */
static void give(struct forward_port *p, const uint8_t header[BRIDGE_HEADER], const uint8_t *frame,
	size_t size)
{
	uint8_t *to = frames_place(&p->out);

	if (to == NULL) {
		p->counts.lost++;
		return;
	}
	memcpy(to, header, BRIDGE_HEADER);
	memcpy(to + BRIDGE_HEADER, frame + BRIDGE_HEADER, size - BRIDGE_HEADER);
	frames_put(&p->out, size);
	p->counts.out_frames++;
	p->counts.out_bytes += size;
}

static void burn(struct forward *f)
{
	if (f->fuse != 0 && --f->fuse == 0)
		f->trap();
}

static void forward_one(
	struct forward *f, uint32_t from, const uint8_t *frame, size_t size, uint64_t now)
{
	struct frame_counts *counts = &f->port[from].counts;
	uint8_t header[BRIDGE_HEADER];
	uint32_t to;

	memcpy(header, frame, sizeof(header));
	counts->in_frames++;
	counts->in_bytes += size;
	switch (bridge_frame(&f->bridge, from, header, now, &to)) {
	case BRIDGE_FORWARD:
		for (; to != 0; to &= to - 1)
			give(&f->port[__builtin_ctz(to)], header, frame, size);
		burn(f);
		break;
	case BRIDGE_FOREIGN:
		counts->foreign++;
		break;
	default:
		counts->refused++;
	}
}

/* Whether the rate lets a frame go; if not, until when it does not. */
static bool may_go(struct forward_port *p, uint64_t now)
{
	uint64_t bytes = bucket_when(&p->bytes), packets = bucket_when(&p->packets);
	uint64_t when = bytes > packets ? bytes : packets;

	p->until = when > now ? when : 0;
	p->counts.held += p->until != 0;
	return p->until == 0;
}

static bool port_turn(struct forward *f, uint32_t from, uint64_t now)
{
	struct forward_port *p = &f->port[from];
	uint64_t bad = p->in.bad;
	const uint8_t *frame;
	uint32_t count = 0;
	size_t size;

	if (p->until > now)
		return false;
	p->until = 0;
	for (; count < FORWARD_BATCH && (frame = frames_look(&p->in, &size)) != NULL; count++) {
		if (!may_go(p, now))
			break;
		bucket_take(&p->bytes, (uint32_t)size, now);
		bucket_take(&p->packets, 1, now);
		forward_one(f, from, frame, size, now);
		frames_take(&p->in);
	}
	p->counts.refused += p->in.bad - bad;
	return count != 0;
}

uint32_t forward_turn(struct forward *f, uint64_t now, bool *moved)
{
	uint32_t signal = 0;

	*moved = false;
	for (uint32_t i = 0; i < f->bridge.ports; i++)
		*moved |= port_turn(f, i, now);
	for (uint32_t i = 0; i < f->bridge.ports; i++) {
		struct forward_port *p = &f->port[i];
		bool room = frames_in_flush(&p->in), frame = frames_out_flush(&p->out);

		*p->shown = p->counts;
		if (room || frame)
			signal |= 1u << i;
	}
	return signal;
}

bool forward_wait(struct forward *f)
{
	bool more = false;

	for (uint32_t i = 0; i < f->bridge.ports; i++)
		if (f->port[i].until == 0)
			more |= frames_in_wait(&f->port[i].in);
	return more;
}

uint64_t forward_deadline(const struct forward *f)
{
	uint64_t first = 0;

	for (uint32_t i = 0; i < f->bridge.ports; i++)
		if (f->port[i].until != 0 && (first == 0 || f->port[i].until < first))
			first = f->port[i].until;
	return first;
}
