/* SPDX-License-Identifier: MIT */
/* LINK: drivers/net/uplink.c drivers/net/e1000.c drivers/net/e1000_ring.c */
/* LINK: drivers/net/e1000_mac.c vmm-user/rt/frames.c */
/* An uplink: frames in both directions, room, signals, and frames that are none. */
#include "drivers/net/uplink.h"
#include "net_uplink_fixture.h"

static void what_arrives_is_given_to_the_switch(void **state)
{
	size_t size;

	(void)state;
	(void)turn();
	for (unsigned i = 0; i < 3 * FRAME_SLOTS; i++) {
		size_t length = i % 3 ? FRAME_MAX : 60;

		assert_true(wire_in(i, length));
		assert_int_equal(frames_in_wait(&switch_in), false);
		assert_true(turn());
		assert_int_equal(switch_get(&size), i);
		assert_int_equal(size, length);
		assert_int_equal(switch_get(&size), -1);
		(void)frames_in_flush(&switch_in);
	}
	assert_int_equal(uplink.counts.received, 3 * FRAME_SLOTS);
	assert_int_equal(uplink.counts.received_bytes, 256 * (60 + 2 * FRAME_MAX));
}

/* A switch that takes nothing fills its ring and costs nobody else; then it goes on. */
static void a_slow_switch_holds_up_the_card_only(void **state)
{
	size_t size;
	unsigned n = 0, taken = 0;

	(void)state;
	(void)turn();
	for (unsigned k = 0; k < 5; k++) {
		while (wire_in(n, 60))
			n++;
		(void)turn();
		if (k == 1) {
			assert_int_equal(n, FRAME_SLOTS);
			assert_int_equal(uplink.lent, 0);
			assert_false(uplink_wait(&uplink)); /* asks for room */
		}
	}
	assert_int_equal(n, FRAME_SLOTS);
	for (; taken < FRAME_SLOTS / 4; taken++) {
		assert_int_equal(switch_get(&size), taken);
		if (frames_in_flush(&switch_in) != (taken == FRAME_SLOTS / 4 - 1))
			fail_msg("signal at %u", taken);
	}
	assert_true(uplink_wait(&uplink));
	(void)turn();
	assert_int_equal(uplink.lent, FRAME_SLOTS / 4);
	while (wire_in(n, 60))
		n++;
	(void)turn();
	assert_int_equal(n, FRAME_SLOTS * 5 / 4);
	for (; taken < n; taken++)
		assert_int_equal(switch_get(&size), taken);
	card.nic.ops->count(&card.nic);
	assert_true(card.nic.counts.missed > 4);
}

static void what_the_switch_has_is_sent(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3 * FRAME_SLOTS; i++) {
		size_t size = i % 3 ? FRAME_MAX : 60;

		assert_true(switch_put(i, size));
		(void)turn();
		assert_int_equal(model.sent, i + 1);
		assert_int_equal(model.wire[i].size, size);
		assert_int_equal(model.wire[i].data[0], (uint8_t)i);
		assert_int_equal(model.wire[i].data[size - 1], (uint8_t)i);
		assert_int_equal(RINGS[1].tail, 1234 + i + 1);
	}
	assert_int_equal(uplink.counts.sent, 3 * FRAME_SLOTS);
	assert_int_equal(uplink.counts.sent_bytes, 256 * (60 + 2 * FRAME_MAX));
}

/* What was in the slot before does not leave the machine. */
static void short_frames_are_filled_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_true(switch_put(0x77, 14 + 22 * i));
		(void)turn();
		assert_int_equal(model.wire[i].size, 60);
		for (unsigned k = 0; k < 60; k++)
			assert_int_equal(model.wire[i].data[k], k < 14 + 22 * i ? 0x77 : 0);
	}
}

/* A slot is the card's until it is sent: then it is free, and the switch is told. */
static void slots_are_free_when_they_are_sent(void **state)
{
	(void)state;
	model.holds = true;
	for (unsigned i = 0; i < FRAME_SLOTS; i++)
		assert_true(switch_put(i, 60));
	assert_false(switch_put(0, 60));
	assert_false(frames_out_wait(&switch_out)); /* wants a quarter of the ring */
	assert_false(turn());
	assert_int_equal(uplink.sending, NIC_BUFFERS);
	assert_int_equal(RINGS[1].tail, 1234);
	assert_false(uplink_wait(&uplink)); /* there is one more, but not now */
	assert_int_equal(uplink_deadline(&uplink), model.time_us + UPLINK_HANG_US);
	model_transmit(FRAME_SLOTS / 4 - 1);
	assert_false(turn());
	assert_int_equal(RINGS[1].tail, 1234 + FRAME_SLOTS / 4 - 1);
	assert_int_equal(uplink.sending, FRAME_SLOTS - FRAME_SLOTS / 4 + 1);
	model_transmit(1);
	assert_true(turn());
	assert_true(switch_put(0, 60));
	model.holds = false;
	(void)turn();
	model_transmit(NIC_RING);
	(void)turn();
	assert_int_equal(model.sent, FRAME_SLOTS + 1);
	assert_int_equal(RINGS[1].tail, RINGS[1].head);
	assert_int_equal(uplink_deadline(&uplink), 0);
	assert_false(uplink_wait(&uplink));
	assert_true(switch_put(0, 60));
	assert_true(uplink_wait(&uplink));
}

static void impossible_frames_are_passed_over(void **state)
{
	size_t size;

	(void)state;
	(void)turn();
	for (unsigned i = 0; i < 6; i++) /* from the switch */
		assert_true(switch_put(i, 60));
	RINGS[1].slot[(1234 + 1) % 256].size = 0xffffffff;
	RINGS[1].slot[(1234 + 2) % 256].size = 13;
	RINGS[1].slot[(1234 + 5) % 256].size = 1519;
	(void)turn();
	assert_int_equal(model.sent, 3);
	assert_int_equal(model.wire[1].data[0], 3);
	assert_int_equal(RINGS[1].tail, 1240);
	for (unsigned i = 0; i < 6; i++) /* and from the card */
		assert_true(wire_in(i, 60));
	card.receive.at[1].length = 1519;
	card.receive.at[4].errors = 1;
	(void)turn();
	assert_int_equal(uplink.counts.bad, 2);
	assert_int_equal(switch_get(&size), 0);
	assert_int_equal(switch_get(&size), 2);
	assert_int_equal(switch_get(&size), 3);
	assert_int_equal(switch_get(&size), 5);
	assert_int_equal(switch_get(&size), -1);
}

/* QEMU's card takes frames a little too long for good: the next one is whole. */
static void a_frame_too_long_spoils_nothing(void **state)
{
	uint8_t frame[FRAME_BUFFER];
	size_t size;

	(void)state;
	memset(frame, 0xff, sizeof(frame));
	(void)turn();
	for (unsigned i = 0; i < FRAME_SLOTS; i++) {
		assert_true(model_receive(frame, i % 2 ? FRAME_BUFFER : 1522));
		assert_true(wire_in(i, FRAME_MAX));
		(void)turn();
		assert_int_equal(switch_get(&size), i);
		(void)frames_in_flush(&switch_in);
	}
	assert_int_equal(switch_in.bad, FRAME_SLOTS);
	assert_int_equal(uplink.counts.bad, FRAME_SLOTS);
	assert_int_equal(RINGS[0].counts.lost, 0);
	assert_int_equal(RINGS[1].head, 1234);
}

/* A turn is bounded in both directions. */
static void a_turn_is_bounded(void **state)
{
	bool moved;

	(void)state;
	(void)turn();
	for (unsigned i = 0; i < 200; i++) {
		assert_true(wire_in(i, 60));
		assert_true(switch_put(i, 60));
	}
	(void)uplink_turn(&uplink, model.time_us, &moved);
	assert_true(moved);
	assert_int_equal(uplink.counts.received, UPLINK_BATCH);
	assert_int_equal(uplink.counts.sent, UPLINK_BATCH);
	(void)turn();
	assert_int_equal(uplink.counts.received, 200);
	assert_int_equal(uplink.counts.sent, 200);
}

static void the_fuse_counts_frames_of_both_directions(void **state)
{
	(void)state;
	(void)turn();
	uplink.fuse = 5;
	for (unsigned i = 0; i < 2; i++) {
		assert_true(wire_in(i, 60));
		assert_true(switch_put(i, 60));
		(void)turn();
		assert_int_equal(traps, 0);
	}
	assert_true(wire_in(2, 60));
	(void)turn();
	assert_int_equal(traps, 1);
	assert_true(wire_in(2, 60));
	(void)turn();
	assert_int_equal(traps, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_arrives_is_given_to_the_switch, setup),
		cmocka_unit_test_setup(a_slow_switch_holds_up_the_card_only, setup),
		cmocka_unit_test_setup(what_the_switch_has_is_sent, setup),
		cmocka_unit_test_setup(short_frames_are_filled_up, setup),
		cmocka_unit_test_setup(slots_are_free_when_they_are_sent, setup),
		cmocka_unit_test_setup(impossible_frames_are_passed_over, setup),
		cmocka_unit_test_setup(a_frame_too_long_spoils_nothing, setup),
		cmocka_unit_test_setup(a_turn_is_bounded, setup),
		cmocka_unit_test_setup(the_fuse_counts_frames_of_both_directions, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
