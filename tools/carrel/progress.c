/* SPDX-License-Identifier: MIT */
/* What is done, and for how long; see progress.h. */
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define QUIET_SECONDS 10u /* between two lines where there is no terminal */
#define NOTE_WIDTH 48

double progress_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void progress_start(struct progress *progress, const char *what)
{
	*progress = (struct progress){
		.what = what, .start = progress_now(), .terminal = isatty(STDERR_FILENO)};
}

void progress_tick(struct progress *progress, const char *note)
{
	unsigned seconds = (unsigned)(progress_now() - progress->start);
	unsigned step = progress->terminal ? 1 : QUIET_SECONDS;

	if (seconds < progress->shown + step)
		return;
	progress->shown = seconds;
	if (!progress->terminal) {
		fprintf(stderr, "carrel: %s ... %u s\n", progress->what, seconds);
		return;
	}
	progress->drawn = true;
	fprintf(stderr, "\r\033[Kcarrel: %s ... %u s  %.*s", progress->what, seconds, NOTE_WIDTH,
		note ? note : "");
}

void progress_end(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", stderr);
	progress->drawn = false;
}
