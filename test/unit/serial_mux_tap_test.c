/* SPDX-License-Identifier: MIT */
/* LINK: drivers/serial/mux.c drivers/serial/mux_keys.c drivers/serial/screen.c */
/* LINK: drivers/serial/frame.c vmm-user/rt/ring.c vmm-user/rt/format.c vmm-user/rt/ending.c */
/*
 * The console multiplexer: what the tap carries, how a guest's end is told, and
 * what happens when screen or tap are full.
 */
#include "test/unit/serial_mux_fixture.h"

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

/* Was a TAP_NAME without a name, which is no frame to the host tool. */
static void end_of_a_component_without_a_name(void **state)
{
	(void)state;
	open_one(true);
	mux_end(&mux, 6, &powered_off, 0, 0);
	assert_non_null(strstr(screen(), "carrel: a component: powered off"));
	assert_null(strstr(tap(), "N6"));
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
		cmocka_unit_test(tap_carries_everything),
		cmocka_unit_test(tap_uses_inits_numbers),
		cmocka_unit_test(no_tap_gets_nothing),
		cmocka_unit_test(end_is_shown),
		cmocka_unit_test(end_waits_for_what_was_written),
		cmocka_unit_test(end_shows_the_unfinished_line_first),
		cmocka_unit_test(end_of_a_guest_without_channels),
		cmocka_unit_test(end_of_a_component_without_a_name),
		cmocka_unit_test(done_is_told_to_the_tap),
		cmocka_unit_test(flood_leaves_room_for_the_driver),
		cmocka_unit_test(full_tap_holds_back),
		cmocka_unit_test(end_without_room_comes_later),
		cmocka_unit_test(hidden_guest_is_not_held_back_by_the_screen),
	};

	return cmocka_run_group_tests_name("serial_mux_tap", tests, NULL, NULL);
}
