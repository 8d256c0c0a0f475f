/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/tap.c */
/*
 * The tap's parser: frames come out whole however the stream is cut, and what is
 * between them is skipped and counted.
 */
#include "carrel/tap.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "abi/start.h"
#include "lib/compiler.h"

/* What came out, as text: "name 2 web;" "out 2 a\n;" "end 2 1 0 7;" "done 0;" */
static char heard[4096];
static unsigned events;

static void hear(void *state, const struct tap_event *event)
{
	static const char *const words[] = {"", "name", "out", "diag", "end", "done"};
	size_t used = strlen(heard);
	char *at = heard + used;
	size_t room = sizeof(heard) - used;

	assert_ptr_equal(state, &events);
	events++;
	if (event->type == TAP_END) {
		struct tap_end end = tap_read_end(event);
		snprintf(at, room, "end %u %u %u %u;", event->channel, end.how, end.restarted,
			end.code);
	} else {
		snprintf(at, room, "%s %u %.*s;", words[event->type], event->channel,
			(int)event->length, (const char *)event->data);
	}
}

static struct tap_parser parser;

static int set_up(void **state)
{
	(void)state;
	parser = (struct tap_parser){0};
	heard[0] = '\0';
	events = 0;
	return 0;
}

static void feed(const void *data, size_t size)
{
	tap_feed(&parser, data, size, hear, &events);
}

#define FEED(text) feed(text, sizeof(text) - 1)

static void each_type_comes_out(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *want;
	} rows[] = {
		{"\xc5\x01\x02\x03web", 7, "name 2 web;"},
		{"\xc5\x02\x02\x01x", 5, "out 2 x;"},
		{"\xc5\x02\x02\x00", 4, "out 2 ;"},
		{"\xc5\x03\x04\x02no", 6, "diag 4 no;"},
		{"\xc5\x04\x02\x08\x03\x01\0\0\x07\x01\0\0", 12, "end 2 3 1 263;"},
		{"\xc5\x05\x00\x00", 4, "done 0 ;"},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		set_up(state);
		feed(rows[i].bytes, rows[i].size);
		assert_string_equal(heard, rows[i].want);
		assert_int_equal(parser.skipped, 0);
		assert_int_equal(parser.used, 0);
	}
}

/* Headers that must not pass for a frame: the byte after them is a good one. */
static void wrong_headers_are_skipped(void **state)
{
	static const char *const headers[] = {
		"\xc5\x06\x02\x01",                     /* no such type */
		"\xc5\xff\x02\x01", "\xc5\x01\x02\x20", /* a name of 32 characters */
		"\xc5\x04\x02\x07",                     /* an end record that is too short */
		"\xc5\x04\x02\x09",                     /* or too long */
		"\xc5\x05\x02\x01",                     /* done with a payload */
	};
	static const char zero_type[] = "\xc5\x00\x02\x01", no_name[] = "\xc5\x01\x02\x00";

	for (unsigned i = 0; i < ARRAY_SIZE(headers); i++) {
		set_up(state);
		feed(headers[i], 4);
		FEED("\xc5\x02\x02\x01x");
		assert_string_equal(heard, "out 2 x;");
		assert_int_equal(parser.skipped, 4);
	}
	set_up(state);
	feed(zero_type, 4);
	feed(no_name, 4);
	FEED("\xc5\x02\x02\x01x");
	assert_string_equal(heard, "out 2 x;");
	assert_int_equal(parser.skipped, 8);
}

static uint64_t up_us;

static void hear_activity(void *state, const struct tap_event *event)
{
	(void)state;
	assert_int_equal(event->type, TAP_ACTIVITY);
	assert_int_equal(event->channel, 3);
	up_us = tap_read_activity(event).up_us;
}

/* As a driver sends it; of another size, or the question itself, it is no frame. */
static void activity_comes_out(void **state)
{
	const struct tap_activity activity = {.up_us = 0x123456789abcdef0};
	uint8_t frame[4 + sizeof(activity)] = {TAP_MAGIC, TAP_ACTIVITY, 3, sizeof(activity)};

	(void)state;
	memcpy(frame + 4, &activity, sizeof(activity));
	tap_feed(&parser, frame, sizeof(frame), hear_activity, NULL);
	assert_int_equal(up_us, activity.up_us);
	assert_int_equal(parser.skipped, 0);
	frame[3]--;
	up_us = 0;
	tap_feed(&parser, frame, sizeof(frame), hear_activity, NULL);
	tap_feed(&parser, "\xc5\x07\0\0", 4, hear_activity, NULL);
	assert_int_equal(up_us, 0);
	assert_true(parser.skipped > 0);
}

static void unknown_channels_are_skipped(void **state)
{
	(void)state;
	parser.channels = 4;
	FEED("\xc5\x02\r\n"); /* would be a frame of channel 13 */
	FEED("\xc5\x02\x04\x01x");
	FEED("\xc5\x02\x03\x01y");
	assert_string_equal(heard, "out 3 y;");
	assert_int_equal(parser.skipped, 9);
}

static const char stream[] = "firmware says \xc5 hello\r\n"
			     "\xc5\x01\x02\x03web"
			     "\xc5\xc5\x02\x02\x04"
			     "a\xc5\x02\n" /* a stray magic; magic in a payload */
			     "noise"
			     "\xc5\x03\x02\x02hm"
			     "\xc5\x04\x02\x08\x01\0\0\0\0\0\0\0"
			     "\xc5\x05\0\0";
static const char *const stream_heard =
	"name 2 web;out 2 a\xc5\x02\n;diag 2 hm;end 2 1 0 0;done 0 ;";

static void garbage_between_frames_is_skipped(void **state)
{
	(void)state;
	feed(stream, sizeof(stream) - 1);
	assert_string_equal(heard, stream_heard);
	assert_int_equal(parser.skipped, 23 + 1 + 5);
}

/* Every place to cut the stream in three. */
static void frames_may_be_split_anywhere(void **state)
{
	size_t size = sizeof(stream) - 1;

	for (size_t a = 0; a <= size; a++)
		for (size_t b = a; b <= size; b++) {
			set_up(state);
			feed(stream, a);
			feed(stream + a, b - a);
			feed(stream + b, size - b);
			assert_string_equal(heard, stream_heard);
		}
}

static void longest_payload_fits(void **state)
{
	uint8_t frame[4 + 255] = {TAP_MAGIC, TAP_OUTPUT, 9, 255};

	(void)state;
	memset(frame + 4, 'x', 255);
	feed(frame, sizeof(frame));
	assert_int_equal(events, 1);
	assert_int_equal(strlen(heard), strlen("out 9 ;") + 255);
}

static void unfinished_frame_says_nothing(void **state)
{
	(void)state;
	FEED("\xc5\x02\x02\x05"
	     "abcd");
	assert_int_equal(events, 0);
	FEED("e");
	assert_string_equal(heard, "out 2 abcde;");
}

/* Any bytes: the parser stays inside its buffer and accounts for every byte. */
static void noise_is_accounted_for(void **state)
{
	uint32_t seed = 7;
	uint64_t in = 0;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		seed = seed * 1664525 + 1013904223;
		uint8_t byte = (seed >> 28) < 4 ? TAP_MAGIC : (uint8_t)(seed >> 24) % 9;
		heard[0] = '\0';
		feed(&byte, 1);
		in++;
		assert_true(parser.used < sizeof(parser.frame));
		assert_true(parser.skipped + parser.used <= in);
	}
	assert_true(events > 0);
	assert_true(parser.skipped > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_type_comes_out, set_up),
		cmocka_unit_test_setup(wrong_headers_are_skipped, set_up),
		cmocka_unit_test_setup(activity_comes_out, set_up),
		cmocka_unit_test_setup(unknown_channels_are_skipped, set_up),
		cmocka_unit_test_setup(garbage_between_frames_is_skipped, set_up),
		cmocka_unit_test_setup(frames_may_be_split_anywhere, set_up),
		cmocka_unit_test_setup(longest_payload_fits, set_up),
		cmocka_unit_test_setup(unfinished_frame_says_nothing, set_up),
		cmocka_unit_test_setup(noise_is_accounted_for, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
