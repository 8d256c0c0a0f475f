/* SPDX-License-Identifier: MIT */
/*
 * What an installation wrote: a text file with one line per file and directory,
 * by which a later one knows what is its own. A path may be there twice with
 * different contents, while one version replaces another.
 *
 *   carrel manifest 1
 *   file 5d3a9c01 boot/carrel/carrel.elf
 *   directory boot/carrel
 */
#ifndef CARREL_MANIFEST_H
#define CARREL_MANIFEST_H

#include "abi/status.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct manifest_entry {
	bool directory;
	uint32_t crc; /* of a file */
	char *path;   /* relative to the root of the installation */
};

struct manifest {
	struct manifest_entry *entry;
	unsigned count;
};

/* What a path holds, compared with a manifest. */
enum manifest_state {
	MANIFEST_ABSENT = 0, /* nothing is there */
	MANIFEST_OWN,        /* a file that is listed, with the listed contents */
	MANIFEST_CHANGED,    /* a file that is listed, with other contents */
	MANIFEST_FOREIGN     /* something that is not listed */
};

/* Reads the manifest from text; `text` is changed. STATUS_BAD_ARG if it is none,
 * or names a path outside of what an installation writes; then it is empty. */
enum status manifest_parse(struct manifest *manifest, char *text) MUST_CHECK;

void manifest_add(struct manifest *manifest, bool directory, uint32_t crc, const char *path);
void manifest_print(const struct manifest *manifest, FILE *out);
void manifest_free(struct manifest *manifest);

/* The state of `root`/`path`. */
enum manifest_state manifest_look(
	const struct manifest *manifest, const char *root, const char *path);

#endif
