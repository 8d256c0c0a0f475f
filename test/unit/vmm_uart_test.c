/* SPDX-License-Identifier: MIT */
/*
 * The guest's 16550A, register by register: each test is a table of accesses and
 * of what they must show. Source: PC16550D data sheet, section 8.0 "Registers".
 */
#include "vmm/dev/uart.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "lib/compiler.h"

/* LINK: vmm-user/vmm/dev/uart.c */

/* clang-format off */
enum { RBR = 0, THR = 0, DLL = 0, IER = 1, DLM = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5,
	MSR = 6, SCR = 7 };
/* clang-format on */

enum op {
	END = 0,
	WR,   /* write `value` at `at` */
	RD,   /* read at `at` is `value` */
	IRQ,  /* interrupt level is `value` */
	RX,   /* byte `value` arrives; accepted is `at` */
	ROOM, /* uart_room() is `value` */
	SENT  /* number of bytes sent is `at`, the last is `value` */
};

struct step {
	enum op op;
	unsigned at, value;
};

struct line {
	unsigned count;
	uint8_t last;
};

static void line_send(void *context, uint8_t byte)
{
	struct line *line = context;
	line->count++;
	line->last = byte;
}

static unsigned step_result(struct uart *u, const struct line *line, const struct step *s)
{
	switch (s->op) {
	case WR:
		uart_write(u, s->at, 1, s->value);
		return s->value;
	case RD:
		return (unsigned)uart_read(u, s->at, 1);
	case IRQ:
		return uart_irq(u);
	case RX:
		return uart_receive(u, (uint8_t)s->value) == (s->at != 0) ? s->value : ~0u;
	case ROOM:
		return uart_room(u);
	case SENT:
		return line->count == s->at ? line->last : ~0u;
	default:
		return ~0u;
	}
}

static void steps_run(const struct step *steps)
{
	struct uart u;
	struct line line = {0};
	unsigned n = 0;

	uart_init(&u, line_send, &line);
	for (const struct step *s = steps; s->op != END; s++, n++) {
		unsigned got = step_result(&u, &line, s);
		if (got != s->value)
			fail_msg("step %u: got %#x, want %#x", n, got, s->value);
	}
	assert_true(n > 0);
}

/* clang-format off */
#define STEPS(...) steps_run((const struct step[]){__VA_ARGS__, {END, 0, 0}})

static void reset_values_of_all_registers(void **state)
{
	(void)state;
	STEPS({RD, RBR, 0}, {RD, IER, 0}, {RD, IIR, 0x01}, {RD, LCR, 0}, {RD, MCR, 0},
		{RD, LSR, 0x60}, {RD, MSR, 0xb0}, {RD, SCR, 0}, {IRQ, 0, 0}, {ROOM, 0, 1},
		{WR, LCR, 0x80}, {RD, DLL, 0}, {RD, DLM, 0});
}

static void thr_sends_each_byte_and_stays_empty(void **state)
{
	(void)state;
	STEPS({WR, THR, 'a'}, {SENT, 1, 'a'}, {RD, LSR, 0x60}, {WR, THR, 0xff}, {SENT, 2, 0xff},
		{RD, LSR, 0x60}, {RD, RBR, 0}, {SENT, 2, 0xff});
}

static void rbr_holds_one_byte_without_fifo(void **state)
{
	(void)state;
	STEPS({RX, 1, 'x'}, {ROOM, 0, 0}, {RD, LSR, 0x61}, {RD, RBR, 'x'}, {RD, LSR, 0x60},
		{ROOM, 0, 1}, {RX, 1, 'y'}, {RD, RBR, 'y'});
}

static void rbr_is_overwritten_by_an_overrun_without_fifo(void **state)
{
	(void)state;
	STEPS({RX, 1, 'x'}, {RX, 0, 'y'}, {RD, LSR, 0x63}, {RD, LSR, 0x61}, {RD, RBR, 'y'},
		{RD, LSR, 0x60});
}

static void ier_keeps_four_bits(void **state)
{
	(void)state;
	STEPS({WR, IER, 0xff}, {RD, IER, 0x0f}, {WR, IER, 0x05}, {RD, IER, 0x05}, {WR, IER, 0},
		{RD, IER, 0});
}

/* Enabling and disabling both clear; bit 1 clears; bit 1 alone does nothing. */
static void fcr_enables_is_not_readable_and_clears(void **state)
{
	(void)state;
	STEPS({WR, FCR, 0x01}, {RD, IIR, 0xc1}, {RX, 1, 'a'}, {RX, 1, 'b'}, {WR, FCR, 0x03},
		{RD, LSR, 0x60}, {ROOM, 0, 16}, {RX, 1, 'c'}, {WR, FCR, 0x01}, {RD, LSR, 0x61},
		{WR, FCR, 0xc5}, {RD, LSR, 0x61}, {WR, FCR, 0x00}, {RD, LSR, 0x60}, {RD, IIR, 0x01},
		{RX, 1, 'd'}, {WR, FCR, 0x02}, {RD, LSR, 0x61}, {RD, RBR, 'd'}, {RX, 1, 'e'}, {WR, FCR, 0x01},
		{RD, LSR, 0x60});
}

static void lcr_reads_back_and_switches_the_latch(void **state)
{
	(void)state;
	STEPS({WR, LCR, 0x1b}, {RD, LCR, 0x1b}, {WR, LCR, 0x9b}, {RD, LCR, 0x9b}, {WR, DLL, 0x12},
		{WR, DLM, 0x34}, {RD, DLL, 0x12}, {RD, DLM, 0x34}, {SENT, 0, 0}, {WR, LCR, 0x03},
		{RD, IER, 0}, {RD, RBR, 0}, {WR, IER, 0x01}, {WR, LCR, 0x80}, {RD, DLL, 0x12},
		{RD, DLM, 0x34}, {WR, LCR, 0xff}, {RD, LCR, 0xff}, {WR, SCR, 7}, {RD, SCR, 7});
}

static void dll_does_not_send_and_does_not_take(void **state)
{
	(void)state;
	STEPS({RX, 1, 'x'}, {WR, LCR, 0x80}, {RD, DLL, 0}, {RD, LSR, 0x61}, {WR, DLL, 1},
		{WR, LCR, 0}, {SENT, 0, 0}, {RD, RBR, 'x'});
}

static void dlm_does_not_enable_interrupts(void **state)
{
	(void)state;
	STEPS({WR, MCR, 0x08}, {WR, LCR, 0x80}, {WR, DLM, 0x02}, {IRQ, 0, 0}, {WR, LCR, 0},
		{RD, IER, 0}, {RD, IIR, 0x01});
}

static void mcr_keeps_five_bits(void **state)
{
	(void)state;
	STEPS({WR, MCR, 0xff}, {RD, MCR, 0x1f}, {WR, MCR, 0x0b}, {RD, MCR, 0x0b});
}

static void lsr_ignores_writes_and_clears_errors_when_read(void **state)
{
	(void)state;
	STEPS({WR, LSR, 0xff}, {RD, LSR, 0x60}, {RX, 1, 1}, {RX, 0, 2}, {RD, LSR, 0x63},
		{RD, LSR, 0x61});
}

/* One row per output: RTS CTS, DTR DSR, OUT1 RI, OUT2 DCD. */
static void msr_follows_the_outputs_in_loopback(void **state)
{
	(void)state;
	STEPS({WR, MCR, 0x10}, {RD, MSR, 0x0b}, {WR, MCR, 0x12}, {RD, MSR, 0x11}, {WR, MCR, 0x11},
		{RD, MSR, 0x23}, {WR, MCR, 0x14}, {RD, MSR, 0x42}, {WR, MCR, 0x18}, {RD, MSR, 0x8c},
		{WR, MCR, 0x1f}, {RD, MSR, 0xf3}, {RD, MSR, 0xf0}, {WR, MCR, 0x1b}, {RD, MSR, 0xb4},
		{WR, MCR, 0x0b}, {RD, MSR, 0xb0}, {WR, MSR, 0x5f}, {RD, MSR, 0xb0});
}

/* What Linux's probe of a 16550 does. */
static void msr_passes_the_loopback_probe(void **state)
{
	(void)state;
	STEPS({WR, MCR, 0x1a}, {RD, MSR, 0x92}, {RD, MSR, 0x90}, {WR, MCR, 0x00}, {RD, MSR, 0xb2});
}

/* Deltas add up until they are read. */
static void msr_deltas_collect(void **state)
{
	(void)state;
	STEPS({WR, MCR, 0x1b}, {RD, MSR, 0xb0}, {WR, MCR, 0x19}, {WR, MCR, 0x1b}, {WR, MCR, 0x13},
		{RD, MSR, 0x39});
}

static void scr_keeps_eight_bits(void **state)
{
	(void)state;
	STEPS({WR, SCR, 0xa5}, {RD, SCR, 0xa5}, {WR, SCR, 0x5a}, {RD, SCR, 0x5a});
}

static void loopback_returns_bytes_and_holds_the_line(void **state)
{
	(void)state;
	STEPS({WR, FCR, 0x01}, {WR, MCR, 0x10}, {WR, THR, 'l'}, {SENT, 0, 0}, {RD, LSR, 0x61},
		{ROOM, 0, 0}, {RX, 0, 'z'}, {RD, RBR, 'l'}, {RD, LSR, 0x60}, {WR, MCR, 0x00},
		{WR, THR, 'm'}, {SENT, 1, 'm'}, {ROOM, 0, 16});
}

static void loopback_overruns(void **state)
{
	(void)state;
	STEPS({WR, MCR, 0x10}, {WR, THR, '1'}, {WR, THR, '2'}, {RD, LSR, 0x63}, {RD, RBR, '2'});
}

/* Enabling raises it, reading IIR clears it, writing THR raises it again; reading
 * IIR while something else is reported does not clear it. */
static void iir_thre_is_raised_and_cleared(void **state)
{
	(void)state;
	STEPS({WR, MCR, 0x08}, {WR, IER, 0x02}, {IRQ, 0, 1}, {RD, IIR, 0x02}, {IRQ, 0, 0},
		{RD, IIR, 0x01}, {WR, THR, 'a'}, {IRQ, 0, 1}, {WR, IER, 0x03}, {RX, 1, 'x'},
		{RD, IIR, 0x04}, {RD, RBR, 'x'}, {RD, IIR, 0x02}, {RD, IIR, 0x01}, {WR, IER, 0x01},
		{IRQ, 0, 0}, {WR, IER, 0x03}, {IRQ, 0, 1}, {WR, IER, 0x03}, {RD, IIR, 0x02},
		{WR, IER, 0x03}, {RD, IIR, 0x01});
}

/* Linux checks that disabling and enabling the interrupt raises it again. */
static void iir_thre_comes_back_after_enabling_again(void **state)
{
	(void)state;
	STEPS({WR, IER, 0x02}, {RD, IIR, 0x02}, {WR, IER, 0x00}, {RD, IIR, 0x01}, {WR, IER, 0x02},
		{RD, IIR, 0x02}, {WR, IER, 0x00});
}

static void iir_shows_the_most_urgent_source(void **state)
{
	(void)state;
	STEPS({WR, FCR, 0x01}, {WR, MCR, 0x08}, {WR, IER, 0x0f}, {WR, MCR, 0x18}, {WR, MCR, 0x08},
		{RD, IIR, 0xc2}, /* THRE before modem status */
		{RD, IIR, 0xc0}, /* which is reported once THRE was told */
		{RX, 1, 'a'}, {RD, IIR, 0xc4}, {RD, MSR, 0xb3}, {RD, IIR, 0xc4}, {RD, RBR, 'a'},
		{RD, IIR, 0xc1}, {IRQ, 0, 0});
	STEPS({WR, MCR, 0x08}, {WR, IER, 0x0f}, {RX, 1, 'a'}, {RX, 0, 'b'}, {RD, IIR, 0x06},
		{RD, IIR, 0x06}, {RD, LSR, 0x63}, {RD, IIR, 0x04}, {RD, RBR, 'b'}, {RD, IIR, 0x02},
		{RD, IIR, 0x01});
}

/* One row per source: caused while all other sources are enabled. */
static void irq_needs_its_enable_bit(void **state)
{
	(void)state;
	STEPS({WR, MCR, 0x08}, {WR, IER, 0x0d}, {WR, THR, 1}, {IRQ, 0, 0}, {WR, IER, 0x0f},
		{IRQ, 0, 1});
	STEPS({WR, MCR, 0x08}, {WR, IER, 0x0c}, {RX, 1, 1}, {IRQ, 0, 0}, {WR, IER, 0x0d},
		{IRQ, 0, 1});
	STEPS({WR, MCR, 0x08}, {RX, 1, 1}, {RX, 0, 1}, {WR, IER, 0x08}, {IRQ, 0, 0},
		{WR, IER, 0x0c}, {IRQ, 0, 1});
	STEPS({RX, 1, 1}, {RX, 0, 1}, {WR, IER, 0x01}, {RD, IIR, 0x04});
	STEPS({WR, MCR, 0x18}, {WR, MCR, 0x08}, {WR, IER, 0x05}, {IRQ, 0, 0}, {WR, IER, 0x0d},
		{IRQ, 0, 1}, {RD, IIR, 0x00}, {RD, MSR, 0xb3}, {IRQ, 0, 0});
}

static void irq_is_gated_by_out2_and_by_loopback(void **state)
{
	(void)state;
	STEPS({WR, IER, 0x01}, {RX, 1, 1}, {IRQ, 0, 0}, {WR, MCR, 0x08}, {IRQ, 0, 1},
		{WR, MCR, 0x18}, {IRQ, 0, 0}, {WR, MCR, 0x0b}, {IRQ, 0, 1});
}
/* clang-format on */

static void fifo_keeps_sixteen_bytes_in_order_and_drops_the_next(void **state)
{
	struct uart u;
	struct line line = {0};

	(void)state;
	uart_init(&u, line_send, &line);
	uart_write(&u, FCR, 1, 0x01);
	assert_int_equal(uart_room(&u), 16);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 16; i++)
			assert_true(uart_receive(&u, (uint8_t)(round * 16 + i)));
		assert_int_equal(uart_room(&u), 0);
		assert_int_equal(uart_read(&u, LSR, 1), 0x61);
		assert_false(uart_receive(&u, 0xee));
		assert_int_equal(uart_read(&u, LSR, 1), 0x63);
		for (unsigned i = 0; i < 11; i++)
			assert_int_equal(uart_read(&u, RBR, 1), round * 16 + i);
		assert_int_equal(uart_room(&u), 11);
		for (unsigned i = 11; i < 16; i++)
			assert_int_equal(uart_read(&u, RBR, 1), round * 16 + i);
		assert_int_equal(uart_read(&u, LSR, 1), 0x60);
	}
}

static void wide_accesses_are_consecutive_bytes(void **state)
{
	struct uart u;
	struct line line = {0};

	(void)state;
	uart_init(&u, line_send, &line);
	uart_write(&u, LCR, 1, 0x80);
	uart_write(&u, DLL, 2, 0x3412);
	assert_int_equal(uart_read(&u, DLL, 2), 0x3412);
	assert_int_equal(u.dll, 0x12);
	assert_int_equal(u.dlm, 0x34);
	uart_write(&u, LCR, 1, 0x03);
	uart_write(&u, MSR, 2, 0x7700);
	assert_int_equal(uart_read(&u, SCR, 1), 0x77);
	assert_int_equal(uart_read(&u, LSR, 4), 0xff77b060);
	assert_int_equal(uart_read(&u, 8, 8), UINT64_MAX);
	uart_write(&u, 8, 8, 0);
	uart_write(&u, UINT64_MAX, 1, 0);
	assert_int_equal(uart_read(&u, 0, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reset_values_of_all_registers),
		cmocka_unit_test(thr_sends_each_byte_and_stays_empty),
		cmocka_unit_test(rbr_holds_one_byte_without_fifo),
		cmocka_unit_test(rbr_is_overwritten_by_an_overrun_without_fifo),
		cmocka_unit_test(fifo_keeps_sixteen_bytes_in_order_and_drops_the_next),
		cmocka_unit_test(ier_keeps_four_bits),
		cmocka_unit_test(fcr_enables_is_not_readable_and_clears),
		cmocka_unit_test(lcr_reads_back_and_switches_the_latch),
		cmocka_unit_test(dll_does_not_send_and_does_not_take),
		cmocka_unit_test(dlm_does_not_enable_interrupts),
		cmocka_unit_test(mcr_keeps_five_bits),
		cmocka_unit_test(lsr_ignores_writes_and_clears_errors_when_read),
		cmocka_unit_test(msr_follows_the_outputs_in_loopback),
		cmocka_unit_test(msr_passes_the_loopback_probe),
		cmocka_unit_test(msr_deltas_collect),
		cmocka_unit_test(scr_keeps_eight_bits),
		cmocka_unit_test(loopback_returns_bytes_and_holds_the_line),
		cmocka_unit_test(loopback_overruns),
		cmocka_unit_test(iir_thre_is_raised_and_cleared),
		cmocka_unit_test(iir_thre_comes_back_after_enabling_again),
		cmocka_unit_test(iir_shows_the_most_urgent_source),
		cmocka_unit_test(irq_needs_its_enable_bit),
		cmocka_unit_test(irq_is_gated_by_out2_and_by_loopback),
		cmocka_unit_test(wide_accesses_are_consecutive_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
