/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/console.c arch/x86_64/console_options.c arch/x86_64/format.c arch/x86_64/lock.c arch/x86_64/lock_order.c */
/*
 * The kernel log: that every sink in use gets every byte once and in order, also
 * those written before it was known. UARTs and screen are stand-ins that keep
 * what they are given.
 */
#include "console.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "screen.h"
#include "uart.h"

#define SINKS 8
static struct sink {
	uint16_t port; /* 0: the screen */
	bool absent;
	unsigned starts;
	size_t size;
	char text[65536];
} sinks[SINKS] = {{.port = 0}, {.port = 0x3f8}, {.port = 0x2f8}, {.port = 0x3e8},
	{.port = 0x2e8, .absent = true}};

static struct sink *sink_of(uint16_t port)
{
	for (unsigned i = 0; i < SINKS; i++)
		if (sinks[i].port == port)
			return &sinks[i];
	fail_msg("port %x", port);
	return NULL;
}

static void sink_write(struct sink *sink, const char *text, size_t size)
{
	assert_true(sink->starts > 0);
	assert_true(size <= sizeof(sink->text) - sink->size);
	memcpy(sink->text + sink->size, text, size);
	sink->size += size;
}

bool uart_init(struct uart *uart, uint16_t port)
{
	*uart = (struct uart){.port = port};
	struct sink *sink = sink_of(port);
	sink->starts += !sink->absent;
	return !sink->absent;
}

void uart_write(struct uart *uart, const char *text, size_t size)
{
	sink_write(sink_of(uart->port), text, size);
}

uint64_t screen_bytes(const struct multiboot2_framebuffer *fb)
{
	return fb->bpp;
}

void screen_init(const struct multiboot2_framebuffer *fb, void *mapped)
{
	(void)fb;
	assert_ptr_equal(mapped, sinks);
	sinks[0].starts++;
	sinks[0].size = 0;
}

void screen_write(const char *text, size_t size)
{
	sink_write(&sinks[0], text, size);
}

/* What the sink has got since the last time it was asked. */
static void expect(uint16_t port, const char *text)
{
	struct sink *sink = sink_of(port);
	assert_int_equal(sink->size, strlen(text));
	assert_memory_equal(sink->text, text, sink->size);
	sink->size = 0;
}

static const struct multiboot2_framebuffer no_fb, fb = {.bpp = 32};

/* One life of the console, in the order of a boot: its state is never reset. */
static void nothing_is_lost_at_boot(void **state)
{
	(void)state;
	kprintf("%s\n", "early");
	console_init(NULL);
	expect(0x3f8, "early\n");
	kprintf("hello %d\n", 1);
	expect(0x3f8, "hello 1\n");
	expect(0, "");
	console_add_screen(&no_fb, sinks); /* not usable */
	assert_int_equal(sinks[0].starts, 0);

	console_init("console=com2,com1,com4,screen log=com3");
	expect(0x3f8, ""); /* it has had everything */
	expect(0x2f8, "early\nhello 1\n");
	expect(0x3e8, "early\nhello 1\n");
	expect(0x2e8, ""); /* absent */
	console_add_screen(&fb, sinks);
	expect(0, "early\nhello 1\n");
	console_write("all", 3);
	expect(0, "all");
	expect(0x3f8, "all");
	expect(0x2f8, "all");
	expect(0x3e8, "all");
	assert_int_equal(sink_of(0x3f8)->starts, 1);

	console_init("console=com2");
	console_write("two", 3);
	expect(0x2f8, "two");
	expect(0x3f8, "");
	expect(0x3e8, "");
	expect(0, "");
	console_add_screen(&fb, sinks); /* forbidden */
	assert_int_equal(sinks[0].starts, 1);

	console_init("console=none");
	console_write("unseen", 6);
	expect(0x2f8, "");
	console_init("console=what");
	struct sink *com1 = sink_of(0x3f8);
	static const char kept[] = "early\nhello 1\nalltwounseen";
	assert_memory_equal(com1->text, kept, sizeof(kept) - 1);
	assert_true(com1->size > sizeof(kept)); /* and the complaint */
	com1->size = 0;
}

static void a_drivers_uart_is_left_alone(void **state)
{
	(void)state;
	console_init("console=com1,com2");
	sink_of(0x3f8)->size = 0;
	sink_of(0x2f8)->size = 0;
	console_yield(0x3f9, 7); /* not its base port */
	console_write("a", 1);
	expect(0x3f8, "a");
	console_yield(0x3f8, 8);
	console_write("b", 1);
	expect(0x3f8, "");
	expect(0x2f8, "ab");
	console_reclaim();
	console_write("c", 1);
	expect(0x3f8, "c");
	expect(0x2f8, "c");
	console_init(NULL); /* as the tests that follow expect it */
}

static void long_lines_are_cut(void **state)
{
	char text[400];
	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	kprintf("%s", text);
	assert_int_equal(sink_of(0x3f8)->size, 255);
	sink_of(0x3f8)->size = 0;
}

static void history_keeps_the_last_bytes(void **state)
{
	static char text[CONSOLE_HISTORY + 1000];
	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 23);
	console_write(text, 500);
	console_write(text + 500, sizeof(text) - 500);
	sinks[0].size = 0;
	console_add_screen(&fb, sinks);
	assert_int_equal(sinks[0].size, CONSOLE_HISTORY);
	assert_memory_equal(sinks[0].text, text + 1000, CONSOLE_HISTORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_at_boot),
		cmocka_unit_test(a_drivers_uart_is_left_alone),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(history_keeps_the_last_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
