/* SPDX-License-Identifier: MIT */
/*
 * Output through a 16550 or older UART at an I/O port, by polling.
 *
 * Source: National Semiconductor PC16550D datasheet, section 8.0 "Registers".
 */
#ifndef ARCH_UART_H
#define ARCH_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uart {
	uint16_t port; /* I/O base */
	uint8_t burst; /* bytes the transmitter takes at once */
	bool stuck;    /* did not become ready in time; not waited for any more */
};

/* Sets the UART at `port` to 115200 8N1. false: there is none. */
bool uart_init(struct uart *uart, uint16_t port);

/* Sends `size` bytes, "\n" as "\r\n". Waits a bounded time for each; a UART that
 * does not keep up loses bytes. */
void uart_write(struct uart *uart, const char *text, size_t size);

#endif
