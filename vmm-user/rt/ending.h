/* SPDX-License-Identifier: MIT */
/* How a guest ended, in words (abi/start.h). Pure; no state. */
#ifndef RT_ENDING_H
#define RT_ENDING_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that every text of ending_text() fits in. */
#define ENDING_TEXT 96u

/*
 * Writes the text for `how` (enum guest_end) and `code` (the debug-exit byte, or
 * enum guest_kill) to `to`, `size` bytes. Values outside the enums get a text too.
 */
void ending_text(char *to, size_t size, uint32_t how, uint32_t code);

#endif
