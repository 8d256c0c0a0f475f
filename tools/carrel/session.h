/* SPDX-License-Identifier: MIT */
/*
 * One run of the machine, from the emulator's start to its end: what the serial
 * ports say goes to the terminal, the logs and the summary.
 *
 *   COM1  the person's console       COM2  the tap (abi/tap.h)
 *   COM3  the kernel's log           screen  what the machine's display shows
 */
#ifndef CARREL_SESSION_H
#define CARREL_SESSION_H

#include "emulator.h"
#include "feed.h"
#include "logs.h"
#include "port.h"
#include "progress.h"
#include "summary.h"
#include "tap.h"
#include "watch.h"

#include <stdbool.h>
#include <sys/types.h>

enum session_port { SESSION_COM1 = 0, SESSION_COM2, SESSION_COM3, SESSION_SCREEN, SESSION_PORTS };

#define SESSION_LINE 160u

struct session {
	const struct emulator *emulator;
	struct machine machine;
	struct summary *summary; /* with the guests' names in */
	unsigned first_vm;       /* the tap's channel of the first guest */
	bool headless;
	unsigned timeout; /* seconds, 0: none */
	struct logs logs;

	/* the session's own */
	struct port port[SESSION_PORTS];
	struct tap_parser tap;
	struct feed feed;
	struct progress progress;
	struct log screen;
	struct watch watch; /* its period from outside */
	pid_t child;
	bool kernel_spoke;       /* COM3 has said something: the firmware is past */
	bool guest_spoke;        /* a guest's console has said something */
	bool tap_spoke;          /* so has the tap: its driver listens */
	bool console_spoke;      /* COM1 has said something that is shown */
	bool input_open;         /* standard input has not ended */
	bool done;               /* the tap says that every guest ended */
	double end_by;           /* when to kill the machine; 0: not at all */
	char line[SESSION_LINE]; /* the kernel log's last line */
	unsigned line_length;
};

/* Opens the ports and gives their names to `machine`. STATUS_NO_FEATURE, said on
 * standard error. */
enum status session_open(struct session *session) MUST_CHECK;

/* Starts the emulator with the command line `words` and stays until it ends or is
 * ended. Fills `summary` but for the ticks. Returns what waitpid() gave for the
 * emulator through `result`. STATUS_NO_FEATURE if it cannot be started. */
enum status session_run(struct session *session, const struct words *words, int *result) MUST_CHECK;

/* Closes ports and logs. */
void session_close(struct session *session);

#endif
