/* SPDX-License-Identifier: MIT */
/* The letters of the screen: the printable ASCII characters, 5 by 8 points. */
#ifndef ARCH_FONT_H
#define ARCH_FONT_H

#include <stdint.h>

#define FONT_FIRST 0x20u
#define FONT_LAST 0x7eu
#define FONT_ROWS 8u
#define FONT_COLUMNS 5u

/* A byte per row, the top one in bits 63..56; bit 4 is the leftmost point. */
extern const uint64_t font[FONT_LAST - FONT_FIRST + 1];

#endif
