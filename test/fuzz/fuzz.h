/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share. A target is a file NAME_fuzz.c with the function
 * LLVMFuzzerTestOneInput(); README.md says what else. ASan and UBSan watch it, and
 * MUST() states what has to hold of the result.
 */
#ifndef TEST_FUZZ_FUZZ_H
#define TEST_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run; the value is always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input shows a bug unless `condition` holds. */
#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* The input as a stream: what is not there reads as zeros. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* The next `bytes` (at most 8) as a little-endian number. */
static inline uint64_t input_take(struct input *input, unsigned bytes)
{
	uint64_t value = 0;
	size_t there = bytes < input->left ? bytes : input->left;

	if (there > 0)
		memcpy(&value, input->at, there);
	input->at += there;
	input->left -= there;
	return value;
}

/* The next `size` bytes, or as many as there are and zeros. */
static inline void input_bytes(struct input *input, void *to, size_t size)
{
	size_t there = size < input->left ? size : input->left;

	memset(to, 0, size);
	if (there > 0)
		memcpy(to, input->at, there);
	input->at += there;
	input->left -= there;
}

/* A copy of exactly `size` bytes, so that ASan sees a read past it. To be freed. */
static inline uint8_t *exact_copy(const void *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	MUST(copy);
	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

/* Whether the text in `room` bytes is terminated. */
static inline bool terminated(const char *text, size_t room)
{
	return memchr(text, 0, room) != NULL;
}

#endif
