/* SPDX-License-Identifier: MIT */
/* The 8042 with nothing plugged in: a table of accesses per command. Source: IBM
 * PS/2 Hardware Interface Technical Reference. */
#include "vmm/dev/kbd.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/compiler.h"

/* LINK: vmm-user/vmm/dev/kbd.c */

enum op { END = 0, DATA, CMD, GET, STATUS, PORTA, GETA, IRQ, EVENT };

struct step {
	enum op op;
	unsigned value;
};

static unsigned step_result(struct kbd *k, const struct step *s)
{
	switch (s->op) {
	case DATA:
		kbd_write(k, 0, 1, s->value);
		return s->value;
	case CMD:
		kbd_write(k, 4, 1, s->value);
		return s->value;
	case GET:
		return (unsigned)kbd_read(k, 0, 1);
	case STATUS:
		return (unsigned)kbd_read(k, 4, 1);
	case PORTA:
		kbd_port_a_write(k, 0, 1, s->value);
		return s->value;
	case GETA:
		return (unsigned)kbd_port_a_read(k, 0, 1);
	case IRQ:
		return kbd_irq(k);
	case EVENT:
		return kbd_event(k);
	default:
		return ~0u;
	}
}

static void steps_run(const struct step *steps)
{
	struct kbd k;
	unsigned n = 0;

	kbd_init(&k);
	for (const struct step *s = steps; s->op != END; s++, n++) {
		unsigned got = step_result(&k, s);
		if (got != s->value)
			fail_msg("step %u: got %#x, want %#x", n, got, s->value);
	}
	assert_true(n > 0);
}

#define STEPS(...) steps_run((const struct step[]){__VA_ARGS__, {END, 0}})

static void status_after_reset_shows_nothing_to_read(void **state)
{
	(void)state;
	STEPS({STATUS, 0x14}, {GET, 0x00}, {STATUS, 0x14}, {IRQ, 0}, {EVENT, MACHINE_NONE});
}

static void self_test_passes(void **state)
{
	(void)state;
	STEPS({CMD, 0x60}, {DATA, 0x00}, {STATUS, 0x10}, {CMD, 0xaa}, {STATUS, 0x1d}, {GET, 0x55},
		{STATUS, 0x1c}, {GET, 0x55});
}

static void line_tests_pass(void **state)
{
	(void)state;
	STEPS({CMD, 0xaa}, {GET, 0x55}, {CMD, 0xab}, {STATUS, 0x1d}, {GET, 0x00}, {STATUS, 0x1c});
	STEPS({CMD, 0xaa}, {GET, 0x55}, {CMD, 0xa9}, {STATUS, 0x1d}, {GET, 0x00}, {STATUS, 0x1c});
}

static void command_byte_reads_back(void **state)
{
	(void)state;
	STEPS({CMD, 0x20}, {GET, 0x44}, {CMD, 0x60}, {DATA, 0xff}, {CMD, 0x20}, {GET, 0xff},
		{CMD, 0x60}, {DATA, 0x03}, {STATUS, 0x10}, {CMD, 0x20}, {GET, 0x03});
}

static void channels_are_disabled_in_the_command_byte(void **state)
{
	(void)state;
	STEPS({CMD, 0xad}, {CMD, 0x20}, {GET, 0x54}, {CMD, 0xa7}, {CMD, 0x20}, {GET, 0x74},
		{CMD, 0xae}, {CMD, 0x20}, {GET, 0x64}, {CMD, 0xa8}, {CMD, 0x20}, {GET, 0x44},
		{CMD, 0xad}, {DATA, 0xf4}, {GET, 0xfe}, {CMD, 0x20}, {GET, 0x44});
}

static void input_and_output_ports(void **state)
{
	(void)state;
	STEPS({CMD, 0xc0}, {GET, 0x80}, {CMD, 0xd0}, {GET, 0xc3}, {CMD, 0xd1}, {DATA, 0x01},
		{EVENT, MACHINE_NONE}, {CMD, 0xd0}, {GET, 0xc1}, {CMD, 0xd1}, {DATA, 0xdf},
		{CMD, 0xd0}, {GET, 0xc3}, {CMD, 0xd2}, {DATA, 1}, {CMD, 0xd0}, {GET, 0xd3},
		{CMD, 0xd3}, {DATA, 1}, {CMD, 0xd0}, {GET, 0xe3});
}

static void absent_keyboard_times_out(void **state)
{
	(void)state;
	STEPS({DATA, 0xed}, {STATUS, 0x55}, {GET, 0xfe}, {STATUS, 0x14});
	STEPS({CMD, 0xd4}, {DATA, 0xf2}, {STATUS, 0x75}, {GET, 0xfe}, {STATUS, 0x14});
}

static void loops_return_the_byte(void **state)
{
	(void)state;
	STEPS({CMD, 0xd2}, {STATUS, 0x1c}, {DATA, 0x5a}, {STATUS, 0x15}, {GET, 0x5a},
		{STATUS, 0x14});
	STEPS({CMD, 0xd3}, {DATA, 0xa5}, {STATUS, 0x35}, {GET, 0xa5}, {STATUS, 0x14});
	STEPS({CMD, 0xd4}, {DATA, 1}, {STATUS, 0x75}, {CMD, 0xd2}, {DATA, 2}, {STATUS, 0x15});
}

static void irq_follows_the_buffer_and_the_enable_bit(void **state)
{
	(void)state;
	STEPS({CMD, 0xd2}, {DATA, 1}, {IRQ, 0}, {GET, 1}, {CMD, 0x60}, {DATA, 0x45}, {IRQ, 0},
		{CMD, 0xd2}, {DATA, 2}, {IRQ, 1}, {GET, 2}, {IRQ, 0}, {CMD, 0xd3}, {DATA, 3},
		{IRQ, 0});
}

static void a_command_cancels_the_awaited_byte(void **state)
{
	(void)state;
	STEPS({CMD, 0xd1}, {CMD, 0xae}, {DATA, 0x00}, {EVENT, MACHINE_NONE}, {GET, 0xfe});
}

static void output_port_write_resets(void **state)
{
	(void)state;
	STEPS({CMD, 0xd1}, {DATA, 0xfe}, {EVENT, MACHINE_RESET});
	STEPS({DATA, 0x00}, {EVENT, MACHINE_NONE});
}

/* Each pulse command: bit 0 clear pulses the reset line. */
static void pulse_commands_reset_by_bit_0(void **state)
{
	(void)state;
	for (unsigned command = 0xf0; command <= 0xff; command++)
		STEPS({CMD, command}, {EVENT, command & 1 ? MACHINE_NONE : MACHINE_RESET});
}

/* No other command touches the machine, and none is unknown to the model. */
static void other_commands_do_not_reset(void **state)
{
	(void)state;
	for (unsigned command = 0; command < 0xf0; command++)
		STEPS({CMD, command}, {EVENT, MACHINE_NONE});
}

static void a20_by_commands(void **state)
{
	(void)state;
	STEPS({GETA, 0x02}, {CMD, 0xdd}, {GETA, 0x00}, {CMD, 0xd0}, {GET, 0xc1}, {CMD, 0xdf},
		{GETA, 0x02});
}

static void port_a_has_a20_and_reset(void **state)
{
	(void)state;
	STEPS({PORTA, 0x00}, {GETA, 0x00}, {CMD, 0xd0}, {GET, 0xc1}, {PORTA, 0xfe}, {GETA, 0x02},
		{EVENT, MACHINE_NONE}, {PORTA, 0x03}, {EVENT, MACHINE_RESET});
}

static void wide_and_stray_accesses(void **state)
{
	struct kbd k;
	(void)state;
	kbd_init(&k);
	assert_int_equal(kbd_read(&k, 4, 2), 0xff14);
	assert_int_equal(kbd_read(&k, 4, 4), 0xffffff14);
	assert_int_equal(kbd_read(&k, 0, 8), 0xffffffffffffff00);
	assert_int_equal(kbd_read(&k, 1, 1), 0xff);
	assert_int_equal(kbd_read(&k, 5, 4), 0xffffffff);
	assert_int_equal(kbd_port_a_read(&k, 1, 1), 0xff);
	kbd_write(&k, 1, 1, 0xfe);
	kbd_write(&k, UINT64_MAX, 8, 0xfe);
	kbd_port_a_write(&k, 1, 1, 1);
	assert_int_equal(kbd_event(&k), MACHINE_NONE);
	kbd_write(&k, 4, 4, 0xabcdefe);
	assert_int_equal(kbd_event(&k), MACHINE_RESET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_after_reset_shows_nothing_to_read),
		cmocka_unit_test(self_test_passes),
		cmocka_unit_test(line_tests_pass),
		cmocka_unit_test(command_byte_reads_back),
		cmocka_unit_test(channels_are_disabled_in_the_command_byte),
		cmocka_unit_test(input_and_output_ports),
		cmocka_unit_test(absent_keyboard_times_out),
		cmocka_unit_test(loops_return_the_byte),
		cmocka_unit_test(irq_follows_the_buffer_and_the_enable_bit),
		cmocka_unit_test(a_command_cancels_the_awaited_byte),
		cmocka_unit_test(output_port_write_resets),
		cmocka_unit_test(pulse_commands_reset_by_bit_0),
		cmocka_unit_test(other_commands_do_not_reset),
		cmocka_unit_test(a20_by_commands),
		cmocka_unit_test(port_a_has_a20_and_reset),
		cmocka_unit_test(wide_and_stray_accesses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
