/* SPDX-License-Identifier: MIT */
/* The command line of another program, put together word by word. */
#ifndef CARREL_WORDS_H
#define CARREL_WORDS_H

#include "lib/compiler.h"

#define WORDS_MAX 64u

struct words {
	char *word[WORDS_MAX + 1]; /* NULL behind the last */
	unsigned count;
};

/* Adds a word made from a format. More than WORDS_MAX end the program. */
void words_add(struct words *words, const char *format, ...) PRINTF(2, 3);

void words_free(struct words *words);

#endif
