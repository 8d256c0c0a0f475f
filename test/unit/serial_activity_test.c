/* SPDX-License-Identifier: MIT */
/* LINK: drivers/serial/mux.c drivers/serial/mux_keys.c drivers/serial/screen.c */
/* LINK: drivers/serial/frame.c drivers/serial/activity.c */
/* LINK: vmm-user/rt/ring.c vmm-user/rt/format.c vmm-user/rt/ending.c */
/* What monitors show of their guests, on its way to the host tool. */
#include "test/unit/serial_mux_fixture.h"
#include "drivers/serial/activity.h"
#include "lib/compiler.h"

static struct activity shown;
static struct tap_activity sum;

static void rows_are_added_up(void **state)
{
	(void)state;
	memset(&shown, 0, sizeof(shown));
	shown.state = ACTIVITY_RUNNING;
	shown.vcpus = 3;
	shown.started = 5000;
	for (unsigned i = 0; i < 4; i++) { /* the fourth is none of its vCPUs */
		shown.vcpu[i].exits[KIND_IO] = 10 + i;
		shown.vcpu[i].exits[ACTIVITY_KINDS - 1] = 1;
		shown.vcpu[i].asleep = i % 2;
	}
	activity_sum(&shown, 5000 + 2500, 1000, &sum);
	assert_int_equal(sum.state, ACTIVITY_RUNNING);
	assert_int_equal(sum.vcpus, 3);
	assert_int_equal(sum.asleep, 1);
	assert_int_equal(sum.up_us, 2500);
	assert_int_equal(sum.exits[KIND_IO], 33);
	assert_int_equal(sum.exits[ACTIVITY_KINDS - 1], 3);
	assert_int_equal(sum.exits[KIND_HLT], 0);
}

static void starting_has_no_time(void **state)
{
	(void)state;
	memset(&shown, 0, sizeof(shown));
	activity_sum(&shown, 123456789, 1000, &sum);
	assert_int_equal(sum.up_us, 0);
	assert_int_equal(sum.state, ACTIVITY_STARTING);
}

/* A monitor that lies reaches no further than its own page; ASan watches. */
static void lies_are_bounded(void **state)
{
	(void)state;
	memset(&shown, 0xff, sizeof(shown));
	activity_sum(&shown, 1000, 1000, &sum);
	assert_int_equal(sum.vcpus, ACTIVITY_VCPUS);
	assert_int_equal(sum.asleep, ACTIVITY_VCPUS);
	assert_int_equal(sum.state, 0xff);
	assert_int_equal(sum.up_us, 0); /* began in the future */
	shown.state = 0x100; /* no known state when it is cut to a byte either */
	shown.started = 0;
	activity_sum(&shown, UINT64_MAX, 3000000, &sum);
	assert_int_equal(sum.state, 0xff);
	assert_int_equal(sum.up_us, /* no overflow */
		(uint64_t)((unsigned __int128)UINT64_MAX * 1000 / 3000000));
	activity_sum(&shown, UINT64_MAX, 0, &sum);
	assert_int_equal(sum.up_us, 0);
}

static bool heard(const char *bytes, size_t size)
{
	uint32_t so_far = 0;
	bool asked = false;

	for (size_t i = 0; i < size; i++)
		asked = frame_asked(&so_far, (uint8_t)bytes[i]);
	return asked;
}

static void only_the_question_is_heard(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		bool asked;
	} rows[] = {
		{"\xc5\x07\0\0", 4, true},
		{"x\xc5\x07\0\0", 5, true},
		{"\xc5\xc5\x07\0\0", 5, true},
		{"\xc5\x07\xc5\x07\0\0", 6, true},
		{"\xc5\x07\0\0\xc5\x07\0\0", 8, true},
		{"\xc5\x07\0\0\xc5\x07\0", 7, false},
		{"\xc5x\x07\0\0", 5, false},
		{"\xc5\x06\0\0", 4, false},
		{"\xc5\x07\1\0", 4, false},
		{"\xc5\x07\0\1", 4, false},
		{"\x07\0\0", 3, false},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(heard(rows[i].bytes, rows[i].size), rows[i].asked);
}

static unsigned taken(void)
{
	unsigned frames = 0;

	while (fifo_used(&mux.tap) > 0) {
		struct tap_frame head;

		head.magic = fifo_get(&mux.tap);
		head.type = fifo_get(&mux.tap);
		head.channel = fifo_get(&mux.tap);
		head.length = fifo_get(&mux.tap);
		assert_int_equal(head.magic, TAP_MAGIC);
		for (uint32_t i = 0; i < head.length; i++)
			fifo_get(&mux.tap);
		if (head.type != TAP_ACTIVITY)
			continue;
		assert_int_equal(head.length, sizeof(sum));
		frames++;
	}
	return frames;
}

static void each_console_answers_once(void **state)
{
	(void)state;
	open_two(true);
	mux_ask(&mux);
	assert_int_equal(mux.asked, 3);
	assert_true(mux_activity(&mux, 1, &sum));
	assert_int_equal(mux.asked, 1);
	assert_true(mux_activity(&mux, 0, &sum));
	assert_int_equal(mux.asked, 0);
	assert_int_equal(taken(), 2);
}

/* A guest that floods takes all room of the tap; the answer gets some in the end. */
static void flood_does_not_keep_the_answer_away(void **state)
{
	unsigned turns = 0;

	(void)state;
	open_two(true);
	command('2'); /* the flood is not shown, so that only the tap bounds it */
	while (feed(0, "flood flood flood\n") > 0)
		;
	mux_ask(&mux);
	while (!mux_activity(&mux, 0, &sum) && turns++ < 1000) {
		for (unsigned i = 0; i < 16; i++) /* the port sends a few bytes */
			fifo_get(&mux.tap);
		feed(0, "flood flood flood\n");
	}
	assert_in_range(turns, 1, 40);
}

static void without_a_tap_nobody_is_asked(void **state)
{
	(void)state;
	open_two(false);
	mux_ask(&mux);
	assert_int_equal(mux.asked, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_added_up),
		cmocka_unit_test(starting_has_no_time),
		cmocka_unit_test(lies_are_bounded),
		cmocka_unit_test(only_the_question_is_heard),
		cmocka_unit_test(each_console_answers_once),
		cmocka_unit_test(flood_does_not_keep_the_answer_away),
		cmocka_unit_test(without_a_tap_nobody_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
