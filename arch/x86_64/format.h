/* SPDX-License-Identifier: MIT */
/*
 * Formatted text as snprintf() makes it, for %s %d %u %x %%, the numbers also with
 * l and ll: what the kernel's messages need.
 */
#ifndef ARCH_FORMAT_H
#define ARCH_FORMAT_H

#include "lib/compiler.h"

#include <stdarg.h>
#include <stddef.h>

/* Writes at most `size` bytes to `out`, a NUL included if size > 0. Returns the
 * length of the whole text. A conversion that is not known is copied. */
size_t format_text(char *out, size_t size, const char *format, va_list args) PRINTF(3, 0);

#endif
