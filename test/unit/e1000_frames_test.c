/* SPDX-License-Identifier: MIT */
/* LINK: drivers/net/e1000.c drivers/net/e1000_ring.c drivers/net/e1000_mac.c */
/* Frames through an e1000, in both directions, and what a bad card can say of them. */
#include "drivers/net/e1000.h"
#include "e1000_model.h"

static struct e1000 card;
static struct nic *const nic = &card.nic;
static const struct nic_memory memory = {model_memory, MODEL_BASE};

#define BUFFER(n) (MODEL_BASE + 8192 + (uint64_t)(n)*1536)

static int setup(void **state)
{
	(void)state;
	model_make(E1000_8254X);
	return e1000_open(&card, E1000_8254X, &model_io, &memory) ? 0 : 1;
}

static void receive(uint8_t mark, size_t size)
{
	uint8_t frame[FRAME_MAX];

	memset(frame, mark, sizeof(frame));
	assert_true(model_receive(frame, size));
}

static void frames_are_received_in_order(void **state)
{
	size_t size;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_true(nic->ops->give(nic, BUFFER(i)));
	nic->ops->kick(nic);
	assert_false(nic->ops->take(nic, &size));
	for (unsigned i = 0; i < 3 * NIC_RING; i++) {
		receive((uint8_t)i, i % 2 ? FRAME_MAX : 60);
		assert_true(nic->ops->take(nic, &size));
		assert_int_equal(size, i % 2 ? FRAME_MAX : 60);
		assert_int_equal(model_at(BUFFER(i % 3), 60)[59], (uint8_t)i);
		assert_false(nic->ops->take(nic, &size));
		assert_true(nic->ops->give(nic, BUFFER(i % 3)));
		nic->ops->kick(nic);
	}
}

static void buffers_end(void **state)
{
	uint8_t frame[60] = {0};
	size_t size;

	(void)state;
	assert_false(model_receive(frame, 60)); /* there is none yet */
	for (unsigned i = 0; i < NIC_BUFFERS; i++)
		assert_true(nic->ops->give(nic, BUFFER(i)));
	assert_false(nic->ops->give(nic, BUFFER(255)));
	nic->ops->kick(nic);
	assert_int_equal(*model_reg(E1000_RDT), 255);
	for (unsigned i = 0; i < NIC_BUFFERS; i++)
		receive(1, 60);
	assert_false(model_receive(frame, 60));
	assert_true(nic->ops->take(nic, &size));
	assert_true(nic->ops->give(nic, BUFFER(255)));
	assert_false(nic->ops->give(nic, BUFFER(0)));
	nic->ops->kick(nic);
	assert_int_equal(*model_reg(E1000_RDT), 0);
	for (unsigned i = 0; i < NIC_BUFFERS - 1; i++)
		assert_true(nic->ops->take(nic, &size));
	assert_false(nic->ops->take(nic, &size));
	nic->ops->count(nic);
	assert_int_equal(nic->counts.missed, 2);
}

static void frames_are_sent_in_order(void **state)
{
	(void)state;
	assert_false(nic->ops->sent(nic));
	for (unsigned i = 0; i < 3 * NIC_RING; i++) {
		memset(model_at(BUFFER(i % 5), 1518), (int)i, 1518);
		assert_true(nic->ops->send(nic, BUFFER(i % 5), i % 2 ? FRAME_MAX : 60));
		assert_int_equal(model.sent, i);
		assert_false(nic->ops->sent(nic));
		nic->ops->kick(nic);
		assert_int_equal(model.sent, i + 1);
		assert_int_equal(model.wire[i].size, i % 2 ? FRAME_MAX : 60);
		assert_int_equal(model.wire[i].data[59], (uint8_t)i);
		assert_true(nic->ops->sent(nic));
		assert_false(nic->ops->sent(nic));
	}
}

static void what_is_sent_is_bounded(void **state)
{
	(void)state;
	model.holds = true;
	for (unsigned i = 0; i < NIC_BUFFERS; i++)
		assert_true(nic->ops->send(nic, BUFFER(i), 60));
	assert_false(nic->ops->send(nic, BUFFER(255), 60));
	nic->ops->kick(nic);
	assert_false(nic->ops->sent(nic));
	model_transmit(2);
	assert_true(nic->ops->sent(nic));
	assert_true(nic->ops->sent(nic));
	assert_false(nic->ops->sent(nic));
	assert_true(nic->ops->send(nic, BUFFER(255), 60));
}

static void it_is_told_once(void **state)
{
	unsigned before;

	(void)state;
	assert_true(nic->ops->give(nic, BUFFER(0)));
	assert_true(nic->ops->give(nic, BUFFER(1)));
	assert_true(nic->ops->send(nic, BUFFER(2), 60));
	before = model.tells;
	nic->ops->kick(nic);
	assert_int_equal(model.tells, before + 2);
	nic->ops->kick(nic);
	assert_int_equal(model.tells, before + 2);
}

/* What a card that is broken, or hostile, may say of a buffer. */
static void no_bad_frame_gets_through(void **state)
{
	static const struct {
		uint8_t status, errors;
		uint16_t length, size;
	} rows[] = {
		{3, 0, 60, 60},
		{3, 0, FRAME_MIN, FRAME_MIN},
		{3, 0, FRAME_MAX, FRAME_MAX},
		{0xff, 0, 60, 60},
		{3, 0x68, 60, 60}, /* checksums of what is in it */
		{3, 0, 0, 0},
		{3, 0, FRAME_MIN - 1, 0},
		{3, 0, FRAME_MAX + 1, 0},
		{3, 0, 2048, 0},
		{3, 0, 0xffff, 0},
		{3, 0x01, 60, 0},
		{3, 0x02, 60, 0},
		{3, 0x04, 60, 0},
		{3, 0x10, 60, 0},
		{3, 0x80, 60, 0},
		{1, 0, 2000, 0}, /* goes on ... */
		{1, 0, 60, 0},
		{3, 0, 60, 0}, /* ... to here */
		{3, 0, 61, 61},
	};
	size_t size;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct e1000_descriptor *d = &card.receive.at[i];

		assert_true(nic->ops->give(nic, BUFFER(0)));
		d->length = rows[i].length;
		d->errors = rows[i].errors;
		d->status = rows[i].status;
		size = 77;
		assert_true(nic->ops->take(nic, &size));
		if (size != rows[i].size)
			fail_msg("row %u: %zu", i, size);
	}
}

/* `done` where nothing was given, and in a wrong order. */
static void only_what_was_given_is_looked_at(void **state)
{
	size_t size;

	(void)state;
	for (unsigned i = 0; i < NIC_RING; i++) {
		card.receive.at[i].status = card.transmit.at[i].status = 0xff;
		card.receive.at[i].length = 60;
	}
	assert_false(nic->ops->take(nic, &size));
	assert_false(nic->ops->sent(nic));
	assert_true(nic->ops->give(nic, BUFFER(0)));
	assert_true(nic->ops->give(nic, BUFFER(1)));
	assert_true(nic->ops->send(nic, BUFFER(2), 60));
	assert_true(nic->ops->send(nic, BUFFER(3), 60));
	assert_false(nic->ops->take(nic, &size)); /* giving cleared it */
	assert_false(nic->ops->sent(nic));
	card.receive.at[1].status = card.transmit.at[1].status = 3;
	assert_false(nic->ops->take(nic, &size));
	assert_false(nic->ops->sent(nic));
	card.receive.at[0].status = card.transmit.at[0].status = 3;
	card.receive.at[0].address = card.transmit.at[0].address = 0x123;
	for (unsigned i = 0; i < 2; i++) {
		assert_true(nic->ops->take(nic, &size));
		assert_true(nic->ops->sent(nic));
	}
	assert_false(nic->ops->take(nic, &size));
	assert_false(nic->ops->sent(nic));
}

static void a_reset_takes_all_back(void **state)
{
	size_t size;

	(void)state;
	model.holds = true;
	for (unsigned i = 0; i < 100; i++) {
		assert_true(nic->ops->give(nic, BUFFER(i)));
		assert_true(nic->ops->send(nic, BUFFER(100 + i), 60));
	}
	nic->ops->kick(nic);
	receive(1, 60);
	card.receive.torn = true;
	model.holds = false;
	assert_true(nic->ops->reset(nic));
	assert_int_equal(model.resets, 2);
	assert_false(nic->ops->take(nic, &size));
	assert_false(nic->ops->sent(nic));
	assert_true(nic->ops->give(nic, BUFFER(7)));
	assert_true(nic->ops->send(nic, BUFFER(8), 60));
	nic->ops->kick(nic);
	assert_int_equal(model.sent, 1);
	receive(2, 60);
	assert_true(nic->ops->take(nic, &size));
	assert_int_equal(size, 60);
	/* Nor is anything out of one that did not answer. */
	assert_true(nic->ops->give(nic, BUFFER(7)));
	card.receive.at[1].status = 3;
	model.gone = true;
	assert_false(nic->ops->reset(nic));
	card.receive.at[0].status = card.receive.at[1].status = 3;
	assert_false(nic->ops->take(nic, &size));
}

static void counts_add_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		*model_reg(E1000_MPC) = 5;
		*model_reg(E1000_CRCERRS) = 10;
		*model_reg(E1000_RXERRC) = 200;
		*model_reg(E1000_RLEC) = 3000;
		nic->ops->count(nic);
	}
	assert_int_equal(nic->counts.missed, 10);
	assert_int_equal(nic->counts.broken, 6420);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(frames_are_received_in_order, setup),
		cmocka_unit_test_setup(buffers_end, setup),
		cmocka_unit_test_setup(frames_are_sent_in_order, setup),
		cmocka_unit_test_setup(what_is_sent_is_bounded, setup),
		cmocka_unit_test_setup(it_is_told_once, setup),
		cmocka_unit_test_setup(no_bad_frame_gets_through, setup),
		cmocka_unit_test_setup(only_what_was_given_is_looked_at, setup),
		cmocka_unit_test_setup(a_reset_takes_all_back, setup),
		cmocka_unit_test_setup(counts_add_up, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
