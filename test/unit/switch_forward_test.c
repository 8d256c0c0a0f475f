/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: drivers/switch/forward.c drivers/switch/bridge.c drivers/switch/table.c drivers/switch/bucket.c vmm-user/rt/frames.c */
/* clang-format on */
/* Frames between ports: what arrives, what is counted, rates, signals, restarts. */
#include "drivers/switch/forward.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#define KHZ 1000u /* a tick is a microsecond */
#define PORTS 3u

static struct forward forward;
static struct frame_ring *rings; /* of each port: from the client, to it */
static struct frames_out out[PORTS];
static struct frames_in in[PORTS];
static struct frame_port plan[PORTS];
static uint64_t now;
static bool moved;

static void restart(void)
{
	forward_init(&forward, KHZ);
	for (unsigned i = 0; i < PORTS; i++)
		forward_add(&forward, &plan[i], &rings[2 * i], &rings[2 * i + 1]);
}

static void make(uint64_t bytes, uint32_t packets)
{
	memset(rings, 0, 2 * PORTS * sizeof(*rings));
	now = 1000000;
	for (uint8_t i = 0; i < PORTS; i++) {
		plan[i] = (struct frame_port){
			.mac = {2, 0, 0, 0, 0, i}, .bytes = bytes, .packets = packets};
		frames_out_attach(&out[i], &rings[2 * i]);
		frames_in_attach(&in[i], &rings[2 * i + 1], true);
	}
	restart();
}

static int setup(void **state)
{
	(void)state;
	rings = aligned_alloc(4096, 2 * PORTS * sizeof(*rings));
	make(0, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(rings);
	return 0;
}

/* A frame to everybody; its last byte is a mark. */
static bool send(unsigned port, size_t size, uint8_t mark)
{
	uint8_t *to = frames_place(&out[port]);

	if (!to)
		return false;
	memset(to, 0, size);
	memset(to, 0xff, 6);
	memcpy(to + 6, plan[port].mac, 6);
	to[size - 1] = mark;
	frames_put(&out[port], size);
	(void)frames_out_flush(&out[port]);
	return true;
}

static uint32_t turn(void)
{
	return forward_turn(&forward, now, &moved);
}

/* The mark of the next frame that a client gets, -1: none. */
static int receive(unsigned port)
{
	size_t size;
	const uint8_t *frame = frames_look(&in[port], &size);
	int mark = frame ? frame[size - 1] : -1;

	if (frame)
		frames_take(&in[port]);
	(void)frames_in_flush(&in[port]);
	return mark;
}

static void frames_arrive_whole(void **state)
{
	static const size_t sizes[] = {FRAME_MIN, 15, 60, 1514, FRAME_MAX};
	size_t size;

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *to = frames_place(&out[0]);
		const uint8_t *frame;

		for (unsigned k = 0; k < sizes[i]; k++)
			to[k] = (uint8_t)(k < 6 ? 0xff : k < 12 ? plan[0].mac[k - 6] : k * 3);
		frames_put(&out[0], sizes[i]);
		(void)frames_out_flush(&out[0]);
		(void)turn();
		assert_true(moved);
		for (unsigned p = 1; p < PORTS; p++) {
			frame = frames_look(&in[p], &size);
			assert_non_null(frame);
			assert_int_equal(size, sizes[i]);
			for (unsigned k = 12; k < size; k++)
				assert_int_equal(frame[k], (uint8_t)(k * 3));
			frames_take(&in[p]);
		}
		assert_int_equal(receive(0), -1);
	}
	assert_int_equal(rings[1].counts.in_frames, 5);
	assert_int_equal(rings[1].counts.in_bytes, 14 + 15 + 60 + 1514 + 1518);
	assert_int_equal(rings[3].counts.out_frames, 5);
	assert_int_equal(rings[3].counts.out_bytes, 14 + 15 + 60 + 1514 + 1518);
	(void)turn();
	assert_false(moved);
}

static void what_is_refused_is_counted(void **state)
{
	(void)state;
	plan[0].mac[5] = 9; /* a lie */
	send(0, 60, 1);
	send(2, 60, 2);
	rings[4].slot[0].size = 5000;
	(void)turn();
	for (unsigned i = 0; i < PORTS; i++)
		assert_int_equal(receive(i), -1);
	assert_int_equal(rings[1].counts.foreign, 1);
	assert_int_equal(rings[5].counts.refused, 1);
}

/* Who takes nothing holds up nobody: its frames are lost, others' are not. */
static void a_slow_client_loses_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FRAME_SLOTS + 10; i++) {
		send(0, 60, (uint8_t)i);
		(void)turn();
		assert_int_equal(receive(1), (uint8_t)i);
	}
	assert_int_equal(rings[5].counts.lost, 10);
	assert_int_equal(rings[3].counts.lost, 0);
	assert_int_equal(receive(2), 0);
}

static void a_turn_is_bounded_and_fair(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FORWARD_BATCH + 5; i++)
		send(0, 60, 1);
	send(1, 60, 2);
	(void)turn();
	assert_int_equal(rings[5].counts.out_frames, FORWARD_BATCH + 1);
	(void)turn();
	assert_int_equal(rings[5].counts.out_frames, FORWARD_BATCH + 6);
}

static void signals_are_for_who_sleeps(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PORTS; i++)
		assert_false(frames_in_wait(&in[i]));
	assert_false(forward_wait(&forward));
	send(0, 60, 1);
	assert_true(forward_wait(&forward));
	assert_int_equal(turn(), 7); /* frame 0 is what nobody has asked for yet */
	send(0, 60, 1);
	assert_int_equal(turn(), 0);
	assert_int_equal(receive(1), 1);
	while (send(0, 60, 1))
		;
	assert_false(frames_out_wait(&out[0]));
	assert_int_equal(turn(), 0);
	assert_int_equal(turn(), 1); /* a quarter of the ring is free */
}

/* The frames that got through in `ms`, of as many as there may be, and the bytes. */
static uint64_t pour(unsigned ms, size_t size, bool bytes)
{
	uint64_t end = now + ms * KHZ;

	for (; now < end; now += 50) {
		while (send(0, size, 1))
			;
		do
			(void)turn();
		while (moved);
		while (receive(1) >= 0)
			;
		assert_false(forward_deadline(&forward) && forward_deadline(&forward) <= now);
	}
	return bytes ? rings[1].counts.in_bytes : rings[1].counts.in_frames;
}

static void rates_are_kept(void **state)
{
	uint64_t got;

	(void)state;
	make(1000000, 0);
	got = pour(1000, 1000, true);
	assert_in_range(got, 980000, 1000000 + 20000 + 1000);
	make(0, 500);
	got = pour(1000, 60, false);
	assert_in_range(got, 495, 500 + 10 + 1);
	make(1000000, 500);
	got = pour(1000, 1500, true); /* the packets are what limits */
	assert_in_range(got, 495 * 1500, 511 * 1500);
	assert_true(rings[1].counts.held > 0);
}

/* A held port is not asked for signals, the others are; it goes on at its time. */
static void a_held_port_goes_on_by_itself(void **state)
{
	uint64_t when;

	(void)state;
	make(0, 10);
	send(0, 60, 1);
	send(0, 60, 2);
	(void)turn();
	assert_int_equal(receive(1), 1);
	assert_int_equal(receive(1), -1);
	assert_false(forward_wait(&forward));
	when = forward_deadline(&forward);
	assert_int_equal(when, now + 100000 - 20000);
	send(1, 60, 3);
	assert_true(forward_wait(&forward));
	(void)turn();
	assert_int_equal(receive(0), 3);
	send(1, 60, 4);
	(void)turn();
	assert_int_equal(forward_deadline(&forward), when); /* the first of two */
	send(2, 60, 4);
	send(2, 60, 4);
	now++;
	(void)turn();
	assert_int_equal(forward_deadline(&forward), when);
	assert_int_equal(receive(1), 4); /* of the third port */
	now = when - 1;
	(void)turn();
	assert_int_equal(receive(1), -1);
	assert_int_equal(rings[1].counts.held, 1);
	now = when;
	(void)turn();
	assert_int_equal(receive(1), 2);
	assert_true(forward_deadline(&forward) > when);
	make(0, 1); /* a large frame of a small rate is let through all the same */
	send(0, FRAME_MAX, 7);
	(void)turn();
	assert_int_equal(receive(1), 7);
}

/* Shares of a second that are no whole ticks are rounded to the safe side. */
static void a_rate_is_not_exceeded_by_rounding(void **state)
{
	struct bucket bucket;

	(void)state;
	bucket_init(&bucket, 300000, KHZ);
	bucket_take(&bucket, 1, 0);
	assert_int_equal(bucket.next, 4);
}

static unsigned trapped;

static void trap(void)
{
	trapped++;
}

/* Dying before anything is published: the frames come again, or were lost, and both
 * rings go on. */
static void it_can_be_started_again(void **state)
{
	(void)state;
	forward.trap = trap;
	forward.fuse = 3;
	for (uint8_t i = 1; i <= 3; i++)
		send(0, 60, i);
	send(1, 60, 9);
	(void)turn();
	assert_int_equal(trapped, 1);
	send(0, 60, 4);
	restart();
	(void)turn();
	for (uint8_t i = 1; i <= 3; i++)
		assert_int_equal(receive(1), i);
	assert_int_equal(receive(1), 4);
	assert_int_equal(receive(0), 9);
	assert_int_equal(rings[1].counts.in_frames, 4); /* it goes on counting */
	rings[0].tail = 1;                              /* died before this was published: again */
	rings[1].head = 0;
	restart();
	(void)turn();
	for (uint8_t i = 2; i <= 4; i++)
		assert_int_equal(receive(1), i);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(frames_arrive_whole),
		CASE(what_is_refused_is_counted),
		CASE(a_slow_client_loses_its_own),
		CASE(a_turn_is_bounded_and_fair),
		CASE(signals_are_for_who_sleeps),
		CASE(rates_are_kept),
		CASE(a_held_port_goes_on_by_itself),
		CASE(a_rate_is_not_exceeded_by_rounding),
		CASE(it_can_be_started_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
