/* SPDX-License-Identifier: MIT */
/*
 * The lines of a configuration file: `[block name]`, `key = value`, comments
 * (`#` or `;` first on their line) and empty lines.
 *
 * A reader of our own rather than libinih: that one, as Debian builds it, tells no
 * line numbers, reports one bad line per file, and shows neither an empty block
 * nor that a block stands there twice.
 */
#ifndef CARREL_INI_H
#define CARREL_INI_H

#include <stddef.h>

enum ini_kind {
	INI_END,      /* no line is left */
	INI_BLOCK,    /* name: what stands between the brackets */
	INI_PAIR,     /* name and value; the value may be "" */
	INI_BAD,      /* name: the line; problem: what was expected */
	INI_BAD_VALUE /* name: the key; problem: what was expected of its value */
};

struct ini_item {
	enum ini_kind kind;
	unsigned line; /* from 1; at INI_END the number of the last line, at least 1 */
	char *name, *value;
	const char *problem;
};

struct ini_reader {
	char *next, *end;
	unsigned line;
};

/* The `problem` of a line that is no text at all; its `name` is not to be shown. */
extern const char ini_no_text[];

/* Starts reading `text`, which is `size` bytes long and followed by a NUL. The
 * items point into it and change it; it stays the caller's. */
void ini_start(struct ini_reader *reader, char *text, size_t size);

/* Reads on to the next item. Names and values have no space around them; a pair
 * of double quotes around a value is taken away. */
void ini_next(struct ini_reader *reader, struct ini_item *item);

#endif
