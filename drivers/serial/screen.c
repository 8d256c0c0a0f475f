/* SPDX-License-Identifier: MIT */
/* What goes to the terminal. Pure; state in the caller's struct. */
#include "screen.h"
#include "lib/string.h"
#include "rt/format.h"

#define SAY_MAX 320u

void screen_byte(struct screen *screen, uint8_t byte)
{
	fifo_put(&screen->out, byte);
	screen->mid_line = byte != '\n';
}

void screen_bytes(struct screen *screen, const void *bytes, uint32_t size)
{
	const uint8_t *byte = bytes;

	for (uint32_t i = 0; i < size; i++)
		screen_byte(screen, byte[i]);
}

void screen_new_line(struct screen *screen)
{
	if (screen->mid_line)
		screen_bytes(screen, "\r\n", 2);
}

void screen_say(struct screen *screen, const char *format, ...)
{
	char text[SAY_MAX];
	va_list args;

	va_start(args, format);
	rt_vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	screen_new_line(screen);
	screen_bytes(screen, "carrel: ", 8);
	screen_bytes(screen, text, (uint32_t)strlen(text));
	screen_bytes(screen, "\r\n", 2);
}
