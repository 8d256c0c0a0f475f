/* SPDX-License-Identifier: MIT */
/* The console multiplexer: keys and what they show. Pure; state: see mux.h. */
#include "lib/compiler.h"
#include "lib/string.h"
#include "mux.h"
#include "rt/format.h"

#define LIST_TEXT 240u

/* "1 web, 2 vault", as much as fits. */
static void guests_list(const struct mux *mux, char *text, size_t size)
{
	size_t at = 0;

	text[0] = 0;
	for (uint32_t i = 0; i < mux->consoles && at < size; i++)
		at += (size_t)rt_snprintf(text + at, size - at, "%s%u %s", i > 0 ? ", " : "", i + 1,
			mux->guest[i].name);
}

static void help_show(struct mux *mux)
{
	char list[LIST_TEXT];

	guests_list(mux, list, sizeof(list));
	screen_say(&mux->screen, "guests: %s", list);
	screen_say(&mux->screen, "Ctrl-] 1..9 one guest alone   Ctrl-] n the next one");
	screen_say(&mux->screen, "Ctrl-] a    all of them       Ctrl-] h this help");
	screen_say(&mux->screen, "Ctrl-] Ctrl-] types Ctrl-]; you type to %s",
		mux->guest[mux->input].name);
}

void mux_banner(struct mux *mux)
{
	if (mux->consoles == 0)
		screen_say(&mux->screen, "no guest has a console here");
	else if (mux->consoles == 1)
		screen_say(&mux->screen, "this is the console of %s", mux->guest[0].name);
	else
		help_show(mux);
}

/* Where the last MUX_REPLAY_LINES lines of the history begin, as a byte count. */
static uint32_t replay_start(const struct mux_guest *guest)
{
	uint32_t size = guest->history_head < MUX_HISTORY ? guest->history_head : MUX_HISTORY;
	uint32_t at = guest->history_head, oldest = at - size, lines = 0;

	while (at != oldest) {
		lines += guest->history[(at - 1) % MUX_HISTORY] == '\n';
		if (lines > MUX_REPLAY_LINES)
			break;
		at--;
	}
	return at;
}

static void guest_show(struct mux *mux, uint32_t index)
{
	struct mux_guest *guest = &mux->guest[index];

	for (uint32_t i = 0; i < mux->guests; i++)
		mux->guest[i].line_length = 0; /* it is in the history too */
	mux->shown = (int)index;
	mux->input = index;
	mux->mid_line = -1;
	screen_say(&mux->screen, "%s alone; Ctrl-] a shows all, Ctrl-] h helps", guest->name);
	for (uint32_t at = replay_start(guest); at != guest->history_head; at++)
		screen_byte(&mux->screen, guest->history[at % MUX_HISTORY]);
}

static void all_show(struct mux *mux)
{
	mux->shown = MUX_ALL;
	mux->mid_line = -1;
	screen_say(&mux->screen, "all guests; you type to %s", mux->guest[mux->input].name);
}

static void command_run(struct mux *mux, uint8_t key)
{
	uint32_t index = (uint32_t)key - '1';

	if (key >= '1' && key <= '9' && index < mux->consoles)
		guest_show(mux, index);
	else if (key == 'n')
		guest_show(mux, (mux->input + 1) % mux->consoles);
	else if (key == 'a')
		all_show(mux);
	else if (key == 'h' || key == '?')
		help_show(mux);
	else
		screen_say(&mux->screen, "no such key; Ctrl-] h helps");
}

int mux_key(struct mux *mux, uint8_t byte, uint8_t *out)
{
	*out = byte;
	if (mux->consoles == 0)
		return -1;
	if (mux->consoles == 1)
		return 0;
	if (!mux->escape) {
		mux->escape = byte == MUX_KEY;
		return mux->escape ? -1 : (int)mux->input;
	}
	mux->escape = false;
	if (byte == MUX_KEY)
		return (int)mux->input;
	command_run(mux, byte);
	return -1;
}
