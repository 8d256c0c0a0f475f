/* SPDX-License-Identifier: MIT */
/* LINK: drivers/net/uplink.c drivers/net/e1000.c drivers/net/e1000_ring.c */
/* LINK: drivers/net/e1000_mac.c vmm-user/rt/frames.c */
/* An uplink in trouble: no link, a card that hangs or is gone, restarts, a wrong switch. */
#include "drivers/net/uplink.h"
#include "net_uplink_fixture.h"

static void without_a_link_frames_are_lost(void **state)
{
	(void)state;
	model.holds = true;
	while (switch_put(1, 60))
		;
	(void)turn();
	model_link(false, 0);
	uplink_interrupt(&uplink, model.time_us);
	(void)turn();
	assert_false(uplink_wait(&uplink));
	assert_true(switch_put(2, 60));
	assert_true(uplink_wait(&uplink));
	(void)turn();
	assert_int_equal(model.resets, 2); /* it would have kept the first one for good */
	assert_int_equal(uplink.counts.resets, 1);
	assert_int_equal(uplink.counts.lost, FRAME_SLOTS + 1);
	assert_int_equal(RINGS[1].tail, RINGS[1].head);
	for (unsigned i = 0; i < 1000; i++) {
		assert_true(switch_put(3, 60));
		(void)turn();
		assert_int_equal(uplink_deadline(&uplink), 0);
	}
	assert_int_equal(model.resets, 2);
	assert_int_equal(uplink.counts.lost, FRAME_SLOTS + 1001);
	model.holds = false;
	model_link(true, 2);
	assert_true(model_interrupts());
	uplink_interrupt(&uplink, model.time_us);
	assert_true(switch_put(4, 60));
	(void)turn();
	assert_int_equal(model.sent, 1);
	assert_int_equal(model.wire[0].data[0], 4);
}

static void a_card_that_hangs_is_reset(void **state)
{
	size_t size;

	(void)state;
	(void)turn();
	assert_true(wire_in(0, 60));
	(void)turn();
	model.holds = true;
	model.time_us += 5000 * MS; /* nothing to do is no hanging */
	assert_true(switch_put(1, 60));
	assert_true(switch_put(2, 60));
	(void)turn();
	model.time_us += 900 * MS;
	model_transmit(1); /* it goes on, if slowly */
	(void)turn();
	model.time_us += 999 * MS;
	(void)turn();
	assert_int_equal(model.resets, 1);
	assert_int_equal(uplink_deadline(&uplink), model.time_us + 1 * MS);
	model.time_us += 1 * MS;
	model.holds = false;
	assert_true(wire_in(3, 60)); /* comes with the last look */
	(void)turn();
	assert_int_equal(model.resets, 2);
	assert_int_equal(uplink.counts.resets, 1);
	assert_int_equal(uplink.counts.lost, 1);
	assert_int_equal(RINGS[1].tail, RINGS[1].head);
	assert_true(switch_put(4, 60));
	assert_true(wire_in(5, 60));
	(void)turn();
	assert_int_equal(model.wire[1].data[0], 4);
	assert_int_equal(switch_get(&size), 0);
	assert_int_equal(switch_get(&size), 3);
	assert_int_equal(switch_get(&size), 5);
	assert_int_equal(switch_get(&size), -1);
}

static void a_card_that_is_gone_is_tried_again(void **state)
{
	size_t size;

	(void)state;
	(void)turn();
	model.gone = true;
	model.time_us += 5000 * MS;
	assert_true(switch_put(1, 60));
	uplink_interrupt(&uplink, model.time_us);
	(void)turn();
	assert_int_equal(uplink.lent, 0);
	assert_int_equal(uplink.counts.lost, 1);
	for (unsigned i = 1; i < 4; i++) {
		assert_int_equal(uplink_deadline(&uplink), model.time_us + UPLINK_RETRY_US);
		assert_false(uplink_wait(&uplink));
		model.time_us += 999 * MS;
		(void)turn();
		assert_int_equal(uplink.counts.resets, i - 1);
		model.time_us += 1 * MS;
		(void)turn();
		assert_int_equal(uplink.counts.resets, i);
		assert_int_equal(uplink.lent, 0);
	}
	model.gone = false;
	model.time_us += 1000 * MS;
	(void)turn();
	assert_int_equal(uplink_deadline(&uplink), 0);
	assert_true(switch_put(2, 60));
	assert_true(wire_in(3, 60));
	(void)turn();
	assert_int_equal(model.sent, 1);
	assert_int_equal(switch_get(&size), 3);
}

static void a_card_that_never_was_loses_all(void **state)
{
	(void)state;
	model.gone = true;
	uplink_start();
	assert_true(switch_put(1, 60));
	(void)turn();
	uplink_interrupt(&uplink, model.time_us);
	(void)turn();
	assert_int_equal(uplink.counts.lost, 1);
	assert_int_equal(RINGS[1].tail, RINGS[1].head);
	assert_int_equal(uplink_deadline(&uplink), model.time_us + UPLINK_RETRY_US);
}

/* The driver died: what was sent and not published goes out again, what was received and
 * not published is lost, and both go on. */
static void it_can_be_started_again(void **state)
{
	size_t size;

	(void)state;
	(void)turn();
	assert_true(wire_in(1, 60));
	(void)turn();
	assert_true(wire_in(2, 60));
	model.holds = true;
	assert_true(switch_put(3, 60));
	(void)turn();
	assert_true(wire_in(4, 60)); /* not looked at */
	model.holds = false;
	uplink_start();
	(void)turn();
	assert_int_equal(model.sent, 1);
	assert_int_equal(model.wire[0].data[0], 3);
	assert_true(wire_in(5, 60));
	(void)turn();
	assert_int_equal(switch_get(&size), 1);
	assert_int_equal(switch_get(&size), 2);
	assert_int_equal(switch_get(&size), 5);
	assert_int_equal(switch_get(&size), -1);
}

/* Whatever the switch says of its counters: no access but to the channel, which the model
 * sees to, and both agree again. */
static void a_wrong_switch_heals(void **state)
{
	static const uint32_t values[] = {0, 1, 0x80000000, 0xfffffff0, 1234, 1234 + 257, 300};
	size_t size;

	(void)state;
	model.holds = true;
	(void)turn();
	for (unsigned i = 0; i < ARRAY_SIZE(values); i++) {
		(void)switch_put(7, 60);
		(void)turn();
		RINGS[0].tail = values[i];
		RINGS[1].head = values[i];
		for (unsigned k = 0; k < 300; k++)
			(void)wire_in(k, 60);
		(void)turn();
		model_transmit(3);
		(void)turn();
	}
	model.holds = false;
	frames_in_attach(&switch_in, &RINGS[0], true); /* it was started again */
	frames_out_attach(&switch_out, &RINGS[1]);
	(void)switch_put(8, 60);
	(void)turn();
	model_transmit(NIC_RING);
	while (wire_in(9, 60))
		;
	(void)turn();
	while (switch_get(&size) >= 0)
		;
	(void)frames_in_flush(&switch_in);
	(void)turn();
	model.sent = 0;
	assert_true(switch_put(10, 60));
	assert_true(wire_in(11, 60));
	(void)turn();
	assert_int_equal(model.sent, 1);
	assert_int_equal(model.wire[0].data[0], 10);
	assert_int_equal(switch_get(&size), 11);
}

/* The card takes no more, and what waits for it is withdrawn. */
static void a_full_card_is_not_waited_for_in_vain(void **state)
{
	(void)state;
	model.holds = true;
	while (switch_put(1, 60))
		;
	(void)turn();
	assert_true(uplink.full);
	RINGS[1].head = uplink.in.tail;
	model_link(false, 0);
	uplink_interrupt(&uplink, model.time_us);
	(void)turn();
	frames_out_attach(&switch_out, &RINGS[1]);
	assert_true(switch_put(2, 60));
	assert_true(uplink_wait(&uplink));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_a_link_frames_are_lost, setup),
		cmocka_unit_test_setup(a_card_that_hangs_is_reset, setup),
		cmocka_unit_test_setup(a_card_that_is_gone_is_tried_again, setup),
		cmocka_unit_test_setup(a_card_that_never_was_loses_all, setup),
		cmocka_unit_test_setup(it_can_be_started_again, setup),
		cmocka_unit_test_setup(a_wrong_switch_heals, setup),
		cmocka_unit_test_setup(a_full_card_is_not_waited_for_in_vain, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
