/* SPDX-License-Identifier: MIT */
/*
 * Polled output on the first serial port, and a small printf.
 * Source: PC16550D data sheet, 8.0 "Registers".
 */
#include "cpu.h"
#include "test.h"

#define COM1 0x3f8
#define UART_IER (COM1 + 1)
#define UART_FCR (COM1 + 2)
#define UART_LCR (COM1 + 3)
#define UART_MCR (COM1 + 4)
#define UART_LSR (COM1 + 5)
#define LSR_THRE 0x20
#define LSR_TEMT 0x40
/* A transmitter that never gets empty must not hang the test. */
#define POLLS_MAX 1000000

void serial_init(void)
{
	outb(UART_IER, 0);
	outb(UART_LCR, 0x80);
	outb(COM1, 1);
	outb(UART_IER, 0);
	outb(UART_LCR, 3);
	outb(UART_FCR, 1);
	outb(UART_MCR, 3);
}

static void serial_put(char c)
{
	for (unsigned i = 0; i < POLLS_MAX && !(inb(UART_LSR) & LSR_THRE); i++)
		cpu_pause();
	outb(COM1, c);
}

void serial_drain(void)
{
	for (unsigned i = 0; i < POLLS_MAX && !(inb(UART_LSR) & LSR_TEMT); i++)
		cpu_pause();
}

static void print_string(const char *s, int width)
{
	for (; *s; s++, width--)
		serial_put(*s);
	for (; width > 0; width--)
		serial_put(' ');
}

static void print_number(uint64_t v, unsigned base, int width, char pad)
{
	char digits[24];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	for (int i = n; i < width; i++)
		serial_put(pad);
	while (n)
		serial_put(digits[--n]);
}

static void print_signed(int64_t v, int width, char pad)
{
	if (v < 0)
		serial_put('-');
	print_number(v < 0 ? -(uint64_t)v : (uint64_t)v, 10, width, pad);
}

void vprint(const char *f, va_list args)
{
	for (; *f; f++) {
		char pad = ' ';
		int width = 0, longs = 0;

		if (*f != '%') {
			serial_put(*f);
			continue;
		}
		if (*++f == '0')
			pad = '0';
		for (; *f >= '0' && *f <= '9'; f++)
			width = width * 10 + *f - '0';
		for (; *f == 'l'; f++)
			longs++;
		if (*f == 's')
			print_string(va_arg(args, const char *), width);
		else if (*f == 'd')
			print_signed(longs ? va_arg(args, long) : va_arg(args, int), width, pad);
		else if (*f == 'u' || *f == 'x')
			print_number(longs ? va_arg(args, unsigned long) : va_arg(args, unsigned),
				*f == 'x' ? 16 : 10, width, pad);
		else if (*f == 'c')
			serial_put(va_arg(args, int));
		else
			serial_put(*f);
	}
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprint(format, args);
	va_end(args);
}
