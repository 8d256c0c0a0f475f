/* SPDX-License-Identifier: MIT */
/*
 * The kernel log on a screen: VGA text mode, or a linear frame buffer with 24 or
 * 32 bits per pixel. A copy of the characters is kept in memory, so that frame
 * buffers, which are slow to read, are only written, and only where a character
 * changes.
 */
#ifndef ARCH_SCREEN_H
#define ARCH_SCREEN_H

#include "multiboot2.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes to map at framebuffer->address; 0: not a screen that we can draw on. */
uint64_t screen_bytes(const struct multiboot2_framebuffer *framebuffer);

/* Takes the screen into use and clears it. `mapped`: screen_bytes() of it, which
 * was not 0. */
void screen_init(const struct multiboot2_framebuffer *framebuffer, void *mapped);

void screen_write(const char *text, size_t size);

#endif
