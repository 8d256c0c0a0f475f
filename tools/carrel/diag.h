/* SPDX-License-Identifier: MIT */
/*
 * The errors found in one configuration file: collected while it is read and
 * checked, printed together in the order of their lines.
 */
#ifndef CARREL_DIAG_H
#define CARREL_DIAG_H

#include "lib/compiler.h"

#include <stdio.h>

struct diag_entry {
	unsigned line;
	char *text;
};

struct diag {
	const char *path; /* as the user wrote it; not owned */
	struct diag_entry *entry;
	unsigned count;
};

/* Adds an error about `line` (from 1). */
void diag_add(struct diag *diag, unsigned line, const char *format, ...) PRINTF(3, 4);

/* Prints all errors as `FILE:LINE: message`, one per line, sorted by line;
 * errors of one line stay in the order they were added. */
void diag_print(struct diag *diag, FILE *out);

/* Frees the errors; `diag` is empty afterwards. */
void diag_free(struct diag *diag);

#endif
