/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/virtio_blk.c drivers/disk/order.c drivers/disk/ata.c drivers/disk/unit.c */
/* LINK: drivers/virtio/virtio.c drivers/virtio/virtq.c */
/*
 * The driver of virtio disks on a model of the device: what it finds, what it does, several
 * orders at once. disk_virtio_bad_test.c has what goes wrong.
 */
#include "disk_virtio_fixture.h"

static void disk_is_found_and_works(void **state)
{
	(void)state;
	assert_int_equal(disk.unit.identity.sectors, DISK_SECTORS);
	assert_string_equal(disk.unit.identity.serial, " SER-1");
	assert_string_equal(disk.unit.identity.model, "virtio disk");
	assert_true(disk.unit.identity.trim && disk.unit.identity.flush_ext);
	assert_false(disk.unit.readonly);
	for (unsigned i = 0; i < 3000; i++) /* the ring's indices turn over */
		works();
	assert_int_equal(host.resets, 1);
}

static void identifier_may_be_long_or_not_there(void **state)
{
	(void)state;
	memcpy(blk.id, "01234567890123456789", 20);
	assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
	assert_string_equal(disk.unit.identity.serial, "01234567890123456789");
	strcpy(blk.id, "a\n\377b   ");
	assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
	assert_string_equal(disk.unit.identity.serial, "a  b");
	blk.id_fails = 1;
	assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
	assert_string_equal(disk.unit.identity.serial, "");
	works();
}

static void features_decide_what_it_can(void **state)
{
	struct ata_command command;

	(void)state;
	host.offered = 1ull << 32;
	config_put(20, 4096, 4); /* which means nothing then */
	assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
	assert_false(disk.unit.identity.trim);
	assert_false(ata_flush(&disk.unit.identity, &command));
	assert_true(write_one());
	config_put(20, 512, 4);
	host.offered = FEATURES | 1ull << 33 | 1ull << 12 | 1ull << 11 | 1ull << 14;
	assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
	assert_true(host.taken == (FEATURES | 1ull << 33));
	config_put(40, 0, 4); /* no segments */
	assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
	assert_false(disk.unit.identity.trim);
	config_put(40, 1, 4);
	config_put(36, 0, 4);
	assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
	assert_false(disk.unit.identity.trim);
}

static void long_orders_are_several_requests(void **state)
{
	struct ata_command command;

	(void)state;
	host.offered = FEATURES | 1ull << 1;
	config_put(8, 40 * 512 + 511, 4);
	config_put(36, 1000, 4);
	blk.most_sectors = 40;
	blk.most_discard = 1000;
	assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
	works();
	blk.requests = 0;
	command = ata_transfer(&disk.unit.identity, false, 3, 128, AT);
	assert_true(unit_do(&disk.unit, &command, 1000));
	assert_int_equal(blk.requests, 4);
	assert_memory_equal(dma + 0x10000, disk_bytes + 3 * 512, 128 * 512);
	blk.requests = 0;
	trimmed_count = 0;
	command = ata_trim(100, 1900, disk.unit.buffer.at, disk.unit.buffer.physical);
	assert_true(unit_do(&disk.unit, &command, 1000));
	assert_int_equal(blk.requests, 2);
	assert_int_equal(trimmed_count, 1900);
	/* an error in one of them is the order's */
	for (unsigned i = 1; i <= 2; i++) {
		blk.requests = 0;
		blk.fail = i;
		assert_false(unit_do(&disk.unit, &command, 1000));
		assert_int_equal(blk.requests, i);
	}
}

static void readonly_disk_is_not_written(void **state)
{
	struct ata_command command;

	(void)state;
	host.offered = FEATURES | 1ull << 5;
	assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
	assert_true(disk.unit.readonly);
	assert_false(disk.unit.identity.trim);
	blk.requests = 0;
	assert_false(write_one());
	command = ata_trim(1, 1, disk.unit.buffer.at, disk.unit.buffer.physical);
	assert_false(unit_do(&disk.unit, &command, 1000));
	assert_int_equal(blk.requests, 0);
	assert_true(unit_read(&disk.unit, 0, 8));
	assert_int_equal(host.resets, 2);
}

static void begin_read(uint32_t tag)
{
	struct order order = {ORDER_READ, tag * 8, 8, AT + tag * 4096};

	assert_true(virtio_blk_begin(&disk, tag, &order));
}

static void orders_are_under_way_at_once(void **state)
{
	struct order order = {ORDER_READ, 0, 1, AT};
	uint32_t random = 1;

	(void)state;
	host.hold = true;
	begin_read(3);
	assert_false(virtio_blk_begin(&disk, 3, &order));
	host_release(0);
	assert_int_equal(virtio_blk_look(&disk, 3), UNIT_DONE);
	for (unsigned round = 0; round < 300; round++) {
		for (uint32_t tag = 0; tag < VIRTIO_BLK_SLOTS; tag++)
			begin_read(tag);
		assert_false(virtio_blk_begin(&disk, 99, &order));
		assert_int_equal(virtio_blk_look(&disk, 0), UNIT_BUSY);
		memset(dma + 0x10000, 0, 0x10000);
		while (host.holds > 0) {
			host_release((random >> 16) % host.holds);
			random = random * 1103515245 + 12345;
			if (random & 0x10000)
				assert_true(virtio_blk_interrupt(&disk));
		}
		for (uint32_t tag = 0; tag < VIRTIO_BLK_SLOTS; tag++) {
			assert_int_equal(virtio_blk_look(&disk, tag), UNIT_DONE);
			assert_memory_equal(
				dma + 0x10000 + tag * 4096, disk_bytes + tag * 4096, 4096);
		}
		assert_int_equal(virtio_blk_look(&disk, 0), UNIT_FAILED);
	}
	assert_int_equal(host.resets, 1);
}

/* A request has up to three descriptors. */
static void short_queues_will_do(void **state)
{
	static const struct {
		uint32_t entries, slots;
	} rows[] = {{4, 1}, {8, 2}, {16, 5}, {32, 10}, {64, 16}, {1024, 16}};
	struct order order = {ORDER_READ, 0, 1, AT};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		blk_reset();
		host.most = rows[i].entries;
		assert_int_equal(open_disk(), VIRTIO_BLK_TAKEN);
		works();
		host.hold = true;
		for (uint32_t tag = 0; tag < rows[i].slots; tag++)
			begin_read(tag);
		assert_false(virtio_blk_begin(&disk, 99, &order));
		assert_int_equal(host.holds, rows[i].slots);
		/* it comes back with a shorter one */
		host.most = 4;
		host_give_back(64, 1);
		assert_int_equal(virtio_blk_look(&disk, 0), UNIT_BUSY);
		assert_int_equal(host.holds, 1);
		host_release(0);
		assert_int_equal(virtio_blk_look(&disk, 0), UNIT_DONE);
		for (uint32_t tag = 1; tag < rows[i].slots; tag++)
			assert_int_equal(virtio_blk_look(&disk, tag), UNIT_FAILED);
	}
	host.most = 2;
	assert_int_equal(open_disk(), VIRTIO_BLK_NO_QUEUE);
}

static uint16_t available_flags(void)
{
	uint16_t flags;

	memcpy(&flags, dma_at(host.available, 2), 2);
	return flags;
}

static void interrupt_is_taken_once(void **state)
{
	(void)state;
	host.isr = 0; /* of the identifier */
	assert_int_equal(available_flags(), 1);
	virtio_blk_interrupts(&disk);
	assert_int_equal(available_flags(), 0);
	assert_false(virtio_blk_interrupt(&disk));
	assert_true(start_one());
	assert_true(virtio_blk_interrupt(&disk));
	assert_false(virtio_blk_interrupt(&disk));
	assert_int_equal(poll_one(), UNIT_DONE);
	host.hang = 1;
	assert_false(write_one());
	assert_int_equal(available_flags(), 0); /* after a reset too */
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(disk_is_found_and_works),
		CASE(identifier_may_be_long_or_not_there), CASE(features_decide_what_it_can),
		CASE(long_orders_are_several_requests), CASE(readonly_disk_is_not_written),
		CASE(orders_are_under_way_at_once), CASE(short_queues_will_do),
		CASE(interrupt_is_taken_once)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
