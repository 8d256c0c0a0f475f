/* SPDX-License-Identifier: MIT */
/*
 * A 16550A serial port.
 *
 * Model: the eight byte registers, both views of the divisor latch, 16-byte
 *   receive FIFO, loopback, modem status with deltas, interrupt priorities.
 *   Sending takes no time: a byte written leaves through `send` at once, so the
 *   transmitter is always empty.
 * State: struct uart; all of it is guest-visible except `send` and `context`.
 * Missing: baud rate, parity, framing errors and breaks; DMA mode pins. The
 *   receive time-out is not timed: any byte in the FIFO is "data available",
 *   whatever the trigger level.
 * Ignored bits: IER 7..4, MCR 7..5 (read 0); FCR 5..3; trigger level; writes to
 *   LSR and MSR; LCR format bits read back and do nothing.
 * Source: National Semiconductor PC16550D data sheet (1995), section 8.0
 *   "Registers"; IRQ gate by OUT2 as wired on the IBM PC's serial adapter.
 */
#ifndef VMM_DEV_UART_H
#define VMM_DEV_UART_H

#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

#define UART_PORTS 8u       /* offsets 0 to 7 */
#define UART_LINE_STATUS 5u /* the register that is polled */
#define UART_FIFO 16u

struct uart {
	void (*send)(void *context, uint8_t byte);
	void *context;
	uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
	uint8_t lsr_errors; /* overrun, until LSR is read */
	uint8_t msr_lines;  /* CTS DSR RI DCD as the other end drives them, bits 7..4 */
	uint8_t msr_delta;  /* bits 3..0, until MSR is read */
	bool thre_pending;  /* "transmitter empty" not yet told through IIR */
	uint8_t fifo[UART_FIFO];
	uint8_t head, count; /* oldest byte and number of bytes in fifo[] */
};

/* Power-on state, the other end ready (CTS, DSR and DCD on). `send` gets each
 * byte sent, with `context`; it is not called in loopback. */
void uart_init(struct uart *, void (*send)(void *context, uint8_t byte), void *context);

/* Guest access at `offset` from the base port, 1, 2, 4 or 8 bytes; a wide one is
 * consecutive byte accesses, and reads all ones beyond the registers. */
uint64_t uart_read(struct uart *, uint64_t offset, unsigned bytes);
void uart_write(struct uart *, uint64_t offset, unsigned bytes, uint64_t value);

/* A byte arrives on the line. false: there was no room, a byte is lost and the
 * guest sees an overrun. Ask uart_room() first to hold bytes back instead. */
bool uart_receive(struct uart *, uint8_t byte);

/* How many bytes uart_receive() takes now without loss; 0 in loopback. */
unsigned uart_room(const struct uart *);

/* Level of the interrupt line. */
bool uart_irq(const struct uart *);

#endif
