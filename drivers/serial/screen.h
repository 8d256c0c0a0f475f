/* SPDX-License-Identifier: MIT */
/*
 * What goes to the terminal on the first serial port: a queue, and whether the
 * cursor stands at the start of a line. Pure; state in the caller's struct.
 */
#ifndef SERIAL_SCREEN_H
#define SERIAL_SCREEN_H

#include <stdbool.h>
#include <stdint.h>
#include "fifo.h"
#include "lib/compiler.h"

/* Guests' output stops before this much of the queue is left: the rest is for
 * the driver's own lines, so that a flooding guest cannot keep them away. */
#define SCREEN_RESERVE 4096u

struct screen {
	struct fifo out;
	bool mid_line;
};

void screen_byte(struct screen *screen, uint8_t byte);
void screen_bytes(struct screen *screen, const void *bytes, uint32_t size);

/* Starts a new line unless the cursor is at the start of one. */
void screen_new_line(struct screen *screen);

/* Writes "carrel: " and a text on a line of its own. */
PRINTF(2, 3) void screen_say(struct screen *screen, const char *format, ...);

#endif
