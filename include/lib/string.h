/* SPDX-License-Identifier: MIT */
/*
 * The memory functions that the compiler itself calls, with their standard
 * meaning. Ring 0 and ring 3 each bring their own; on the host libc does.
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

#endif
