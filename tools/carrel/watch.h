/* SPDX-License-Identifier: MIT */
/*
 * Watching the guests: when to ask the machine what they do, and the lines made of two
 * answers. A key asks twice, a second apart; `period` asks for ever. Pure: the time is
 * an argument.
 *
 *   key, or period ──► WATCH_ASK ──► answers of all that run, or patience's end ──► WATCH_SHOW
 */
#ifndef CARREL_WATCH_H
#define CARREL_WATCH_H

#include "config.h"
#include "summary.h"

#include <stdbool.h>
#include <stdint.h>

#define WATCH_SECONDS 1.0  /* between the two answers of a key */
#define WATCH_PATIENCE 5.0 /* for an answer */
#define WATCH_LINE 200u
#define WATCH_TOP 4u /* reasons that are named */

struct watch_guest {
	bool answered; /* since the last question */
	struct tap_activity before, now; /* as known when it was asked; as known now */
};

struct watch {
	double period;    /* seconds, 0: none */
	double ask_at;    /* when to ask next, 0: not at all */
	double show_by;   /* when to show at the latest, 0: nothing to show */
	bool key, second; /* the next question is that of a key; its second */
	struct watch_guest guest[CONFIG_VMS];
};

enum watch_step { WATCH_NOTHING = 0, WATCH_ASK, WATCH_SHOW };

/* Somebody wants to know. */
void watch_key(struct watch *watch, double now);

/* An answer came. */
void watch_take(struct watch *watch, unsigned guest, const struct tap_activity *activity);

/* What is to be done now. */
enum watch_step watch_next(struct watch *watch, const struct summary *summary, double now);

/* One guest's line, with its end: "hello  running  12.3 s  1,250 exits/s: mmio 610, ..." */
const char *watch_line(const struct watch *watch, const struct summary *summary, unsigned guest,
	char text[WATCH_LINE]);

#endif
