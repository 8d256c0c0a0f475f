/* SPDX-License-Identifier: MIT */
/* Memory and string functions of ring 3: the standard ones, and two of our own. */
#ifndef RT_STRING_H
#define RT_STRING_H

#include <stdbool.h>
#include "lib/string.h"

/* True if both NUL-terminated strings are the same. */
bool string_equal(const char *a, const char *b);

/*
 * Copies `from` into `to`, cut to `size` bytes with the NUL; the rest of `to` is
 * zero. `size` must not be 0.
 */
void string_copy(char *to, size_t size, const char *from);

#endif
