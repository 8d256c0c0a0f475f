/* SPDX-License-Identifier: MIT */
/*
 * A 16550-compatible serial port.
 *
 * Model:   115200 baud, 8N1, FIFOs of 16 bytes where the chip has them.
 * State:   struct uart; one thread.
 * Missing: flow control by lines, error bits (a wrong byte is a wrong byte).
 * Source:  PC16550D data sheet, section 8.0 "Registers" (8.1 "Line Control
 *          Register" to 8.7 "Modem Control Register").
 */
#ifndef SERIAL_UART_H
#define SERIAL_UART_H

#include <stdbool.h>
#include <stdint.h>
#include "fifo.h"

struct uart {
	uint16_t base;
	bool present;
	uint8_t depth; /* bytes that fit when the transmitter is empty */
};

/* True if there is a chip at `base`: its scratch register keeps what is written. */
bool uart_probe(uint16_t base);

/* Programs the chip; interrupts off. What is still being sent goes out first. */
void uart_open(struct uart *uart, uint16_t base);

/* Sends what the chip takes now. Returns the number of bytes. */
uint32_t uart_send(const struct uart *uart, struct fifo *from);

/* A received byte, or -1. */
int uart_receive(const struct uart *uart);

/* True if nothing is left in the chip. */
bool uart_idle(const struct uart *uart);

/*
 * Chooses the interrupts: received data, and transmitter empty. The request line
 * goes low in between, so that a cause that is still there makes a new edge.
 */
void uart_interrupts(const struct uart *uart, bool receive, bool transmit);

#endif
