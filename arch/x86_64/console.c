/* SPDX-License-Identifier: MIT */
/*
 * The kernel log; see console.h.
 *
 * State: the history, a ring; the UARTs in use; whether the screen is in use.
 * Lock: `console.lock`, taken with a bounded wait.
 */
#include "console.h"

#include "format.h"
#include "lib/string.h"
#include "lock.h"
#include "screen.h"
#include "uart.h"

#define LINE_MAX 256u
#define LOCK_TRIES 1000000u

static struct {
	struct lock lock;
	uint64_t written; /* bytes, since the start */
	char history[CONSOLE_HISTORY];
	struct console_options options;
	unsigned uarts;
	struct uart uart[CONSOLE_PORTS];
	bool yielded[CONSOLE_PORTS]; /* a driver's now */
	bool screen;
} console = {.lock.rank = LOCK_CONSOLE};

static bool console_lock(void)
{
	for (unsigned i = 0; i < LOCK_TRIES; i++) {
		if (lock_try(&console.lock))
			return true;
		__builtin_ia32_pause();
	}
	return false;
}

static void console_unlock(bool taken)
{
	if (taken)
		lock_give(&console.lock);
}

/* Calls `write` with the kept bytes, in order. */
static void history_replay(void (*write)(struct uart *, const char *, size_t), struct uart *uart)
{
	size_t end = console.written % CONSOLE_HISTORY;
	if (console.written > CONSOLE_HISTORY)
		write(uart, console.history + end, CONSOLE_HISTORY - end);
	write(uart, console.history, end);
}

static void screen_write_all(struct uart *uart, const char *text, size_t size)
{
	(void)uart;
	screen_write(text, size);
}

/* The UART at `port`, in use since before, or newly started and brought up to date. */
static bool uart_start(struct uart *out, uint16_t port, const struct uart *old, unsigned olds)
{
	for (unsigned i = 0; i < olds; i++)
		if (old[i].port == port) {
			*out = old[i];
			return true;
		}
	if (!uart_init(out, port))
		return false;
	history_replay(uart_write, out);
	return true;
}

void console_init(const char *cmdline)
{
	bool taken = console_lock();
	struct uart old[CONSOLE_PORTS];
	unsigned olds = console.uarts;
	memcpy(old, console.uart, sizeof(old));
	console_parse(cmdline, &console.options);
	console.uarts = 0;
	for (unsigned i = 0; i < console.options.ports; i++)
		console.uarts += uart_start(
			&console.uart[console.uarts], console.options.port[i], old, olds);
	console.screen = console.screen && console.options.screen;
	console_unlock(taken);
	if (console.options.bad)
		kprintf("console= takes com1 to com4, ports as 0x3f8, screen, none; log= one "
			"port\n");
}

void console_add_screen(const struct multiboot2_framebuffer *framebuffer, void *mapped)
{
	if (!console.options.screen || screen_bytes(framebuffer) == 0)
		return;
	bool taken = console_lock();
	screen_init(framebuffer, mapped);
	history_replay(screen_write_all, NULL);
	console.screen = true;
	console_unlock(taken);
}

void console_write(const char *text, size_t size)
{
	bool taken = console_lock();
	for (size_t i = 0; i < size; i++)
		console.history[console.written++ % CONSOLE_HISTORY] = text[i];
	for (unsigned i = 0; i < console.uarts; i++)
		if (!console.yielded[i])
			uart_write(&console.uart[i], text, size);
	if (console.screen)
		screen_write(text, size);
	console_unlock(taken);
}

void console_yield(uint32_t first, uint32_t count)
{
	for (unsigned i = 0; i < console.uarts; i++)
		if (console.uart[i].port >= first && console.uart[i].port - first < count)
			console.yielded[i] = true;
}

void console_reclaim(void)
{
	memset(console.yielded, 0, sizeof(console.yielded));
}

void kvprintf(const char *format, va_list args)
{
	char line[LINE_MAX];
	size_t length = format_text(line, sizeof(line), format, args);
	console_write(line, length < sizeof(line) ? length : sizeof(line) - 1);
}

void kprintf(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	kvprintf(format, args);
	va_end(args);
}
