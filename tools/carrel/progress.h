/* SPDX-License-Identifier: MIT */
/*
 * "building the ISO ... 3 s": what is done, and for how long. On a terminal the
 * line is drawn over and over in place; elsewhere one line is printed when it
 * begins to take long. Goes to standard error.
 */
#ifndef CARREL_PROGRESS_H
#define CARREL_PROGRESS_H

#include <stdbool.h>

struct progress {
	const char *what;
	double start;   /* seconds, of progress_now() */
	unsigned shown; /* seconds last shown */
	bool terminal;  /* standard error is one */
	bool drawn;     /* a line stands there that has to be wiped */
};

/* Seconds of a clock that only goes forward. */
double progress_now(void);

void progress_start(struct progress *progress, const char *what);

/* Shows the seconds that have passed, and `note` behind them, if a second has
 * gone by since the last time. `note` may be NULL. */
void progress_tick(struct progress *progress, const char *note);

/* Wipes the line. */
void progress_end(struct progress *progress);

#endif
