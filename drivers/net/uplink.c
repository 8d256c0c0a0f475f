/* SPDX-License-Identifier: MIT */
/* Frames between a card and a switch: see uplink.h. */
#include "uplink.h"
#include "lib/string.h"

#define FEW_LENT (FRAME_SLOTS / 4)

void uplink_init(struct uplink *u, struct nic *nic, bool works, struct frame_ring *rings,
	uint64_t physical, uint64_t now_us)
{
	memset(u, 0, sizeof(*u));
	u->nic = nic;
	u->works = works;
	u->since_us = now_us;
	u->out_physical = physical;
	u->in_physical = physical + sizeof(*rings);
	frames_out_attach(&u->out, &rings[0]);
	frames_in_attach(&u->in, &rings[1], false);
}

static void burn(struct uplink *u)
{
	if (u->fuse != 0 && --u->fuse == 0)
		u->trap();
}

/* --- the card's state --- */

/* The card has nothing any more: it was reset, or is gone. */
static void take_back(struct uplink *u)
{
	u->counts.lost += u->sending;
	u->sending = u->sent = u->lent = 0;
	u->full = false;
}

static void restart(struct uplink *u, uint64_t now_us)
{
	u->works = u->nic->ops->reset(u->nic);
	u->since_us = now_us;
	u->counts.resets++;
	take_back(u);
}

/* Without a link it keeps what it was handed for good. */
static bool must_restart(const struct uplink *u, uint64_t now_us)
{
	if (!u->works)
		return now_us - u->since_us >= UPLINK_RETRY_US;
	return u->sending != 0 && (!u->nic->up || now_us - u->since_us >= UPLINK_HANG_US);
}

void uplink_interrupt(struct uplink *u, uint64_t now_us)
{
	if (!u->works || u->nic->ops->events(u->nic))
		return;
	u->works = false;
	u->since_us = now_us;
	take_back(u);
}

uint64_t uplink_deadline(const struct uplink *u)
{
	if (!u->works)
		return u->since_us + UPLINK_RETRY_US;
	return u->sending != 0 ? u->since_us + UPLINK_HANG_US : 0;
}

/* --- to the switch --- */

static bool receive(struct uplink *u)
{
	uint32_t count = 0;
	size_t size;

	for (; count < UPLINK_BATCH && u->lent != 0 && u->nic->ops->take(u->nic, &size); count++) {
		frames_put(&u->out, size);
		u->lent--;
		if (size == 0) {
			u->counts.bad++;
			continue;
		}
		u->counts.received++;
		u->counts.received_bytes += size;
		burn(u);
	}
	return count != 0;
}

static void lend(struct uplink *u)
{
	uint32_t room = frames_room(&u->out);

	for (; u->lent < room && u->lent < NIC_BUFFERS; u->lent++)
		if (!u->nic->ops->give(
			    u->nic, u->out_physical + frames_offset(u->out.head + u->lent)))
			return;
}

/* --- from the switch --- */

/* true: the switch has to be signalled. */
static bool finish(struct uplink *u, uint64_t now_us, bool *moved)
{
	bool signal = false;

	while (u->sending != 0 && u->nic->ops->sent(u->nic)) {
		signal |= frames_in_flush_to(&u->in, u->after[u->sent++ % NIC_RING]);
		u->sending--;
		u->full = false;
		u->since_us = now_us;
		*moved = true;
	}
	return signal;
}

/* Hands the frame that was looked at to the card. False: it takes no more. */
static bool send_one(struct uplink *u, size_t size, uint64_t now_us)
{
	size = frames_pad(&u->in, size, NIC_FRAME_LEAST);
	if (!u->nic->ops->send(u->nic, u->in_physical + frames_offset(u->in.tail), size))
		return false;
	frames_take(&u->in);
	if (u->sending == 0)
		u->since_us = now_us;
	u->after[(u->sent + u->sending++) % NIC_RING] = u->in.tail;
	u->counts.sent++;
	u->counts.sent_bytes += size;
	burn(u);
	return true;
}

static bool send(struct uplink *u, uint64_t now_us)
{
	uint32_t count = 0;
	size_t size;

	for (; count < UPLINK_BATCH && frames_look(&u->in, &size) != NULL; count++) {
		if (u->nic->up && send_one(u, size, now_us))
			continue;
		u->full = u->sending != 0;
		if (u->full)
			break;
		u->counts.lost++;
		frames_take(&u->in);
	}
	return count != 0;
}

bool uplink_turn(struct uplink *u, uint64_t now_us, bool *moved)
{
	bool signal = false;

	*moved = receive(u);
	signal |= finish(u, now_us, moved);
	if (must_restart(u, now_us))
		restart(u, now_us);
	*moved |= send(u, now_us);
	if (u->works) {
		lend(u);
		u->nic->ops->kick(u->nic);
	}
	if (u->sending == 0) /* what was lost, or was none, is not behind anything */
		signal |= frames_in_flush(&u->in);
	signal |= frames_out_flush(&u->out);
	return signal;
}

bool uplink_wait(struct uplink *u)
{
	bool more = false;

	if (!u->full)
		more |= frames_in_wait(&u->in);
	if (u->works && u->lent < FEW_LENT)
		more |= frames_out_wait(&u->out);
	return more;
}
