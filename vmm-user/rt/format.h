/* SPDX-License-Identifier: MIT */
/*
 * Formatted output into a buffer. Pure; no state; no floating point.
 *
 *   %c %s %d %i %u %x %X %p %%      with  l, ll, z   on d i u x X
 *   flags 0 and -, width and .precision as digits or *
 *
 * Precision only cuts strings. An unknown conversion is copied as it stands.
 */
#ifndef RT_FORMAT_H
#define RT_FORMAT_H

#include <stdarg.h>
#include <stddef.h>
#include "lib/compiler.h"

/*
 * Writes at most `size` bytes, always NUL-terminated when `size` is not 0.
 * Returns the length the whole text has, as the C library's snprintf does.
 */
PRINTF(3, 4) int rt_snprintf(char *to, size_t size, const char *format, ...);
PRINTF(3, 0) int rt_vsnprintf(char *to, size_t size, const char *format, va_list args);

#endif
