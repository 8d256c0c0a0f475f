/* SPDX-License-Identifier: MIT */
/* The command line of another program; see words.h. No state. */
#include "words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void words_add(struct words *words, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (words->count == WORDS_MAX || vasprintf(&words->word[words->count], format, args) < 0) {
		fputs("carrel: a command line has too many words\n", stderr);
		exit(3);
	}
	va_end(args);
	words->count++;
}

void words_free(struct words *words)
{
	for (unsigned i = 0; i < words->count; i++)
		free(words->word[i]);
	*words = (struct words){0};
}
