/* SPDX-License-Identifier: MIT */
/*
 * The guest's first serial port on a channel to the console driver.
 *
 * Output is gathered and sent line by line, when there is more than a line of it, and
 * before the guest sleeps. Nothing here waits: what a full channel does not take stays
 * in the buffer, and `stuck` tells the vCPUs that make output to be held up, as a slow
 * line would (crew.c). A driver that takes nothing for CONSOLE_PATIENCE_MS loses what
 * comes until it takes something again.
 * State: one per monitor. Locks: all with the machine's lock held, but for reads of
 * stuck and fill that decide nothing but whether to take it.
 */
#ifndef VMM_CONSOLE_H
#define VMM_CONSOLE_H

#include "abi/activity.h"
#include "abi/start.h"
#include "rt/channel.h"
#include "vmm/io.h"
#include "vmm/machine.h"

#define CONSOLE_LINE 128u /* bytes that are gathered */
#define CONSOLE_PATIENCE_MS 2000u
/* Each vCPU may add what one exit can write before it sees that it is held up. */
#define CONSOLE_BUFFER (CONSOLE_LINE + MACHINE_CPUS * IO_REP_MAX)

struct console {
	struct channel channel;
	struct machine *machine;
	struct activity *activity; /* shown to the driver; NULL: to nobody */
	bool open;
	bool stuck;        /* more than a line of it waits for the driver */
	bool hopeless;     /* the driver takes nothing: drop */
	uint64_t own_bit;  /* the driver signals here */
	uint64_t patience; /* TSC ticks */
	uint64_t taken;    /* bytes by the driver, ever */
	uint64_t dropped;
	uint32_t waiting; /* vCPUs that are held up, a bit each */
	unsigned fill;
	uint8_t buffer[CONSOLE_BUFFER];
};

/* Takes up the console channel of `info`, if there is one. */
void console_open(struct console *console, const struct start_info *info);

/* Shows how far the guest is. ACTIVITY_RUNNING: it begins now. */
void console_show(struct console *console, enum activity_state state, uint32_t vcpus);

/* For struct machine_config: a byte from the guest; bytes to the guest while it
 * has room. `ctx` is the console; its machine must be set before. */
void console_output(void *ctx, uint8_t byte);
void console_input(void *ctx);

/* Whether bytes for the guest wait in the channel. */
bool console_pending(const struct console *console);

/* Sends what was gathered, as far as the channel takes it. */
void console_flush(struct console *console);

/* The driver's patience is at its end: drops what waits. */
void console_drop(struct console *console);

#endif
