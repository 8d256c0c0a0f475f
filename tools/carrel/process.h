/* SPDX-License-Identifier: MIT */
/* Other programs: started, watched, waited for. */
#ifndef CARREL_PROCESS_H
#define CARREL_PROCESS_H

#include "abi/status.h"
#include "lib/compiler.h"
#include "words.h"

#include <stdbool.h>
#include <sys/types.h>

/* Where a program's standard streams go; -1 is /dev/null. */
struct process_streams {
	int in, out, error;
	bool own_terminal;     /* a session of its own, with `in` as its terminal */
	const char *directory; /* to run in; NULL: this one */
};

/* Whether `program` can be found in PATH. */
bool process_exists(const char *program);

/* Starts a program in a process group of its own; it is killed when this one
 * ends, whatever way. Returns its process number, or -1 with errno set. */
pid_t process_start(const struct words *words, const struct process_streams *streams);

/* Runs a program to its end, showing `what` and the seconds; its output goes to
 * `log`, whose end is shown if it fails. STATUS_BAD_STATE if it fails,
 * STATUS_NO_FEATURE if it cannot be started; said on standard error. STATUS_ABORTED
 * if a signal came (signals.h), which ends it. */
enum status process_run(const struct words *words, const char *what, const char *log) MUST_CHECK;

/* Prints the last `lines` lines of a file to standard error, each after two
 * spaces, without control characters. */
void process_show_tail(const char *path, unsigned lines);

#endif
