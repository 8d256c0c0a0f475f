/* SPDX-License-Identifier: MIT */
/* The console multiplexer: output. Pure; state: see mux.h. Keys are in mux_keys.c. */
#include "mux.h"
#include "frame.h"
#include "lib/compiler.h"
#include "lib/string.h"
#include "rt/ending.h"

/* Room that one step of output needs at most: a line, its prefix, a line end. */
#define SCREEN_STEP (MUX_LINE + START_NAME + 16)
/* Room in the tap that frames need beside their payload, a name frame included. */
#define TAP_OVERHEAD (2 * sizeof(struct tap_frame) + START_NAME)
/* What guests leave free while one is asked for. */
#define ACTIVITY_FRAME (TAP_OVERHEAD + sizeof(struct tap_activity))

void mux_open(struct mux *mux, bool tap_on)
{
	memset(mux, 0, sizeof(*mux));
	mux->tap_on = tap_on;
	mux->mid_line = -1;
}

int mux_add(struct mux *mux, const char *name, bool console)
{
	struct mux_guest *guest = &mux->guest[mux->guests];
	size_t length = strlen(name);

	for (uint32_t i = 0; i < mux->guests; i++)
		if (memcmp(mux->guest[i].name, name, length + 1) == 0)
			return (int)i;
	if (mux->guests == MUX_GUESTS || length >= START_NAME)
		return -1;
	memcpy(guest->name, name, length);
	guest->console = console;
	guest->channel = (uint8_t)mux->guests;
	mux->consoles += console;
	mux->shown = mux->consoles > 1 ? MUX_ALL : 0;
	return (int)mux->guests++;
}

static bool screen_room(const struct mux *mux)
{
	return fifo_free(&mux->screen.out) >= SCREEN_RESERVE + SCREEN_STEP;
}

static uint32_t tap_room(const struct mux *mux)
{
	uint32_t room = fifo_free(&mux->tap);

	if (!mux->tap_on)
		return FRAME_PAYLOAD_MAX;
	room = room > TAP_OVERHEAD ? room - (uint32_t)TAP_OVERHEAD : 0;
	if (mux->asked != 0)
		room = room > ACTIVITY_FRAME ? room - (uint32_t)ACTIVITY_FRAME : 0;
	return room < FRAME_PAYLOAD_MAX ? room : FRAME_PAYLOAD_MAX;
}

static void tap_name(struct mux *mux, uint8_t channel, const char *name)
{
	frame_put(&mux->tap, TAP_NAME, channel, name, (uint8_t)strlen(name));
}

static void tap_put(struct mux *mux, struct mux_guest *guest, enum tap_type type,
	const void *payload, uint32_t length)
{
	if (!mux->tap_on || length == 0)
		return;
	if (!guest->tap_named)
		tap_name(mux, guest->channel, guest->name);
	guest->tap_named = true;
	frame_put(&mux->tap, type, guest->channel, payload, (uint8_t)length);
}

static void prefix_show(struct mux *mux, const struct mux_guest *guest)
{
	screen_byte(&mux->screen, '[');
	screen_bytes(&mux->screen, guest->name, (uint32_t)strlen(guest->name));
	screen_bytes(&mux->screen, "] ", 2);
}

/* Shows the line that a guest has gathered, finished or not. */
static void line_flush(struct mux *mux, uint32_t index)
{
	struct mux_guest *guest = &mux->guest[index];
	bool finished = guest->line_length > 0 && guest->line[guest->line_length - 1] == '\n';

	screen_new_line(&mux->screen);
	prefix_show(mux, guest);
	screen_bytes(&mux->screen, guest->line, guest->line_length);
	guest->line_length = 0;
	guest->waiting = false;
	mux->mid_line = finished ? -1 : (int)index;
}

/* One byte of a guest while all are shown: lines are not torn apart by others. */
static void byte_show_line(struct mux *mux, uint32_t index, uint8_t byte)
{
	struct mux_guest *guest = &mux->guest[index];

	if (mux->mid_line == (int)index && mux->screen.mid_line) {
		screen_byte(&mux->screen, byte);
		if (byte == '\n')
			mux->mid_line = -1;
		return;
	}
	guest->line[guest->line_length++] = byte;
	guest->waiting = false;
	if (byte == '\n' || guest->line_length == MUX_LINE)
		line_flush(mux, index);
}

static bool is_shown(const struct mux *mux, uint32_t index)
{
	return mux->shown == MUX_ALL || mux->shown == (int)index;
}

static void byte_take(struct mux *mux, uint32_t index, uint8_t byte)
{
	struct mux_guest *guest = &mux->guest[index];

	guest->history[guest->history_head++ % MUX_HISTORY] = byte;
	if (mux->shown == MUX_ALL)
		byte_show_line(mux, index, byte);
	else if (mux->shown == (int)index)
		screen_byte(&mux->screen, byte);
}

static uint32_t least(uint32_t a, uint64_t b)
{
	return a < b ? a : (uint32_t)b;
}

static void end_show(struct mux *mux, struct mux_guest *guest);

uint32_t mux_feed(struct mux *mux, uint32_t index, const uint8_t *data, uint32_t size)
{
	struct mux_guest *guest = &mux->guest[index];
	uint32_t taken = 0;

	size = least(size, tap_room(mux));
	if (guest->ending)
		size = least(size, guest->end_console);
	while (taken < size && (!is_shown(mux, index) || screen_room(mux)))
		byte_take(mux, index, data[taken++]);
	tap_put(mux, guest, TAP_OUTPUT, data, taken);
	if (guest->ending)
		guest->end_console -= taken;
	end_show(mux, guest);
	return taken;
}

/* Printable, or a question mark: these lines come with the driver's name on them. */
static char diag_char(uint8_t byte)
{
	return byte >= ' ' && byte <= '~' ? (char)byte : '?';
}

static void diag_take(struct mux *mux, struct mux_guest *guest, uint8_t byte)
{
	if (byte != '\n')
		guest->diag[guest->diag_length++] = diag_char(byte);
	if (byte != '\n' && guest->diag_length < MUX_DIAG)
		return;
	guest->diag[guest->diag_length] = 0;
	guest->diag_length = 0;
	screen_say(&mux->screen, "%s: %s", guest->name, guest->diag);
	mux->mid_line = -1;
}

uint32_t mux_feed_diag(struct mux *mux, uint32_t index, const uint8_t *data, uint32_t size)
{
	struct mux_guest *guest = &mux->guest[index];
	uint32_t taken = 0;

	size = least(size, tap_room(mux));
	if (guest->ending)
		size = least(size, guest->end_diag);
	while (taken < size && screen_room(mux))
		diag_take(mux, guest, data[taken++]);
	tap_put(mux, guest, TAP_DIAG, data, taken);
	if (guest->ending)
		guest->end_diag -= taken;
	end_show(mux, guest);
	return taken;
}

void mux_name(struct mux *mux, uint8_t channel, const char name[PLAN_NAME])
{
	if (channel >= PLAN_COMPONENTS)
		return;
	memcpy(mux->name[channel], name, PLAN_NAME);
	mux->name[channel][PLAN_NAME - 1] = 0;
	for (uint32_t i = 0; i < mux->guests; i++) {
		struct mux_guest *guest = &mux->guest[i];

		if (memcmp(guest->name, name, strlen(guest->name) + 1) != 0)
			continue;
		guest->channel = channel;
		guest->tap_named = false;
	}
}

int mux_of_channel(const struct mux *mux, uint8_t channel)
{
	for (uint32_t i = 0; i < mux->guests; i++)
		if (mux->guest[i].channel == channel)
			return (int)i;
	return -1;
}

/* True if there is room to show one end and to send it. */
static bool end_room(const struct mux *mux)
{
	return screen_room(mux) && tap_room(mux) >= sizeof(struct tap_end);
}

bool mux_end_blocked(const struct mux *mux, uint8_t channel)
{
	int index = mux_of_channel(mux, channel);

	return !end_room(mux) || (index >= 0 && mux->guest[index].ending);
}

static void end_say(struct mux *mux, const char *name, const struct tap_end *end)
{
	char text[ENDING_TEXT];

	ending_text(text, sizeof(text), end->how, end->code);
	screen_say(&mux->screen, "%s: %s%s", name, text,
		end->restarted != 0 ? "; it is started again" : "");
	mux->mid_line = -1;
}

/* Shows a noted end once everything that was written before has been fed. */
static void end_show(struct mux *mux, struct mux_guest *guest)
{
	uint32_t index = (uint32_t)(guest - mux->guest);

	if (!guest->ending || guest->end_console != 0 || guest->end_diag != 0)
		return;
	if (!end_room(mux))
		return;
	if (mux->shown == MUX_ALL && guest->line_length > 0)
		line_flush(mux, index);
	end_say(mux, guest->name, &guest->end);
	tap_put(mux, guest, TAP_END, &guest->end, sizeof(guest->end));
	guest->ending = false;
}

/* A component without a console or lines of its own, such as one that never started.
 * One that was never named is no name on the tap: an empty one is no frame. */
static void end_unknown(struct mux *mux, uint8_t channel, const struct tap_end *end)
{
	const char *name = mux->name[channel];

	end_say(mux, name[0] != 0 ? name : "a component", end);
	if (!mux->tap_on)
		return;
	if (name[0] != 0)
		tap_name(mux, channel, name);
	frame_put(&mux->tap, TAP_END, channel, end, sizeof(*end));
}

void mux_end(struct mux *mux, uint8_t channel, const struct tap_end *end, uint64_t console,
	uint64_t diag)
{
	int index = mux_of_channel(mux, channel);
	struct mux_guest *guest;

	if (index < 0) {
		if (channel < PLAN_COMPONENTS)
			end_unknown(mux, channel, end);
		return;
	}
	guest = &mux->guest[index];
	guest->ending = true;
	guest->end = *end;
	guest->end_console = console;
	guest->end_diag = diag;
	end_show(mux, guest);
}

void mux_ask(struct mux *mux)
{
	for (uint32_t i = 0; i < mux->consoles && mux->tap_on; i++)
		mux->asked |= 1u << i;
}

bool mux_activity(struct mux *mux, uint32_t index, const struct tap_activity *activity)
{
	if (fifo_free(&mux->tap) < ACTIVITY_FRAME)
		return false;
	mux->asked &= ~(1u << index);
	tap_put(mux, &mux->guest[index], TAP_ACTIVITY, activity, sizeof(*activity));
	return true;
}

bool mux_settled(const struct mux *mux)
{
	for (uint32_t i = 0; i < mux->guests; i++)
		if (mux->guest[i].ending)
			return false;
	return fifo_free(&mux->tap) >= sizeof(struct tap_frame);
}

void mux_done(struct mux *mux)
{
	if (mux->tap_on)
		frame_put(&mux->tap, TAP_DONE, 0, "", 0);
	mux->done = true;
}

void mux_tick(struct mux *mux)
{
	for (uint32_t i = 0; i < mux->guests; i++) {
		struct mux_guest *guest = &mux->guest[i];

		end_show(mux, guest);
		if (guest->line_length == 0)
			continue;
		if (guest->waiting && mux->shown == MUX_ALL && screen_room(mux))
			line_flush(mux, i);
		else
			guest->waiting = true;
	}
}

bool mux_waiting(const struct mux *mux)
{
	for (uint32_t i = 0; i < mux->guests; i++)
		if (mux->guest[i].line_length > 0 || mux->guest[i].ending)
			return true;
	return false;
}

_Static_assert(SCREEN_RESERVE + SCREEN_STEP < FIFO_SIZE, "guests can write at all");
_Static_assert(MUX_GUESTS <= 32, "a bit of `asked` for each");
_Static_assert(MUX_HISTORY < SCREEN_RESERVE, "a replay fits the reserve");
