/* SPDX-License-Identifier: MIT */
/*
 * The person's terminal; see terminal.h. State: how it was at first.
 *
 * Output processing stays on, so that this program's own lines end properly; a
 * guest's "\r\n" then becomes "\r\r\n", which looks the same.
 */
#include "terminal.h"

#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static struct termios first;
static bool changed;

bool terminal_is_there(void)
{
	return isatty(STDIN_FILENO);
}

static void change(tcflag_t local)
{
	if (!terminal_is_there())
		return;
	if (!changed) {
		if (tcgetattr(STDIN_FILENO, &first) != 0)
			return;
		changed = true;
		atexit(terminal_restore);
	}
	struct termios now = first;
	now.c_lflag &= ~local;
	if (local & ISIG)
		now.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON | BRKINT | ISTRIP);
	now.c_cc[VMIN] = 1;
	now.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &now);
}

void terminal_quiet(void)
{
	change(ICANON | ECHO);
}

void terminal_raw(void)
{
	change(ICANON | ECHO | ISIG | IEXTEN);
}

void terminal_restore(void)
{
	if (changed)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &first);
}
