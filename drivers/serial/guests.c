/* SPDX-License-Identifier: MIT */
/* The driver's channels. State: see guests.h; one thread. */
#include "guests.h"
#include "activity.h"
#include "frame.h"
#include "rt/channel.h"
#include "rt/log.h"
#include "rt/syscall.h"

#define QUOTA 256u /* bytes per turn, guest and channel */

struct guest_link {
	struct channel console, diag;
	const struct activity *activity; /* NULL: none; the monitor writes it */
	bool has_console, has_diag;
};

static struct guest_link links[MUX_GUESTS];
static struct channel control;
static bool has_control;
static uint32_t first_turn; /* whose turn comes first, so that nobody always does */

static void guest_open(struct mux *mux, const struct start_info *info, uint32_t index, bool console)
{
	const struct start_channel *from = &info->channel[index];
	int guest = mux_add(mux, from->peer, console);
	struct guest_link *link;

	if (guest < 0) {
		rt_log("no room for guest %.*s", (int)START_NAME, from->peer);
		return;
	}
	link = &links[guest];
	if (console) {
		link->has_console = channel_open(&link->console, info, index) == STATUS_OK;
		link->activity = channel_activity(info, index);
	} else {
		link->has_diag = channel_open(&link->diag, info, index) == STATUS_OK;
	}
}

/* Opens all channels of one kind. */
static void kind_open(struct mux *mux, const struct start_info *info, enum channel_kind kind)
{
	int index = channel_find(info, kind, 0);

	for (; index >= 0; index = channel_find(info, kind, (uint32_t)index + 1))
		if (info->channel[index].is_server != 0)
			guest_open(mux, info, (uint32_t)index, kind == CHANNEL_CONSOLE);
}

void guests_open(struct mux *mux, const struct start_info *info)
{
	int index = channel_find(info, CHANNEL_CONTROL, 0);

	kind_open(mux, info, CHANNEL_CONSOLE);
	kind_open(mux, info, CHANNEL_DIAG);
	if (index >= 0)
		has_control = channel_open(&control, info, (uint32_t)index) == STATUS_OK;
}

static void end_handle(struct mux *mux, const struct frame *frame)
{
	int guest = mux_of_channel(mux, frame->head.channel);
	const struct guest_link *link = guest >= 0 ? &links[guest] : NULL;
	uint64_t console = 0, diag = 0;

	if (link != NULL && link->has_console)
		console = ring_pending(&link->console.in);
	if (link != NULL && link->has_diag)
		diag = ring_pending(&link->diag.in);
	mux_end(mux, frame->head.channel, &frame->end, console, diag);
}

/* Handles one message of init; false if it has to wait. */
static bool control_handle(struct mux *mux, const struct frame *frame)
{
	switch (frame->head.type) {
	case TAP_NAME:
		mux_name(mux, frame->head.channel, frame->name);
		return true;
	case TAP_END:
		if (mux_end_blocked(mux, frame->head.channel))
			return false;
		end_handle(mux, frame);
		return true;
	default:
		if (!mux_settled(mux))
			return false;
		mux_done(mux);
		return true;
	}
}

static bool control_turn(struct mux *mux)
{
	struct frame frame;
	bool moved = false;

	while (has_control && frame_peek(&control.in, &frame) && control_handle(mux, &frame)) {
		frame_take(&control.in, &frame);
		channel_notify(&control);
		moved = true;
	}
	return moved;
}

static bool channel_turn(struct mux *mux, uint32_t guest, struct channel *channel,
	uint32_t (*feed)(struct mux *mux, uint32_t guest, const uint8_t *data, uint32_t size))
{
	uint8_t data[QUOTA];
	size_t size = ring_peek(&channel->in, data, sizeof(data));
	uint32_t taken = size > 0 ? feed(mux, guest, data, (uint32_t)size) : 0;

	ring_skip(&channel->in, taken);
	channel_notify(channel);
	return taken > 0;
}

bool guests_show(struct mux *mux, uint64_t tsc_khz)
{
	bool moved = false;

	for (uint32_t i = 0; i < mux->guests && mux->asked != 0; i++) {
		const struct activity *shown = links[i].activity;
		struct tap_activity sum = {0};

		if ((mux->asked & 1u << i) == 0)
			continue;
		if (shown != NULL)
			activity_sum(shown, tsc_read(), tsc_khz, &sum);
		if (!mux_activity(mux, i, &sum))
			break;
		moved = true;
	}
	return moved;
}

bool guests_turn(struct mux *mux)
{
	bool moved = control_turn(mux);

	for (uint32_t i = 0; i < mux->guests; i++) {
		uint32_t guest = (first_turn + i) % mux->guests;
		struct guest_link *link = &links[guest];

		if (link->has_console)
			moved |= channel_turn(mux, guest, &link->console, mux_feed);
		if (link->has_diag)
			moved |= channel_turn(mux, guest, &link->diag, mux_feed_diag);
	}
	first_turn++;
	return moved;
}

void guests_type(uint32_t guest, uint8_t byte)
{
	if (links[guest].has_console)
		channel_write(&links[guest].console, &byte, 1);
}

void guests_report_drained(void)
{
	const struct tap_frame frame = {.magic = TAP_MAGIC, .type = TAP_DONE};

	if (!has_control)
		return;
	channel_write_all(&control, &frame, sizeof(frame));
	channel_signal(&control);
}
