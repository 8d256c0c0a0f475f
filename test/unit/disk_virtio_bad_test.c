/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/virtio_blk.c drivers/disk/order.c drivers/disk/ata.c drivers/disk/unit.c */
/* LINK: drivers/virtio/virtio.c drivers/virtio/virtq.c */
/*
 * Virtio disks that fail, hang, or give back what they have not. Each is an error or none,
 * and no device that comes back from a reset is given up.
 */
#include "disk_virtio_fixture.h"

static void error_is_one_without_a_reset(void **state)
{
	static const uint8_t rows[] = {1, 2, 3, 0xff};

	(void)state;
	for (size_t i = 0; i < sizeof rows; i++) {
		blk.fail = 1;
		blk.status = rows[i];
		assert_false(write_one());
		works();
	}
	assert_int_equal(host.resets, 1);
}

static void orders_that_cannot_be_fail(void **state)
{
	struct ata_command command = {.code = ATA_READ_DMA_EXT, .sector = 5000, .count = 1};

	(void)state;
	blk.requests = 0;
	assert_true(disk.unit.ops->start(&disk.unit, &command));
	assert_int_equal(poll_one(), UNIT_FAILED);
	assert_int_equal(blk.requests, 0);
	assert_true(write_one());
}

/* It says that all went well, and that it has not written all of it. */
static void less_than_was_asked_for_is_an_error(void **state)
{
	struct ata_command command = ata_transfer(&disk.unit.identity, false, 5, 8, AT);

	(void)state;
	blk.less = 1;
	assert_false(unit_do(&disk.unit, &command, 1000));
	assert_false(write_one());
	blk.less = 0;
	works();
	blk.mute = true; /* the status of the one before does not count */
	assert_false(write_one());
}

static void hanging_request_is_reset(void **state)
{
	uint64_t before = time_us;

	(void)state;
	works();
	host.hang = 1;
	assert_false(write_one());
	assert_true(time_us - before >= 1000000);
	assert_int_equal(host.resets, 2);
	assert_false(disk.unit.gone);
	works();
	assert_int_equal(host.resets, 2);
}

static void device_that_needs_a_reset_gets_one(void **state)
{
	uint64_t before = time_us;

	(void)state;
	host.die = 1;
	assert_true(write_one());
	assert_true(time_us - before < 200000);
	assert_int_equal(host.resets, 2);
	/* one that fails at each request is an error, and is not given up */
	host.die = 1;
	assert_true(start_one());
	for (unsigned i = 0; i < VIRTIO_BLK_TRIES; i++) {
		host.die = 1;
		time_us += 200000;
		assert_int_equal(poll_one(), i + 1 < VIRTIO_BLK_TRIES ? UNIT_BUSY : UNIT_FAILED);
	}
	host.die = 0;
	assert_true(disk.unit.ops->recover(&disk.unit));
	works();
}

/* Each request of an order may be sent again. */
static void long_orders_are_sent_again(void **state)
{
	struct order order = {ORDER_READ, 0, 128, AT};

	(void)state;
	host.offered = FEATURES | 1ull << 1;
	config_put(8, 32 * 512, 4);
	assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
	host.hold = true;
	assert_true(virtio_blk_begin(&disk, 0, &order));
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned k = 1; k < VIRTIO_BLK_TRIES; k++) {
			host_give_back(64, 1);
			assert_int_equal(virtio_blk_look(&disk, 0), UNIT_BUSY);
		}
		host_release(0);
		assert_int_equal(virtio_blk_look(&disk, 0), i < 3 ? UNIT_BUSY : UNIT_DONE);
	}
	assert_memory_equal(dma + 0x10000, disk_bytes, 65536);
}

static void device_that_is_pulled_is_gone_soon(void **state)
{
	uint64_t before = time_us;

	(void)state;
	host.hang = 1;
	assert_true(start_one());
	host.gone = true;
	while (poll_one() == UNIT_BUSY)
		time_us += 1000;
	assert_true(time_us - before < 5000000);
	assert_false(disk.unit.ops->recover(&disk.unit));
}

static void busy_device_is_not_asked_for_its_status(void **state)
{
	(void)state;
	host.hang = 1;
	assert_true(start_one());
	host.status_reads = 0;
	for (unsigned i = 0; i < 99; i++, time_us += 1000)
		assert_int_equal(poll_one(), UNIT_BUSY);
	assert_int_equal(host.status_reads, 0);
}

static void device_that_does_not_come_back_is_gone(void **state)
{
	bool *const rows[] = {&host.stuck, &host.refuses, &host.never_ready, &host.gone};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		blk_reset();
		assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
		host.hang = 1;
		*rows[i] = true;
		assert_false(write_one());
		assert_true(disk.unit.gone);
		assert_true(host.gone || !host.enabled); /* it reaches no memory any more */
		assert_true(start_one());
		assert_int_equal(poll_one(), UNIT_FAILED);
		assert_false(disk.unit.ops->recover(&disk.unit));
		*rows[i] = false;
		assert_true(start_one());
		/* an answer to what it had been given comes too late */
		host.queue_size = 64;
		dma[0x1000 + 16] = 0;
		host_give_back(0, 1);
		assert_int_equal(poll_one(), UNIT_FAILED);
	}
}

static void answers_that_cannot_be_are_not_believed(void **state)
{
	(void)state;
	for (unsigned row = 0; row < 5; row++) {
		blk_reset();
		assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
		host.hold = true;
		assert_true(start_one());
		switch (row) {
		case 0:
			host_give_back(64, 1);
			break;
		case 1:
			host_give_back(0xffffffff, 1);
			break;
		case 2: /* free */
			host_give_back(host.held[0] ^ 32u, 1);
			break;
		case 3: /* more than there is room for */
			host_give_back(host.held[0], 2);
			break;
		default: /* twice */
			host_give_back(host.held[0], 1);
			host_give_back(host.held[0], 1);
			break;
		}
		assert_int_equal(poll_one(), UNIT_BUSY);
		assert_int_equal(host.resets, 2);
		assert_int_equal(host.holds, 1);
		host_release(0);
		assert_int_equal(poll_one(), UNIT_DONE);
		host.hold = false;
		works();
	}
}

static void broken_queue_without_an_order_is_reset_at_the_next(void **state)
{
	(void)state;
	host_give_back(7, 0);
	(void)virtio_blk_interrupt(&disk);
	assert_true(disk.queue.broken);
	assert_true(write_one());
	assert_int_equal(host.resets, 2);
}

static void devices_that_are_none(void **state)
{
	static const struct {
		uint64_t offered, value;
		uint32_t at, bytes;
		enum virtio_blk_refusal refusal;
	} rows[] = {
		{FEATURES, 0, 0, 8, VIRTIO_BLK_NONSENSE},
		{FEATURES, (1ull << 48) + 1, 0, 8, VIRTIO_BLK_NONSENSE},
		{FEATURES, 1ull << 48, 0, 8, VIRTIO_BLK_TAKEN},
		{FEATURES | 2, 511, 8, 4, VIRTIO_BLK_NONSENSE},
		{FEATURES | 2, 512, 8, 4, VIRTIO_BLK_TAKEN},
		{FEATURES, 4096, 20, 4, VIRTIO_BLK_LARGE_BLOCKS},
		{FEATURES, 0, 20, 4, VIRTIO_BLK_LARGE_BLOCKS},
		{FEATURES & ~(1ull << 32), 0, 60, 1, VIRTIO_BLK_OLD},
	};
	bool *const flags[] = {&host.stuck, &host.gone, &host.never_ready, &host.changes};
	uint64_t before;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		blk_reset();
		host.offered = rows[i].offered;
		config_put(rows[i].at, rows[i].value, rows[i].bytes);
		assert_int_equal(open_disk(), rows[i].refusal);
		assert_true(host.enabled == (rows[i].refusal == VIRTIO_BLK_TAKEN));
	}
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		blk_reset();
		*flags[i] = true;
		assert_int_equal(open_disk(),
			flags[i] == &host.changes ? VIRTIO_BLK_NONSENSE : VIRTIO_BLK_SILENT);
	}
	blk_reset();
	host.refuses = true;
	assert_int_equal(open_disk(), VIRTIO_BLK_FEATURES);
	blk_reset();
	host.queues = 0;
	assert_int_equal(open_disk(), VIRTIO_BLK_NO_QUEUE);
	blk_reset();
	host.hang = 1; /* the identifier */
	assert_int_equal(open_disk(), VIRTIO_BLK_SILENT);
	assert_false(host.enabled);
	blk_reset();
	before = time_us;
	blk.less = ~0u; /* more than there is room for */
	assert_int_equal(open_disk(), VIRTIO_BLK_SILENT);
	assert_true(time_us - before < 1000000);
	for (unsigned i = 0; i < VIRTIO_BLK_REFUSALS; i++)
		assert_non_null(virtio_blk_refusal_text((enum virtio_blk_refusal)i));
	assert_non_null(virtio_blk_refusal_text((enum virtio_blk_refusal)99));
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(error_is_one_without_a_reset),
		CASE(orders_that_cannot_be_fail), CASE(less_than_was_asked_for_is_an_error),
		CASE(hanging_request_is_reset), CASE(device_that_needs_a_reset_gets_one),
		CASE(long_orders_are_sent_again), CASE(device_that_is_pulled_is_gone_soon),
		CASE(busy_device_is_not_asked_for_its_status),
		CASE(device_that_does_not_come_back_is_gone),
		CASE(answers_that_cannot_be_are_not_believed),
		CASE(broken_queue_without_an_order_is_reset_at_the_next),
		CASE(devices_that_are_none)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
