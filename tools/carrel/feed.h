/* SPDX-License-Identifier: MIT */
/*
 * Bytes on their way from standard input to the console.
 *
 * From a terminal they pass at once, but for Ctrl-] q and Ctrl-] s, which are ours. What
 * comes from a file or pipe is passed line by line, each line when the console
 * waits at a prompt: a serial port has no flow control, and a guest that is
 * still booting would drop it. Waiting at a prompt is a line of output that was
 * begun and not ended half a second ago, or, once there has been a prompt, five
 * seconds of silence. Pure: the time is an argument.
 */
#ifndef CARREL_FEED_H
#define CARREL_FEED_H

#include <stdbool.h>
#include <stddef.h>

#define FEED_PREFIX 0x1d /* Ctrl-] */
#define FEED_PROMPT_SECONDS 0.5
#define FEED_SILENCE_SECONDS 5.0

struct feed {
	bool paced;     /* not from a terminal */
	bool prefix;    /* Ctrl-] was typed, the key after it is awaited */
	bool quit;      /* Ctrl-] q was typed */
	bool ask;       /* Ctrl-] s was typed; the reader clears it */
	bool line_open; /* the console's last line has no end yet */
	bool seen_prompt;
	double output_at; /* when the console last said something */
	char *data;       /* what waits, `size` bytes */
	size_t size;
};

/* Takes bytes of standard input. */
void feed_input(struct feed *feed, const char *data, size_t size);

/* Takes notice of output on the console at time `now` in seconds. */
void feed_output(struct feed *feed, const char *data, size_t size, double now);

/* How many of the waiting bytes may be sent now. */
size_t feed_ready(struct feed *feed, double now);

/* Drops the first `size` bytes, which were sent. */
void feed_sent(struct feed *feed, size_t size, double now);

void feed_free(struct feed *feed);

#endif
