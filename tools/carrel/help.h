/* SPDX-License-Identifier: MIT */
/* The options of each verb, and the help texts made of them. */
#ifndef CARREL_HELP_H
#define CARREL_HELP_H

#include "options.h"

struct help_verb {
	const char *name;
	const char *arguments; /* after the options */
	const char *summary;   /* one line */
	const char *text;      /* lines of at most 78 characters */
};

enum option {
	OPTION_EMULATOR = 0,
	OPTION_HEADLESS,
	OPTION_TIMEOUT,
	OPTION_LOG,
	OPTION_STATUS,
	OPTION_NCPUS,
	OPTION_MEMORY,
	OPTION_CPU,
	OPTION_BIOS,
	OPTION_OUTPUT,
	OPTION_ROOT,
	OPTION_REMOVE,
	OPTION_KERNEL_ARGS,
	OPTION_ROOT_TASK,
	OPTION_MODULE,
	OPTION_DISK,
	OPTION_NET,
	OPTION_HELP,
	OPTION_COUNT
};

struct help_option {
	const char *name;     /* without the dashes */
	const char *argument; /* what follows it; NULL: nothing */
	unsigned verbs;       /* bit per verb that takes it */
	const char *text;     /* lines of at most 54 characters */
};

extern const struct help_verb help_verbs[VERB_COUNT];
extern const struct help_option help_options[OPTION_COUNT];

/* Prints the general help, or that of one verb. */
void help_print(FILE *out);
void help_print_verb(enum verb verb, FILE *out);

#endif
