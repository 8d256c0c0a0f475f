/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/blk_channel.c vmm-user/vmm/dev/scatter.c drivers/disk/serve.c */
/* The block channel: an end that lies gets nothing out of the other. */
#include "blk_channel_fixture.h"

static void put(unsigned slot, uint32_t op, uint64_t sector, uint32_t sectors)
{
	medium.client->request[slot].op = op;
	medium.client->request[slot].sector = sector;
	medium.client->request[slot].sectors = sectors;
	medium.client->submitted[slot]++;
}

static void a_lying_client_is_refused(void **state)
{
	static const struct {
		uint32_t op;
		uint64_t sector;
		uint32_t sectors;
	} bad[] = {{BLOCK_READ, SECTORS, 1}, {BLOCK_READ, SECTORS - 1, 2}, {BLOCK_READ, 0, 129},
		{BLOCK_WRITE, UINT64_MAX, 1}, {BLOCK_WRITE, UINT64_MAX - FIRST, 128},
		{BLOCK_READ, 0, 0}, {BLOCK_WRITE, 0, UINT32_MAX}, {BLOCK_OP_COUNT, 0, 1},
		{UINT32_MAX, 0, 1}, {BLOCK_DISCARD, 1, SECTORS}, {BLOCK_DISCARD, 0, 65536}};
	struct serve_request r;

	(void)state;
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		put(i % BLOCK_SLOTS, bad[i].op, bad[i].sector, bad[i].sectors);
		assert_false(serve_next(&serve, &r));
		assert_int_equal(serve.server->result[i % BLOCK_SLOTS], BLOCK_REFUSED);
	}
	put(0, BLOCK_READ, SECTORS - 128, 128);
	assert_true(serve_next(&serve, &r));
	/* Counting on, or back, while it is under way changes nothing. */
	medium.client->submitted[0] += 5;
	assert_false(serve_next(&serve, &r));
	serve_answer(&serve, 0, BLOCK_OK);
	serve_answer(&serve, 0, BLOCK_OK);
	serve_answer(&serve, 77, BLOCK_OK);
	assert_int_equal(serve.server->answered[0], medium.client->submitted[0] - 5);
}

static void readonly_and_discards_are_the_driver_s_to_say(void **state)
{
	struct serve_request r;
	enum block_reason reason;
	struct blk_request d = make(BLK_DISCARD, 0, 9);

	(void)state;
	driver_start(true, true);
	put(0, BLOCK_WRITE, 0, 1);
	put(1, BLOCK_DISCARD, 0, 1);
	assert_false(serve_next(&serve, &r));
	assert_int_equal(blk_channel_look(&medium, &reason), BLOCK_READY);
	assert_true(medium.medium.readonly);
	submit(&d);
	assert_int_equal(done_count, 1);
	assert_int_equal(last, BLK_OK);
	serve_refuse(&serve, BLOCK_NO_DISK);
	assert_int_equal(blk_channel_look(&medium, &reason), BLOCK_ABSENT);
	assert_int_equal(reason, BLOCK_NO_DISK);
	put(2, BLOCK_FLUSH, 0, 0);
	assert_false(serve_next(&serve, &r));
}

/* Answers nobody asked for, results that are none, sizes without bound. */
static void a_lying_driver_gets_nothing(void **state)
{
	struct blk_request r = make(BLK_READ, 0, 1);
	enum block_reason reason;

	(void)state;
	for (unsigned i = 0; i < BLOCK_SLOTS; i++)
		medium.server->answered[i] = 99;
	blk_channel_poll(&medium);
	assert_int_equal(done_count, 0);
	submit(&r);
	medium.server->result[0] = 0xffffffff;
	medium.server->answered[0] = 1;
	blk_channel_poll(&medium);
	assert_int_equal(done_count, 1);
	assert_int_equal(last, BLK_ERROR);
	medium.server->answered[0] = 1;
	blk_channel_poll(&medium);
	assert_int_equal(done_count, 1);
	medium.server->sectors = UINT64_MAX;
	assert_int_equal(blk_channel_look(&medium, &reason), BLOCK_ABSENT);
	medium.server->state = 77;
	medium.server->reason = 77;
	assert_int_equal(blk_channel_look(&medium, &reason), BLOCK_ABSENT);
	assert_int_equal(reason, BLOCK_BROKEN);
	assert_int_equal(medium.medium.sectors, SECTORS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(a_lying_client_is_refused),
		CASE(readonly_and_discards_are_the_driver_s_to_say),
		CASE(a_lying_driver_gets_nothing)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
