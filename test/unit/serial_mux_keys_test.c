/* SPDX-License-Identifier: MIT */
/* LINK: drivers/serial/mux.c drivers/serial/mux_keys.c drivers/serial/screen.c */
/* LINK: drivers/serial/frame.c vmm-user/rt/ring.c vmm-user/rt/format.c vmm-user/rt/ending.c */
/*
 * The console multiplexer: whom a key reaches, which keys are commands, and what
 * of a guest is shown again when it is chosen.
 */
#include "test/unit/serial_mux_fixture.h"

#include "lib/compiler.h"

static void one_guest_gets_every_key(void **state)
{
	(void)state;
	open_one(false);
	for (unsigned byte = 0; byte < 256; byte++)
		assert_int_equal(type((uint8_t)byte), 0);
	assert_string_equal(screen(), "");
}

static void no_guest_takes_no_key(void **state)
{
	(void)state;
	mux_open(&mux, false);
	mux_banner(&mux);
	assert_string_equal(screen(), "carrel: no guest has a console here\r\n");
	assert_int_equal(type('a'), -1);
	assert_int_equal(type(MUX_KEY), -1);
	assert_int_equal(type('n'), -1);
}

static void typing_goes_to_the_first_guest(void **state)
{
	(void)state;
	open_two(false);
	assert_int_equal(type('x'), 0);
	assert_int_equal(type('\r'), 0);
	assert_int_equal(type(3), 0);
}

static void key_twice_is_typed(void **state)
{
	(void)state;
	open_two(false);
	assert_int_equal(type(MUX_KEY), -1);
	assert_int_equal(type(MUX_KEY), 0);
	assert_int_equal(type('1'), 0);
}

static void digit_shows_one_guest_with_its_last_lines(void **state)
{
	(void)state;
	open_two(false);
	feed(0, "web line\r\n");
	feed(1, "vault line\r\nvault$ ");
	screen();
	command('2');
	assert_string_equal(screen(), "carrel: vault alone; Ctrl-] a shows all, Ctrl-] h helps\r\n"
				      "vault line\r\nvault$ ");
	assert_int_equal(type('x'), 1);
	feed(0, "unseen\r\n");
	assert_string_equal(screen(), "");
	feed(1, "raw");
	assert_string_equal(screen(), "raw");
	assert_false(mux_waiting(&mux));
	command('1');
	assert_non_null(strstr(screen(), "web line\r\nunseen\r\n"));
	assert_int_equal(type('x'), 0);
}

static void replay_is_bounded(void **state)
{
	const char *text;
	uint32_t lines = 0;

	(void)state;
	open_two(false);
	for (int i = 0; i < 100; i++) {
		char line[32];

		sprintf(line, "line %d\r\n", i);
		feed(1, line);
		screen();
	}
	command('2');
	text = strchr(screen(), '\n') + 1;
	assert_memory_equal(text, "line 76\r\n", 9);
	for (; *text != 0; text++)
		lines += *text == '\n';
	assert_int_equal(lines, MUX_REPLAY_LINES);
}

static void replay_of_one_endless_line_is_bounded(void **state)
{
	char part[201];

	(void)state;
	open_two(false);
	memset(part, 'x', 200);
	part[200] = 0;
	for (int i = 0; i < 50; i++) {
		assert_int_equal(feed(1, part), 200);
		screen();
	}
	command('2');
	assert_int_equal(strlen(strstr(screen(), "helps\r\n") + 7), MUX_HISTORY);
}

static void all_and_next(void **state)
{
	(void)state;
	open_two(false);
	command('n');
	assert_non_null(strstr(screen(), "vault alone"));
	assert_int_equal(type('x'), 1);
	command('n');
	assert_non_null(strstr(screen(), "web alone"));
	command('n');
	screen();
	command('a');
	assert_string_equal(screen(), "carrel: all guests; you type to vault\r\n");
	feed(0, "x\r\n");
	assert_string_equal(screen(), "[web] x\r\n");
}

static void unknown_keys_are_said(void **state)
{
	static const uint8_t key[] = {'3', '9', '0', 'z', 0, 0xff, '\r'};

	(void)state;
	open_two(false);
	for (size_t i = 0; i < ARRAY_SIZE(key); i++) {
		command(key[i]);
		assert_string_equal(screen(), "carrel: no such key; Ctrl-] h helps\r\n");
		assert_int_equal(mux.shown, MUX_ALL);
	}
	command('h');
	assert_non_null(strstr(screen(), "1 web, 2 vault"));
	command('?');
	assert_non_null(strstr(screen(), "1 web, 2 vault"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_guest_gets_every_key),
		cmocka_unit_test(no_guest_takes_no_key),
		cmocka_unit_test(typing_goes_to_the_first_guest),
		cmocka_unit_test(key_twice_is_typed),
		cmocka_unit_test(digit_shows_one_guest_with_its_last_lines),
		cmocka_unit_test(replay_is_bounded),
		cmocka_unit_test(replay_of_one_endless_line_is_bounded),
		cmocka_unit_test(all_and_next),
		cmocka_unit_test(unknown_keys_are_said),
	};

	return cmocka_run_group_tests_name("serial_mux_keys", tests, NULL, NULL);
}
