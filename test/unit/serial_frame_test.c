/* SPDX-License-Identifier: MIT */
/* LINK: drivers/serial/frame.c vmm-user/rt/ring.c */
/* Frames: writing them, and reading them from a ring as hostile input. */
#include "drivers/serial/frame.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "lib/compiler.h"

#define BYTES 1024u

static struct ring_producer out;
static struct ring_consumer in;

static int setup(void **state)
{
	void *memory = aligned_alloc(64, BYTES);

	memset(memory, 0, BYTES);
	ring_producer_attach(&out, memory, BYTES);
	ring_consumer_attach(&in, memory, BYTES);
	*state = memory;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void send(const void *bytes, size_t size)
{
	assert_true(ring_write_all(&out, bytes, size));
}

static void frame_is_put(void **state)
{
	static struct fifo fifo;
	static const uint8_t want[] = {TAP_MAGIC, TAP_OUTPUT, 3, 2, 'h', 'i'};

	(void)state;
	frame_put(&fifo, TAP_OUTPUT, 3, "hi", 2);
	assert_int_equal(fifo_used(&fifo), sizeof(want));
	for (size_t i = 0; i < sizeof(want); i++)
		assert_int_equal(fifo_get(&fifo), want[i]);
}

static void good_frames_are_read(void **state)
{
	static const uint8_t bytes[] = {TAP_MAGIC, TAP_NAME, 2, 3, 'w', 'e', 'b', TAP_MAGIC,
		TAP_END, 2, 8, 3, 1, 0, 0, 33, 0, 0, 0, TAP_MAGIC, TAP_DONE, 0, 0};
	struct frame frame;

	(void)state;
	send(bytes, sizeof(bytes));
	assert_true(frame_peek(&in, &frame));
	assert_int_equal(frame.head.type, TAP_NAME);
	assert_int_equal(frame.head.channel, 2);
	assert_string_equal(frame.name, "web");
	assert_true(frame_peek(&in, &frame)); /* looking does not take */
	assert_int_equal(frame.head.type, TAP_NAME);
	frame_take(&in, &frame);
	assert_true(frame_peek(&in, &frame));
	assert_int_equal(frame.head.type, TAP_END);
	assert_int_equal(frame.end.how, 3);
	assert_int_equal(frame.end.restarted, 1);
	assert_int_equal(frame.end.code, 33);
	frame_take(&in, &frame);
	assert_true(frame_peek(&in, &frame));
	assert_int_equal(frame.head.type, TAP_DONE);
	frame_take(&in, &frame);
	assert_false(frame_peek(&in, &frame));
	assert_int_equal(ring_pending(&in), 0);
}

static void half_a_frame_is_waited_for(void **state)
{
	static const uint8_t bytes[] = {TAP_MAGIC, TAP_NAME, 1, 2, 'a', 'b'};
	struct frame frame;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
		send(&bytes[i], 1);
		assert_false(frame_peek(&in, &frame));
	}
	send(&bytes[sizeof(bytes) - 1], 1);
	assert_true(frame_peek(&in, &frame));
	assert_string_equal(frame.name, "ab");
}

/* Each row is no frame; the good one behind it is still found. */
static void nonsense_is_skipped(void **state)
{
	static const uint8_t row[][4] = {
		{0, TAP_DONE, 0, 0},
		{TAP_MAGIC, 0, 0, 0},
		{TAP_MAGIC, TAP_OUTPUT, 0, 1},
		{TAP_MAGIC, TAP_DIAG, 0, 1},
		{TAP_MAGIC, TAP_DONE + 1, 0, 0},
		{TAP_MAGIC, 255, 0, 0},
		{TAP_MAGIC, TAP_DONE, 0, 1},
		{TAP_MAGIC, TAP_DONE, PLAN_COMPONENTS, 0},
		{TAP_MAGIC, TAP_END, 0, 7},
		{TAP_MAGIC, TAP_END, 0, 9},
		{TAP_MAGIC, TAP_NAME, 0, 0},
		{TAP_MAGIC, TAP_NAME, 0, PLAN_NAME},
		{TAP_MAGIC, TAP_NAME, 255, 3},
	};
	static const uint8_t good[] = {TAP_MAGIC, TAP_NAME, 4, 1, 'g'};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct frame frame;

		send(row[i], sizeof(row[i]));
		send(good, sizeof(good));
		assert_true(frame_peek(&in, &frame));
		assert_int_equal(frame.head.channel, 4);
		assert_string_equal(frame.name, "g");
		frame_take(&in, &frame);
		assert_int_equal(ring_pending(&in), 0);
	}
}

static void longest_name_is_terminated(void **state)
{
	uint8_t bytes[4 + PLAN_NAME - 1] = {TAP_MAGIC, TAP_NAME, 0, PLAN_NAME - 1};
	struct frame frame;

	(void)state;
	memset(bytes + 4, 'n', PLAN_NAME - 1);
	send(bytes, sizeof(bytes));
	assert_true(frame_peek(&in, &frame));
	assert_int_equal(strlen(frame.name), PLAN_NAME - 1);
}

static void random_bytes_are_survived(void **state)
{
	(void)state;
	srand(8);
	for (int round = 0; round < 20000; round++) {
		uint8_t bytes[16];
		struct frame frame;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = rand() % 3 == 0 ? TAP_MAGIC : (uint8_t)(rand() % 8);
		ring_write(&out, bytes, sizeof(bytes));
		while (frame_peek(&in, &frame)) {
			assert_true(frame.head.channel < PLAN_COMPONENTS);
			assert_true(frame.head.length < PLAN_NAME);
			frame_take(&in, &frame);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_is_put),
		cmocka_unit_test_setup_teardown(good_frames_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(half_a_frame_is_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(nonsense_is_skipped, setup, teardown),
		cmocka_unit_test_setup_teardown(longest_name_is_terminated, setup, teardown),
		cmocka_unit_test_setup_teardown(random_bytes_are_survived, setup, teardown),
	};

	return cmocka_run_group_tests_name("serial_frame", tests, NULL, NULL);
}
