/* SPDX-License-Identifier: MIT */
/* LINK: drivers/serial/mux.c drivers/serial/mux_keys.c drivers/serial/screen.c */
/* LINK: drivers/serial/frame.c vmm-user/rt/ring.c vmm-user/rt/format.c vmm-user/rt/ending.c */
/*
 * The console multiplexer: what a person sees and what the tap carries, for one
 * and for several guests, with keys, ends and floods.
 */
#include "drivers/serial/mux.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "drivers/serial/frame.h"
#include "lib/compiler.h"

static struct mux mux;
static char seen[FIFO_SIZE + 1];

/* Takes what is on the screen since the last call. */
static const char *screen(void)
{
	size_t length = 0;

	while (fifo_used(&mux.screen.out) > 0)
		seen[length++] = (char)fifo_get(&mux.screen.out);
	seen[length] = 0;
	return seen;
}

/* Takes what the tap carries as text: "N0=web;" "O0=bytes;" "D" "E0=how,code,restarted;" "X;" */
static const char *tap(void)
{
	size_t length = 0;

	while (fifo_used(&mux.tap) > 0) {
		struct tap_frame head;
		uint8_t data[256] = {0};

		head.magic = fifo_get(&mux.tap);
		head.type = fifo_get(&mux.tap);
		head.channel = fifo_get(&mux.tap);
		head.length = fifo_get(&mux.tap);
		assert_int_equal(head.magic, TAP_MAGIC);
		for (uint32_t i = 0; i < head.length; i++)
			data[i] = fifo_get(&mux.tap);
		if (head.type == TAP_END) {
			struct tap_end end;

			assert_int_equal(head.length, sizeof(end));
			memcpy(&end, data, sizeof(end));
			length += (size_t)sprintf(seen + length, "E%u=%u,%u,%u;", head.channel,
				end.how, end.code, end.restarted);
		} else if (head.type == TAP_DONE) {
			length += (size_t)sprintf(seen + length, "X;");
		} else {
			length += (size_t)sprintf(seen + length, "%c%u=%s;", " NOD"[head.type],
				head.channel, (char *)data);
		}
	}
	seen[length] = 0;
	return seen;
}

static uint32_t feed(uint32_t guest, const char *text)
{
	return mux_feed(&mux, guest, (const uint8_t *)text, (uint32_t)strlen(text));
}

static uint32_t feed_diag(uint32_t guest, const char *text)
{
	return mux_feed_diag(&mux, guest, (const uint8_t *)text, (uint32_t)strlen(text));
}

static int type(uint8_t byte)
{
	uint8_t out;
	int guest = mux_key(&mux, byte, &out);

	if (guest >= 0)
		assert_int_equal(out, byte);
	return guest;
}

static void command(uint8_t key)
{
	assert_int_equal(type(MUX_KEY), -1);
	assert_int_equal(type(key), -1);
}

static void open_one(bool tap_on)
{
	mux_open(&mux, tap_on);
	assert_int_equal(mux_add(&mux, "web", true), 0);
}

static void open_two(bool tap_on)
{
	open_one(tap_on);
	assert_int_equal(mux_add(&mux, "vault", true), 1);
}

static void one_guest_is_raw(void **state)
{
	(void)state;
	open_one(false);
	mux_banner(&mux);
	assert_string_equal(screen(), "carrel: this is the console of web\r\n");
	assert_int_equal(feed(0, "a\r\n\x1b[2Jb"), 8);
	assert_string_equal(screen(), "a\r\n\x1b[2Jb");
	assert_false(mux_waiting(&mux));
}

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

static void banner_names_guests_and_keys(void **state)
{
	const char *text;

	(void)state;
	open_two(false);
	mux_banner(&mux);
	text = screen();
	assert_non_null(strstr(text, "carrel: guests: 1 web, 2 vault\r\n"));
	assert_non_null(strstr(text, "Ctrl-] 1..9"));
	assert_non_null(strstr(text, "you type to web"));
}

static void lines_are_prefixed(void **state)
{
	(void)state;
	open_two(false);
	feed(0, "one\r\ntwo\r\n");
	feed(1, "three\r\n");
	assert_string_equal(screen(), "[web] one\r\n[web] two\r\n[vault] three\r\n");
}

static void lines_are_not_torn_apart(void **state)
{
	(void)state;
	open_two(false);
	feed(0, "on");
	feed(1, "tw");
	feed(0, "e\r\n");
	feed(1, "o\r\n");
	assert_string_equal(screen(), "[web] one\r\n[vault] two\r\n");
}

/* A prompt has no line end: it is shown after two ticks. */
static void unfinished_line_is_shown_after_a_while(void **state)
{
	(void)state;
	open_two(false);
	feed(0, "login: ");
	assert_true(mux_waiting(&mux));
	mux_tick(&mux);
	assert_string_equal(screen(), "");
	mux_tick(&mux);
	assert_string_equal(screen(), "[web] login: ");
	assert_false(mux_waiting(&mux));
	feed(0, "r");
	assert_string_equal(screen(), "r"); /* what is typed is echoed at once */
	feed(1, "boot\r\n");
	assert_string_equal(screen(), "\r\n[vault] boot\r\n");
	feed(0, "oot\r\n");
	assert_string_equal(screen(), "[web] oot\r\n");
}

static void new_bytes_restart_the_wait(void **state)
{
	(void)state;
	open_two(false);
	feed(0, "a");
	mux_tick(&mux);
	feed(0, "b");
	mux_tick(&mux);
	assert_string_equal(screen(), "");
	mux_tick(&mux);
	assert_string_equal(screen(), "[web] ab");
}

static void long_line_is_shown_in_parts(void **state)
{
	char line[MUX_LINE + 11];

	(void)state;
	open_two(false);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = 0;
	assert_int_equal(feed(0, line), FRAME_PAYLOAD_MAX); /* one frame's worth at most */
	feed(0, line + FRAME_PAYLOAD_MAX);
	assert_int_equal(strlen(screen()), strlen("[web] ") + MUX_LINE + 10);
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

static void same_name_is_the_same_guest(void **state)
{
	(void)state;
	open_two(false);
	assert_int_equal(mux_add(&mux, "vault", false), 1);
	assert_int_equal(mux_add(&mux, "web", false), 0);
	assert_int_equal(mux_add(&mux, "other", false), 2);
	assert_int_equal(mux.consoles, 2);
	assert_int_equal(mux_add(&mux, "a-name-that-is-far-too-long-for-this", true), -1);
}

static void too_many_guests_are_refused(void **state)
{
	char name[8];

	(void)state;
	mux_open(&mux, false);
	for (uint32_t i = 0; i < MUX_GUESTS; i++) {
		sprintf(name, "g%u", i);
		assert_int_equal(mux_add(&mux, name, true), i);
	}
	assert_int_equal(mux_add(&mux, "more", true), -1);
	mux_banner(&mux);
	assert_non_null(strstr(screen(), "1 g0, 2 g1"));
}

static void diag_lines_stand_alone(void **state)
{
	(void)state;
	open_one(false);
	feed(0, "half");
	feed_diag(0, "unknown MSR");
	assert_string_equal(screen(), "half");
	feed_diag(0, " 0x17\nnext\n");
	assert_string_equal(screen(), "\r\ncarrel: web: unknown MSR 0x17\r\ncarrel: web: next\r\n");
}

static void diag_lines_are_made_harmless(void **state)
{
	(void)state;
	open_one(false);
	feed_diag(0, "a\x1b[31m\tb\x80\r\n");
	assert_string_equal(screen(), "carrel: web: a?[31m?b??\r\n");
}

static void endless_diag_line_is_cut(void **state)
{
	(void)state;
	open_one(false);
	for (uint32_t i = 0; i < MUX_DIAG; i++)
		feed_diag(0, "y");
	assert_int_equal(strlen(screen()), strlen("carrel: web: ") + MUX_DIAG + 2);
}

static void tap_carries_everything(void **state)
{
	(void)state;
	open_two(true);
	feed(1, "hello\n");
	feed(1, "again");
	feed(0, "x");
	feed_diag(0, "note\n");
	assert_string_equal(tap(), "N1=vault;O1=hello\n;O1=again;N0=web;O0=x;D0=note\n;");
	command('2');
	feed(0, "unseen");
	assert_string_equal(tap(), "O0=unseen;");
}

static void tap_uses_inits_numbers(void **state)
{
	char name[PLAN_NAME] = "vault";

	(void)state;
	open_two(true);
	feed(1, "a");
	mux_name(&mux, 7, name);
	feed(1, "b");
	assert_string_equal(tap(), "N1=vault;O1=a;N7=vault;O7=b;");
	assert_int_equal(mux_of_channel(&mux, 7), 1);
	assert_int_equal(mux_of_channel(&mux, 1), -1);
	mux_name(&mux, 200, name); /* out of range: ignored */
	assert_int_equal(mux_of_channel(&mux, 7), 1);
}

static void no_tap_gets_nothing(void **state)
{
	(void)state;
	open_one(false);
	feed(0, "a");
	mux_done(&mux);
	assert_int_equal(fifo_used(&mux.tap), 0);
}

static const struct tap_end powered_off = {.how = GUEST_POWEROFF};
static const struct tap_end killed = {.how = GUEST_KILLED, .restarted = 1, .code = KILL_VMM_FAULT};

static void end_is_shown(void **state)
{
	(void)state;
	open_two(true);
	feed(0, "bye\n");
	assert_false(mux_end_blocked(&mux, 0));
	mux_end(&mux, 0, &powered_off, 0, 0);
	assert_string_equal(screen(), "[web] bye\ncarrel: web: powered off\r\n");
	assert_string_equal(tap(), "N0=web;O0=bye\n;E0=1,0,0;");
	mux_end(&mux, 1, &killed, 0, 0);
	assert_string_equal(
		screen(), "carrel: vault: killed: the monitor faulted; it is started again\r\n");
	assert_string_equal(tap(), "N1=vault;E1=5,1,1;");
	assert_true(mux_settled(&mux));
}

/* What the guest wrote before it ended comes before the line about its end, and
 * what its successor writes comes after. */
static void end_waits_for_what_was_written(void **state)
{
	(void)state;
	open_two(true);
	mux_end(&mux, 0, &killed, 5, 2);
	assert_string_equal(screen(), "");
	assert_true(mux_end_blocked(&mux, 0));
	assert_false(mux_settled(&mux));
	assert_true(mux_waiting(&mux));
	assert_int_equal(feed(0, "last\nfirst\n"), 5);
	assert_int_equal(feed(0, "first\n"), 0);
	assert_string_equal(screen(), "[web] last\n");
	assert_int_equal(feed_diag(0, "d\nnew\n"), 2);
	assert_string_equal(screen(), "carrel: web: d\r\n"
				      "carrel: web: killed: the monitor faulted; it is started "
				      "again\r\n");
	assert_string_equal(tap(), "N0=web;O0=last\n;D0=d\n;E0=5,1,1;");
	assert_int_equal(feed(0, "first\n"), 6);
	assert_string_equal(screen(), "[web] first\n");
	assert_true(mux_settled(&mux));
}

static void end_shows_the_unfinished_line_first(void **state)
{
	(void)state;
	open_two(false);
	feed(0, "panic");
	mux_end(&mux, 0, &powered_off, 0, 0);
	assert_string_equal(screen(), "[web] panic\r\ncarrel: web: powered off\r\n");
}

static void end_of_a_guest_without_channels(void **state)
{
	static const struct tap_end none = {.how = GUEST_KILLED, .code = KILL_NO_MODULE};
	char name[PLAN_NAME] = "ghost";

	(void)state;
	open_one(true);
	mux_name(&mux, 5, name);
	assert_false(mux_end_blocked(&mux, 5));
	mux_end(&mux, 5, &none, 0, 0);
	assert_string_equal(
		screen(), "carrel: ghost: killed: a file of the plan was not loaded by GRUB\r\n");
	assert_string_equal(tap(), "N5=ghost;E5=5,6,0;");
	mux_end(&mux, 250, &none, 0, 0); /* out of range: ignored */
	assert_string_equal(screen(), "");
}

static void done_is_told_to_the_tap(void **state)
{
	(void)state;
	open_one(true);
	assert_true(mux_settled(&mux));
	mux_done(&mux);
	assert_true(mux.done);
	assert_string_equal(tap(), "X;");
}

static uint32_t flood(uint32_t guest)
{
	static const char line[] = "flood flood flood flood flood flood\r\n";
	uint32_t sum = 0, taken;

	do {
		taken = feed(guest, line);
		sum += taken;
	} while (taken == sizeof(line) - 1);
	return sum;
}

static void flood_leaves_room_for_the_driver(void **state)
{
	(void)state;
	open_two(false);
	assert_true(flood(0) > 1000);
	assert_int_equal(feed(0, "x"), 0);
	assert_int_equal(feed(1, "x"), 0);
	assert_true(fifo_free(&mux.screen.out) >= SCREEN_RESERVE);
	assert_int_equal(feed_diag(1, "x\n"), 0);
	command('h');
	assert_non_null(strstr(screen(), "Ctrl-] h this help"));
	assert_int_equal(feed(1, "x\n"), 2);
}

/* A full tap holds a guest back; nothing is lost and no frame is torn. */
static void full_tap_holds_back(void **state)
{
	uint32_t sum = 0, taken;

	(void)state;
	open_one(true);
	do {
		taken = feed(0, "0123456789");
		sum += taken;
		screen();
	} while (taken > 0);
	assert_true(sum > 3000);
	assert_true(mux_end_blocked(&mux, 0));
	assert_int_equal(feed_diag(0, "x\n"), 0);
	assert_non_null(strstr(tap(), "O0=0123456789;"));
	assert_false(mux_end_blocked(&mux, 0));
	assert_int_equal(feed(0, "x"), 1);
}

/* An end that found no room is shown by a later tick. */
static void end_without_room_comes_later(void **state)
{
	(void)state;
	open_two(true);
	flood(0);
	mux_end(&mux, 1, &powered_off, 0, 0);
	assert_false(mux_settled(&mux));
	screen();
	tap();
	mux_tick(&mux);
	assert_non_null(strstr(screen(), "carrel: vault: powered off"));
	assert_true(mux_settled(&mux));
}

static void hidden_guest_is_not_held_back_by_the_screen(void **state)
{
	(void)state;
	open_two(false);
	command('1');
	flood(0);
	assert_int_equal(feed(0, "x"), 0);
	assert_int_equal(feed(1, "hello"), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_guest_is_raw),
		cmocka_unit_test(one_guest_gets_every_key),
		cmocka_unit_test(no_guest_takes_no_key),
		cmocka_unit_test(banner_names_guests_and_keys),
		cmocka_unit_test(lines_are_prefixed),
		cmocka_unit_test(lines_are_not_torn_apart),
		cmocka_unit_test(unfinished_line_is_shown_after_a_while),
		cmocka_unit_test(new_bytes_restart_the_wait),
		cmocka_unit_test(long_line_is_shown_in_parts),
		cmocka_unit_test(typing_goes_to_the_first_guest),
		cmocka_unit_test(key_twice_is_typed),
		cmocka_unit_test(digit_shows_one_guest_with_its_last_lines),
		cmocka_unit_test(replay_is_bounded),
		cmocka_unit_test(replay_of_one_endless_line_is_bounded),
		cmocka_unit_test(all_and_next),
		cmocka_unit_test(unknown_keys_are_said),
		cmocka_unit_test(same_name_is_the_same_guest),
		cmocka_unit_test(too_many_guests_are_refused),
		cmocka_unit_test(diag_lines_stand_alone),
		cmocka_unit_test(diag_lines_are_made_harmless),
		cmocka_unit_test(endless_diag_line_is_cut),
		cmocka_unit_test(tap_carries_everything),
		cmocka_unit_test(tap_uses_inits_numbers),
		cmocka_unit_test(no_tap_gets_nothing),
		cmocka_unit_test(end_is_shown),
		cmocka_unit_test(end_waits_for_what_was_written),
		cmocka_unit_test(end_shows_the_unfinished_line_first),
		cmocka_unit_test(end_of_a_guest_without_channels),
		cmocka_unit_test(done_is_told_to_the_tap),
		cmocka_unit_test(flood_leaves_room_for_the_driver),
		cmocka_unit_test(full_tap_holds_back),
		cmocka_unit_test(end_without_room_comes_later),
		cmocka_unit_test(hidden_guest_is_not_held_back_by_the_screen),
	};

	return cmocka_run_group_tests_name("serial_mux", tests, NULL, NULL);
}
