/* SPDX-License-Identifier: MIT */
/*
 * The UART against a stand-in for its ports: how it is programmed, what is sent,
 * and that one which is absent or stuck costs a bounded number of accesses.
 */
#include "uart.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define PORT 0x2f8
#define SLOW_READS 50 /* of LSR, until a sent byte or FIFO is gone */

static struct {
	bool absent, no_scratch, floats_low, no_fifo, stuck;
	uint8_t reg[8], divisor[2], fcr;
	unsigned accesses, busy, in_fifo;
	char sent[4096];
	size_t size;
} chip;

static uint8_t inb(uint16_t port)
{
	unsigned reg = port - PORT;
	assert_true(reg < 8);
	chip.accesses++;
	if (chip.absent)
		return chip.floats_low ? 0 : 0xff;
	if (reg == 2)
		return chip.fcr & 1 && !chip.no_fifo ? 0xc1 : 0x01;
	if (reg != 5)
		return chip.reg[reg];
	if (chip.busy > 0)
		chip.busy--;
	if (chip.busy > 0 || chip.stuck)
		return 0;
	chip.in_fifo = 0;
	return 0x60;
}

static void outb(uint16_t port, uint8_t value)
{
	unsigned reg = port - PORT;
	assert_true(reg < 8);
	chip.accesses++;
	if (chip.absent || (reg == 7 && chip.no_scratch))
		return;
	if (reg < 2 && chip.reg[3] & 0x80)
		chip.divisor[reg] = value;
	else if (reg == 2)
		chip.fcr = value;
	else if (reg == 0) {
		/* A byte sent into a full transmitter would be lost. */
		assert_true(++chip.in_fifo <= (chip.no_fifo ? 1 : 16));
		chip.busy = SLOW_READS;
		chip.sent[chip.size++] = (char)value;
	} else
		chip.reg[reg] = value;
}

#define ARCH_IO_H /* these two take the place of arch/x86_64/io.h */
#include "arch/x86_64/uart.c"

static struct uart uart;

static void chip_reset(void)
{
	memset(&chip, 0, sizeof(chip));
	memset(chip.reg, 0x5a, sizeof(chip.reg));
	chip.reg[3] = 0x80; /* as somebody left it */
}

static void it_is_programmed(void **state)
{
	(void)state;
	chip_reset();
	assert_true(uart_init(&uart, PORT));
	assert_int_equal(chip.divisor[0], 1);
	assert_int_equal(chip.divisor[1], 0);
	assert_int_equal(chip.reg[1], 0);    /* no interrupts */
	assert_int_equal(chip.reg[3], 0x03); /* 8N1, divisor latch closed */
	assert_int_equal(chip.reg[4], 0x03); /* DTR, RTS; no loopback */
	assert_int_equal(chip.fcr & 1, 1);
	assert_int_equal(uart.burst, 16);
	assert_int_equal(chip.size, 0);
	chip_reset();
	chip.no_fifo = true;
	assert_true(uart_init(&uart, PORT));
	assert_int_equal(uart.burst, 1);
}

static void an_absent_one_is_noticed(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 3; kind++) {
		chip_reset();
		chip.absent = kind < 2;
		chip.floats_low = kind == 1;
		chip.no_scratch = kind == 2;
		assert_false(uart_init(&uart, PORT));
		assert_in_range(chip.accesses, 1, 12);
	}
}

static void every_byte_is_sent(void **state)
{
	char text[1000], want[2000];
	(void)state;
	for (unsigned fifo = 0; fifo < 2; fifo++) {
		size_t wanted = 0;
		chip_reset();
		chip.no_fifo = !fifo;
		assert_true(uart_init(&uart, PORT));
		for (size_t i = 0; i < sizeof(text); i++) {
			text[i] = i % 7 == 3 ? '\n' : (char)('a' + i % 26);
			if (text[i] == '\n')
				want[wanted++] = '\r';
			want[wanted++] = text[i];
		}
		uart_write(&uart, text, 10);
		uart_write(&uart, text + 10, sizeof(text) - 10);
		assert_int_equal(chip.size, wanted);
		assert_memory_equal(chip.sent, want, wanted);
		assert_in_range(chip.accesses, 1, wanted * (fifo ? 6 : 60));
	}
}

static void a_stuck_one_is_waited_for_once(void **state)
{
	char text[1000];
	(void)state;
	memset(text, 'x', sizeof(text));
	chip_reset();
	assert_true(uart_init(&uart, PORT));
	chip.stuck = true;
	chip.accesses = 0;
	uart_write(&uart, text, 1);
	assert_in_range(chip.accesses, 1000, 1000000);
	chip.accesses = 0;
	uart_write(&uart, text, sizeof(text));
	assert_in_range(chip.accesses, 1, sizeof(text));
	assert_int_equal(chip.size, 0);
	chip.stuck = false; /* the cable is back */
	uart_write(&uart, "again", 5);
	assert_int_equal(chip.size, 5);
	uart_write(&uart, text, 500);
	assert_int_equal(chip.size, 505);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_programmed),
		cmocka_unit_test(an_absent_one_is_noticed),
		cmocka_unit_test(every_byte_is_sent),
		cmocka_unit_test(a_stuck_one_is_waited_for_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
