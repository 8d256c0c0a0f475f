/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/rt/frames.c */
/* A ring of frames: order, room, who is signalled, and what a hostile other end can do. */
#include "rt/frames.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static struct frame_ring ring;
static struct frames_out out;
static struct frames_in in;

static int setup(void **state)
{
	(void)state;
	memset(&ring, 0, sizeof(ring));
	frames_out_attach(&out, &ring);
	frames_in_attach(&in, &ring, false);
	return 0;
}

static bool put(uint8_t mark)
{
	uint8_t *to = frames_place(&out);

	if (!to)
		return false;
	memset(to, mark, 60);
	frames_put(&out, 60);
	return true;
}

static int take(void)
{
	size_t size;
	const uint8_t *from = frames_look(&in, &size);

	if (!from)
		return -1;
	assert_int_equal(size, 60);
	frames_take(&in);
	return from[59];
}

static void frames_come_in_order(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3 * FRAME_SLOTS; i++) {
		assert_true(put((uint8_t)i));
		assert_int_equal(take(), -1); /* not published yet */
		(void)frames_out_flush(&out);
		assert_int_equal(take(), (uint8_t)i);
		assert_int_equal(take(), -1);
		(void)frames_in_flush(&in);
	}
}

static void room_ends_and_comes_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FRAME_SLOTS; i++)
		assert_true(put((uint8_t)i));
	assert_false(put(0));
	(void)frames_out_flush(&out);
	assert_int_equal(take(), 0);
	assert_false(put(0)); /* taken, but not published */
	(void)frames_in_flush(&in);
	assert_true(put(0));
	assert_false(put(0));
}

static void only_a_sleeping_consumer_is_signalled(void **state)
{
	(void)state;
	put(1);
	assert_true(frames_out_flush(&out)); /* the first one of all */
	put(2);
	assert_false(frames_out_flush(&out)); /* it is awake */
	assert_int_equal(take(), 1);
	assert_true(frames_in_wait(&in)); /* there is one: no sleep */
	assert_int_equal(take(), 2);
	assert_false(frames_in_wait(&in));
	put(3);
	put(4);
	assert_true(frames_out_flush(&out));
	put(5);
	assert_false(frames_out_flush(&out));
	assert_false(frames_out_flush(&out));
}

static void only_a_waiting_producer_is_signalled(void **state)
{
	(void)state;
	while (put(0))
		;
	(void)frames_out_flush(&out);
	assert_false(frames_out_wait(&out));
	for (unsigned i = 0; i < FRAME_SLOTS / 4; i++) {
		take();
		if (frames_in_flush(&in) != (i == FRAME_SLOTS / 4 - 1))
			fail_msg("frame %u", i);
	}
	take();
	assert_false(frames_in_flush(&in));
	assert_true(frames_out_wait(&out));
}

/* Signals come once for a batch that passes the number, and across the wrap. */
static void numbers_wrap(void **state)
{
	(void)state;
	ring.head = ring.tail = 0xfffffffe;
	frames_out_attach(&out, &ring);
	frames_in_attach(&in, &ring, false);
	assert_false(frames_in_wait(&in));
	for (unsigned i = 0; i < 5; i++)
		assert_true(put((uint8_t)i));
	assert_true(frames_out_flush(&out));
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(take(), i);
	assert_int_equal(take(), -1);
	assert_int_equal(in.tail, 3);
}

static void impossible_sizes_are_passed_over(void **state)
{
	static const uint32_t sizes[] = {0, 13, 1519, 0xffffffff, 60};
	size_t size;

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		put((uint8_t)i);
	(void)frames_out_flush(&out);
	for (unsigned i = 0; i < 5; i++)
		ring.slot[i].size = sizes[i];
	assert_ptr_equal(frames_look(&in, &size), ring.slot[4].data);
	assert_int_equal(size, 60);
	assert_int_equal(in.bad, 4);
	ring.slot[4].size = FRAME_MAX;
	assert_non_null(frames_look(&in, &size));
	ring.slot[4].size = FRAME_MIN;
	assert_non_null(frames_look(&in, &size));
}

/* A consumer's counter that is wrong stops its own frames, until both agree again. */
static void a_wrong_tail_heals(void **state)
{
	(void)state;
	put(1);
	(void)frames_out_flush(&out);
	ring.tail = 77;
	assert_false(put(2));
	assert_true(frames_out_flush(&out)); /* head again, and a signal */
	assert_int_equal(ring.head, 1);
	in.tail = 77; /* a new consumer that believed it */
	assert_int_equal(take(), -1);
	assert_int_equal(in.bad, 1);
	(void)frames_in_flush(&in);
	assert_true(put(3));
	(void)frames_out_flush(&out);
	assert_int_equal(take(), 3);
}

static void a_wrong_head_heals(void **state)
{
	(void)state;
	ring.head = 0x80000000;
	assert_int_equal(take(), -1);
	(void)frames_in_flush(&in);
	assert_int_equal(ring.tail, 0x80000000);
	frames_out_attach(&out, &ring); /* a new producer */
	assert_true(put(9));
	(void)frames_out_flush(&out);
	assert_int_equal(take(), 9);
}

/* A producer that was wrong left a tail that says "full"; to the consumer it is empty. */
static void an_empty_ring_that_is_full_heals(void **state)
{
	(void)state;
	put(1);
	(void)frames_out_flush(&out);
	assert_int_equal(take(), 1);
	(void)frames_in_flush(&in);
	assert_false(frames_in_flush(&in));
	ring.tail = 1 - FRAME_SLOTS;
	frames_out_attach(&out, &ring); /* a new producer, which signals once */
	assert_false(put(2));
	assert_true(frames_in_flush(&in));
	assert_false(frames_in_flush(&in));
	assert_true(put(2));
	(void)frames_out_flush(&out);
	assert_int_equal(take(), 2);
}

/* The consumer found a head that was not the producer's, and nothing before it: the one
 * sees a full ring, the other an empty one. */
static void a_full_ring_that_is_empty_heals(void **state)
{
	(void)state;
	ring.head = (uint32_t)-FRAME_SLOTS;
	frames_in_attach(&in, &ring, true);
	assert_false(put(1));
	assert_true(frames_out_flush(&out));
	assert_int_equal(ring.head, 0);
	in.tail = 0; /* FRAME_SLOTS frames of long ago are taken */
	(void)frames_in_flush(&in);
	assert_true(put(2));
	(void)frames_out_flush(&out);
	assert_int_equal(take(), 2);
}

/* The end that stays does not notice; one that must not see old frames drops them. */
static void an_end_is_taken_up_again(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		put((uint8_t)i);
	(void)frames_out_flush(&out);
	assert_int_equal(take(), 0);
	(void)frames_in_flush(&in);
	assert_int_equal(take(), 1); /* never published: comes again */
	frames_in_attach(&in, &ring, false);
	assert_int_equal(take(), 1);
	put(4);
	frames_out_attach(&out, &ring); /* 4 was never published: gone */
	put(5);
	(void)frames_out_flush(&out);
	assert_int_equal(take(), 2);
	frames_in_attach(&in, &ring, true);
	assert_int_equal(take(), -1);
	put(6);
	(void)frames_out_flush(&out);
	assert_int_equal(take(), 6);
	ring.head = in.tail + FRAME_SLOTS + 1;
	frames_out_attach(&out, &ring);
	assert_int_equal(out.head, ring.tail);
	ring.head = ring.tail + FRAME_SLOTS + 1;
	frames_in_attach(&in, &ring, false);
	assert_int_equal(in.tail, ring.head);
}

/* A device fills slots ahead of head, in order; one holds no frame. */
static void slots_are_lent_to_a_device(void **state)
{
	(void)state;
	ring.head = ring.tail = 0xfffffffe;
	frames_out_attach(&out, &ring);
	frames_in_attach(&in, &ring, false);
	assert_int_equal(frames_room(&out), FRAME_SLOTS);
	for (unsigned i = 0; i < 4; i++) {
		uint8_t *data = (uint8_t *)&ring + frames_offset(out.head + i);

		assert_ptr_equal(data, ring.slot[(i + 254) % 256].data);
		memset(data, (int)i, 60);
	}
	frames_put(&out, 60);
	frames_put(&out, 0);
	frames_put(&out, 60);
	assert_int_equal(frames_room(&out), FRAME_SLOTS - 3);
	(void)frames_out_flush(&out);
	assert_int_equal(take(), 0);
	assert_int_equal(take(), 2);
	assert_int_equal(take(), -1);
	assert_int_equal(in.bad, 1);
	ring.tail = 77;
	assert_int_equal(frames_room(&out), 0);
	assert_true(frames_out_flush(&out)); /* as frames_place() heals it */
}

/* What was taken is published as the device gets done with it. */
static void taken_frames_are_published_later(void **state)
{
	uint32_t after[4];

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		put((uint8_t)i);
	(void)frames_out_flush(&out);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(take(), i);
		after[i] = in.tail;
	}
	assert_int_equal(ring.tail, 0);
	ring.want_room = 1;
	assert_false(frames_in_flush_to(&in, after[0]));
	assert_int_equal(ring.tail, 1);
	assert_true(frames_in_flush_to(&in, after[2]));
	assert_int_equal(ring.tail, 3);
	assert_false(frames_in_flush_to(&in, after[1]));     /* back */
	assert_false(frames_in_flush_to(&in, after[3] + 1)); /* what was not taken */
	assert_int_equal(ring.tail, 3);
	ring.head = 1000; /* set anew */
	assert_int_equal(take(), -1);
	(void)frames_in_flush(&in);
	assert_false(frames_in_flush_to(&in, after[3]));
	assert_int_equal(ring.tail, 1000);
}

static void short_frames_are_filled_up_with_zeroes(void **state)
{
	size_t size;

	(void)state;
	memset(ring.slot[0].data, 0x77, sizeof(ring.slot[0].data));
	(void)frames_place(&out);
	frames_put(&out, 20);
	(void)frames_out_flush(&out);
	assert_non_null(frames_look(&in, &size));
	assert_int_equal(frames_pad(&in, size, 60), 60);
	assert_int_equal(ring.slot[0].data[19], 0x77);
	for (unsigned i = 20; i < 60; i++)
		assert_int_equal(ring.slot[0].data[i], 0);
	assert_int_equal(ring.slot[0].data[60], 0x77);
	assert_int_equal(frames_pad(&in, 60, 60), 60);
	assert_int_equal(frames_pad(&in, 61, 60), 61);
	assert_int_equal(ring.slot[0].data[60], 0x77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(frames_come_in_order, setup),
		cmocka_unit_test_setup(room_ends_and_comes_back, setup),
		cmocka_unit_test_setup(only_a_sleeping_consumer_is_signalled, setup),
		cmocka_unit_test_setup(only_a_waiting_producer_is_signalled, setup),
		cmocka_unit_test_setup(numbers_wrap, setup),
		cmocka_unit_test_setup(impossible_sizes_are_passed_over, setup),
		cmocka_unit_test_setup(a_wrong_tail_heals, setup),
		cmocka_unit_test_setup(a_wrong_head_heals, setup),
		cmocka_unit_test_setup(an_empty_ring_that_is_full_heals, setup),
		cmocka_unit_test_setup(a_full_ring_that_is_empty_heals, setup),
		cmocka_unit_test_setup(an_end_is_taken_up_again, setup),
		cmocka_unit_test_setup(slots_are_lent_to_a_device, setup),
		cmocka_unit_test_setup(taken_frames_are_published_later, setup),
		cmocka_unit_test_setup(short_frames_are_filled_up_with_zeroes, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
