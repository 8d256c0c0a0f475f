/* SPDX-License-Identifier: MIT */
/* LINK: drivers/serial/mux.c drivers/serial/mux_keys.c drivers/serial/screen.c */
/* LINK: drivers/serial/frame.c vmm-user/rt/ring.c vmm-user/rt/format.c vmm-user/rt/ending.c */
/*
 * The console multiplexer: what a person sees of one and of several guests, in
 * their own lines and in diagnostics.
 */
#include "test/unit/serial_mux_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_guest_is_raw),
		cmocka_unit_test(banner_names_guests_and_keys),
		cmocka_unit_test(lines_are_prefixed),
		cmocka_unit_test(lines_are_not_torn_apart),
		cmocka_unit_test(unfinished_line_is_shown_after_a_while),
		cmocka_unit_test(new_bytes_restart_the_wait),
		cmocka_unit_test(long_line_is_shown_in_parts),
		cmocka_unit_test(same_name_is_the_same_guest),
		cmocka_unit_test(too_many_guests_are_refused),
		cmocka_unit_test(diag_lines_stand_alone),
		cmocka_unit_test(diag_lines_are_made_harmless),
		cmocka_unit_test(endless_diag_line_is_cut),
	};

	return cmocka_run_group_tests_name("serial_mux", tests, NULL, NULL);
}
