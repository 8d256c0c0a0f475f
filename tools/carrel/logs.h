/* SPDX-License-Identifier: MIT */
/*
 * The logs of a run, all in one directory: kernel.log, com1.log, status.log, NAME.log
 * and NAME.monitor.log per guest. They are written through at once.
 */
#ifndef CARREL_LOGS_H
#define CARREL_LOGS_H

#include "abi/status.h"
#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct log {
	FILE *file;
	bool return_seen; /* a carriage return that may belong to a line end */
};

struct logs {
	const char *directory;
	struct log kernel, com1, status;
	struct log console[CONFIG_VMS], monitor[CONFIG_VMS];
};

/* Opens kernel.log, com1.log and a console log for each of `names`, emptying
 * what is there. STATUS_BAD_ARG, said on standard error. */
enum status logs_open(struct logs *logs, const char *directory, const char *const *names,
	unsigned count) MUST_CHECK;

/* Writes to a log; "\r\n" becomes "\n". No effect on one that is not open. */
void log_write(struct log *log, const void *data, size_t size);

/* Writes to the log of a guest's monitor, which is made when it first speaks. */
void logs_monitor(
	struct logs *logs, unsigned guest, const char *name, const void *data, size_t size);

/* Writes a line to status.log, which is made for the first. */
void logs_status(struct logs *logs, const char *line);

/* `directory`/`name`, to be freed. */
char *logs_path(const struct logs *logs, const char *name);

void logs_close(struct logs *logs);

#endif
