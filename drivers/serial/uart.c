/* SPDX-License-Identifier: MIT */
/* A 16550-compatible serial port. State in the caller's struct. Source: see uart.h. */
#include "uart.h"
#include "rt/port.h"

enum uart_register {
	UART_DATA = 0, /* DLAB: divisor low */
	UART_IER,      /* DLAB: divisor high */
	UART_IIR_FCR,
	UART_LCR,
	UART_MCR,
	UART_LSR,
	UART_MSR,
	UART_SCRATCH,
};

#define IER_RECEIVED 0x01u
#define IER_THR_EMPTY 0x02u
#define IIR_FIFO 0xc0u
#define FCR_ENABLE_CLEAR 0x07u /* FIFOs on, both emptied, trigger at one byte */
#define LCR_8N1 0x03u
#define LCR_DLAB 0x80u
#define MCR_DTR_RTS_OUT2 0x0bu /* OUT2 connects the interrupt line on a PC */
#define LSR_DATA_READY 0x01u
#define LSR_THR_EMPTY 0x20u
#define LSR_IDLE 0x40u
#define LSR_NO_CHIP 0xffu
#define DIVISOR_115200 1u
#define FIFO_DEPTH 16u
#define IDLE_POLLS 100000u /* about 0.1 s: far more than 16 bytes need */

static uint8_t uart_read(const struct uart *uart, enum uart_register reg)
{
	return port_in8((uint16_t)(uart->base + reg));
}

static void uart_write(const struct uart *uart, enum uart_register reg, uint8_t value)
{
	port_out8((uint16_t)(uart->base + reg), value);
}

bool uart_probe(uint16_t base)
{
	static const uint8_t pattern[] = {0x5a, 0xa5};
	const struct uart uart = {.base = base};

	for (uint32_t i = 0; i < sizeof(pattern); i++) {
		uart_write(&uart, UART_SCRATCH, pattern[i]);
		if (uart_read(&uart, UART_SCRATCH) != pattern[i])
			return false;
	}
	return true;
}

void uart_open(struct uart *uart, uint16_t base)
{
	*uart = (struct uart){.base = base};
	uart->present = uart_read(uart, UART_LSR) != LSR_NO_CHIP;
	for (uint32_t i = 0; i < IDLE_POLLS && !uart_idle(uart); i++)
		;
	uart_write(uart, UART_IER, 0);
	uart_write(uart, UART_LCR, LCR_DLAB | LCR_8N1);
	uart_write(uart, UART_DATA, DIVISOR_115200);
	uart_write(uart, UART_IER, 0);
	uart_write(uart, UART_LCR, LCR_8N1);
	uart_write(uart, UART_IIR_FCR, FCR_ENABLE_CLEAR);
	uart_write(uart, UART_MCR, MCR_DTR_RTS_OUT2);
	uart->depth = (uart_read(uart, UART_IIR_FCR) & IIR_FIFO) == IIR_FIFO ? FIFO_DEPTH : 1;
}

uint32_t uart_send(const struct uart *uart, struct fifo *from)
{
	uint32_t count = 0;

	if (!uart->present) {
		count = fifo_used(from);
		from->tail = from->head;
		return count;
	}
	if (fifo_used(from) == 0 || (uart_read(uart, UART_LSR) & LSR_THR_EMPTY) == 0)
		return 0;
	for (; count < uart->depth && fifo_used(from) > 0; count++)
		uart_write(uart, UART_DATA, fifo_get(from));
	return count;
}

int uart_receive(const struct uart *uart)
{
	if (!uart->present || (uart_read(uart, UART_LSR) & LSR_DATA_READY) == 0)
		return -1;
	return uart_read(uart, UART_DATA);
}

bool uart_idle(const struct uart *uart)
{
	return !uart->present || (uart_read(uart, UART_LSR) & LSR_IDLE) != 0;
}

void uart_interrupts(const struct uart *uart, bool receive, bool transmit)
{
	uart_write(uart, UART_IER, 0);
	/* Reading acknowledges a "transmitter empty" that is no longer wanted. */
	(void)uart_read(uart, UART_IIR_FCR);
	uart_write(uart, UART_IER,
		(uint8_t)((receive ? IER_RECEIVED : 0) | (transmit ? IER_THR_EMPTY : 0)));
}
