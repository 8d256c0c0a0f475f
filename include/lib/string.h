/* SPDX-License-Identifier: MIT */
/*
 * The memory functions that the compiler itself calls, with their standard
 * meaning. Ring 0 and ring 3 each bring their own; on the host libc does.
 * The contracts are what make prove holds every caller to (docs/assurance.md).
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <stddef.h>

/*@ requires to: \valid((char *)to + (0 .. size - 1));
    requires from: \valid_read((char *)from + (0 .. size - 1));
    requires apart: \separated((char *)to + (0 .. size - 1), (char *)from + (0 .. size - 1));
    assigns ((char *)to)[0 .. size - 1] \from ((char *)from)[0 .. size - 1];
    assigns \result \from to;
    ensures \result == to; */
void *memcpy(void *restrict to, const void *restrict from, size_t size);

/*@ requires to: \valid((char *)to + (0 .. size - 1));
    requires from: \valid_read((char *)from + (0 .. size - 1));
    assigns ((char *)to)[0 .. size - 1] \from ((char *)from)[0 .. size - 1];
    assigns \result \from to;
    ensures \result == to; */
void *memmove(void *to, const void *from, size_t size);

/*@ requires to: \valid((char *)to + (0 .. size - 1));
    assigns ((char *)to)[0 .. size - 1] \from byte;
    assigns \result \from to;
    ensures \result == to; */
void *memset(void *to, int byte, size_t size);

/*@ requires a: \valid_read((char *)a + (0 .. size - 1));
    requires b: \valid_read((char *)b + (0 .. size - 1));
    requires set_a: \initialized((char *)a + (0 .. size - 1));
    requires set_b: \initialized((char *)b + (0 .. size - 1));
    assigns \result \from ((char *)a)[0 .. size - 1], ((char *)b)[0 .. size - 1]; */
int memcmp(const void *a, const void *b, size_t size);

size_t strlen(const char *text);

#endif
