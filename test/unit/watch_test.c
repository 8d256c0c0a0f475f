/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/watch.c tools/carrel/summary.c */
/* When the machine is asked what its guests do, and the lines made of its answers. */
#include "carrel/watch.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "lib/compiler.h"

static struct watch watch;
static struct summary summary;

static int setup(void **state)
{
	(void)state;
	watch = (struct watch){0};
	summary = (struct summary){.guests = 2, .guest = {{.name = "web"}, {.name = "vault"}}};
	return 0;
}

static struct tap_activity running(uint64_t up_us)
{
	return (struct tap_activity){.up_us = up_us, .state = ACTIVITY_RUNNING, .vcpus = 1};
}

static void answer(unsigned guest, uint64_t up_us, uint64_t io, uint64_t hlt)
{
	struct tap_activity activity = running(up_us);

	activity.exits[KIND_IO] = io;
	activity.exits[KIND_HLT] = hlt;
	watch_take(&watch, guest, &activity);
}

static const char *line(unsigned guest)
{
	static char text[WATCH_LINE];

	return watch_line(&watch, &summary, guest, text);
}

static void nobody_asks_by_itself(void **state)
{
	(void)state;
	for (unsigned second = 0; second < 100; second++)
		assert_int_equal(watch_next(&watch, &summary, second), WATCH_NOTHING);
}

static void key_asks_twice_and_shows_once(void **state)
{
	(void)state;
	watch_key(&watch, 10);
	assert_int_equal(watch_next(&watch, &summary, 10), WATCH_ASK);
	answer(0, 1000000, 100, 5);
	answer(1, 1000000, 7, 0);
	assert_int_equal(watch_next(&watch, &summary, 10.9), WATCH_NOTHING);
	assert_int_equal(watch_next(&watch, &summary, 11), WATCH_ASK);
	answer(0, 3000000, 2600, 25);
	assert_int_equal(watch_next(&watch, &summary, 11.1), WATCH_NOTHING);
	answer(1, 3000000, 7, 0);
	assert_int_equal(watch_next(&watch, &summary, 11.2), WATCH_SHOW);
	assert_string_equal(line(0), "web  running  3.0 s  1,260 exits/s: io 1,250, hlt 10\n");
	assert_string_equal(line(1), "vault  running  3.0 s  0 exits/s\n");
	assert_int_equal(watch_next(&watch, &summary, 60), WATCH_NOTHING);
}

/* A machine that is slow, or one guest of which does not answer. */
static void patience_ends(void **state)
{
	(void)state;
	watch.period = 1;
	assert_int_equal(watch_next(&watch, &summary, 1), WATCH_NOTHING);
	assert_int_equal(watch_next(&watch, &summary, 2), WATCH_ASK);
	answer(0, 500000, 50, 0);
	assert_int_equal(watch_next(&watch, &summary, 4), WATCH_NOTHING); /* no second question */
	assert_int_equal(watch_next(&watch, &summary, 7), WATCH_SHOW);
	assert_string_equal(line(0), "web  running  0.5 s  100 exits/s: io 100\n");
	assert_string_equal(line(1), "vault  no answer\n");
	assert_int_equal(watch_next(&watch, &summary, 7), WATCH_ASK);
	answer(0, 1000000, 50, 0); /* the late one, and that of now */
	answer(0, 1500000, 150, 0);
	answer(1, 1500000, 0, 0);
	assert_int_equal(watch_next(&watch, &summary, 8), WATCH_SHOW);
	assert_string_equal(line(0), "web  running  1.5 s  100 exits/s: io 100\n");
}

static void ended_guests_are_not_waited_for(void **state)
{
	(void)state;
	summary.guest[1].how = GUEST_KILLED;
	summary.guest[1].code = KILL_NO_MEMORY;
	watch_key(&watch, 0.5);
	assert_int_equal(watch_next(&watch, &summary, 0.5), WATCH_ASK);
	assert_int_equal(watch_next(&watch, &summary, 1.5), WATCH_ASK);
	answer(0, 1000000, 0, 0);
	assert_int_equal(watch_next(&watch, &summary, 1.6), WATCH_SHOW);
	assert_string_equal(line(1), "vault  ended: killed no-memory\n");
}

static void restart_counts_from_its_own_begin(void **state)
{
	(void)state;
	summary.guest[0].restarts = 2;
	answer(0, 9000000, 90000, 0);
	watch_key(&watch, 1);
	assert_int_equal(watch_next(&watch, &summary, 1), WATCH_ASK);
	answer(0, 500000, 1000, 0);
	assert_string_equal(line(0),
		"web  running  0.5 s  2,000 exits/s: io 2,000  (restarted 2 times)\n");
}

static void states_have_words(void **state)
{
	static const struct {
		struct tap_activity activity;
		const char *line;
	} rows[] = {
		{{.state = ACTIVITY_STARTING}, "web  starting\n"},
		{{.state = ACTIVITY_RUNNING, .vcpus = 1, .asleep = 1, .up_us = 12345678},
			"web  idle  12.3 s  0 exits/s\n"},
		{{.state = ACTIVITY_RUNNING, .vcpus = 4, .asleep = 3, .up_us = 1000000},
			"web  running  1.0 s  4 vCPUs, 3 asleep  0 exits/s\n"},
		{{.state = ACTIVITY_ENDED, .vcpus = 1, .up_us = 1000000},
			"web  ending  1.0 s  0 exits/s\n"},
		{{.state = 200, .vcpus = 1, .up_us = 1000000},
			"web  in no known state  1.0 s  0 exits/s\n"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		watch_take(&watch, 0, &rows[i].activity);
		assert_string_equal(line(0), rows[i].line);
	}
}

/* Four reasons at most, the most frequent first. */
static void top_reasons_are_named(void **state)
{
	struct tap_activity activity = running(1000000);

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		activity.exits[KIND_CPUID + i] = 10 + i;
	activity.exits[KIND_AGAIN] = 1000000;
	watch_take(&watch, 0, &activity);
	assert_string_equal(line(0), "web  running  1.0 s  1,000,075 exits/s: again 1,000,000, "
				     "rdtsc 15, rdpmc 14, invlpg 13\n");
}

/* Whatever a hostile monitor writes is a line of bounded length. */
static void nonsense_stays_a_line(void **state)
{
	struct tap_activity activity;

	(void)state;
	memset(&activity, 0xff, sizeof(activity));
	for (unsigned up = 0; up < 3; up++) {
		activity.up_us = up ? UINT64_MAX / up : 1;
		watch_take(&watch, 0, &activity);
		memset(summary.guest[0].name, 'n', PLAN_NAME - 1);
		summary.guest[0].restarts = UINT32_MAX;
		const char *text = line(0);
		assert_true(strlen(text) < WATCH_LINE);
		assert_int_equal(text[strlen(text) - 1], '\n');
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nobody_asks_by_itself, setup),
		cmocka_unit_test_setup(key_asks_twice_and_shows_once, setup),
		cmocka_unit_test_setup(patience_ends, setup),
		cmocka_unit_test_setup(ended_guests_are_not_waited_for, setup),
		cmocka_unit_test_setup(restart_counts_from_its_own_begin, setup),
		cmocka_unit_test_setup(states_have_words, setup),
		cmocka_unit_test_setup(top_reasons_are_named, setup),
		cmocka_unit_test_setup(nonsense_stays_a_line, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
