/* SPDX-License-Identifier: MIT */
/*
 * A 16550 by polling; see uart.h. The state is the caller's struct uart.
 */
#include "uart.h"

#include "io.h"

/* Registers, by offset from the base; the first two are the divisor, low and
 * high byte, while LCR_DLAB is set. */
#define UART_DATA 0
#define UART_IER 1
#define UART_FCR 2 /* written */
#define UART_IIR 2 /* read */
#define UART_LCR 3
#define UART_MCR 4
#define UART_LSR 5
#define UART_SCRATCH 7

#define FCR_ENABLE_CLEAR 0x07
#define IIR_FIFO 0xc0 /* both set: a 16550A whose FIFOs work */
#define FIFO_SIZE 16
#define LCR_8N1 0x03
#define LCR_DLAB 0x80
#define MCR_DTR_RTS 0x03
#define LSR_THRE 0x20 /* transmitter takes a byte, or a FIFO full of them */

#define DIVISOR_115200 1

/* Reads of LSR until a transmitter counts as stuck: about a microsecond each on
 * hardware, where a full FIFO takes 1.4 ms; in an emulator it can be far more
 * of them. */
#define WAIT_READS 200000u

/* The scratch register holds any byte if there is one; an empty bus does not. */
static bool present(uint16_t port)
{
	static const uint8_t patterns[] = {0x55, 0xaa, 0x00};
	for (unsigned i = 0; i < sizeof(patterns); i++) {
		outb(port + UART_SCRATCH, patterns[i]);
		(void)inb(port + UART_LCR); /* something else on the bus in between */
		if (inb(port + UART_SCRATCH) != patterns[i])
			return false;
	}
	return inb(port + UART_LSR) != 0xff;
}

bool uart_init(struct uart *uart, uint16_t port)
{
	*uart = (struct uart){.port = port, .burst = 1};
	if (!present(port))
		return false;
	outb(port + UART_LCR, LCR_DLAB | LCR_8N1);
	outb(port + UART_DATA, DIVISOR_115200);
	outb(port + UART_IER, 0);
	outb(port + UART_LCR, LCR_8N1);
	outb(port + UART_IER, 0);
	outb(port + UART_FCR, FCR_ENABLE_CLEAR);
	outb(port + UART_MCR, MCR_DTR_RTS);
	if ((inb(port + UART_IIR) & IIR_FIFO) == IIR_FIFO)
		uart->burst = FIFO_SIZE;
	return true;
}

/* Waits until the transmitter is empty. A UART that kept us waiting in vain is
 * asked only once from then on, until it is ready again. */
static bool ready(struct uart *uart)
{
	unsigned reads = uart->stuck ? 1 : WAIT_READS;
	uart->stuck = true;
	while (reads-- > 0 && uart->stuck)
		uart->stuck = !(inb(uart->port + UART_LSR) & LSR_THRE);
	return !uart->stuck;
}

/* Sends one byte; *room is what the transmitter still takes without a wait. */
static void send(struct uart *uart, unsigned *room, char byte)
{
	if (*room == 0 && !ready(uart))
		return;
	*room = (*room == 0 ? uart->burst : *room) - 1u;
	outb(uart->port + UART_DATA, (uint8_t)byte);
}

void uart_write(struct uart *uart, const char *text, size_t size)
{
	unsigned room = 0;
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n')
			send(uart, &room, '\r');
		send(uart, &room, text[i]);
	}
}
