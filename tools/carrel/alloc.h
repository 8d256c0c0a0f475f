/* SPDX-License-Identifier: MIT */
/*
 * Memory and text for the host tool. The tool is short-lived: running out of
 * memory ends it with a message, so no caller has to check.
 */
#ifndef CARREL_ALLOC_H
#define CARREL_ALLOC_H

#include "lib/compiler.h"

#include <stddef.h>

/* Zeroed memory for `count` objects of `size` bytes. Free with free(). */
void *alloc_zero(size_t count, size_t size);

/* `old` (NULL: none) made `count` objects of `size` bytes long; new bytes are
 * not initialised. */
void *alloc_more(void *old, size_t count, size_t size);

/* A copy of the first `size` bytes of `text`, NUL-terminated. */
char *alloc_copy(const char *text, size_t size);

/* Formatted text, as long as it needs to be. */
char *alloc_text(const char *format, ...) PRINTF(1, 2);

#endif
