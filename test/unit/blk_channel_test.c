/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/blk_channel.c vmm-user/vmm/dev/scatter.c drivers/disk/serve.c */
/*
 * The block channel: a monitor's medium and a driver's end of it. Requests of any size
 * arrive whole; a driver that starts again does what is left, once answered; a monitor
 * that starts again waits for its predecessor's slots.
 */
#include "blk_channel_fixture.h"

static void medium_is_the_part(void **state)
{
	(void)state;
	assert_int_equal(medium.medium.sectors, SECTORS);
	assert_false(medium.medium.readonly);
	assert_string_equal(medium.medium.id, "a-disk");
}

static void all_of_it_is_read(void **state)
{
	struct blk_request r = make(BLK_READ, 0, SECTORS);

	(void)state;
	memset(buffer, 0xee, sizeof buffer);
	submit(&r);
	assert_int_equal(signals, 1);
	assert_int_equal(driver_run(99, true), 8);
	blk_channel_poll(&medium);
	assert_int_equal(done_count, 1);
	assert_int_equal(last, BLK_OK);
	assert_memory_equal(buffer, disk + FIRST * 512, sizeof buffer);
}

static void answers_come_in_any_order(void **state)
{
	struct blk_request r = make(BLK_READ, 100, 600);
	struct serve_request parts[8];
	unsigned count = 0;

	(void)state;
	submit(&r);
	while (serve_next(&serve, &parts[count]))
		driver_do(&parts[count++]);
	assert_int_equal(count, 5);
	while (count--) {
		assert_int_equal(done_count, 0);
		serve_answer(&serve, parts[count].slot, BLOCK_OK);
		assert_true(serve_must_signal(&serve));
		blk_channel_poll(&medium);
	}
	assert_int_equal(done_count, 1);
	assert_memory_equal(buffer, disk + (FIRST + 100) * 512, 600 * 512);
}

static void writes_zeroes_flushes_and_discards(void **state)
{
	struct blk_request w = make(BLK_WRITE, 3, 300), z = make(BLK_ZERO, 10, 5),
			   f = make(BLK_FLUSH, 0, 0), d = make(BLK_DISCARD, 500, 400);

	(void)state;
	memset(buffer, 0x5a, sizeof buffer);
	submit(&w);
	driver_run(99, true);
	submit(&z);
	submit(&f);
	submit(&d);
	driver_run(99, true);
	blk_channel_poll(&medium);
	assert_int_equal(done_count, 4);
	assert_int_equal(flushes, 1);
	assert_int_equal(discards, 1);
	assert_memory_equal(disk + (FIRST + 3) * 512, buffer, 7 * 512);
	assert_memory_equal(disk + (FIRST + 15) * 512, buffer, 288 * 512);
	for (unsigned i = 0; i < 5 * 512; i++)
		assert_int_equal(disk[(FIRST + 10) * 512 + i], 0);
	assert_int_equal(
		disk[(FIRST + 303) * 512], (uint8_t)((FIRST + 303) * 512 * 7 + FIRST + 303));
}

/* 32 requests of which each needs more slots than there are. */
static void more_than_the_slots_waits(void **state)
{
	struct blk_request r[BLK_CHANNEL_REQUESTS];
	unsigned served = 0;

	(void)state;
	for (unsigned i = 0; i < BLK_CHANNEL_REQUESTS; i++) {
		r[i] = make(BLK_READ, i, SECTORS - i);
		submit(&r[i]);
	}
	while (done_count < BLK_CHANNEL_REQUESTS && served < 1000) {
		served += driver_run(3, true);
		blk_channel_poll(&medium);
		assert_int_equal(last, BLK_OK);
	}
	assert_int_equal(done_count, BLK_CHANNEL_REQUESTS);
	submit(&r[0]);
	driver_run(99, true);
	blk_channel_poll(&medium);
	assert_int_equal(done_count, BLK_CHANNEL_REQUESTS + 1);
}

static void an_error_ends_the_whole_request(void **state)
{
	struct blk_request r = make(BLK_READ, 0, SECTORS);
	struct serve_request part;

	(void)state;
	submit(&r);
	assert_true(serve_next(&serve, &part));
	serve_answer(&serve, part.slot, BLOCK_ERROR);
	driver_run(99, true);
	blk_channel_poll(&medium);
	assert_int_equal(done_count, 1);
	assert_int_equal(last, BLK_ERROR);
}

/* The driver dies with requests begun, and again, each time a little further. */
static void a_restarted_driver_does_the_rest(void **state)
{
	struct blk_request w = make(BLK_WRITE, 0, SECTORS), f = make(BLK_FLUSH, 0, 0);

	(void)state;
	for (size_t i = 0; i < sizeof buffer; i++)
		buffer[i] = (uint8_t)(i * 13);
	submit(&w);
	for (unsigned life = 0; life < 20 && done_count == 0; life++) {
		driver_run(1, true);
		driver_run(3, false);
		driver_start(false, true);
		blk_channel_poll(&medium);
	}
	assert_int_equal(done_count, 1);
	assert_int_equal(last, BLK_OK);
	assert_memory_equal(disk + FIRST * 512, buffer, sizeof buffer);
	submit(&f);
	driver_start(false, true);
	driver_start(false, true);
	driver_run(9, true);
	blk_channel_poll(&medium);
	assert_int_equal(done_count, 2);
	assert_int_equal(flushes, 1);
	assert_int_equal(driver_run(99, true), 0);
}

/* Slots that a driver has not answered are not given out again. */
static void a_restarted_monitor_waits_for_old_slots(void **state)
{
	struct blk_request r = make(BLK_READ, 0, SECTORS);

	(void)state;
	submit(&r);
	monitor_start();
	submit(&r);
	for (unsigned i = 0; i < BLOCK_SLOTS; i++)
		assert_int_equal(medium.part[i].work != NULL, i >= 8);
	memset(buffer, 0, sizeof buffer);
	assert_int_equal(driver_run(99, true), 16);
	blk_channel_poll(&medium);
	assert_int_equal(done_count, 1);
	assert_memory_equal(buffer, disk + FIRST * 512, sizeof buffer);
}

static void what_was_cancelled_is_not_answered(void **state)
{
	struct blk_request r = make(BLK_READ, 0, SECTORS);

	(void)state;
	memset(buffer, 0x11, sizeof buffer);
	submit(&r);
	medium.medium.cancel(&medium.medium);
	driver_run(99, true);
	blk_channel_poll(&medium);
	assert_int_equal(done_count, 0);
	for (size_t i = 0; i < sizeof buffer; i++)
		assert_int_equal(buffer[i], 0x11);
	submit(&r);
	driver_run(99, true);
	blk_channel_poll(&medium);
	assert_int_equal(done_count, 1);
}

static void who_is_awake_is_not_signalled(void **state)
{
	struct blk_request r = make(BLK_READ, 0, 1);

	(void)state;
	serve_wake(&serve);
	submit(&r);
	assert_int_equal(signals, 0);
	assert_int_equal(driver_run(9, true), 1);
	medium.client->wants_signal = 0;
	assert_false(serve_must_signal(&serve));
	blk_channel_poll(&medium);
	assert_int_equal(medium.client->wants_signal, 1);
	submit(&r);
	assert_int_equal(signals, 1);
	driver_run(9, true);
	assert_true(serve_must_signal(&serve));
	assert_false(serve_must_signal(&serve));
}

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(medium_is_the_part), CASE(all_of_it_is_read),
		CASE(answers_come_in_any_order), CASE(writes_zeroes_flushes_and_discards),
		CASE(more_than_the_slots_waits), CASE(an_error_ends_the_whole_request),
		CASE(a_restarted_driver_does_the_rest),
		CASE(a_restarted_monitor_waits_for_old_slots),
		CASE(what_was_cancelled_is_not_answered), CASE(who_is_awake_is_not_signalled)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
