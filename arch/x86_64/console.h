/* SPDX-License-Identifier: MIT */
/*
 * The kernel log. What is written goes to every sink: UARTs and the screen. The
 * last CONSOLE_HISTORY bytes are kept, and a sink that is added later is given
 * them first, so output is lost neither before the command line is known nor
 * before the screen is mapped.
 *
 * Command line:
 *   console=LIST  comma list of com1 .. com4, a port such as 0x3f8, screen, none;
 *                 default: com1,screen
 *   log=PORT      one more UART, com1 .. com4 or a port number
 *
 * Lock: console.lock guards sinks and history. It is taken with a bounded wait:
 * a CPU that fails inside the console must still be able to say so.
 */
#ifndef ARCH_CONSOLE_H
#define ARCH_CONSOLE_H

#include "lib/compiler.h"
#include "multiboot2.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_PORTS 6u
#define CONSOLE_HISTORY 8192u

struct console_options {
	unsigned ports;
	uint16_t port[CONSOLE_PORTS]; /* I/O base of each UART, none twice */
	bool screen;
	bool bad; /* something was not understood; the rest holds */
};

/* Reads `cmdline` (NULL: none). Pure. If console= names nothing we know the
 * defaults hold: "none" is the only way to silence. */
void console_parse(const char *cmdline, struct console_options *out);

/* Starts the UARTs that `cmdline` asks for and stops the others. May be called
 * again when the command line is known; NULL means the defaults. */
void console_init(const char *cmdline);

/* Adds the screen, unless the command line forbids it. `mapped`: the memory at
 * framebuffer->address, screen_bytes() of it. */
void console_add_screen(const struct multiboot2_framebuffer *framebuffer, void *mapped);

/* Writes `size` bytes; '\n' ends a line. */
/*@ requires text: \valid_read(text + (0 .. size - 1)); */
void console_write(const char *text, size_t size);

/* Ports first..first+count-1 have been given to a driver: a UART there is its
 * alone, or the two would write into each other's lines. */
void console_yield(uint32_t first, uint32_t count);

/* The kernel writes to every sink again: it has failed and must say so. */
void console_reclaim(void);

/* Formatted output, as format.h has it, cut at 255 bytes. */
void kprintf(const char *format, ...) PRINTF(1, 2);
void kvprintf(const char *format, va_list args) PRINTF(1, 0);

#endif
