/* SPDX-License-Identifier: MIT */
/*
 * The guest's first serial port on a channel to the console driver.
 *
 * Output is gathered and sent line by line, when the buffer is full, and before
 * the guest sleeps. A full channel holds the guest up, as a slow line would; a
 * driver that takes nothing for CONSOLE_PATIENCE_MS loses what comes until it
 * takes something again.
 * State: one per monitor. Locks: none.
 */
#ifndef VMM_CONSOLE_H
#define VMM_CONSOLE_H

#include "abi/start.h"
#include "rt/channel.h"
#include "vmm/machine.h"

#define CONSOLE_BUFFER 128u
#define CONSOLE_PATIENCE_MS 2000u

struct console {
	struct channel channel;
	struct machine *machine;
	bool open;
	bool stalled;      /* the driver takes nothing: drop */
	uint64_t own_bit;  /* the driver signals here */
	uint64_t patience; /* TSC ticks */
	uint64_t dropped;
	unsigned fill;
	uint8_t buffer[CONSOLE_BUFFER];
	/* Waits until a bit of own_bit comes or the TSC reaches `deadline`. */
	void (*wait)(uint64_t bits, uint64_t deadline);
};

/* Takes up the console channel of `info`, if there is one. */
void console_open(struct console *console, const struct start_info *info,
	void (*wait)(uint64_t bits, uint64_t deadline));

/* For struct machine_config: a byte from the guest; bytes to the guest while it
 * has room. `ctx` is the console; its machine must be set before. */
void console_output(void *ctx, uint8_t byte);
void console_input(void *ctx);

/* Whether bytes for the guest wait in the channel. */
bool console_pending(const struct console *console);

/* Sends what was gathered. */
void console_flush(struct console *console);

#endif
