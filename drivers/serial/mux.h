/* SPDX-License-Identifier: MIT */
/*
 * The console multiplexer: many guests, one terminal. Pure: bytes in, bytes in
 * queues out.
 *
 * Model:   With one console the terminal is that console, untouched. With more,
 *          either all are shown, each line behind "[name] ", or one alone;
 *          MUX_KEY and a second key choose. What is typed goes to one guest.
 *          Everything also goes to the tap, as frames.
 * State:   struct mux; one thread.
 * Missing: terminal state (cursor, colours) is not restored on switching.
 *
 *   guest rings ──mux_feed()──► history, screen.out ──► first serial port
 *                       └─────► tap ──────────────────► second serial port
 *   terminal ──mux_key()──► a guest's ring
 */
#ifndef SERIAL_MUX_H
#define SERIAL_MUX_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/plan.h"
#include "abi/start.h"
#include "abi/tap.h"
#include "fifo.h"
#include "screen.h"

#define MUX_KEY 0x1du /* Ctrl-] */
#define MUX_GUESTS PLAN_COMPONENTS
#define MUX_LINE 256u
#define MUX_HISTORY 2048u
#define MUX_REPLAY_LINES 24u
#define MUX_DIAG 240u
#define MUX_ALL (-1)

struct mux_guest {
	char name[START_NAME];
	bool console;    /* has a console; else only lines of its monitor */
	uint8_t channel; /* of the tap: the component's index in the plan */
	bool tap_named;
	bool waiting; /* the unfinished line has waited for one tick */
	uint32_t line_length, diag_length;
	uint8_t line[MUX_LINE]; /* unfinished line while all are shown */
	char diag[MUX_DIAG + 1];
	uint32_t history_head; /* counts bytes */
	uint8_t history[MUX_HISTORY];
	/* A noted end: shown once this many bytes more have been fed. */
	bool ending;
	struct tap_end end;
	uint64_t end_console, end_diag;
};

struct mux {
	uint32_t guests, consoles; /* those with a console come first */
	struct mux_guest guest[MUX_GUESTS];
	char name[PLAN_COMPONENTS][PLAN_NAME]; /* of components, from init */
	int shown;                             /* guest or MUX_ALL */
	int mid_line;   /* guest whose unfinished line is on the screen, or -1 */
	uint32_t input; /* guest that gets what is typed */
	bool escape;    /* MUX_KEY was typed */
	bool tap_on, done;
	uint32_t asked; /* guests whose activity is to be sent, a bit each */
	struct screen screen;
	struct fifo tap;
};

/* Empties `mux`. tap_on: there is a second serial port. */
void mux_open(struct mux *mux, bool tap_on);

/*
 * Adds a guest; those with a console first. Returns its index, the present one
 * if the name is known, or -1 if there is no room.
 */
int mux_add(struct mux *mux, const char *name, bool console);

/* Shows who is here and which keys there are. Called once, after the last mux_add(). */
void mux_banner(struct mux *mux);

/*
 * Takes console output of `guest`. Returns how many bytes were taken: fewer than
 * `size` while the queues are filled.
 */
uint32_t mux_feed(struct mux *mux, uint32_t guest, const uint8_t *data, uint32_t size);

/* Takes bytes of lines that the guest's monitor says about it. As mux_feed(). */
uint32_t mux_feed_diag(struct mux *mux, uint32_t guest, const uint8_t *data, uint32_t size);

/* Component `channel` of the plan has this name. */
void mux_name(struct mux *mux, uint8_t channel, const char name[PLAN_NAME]);

/* The guest of this tap channel, or -1. */
int mux_of_channel(const struct mux *mux, uint8_t channel);

/*
 * True if mux_end() must wait: the guest's last end has not been shown yet, or
 * the queues are too full for another.
 */
bool mux_end_blocked(const struct mux *mux, uint8_t channel);

/*
 * Component `channel` ended. It is shown after `console` and `diag` bytes more of
 * the guest: what it had written before.
 */
void mux_end(struct mux *mux, uint8_t channel, const struct tap_end *end, uint64_t console,
	uint64_t diag);

/* The host tool asks what all guests with a console do: sets their bits in `asked`. */
void mux_ask(struct mux *mux);

/* Sends what an asked-for guest does. False if there is no room now: until it is sent,
 * guests' output leaves the tap some. */
bool mux_activity(struct mux *mux, uint32_t guest, const struct tap_activity *activity);

/* True if mux_done() may be called: no end waits to be shown, and there is room. */
bool mux_settled(const struct mux *mux);

/* Every guest has ended. */
void mux_done(struct mux *mux);

/* Call about every 30 ms while mux_waiting(): shows unfinished lines. */
void mux_tick(struct mux *mux);
bool mux_waiting(const struct mux *mux);

/*
 * A typed byte. Returns the guest to send *out to, or -1 if the byte was for the
 * multiplexer.
 */
int mux_key(struct mux *mux, uint8_t byte, uint8_t *out);

#endif
