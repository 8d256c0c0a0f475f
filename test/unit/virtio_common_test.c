/* SPDX-License-Identifier: MIT */
/*
 * The common configuration of virtio devices: every field, the features, the status
 * machine, queues that open or cannot, reset.
 */
#include "vmm/dev/virtio_common.h"

#include "virtio_fake.h"

/* clang-format off */
/* LINK: vmm-user/vmm/dev/virtio_pci.c vmm-user/vmm/dev/virtio_common.c vmm-user/vmm/dev/virtio_queue.c vmm-user/vmm/dev/msix.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/guest_memory.c */
/* clang-format on */

static void common_fields(void **state)
{
	static const struct {
		unsigned offset, bytes;
		uint64_t first, written;
	} rows[] = {
		{0x00, 4, 0, 0xffffffff},
		{0x04, 4, 0x30000008, 0},
		{0x08, 4, 0, 0xffffffff},
		{0x0c, 4, 0, 0},
		{0x10, 2, 0xffff, 0xffff},
		{0x12, 2, 2, 2},
		{0x15, 1, 0, 0},
		{0x1a, 2, 0xffff, 0xffff},
		{0x1c, 2, 0, 0},
		{0x1e, 2, 0, 0},
		{0x20, 8, 0, UINT64_MAX},
		{0x28, 8, 0, UINT64_MAX},
		{0x30, 8, 0, UINT64_MAX},
		{0x38, 4, 0, 0},
		{0xffc, 4, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (bar_in(rows[i].offset, rows[i].bytes) != rows[i].first)
			fail_msg("%#x: first", rows[i].offset);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].offset < 0x38)
			bar_out(rows[i].offset, rows[i].bytes, UINT64_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (bar_in(rows[i].offset, rows[i].bytes) != rows[i].written)
			fail_msg("%#x: written", rows[i].offset);
	assert_int_equal(status(), 0);
}

static void widths_that_are_not_the_fields(void **state)
{
	(void)state;
	bar_out(0x20, 2, 0x1111);
	bar_out(0x21, 4, 0x11111111);
	bar_out(0x24, 8, 0x1111);
	bar_out(0x34, 8, 0x1111);
	bar_out(0x14, 4, 0x01010101);
	bar_out(0x16, 4, 1);
	bar_out(0x10, 1, 0);
	for (unsigned at = 0x20; at < 0x38; at += 8)
		assert_int_equal(bar_in(at, 8), 0);
	assert_int_equal(status(), 0);
	assert_int_equal(bar_in(0x16, 2), 0);
	assert_int_equal(bar_in(0x10, 2), 0xffff);
	bar_out(0x24, 4, 0x22222222);
	assert_int_equal(bar_in(0x20, 8), 0x2222222200000000);
	assert_int_equal(bar_in(0x22, 4), 0x22220000);
}

static void features_in_halves(void **state)
{
	static const uint32_t want[] = {0x30000008, 1, 0, 0};

	(void)state;
	for (unsigned half = 0; half < 4; half++) {
		bar_out(COMMON_DEVICE_SELECT, 4, half);
		assert_int_equal(bar_in(COMMON_DEVICE_FEATURE, 4), want[half]);
	}
	bar_out(COMMON_DRIVER_SELECT, 4, 2); /* there is no third half */
	bar_out(COMMON_DRIVER_FEATURE, 4, 0xffffffff);
	assert_int_equal(device.accepted, 0);
}

static void features_must_be_good(void **state)
{
	static const struct {
		uint64_t features;
		bool good;
	} rows[] = {
		{VIRTIO_F_VERSION_1, true},
		{VIRTIO_F_VERSION_1 | BIT(3) | BIT(28) | BIT(29), true},
		{0, false},                            /* legacy */
		{BIT(3), false},                       /* legacy */
		{VIRTIO_F_VERSION_1 | BIT(4), false},  /* not offered */
		{VIRTIO_F_VERSION_1 | BIT(34), false}, /* packed rings: not offered */
		{UINT64_MAX, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_status(0);
		driver_features(rows[i].features);
		if (!(status() & VIRTIO_FEATURES_OK) == rows[i].good)
			fail_msg("row %zu", i);
		set_status(ALL_OK & ~VIRTIO_FEATURES_OK); /* cannot become ready without */
		if (!(status() & VIRTIO_DRIVER_OK) == rows[i].good)
			fail_msg("row %zu: ready", i);
		bar_out(COMMON_DRIVER_SELECT, 4, 0);
		bar_out(COMMON_DRIVER_FEATURE, 4, 0x20000000);
		if (rows[i].good)
			assert_int_equal(device.accepted, rows[i].features); /* settled */
	}
}

static void a_queue_opens_once_features_are_settled(void **state)
{
	(void)state;
	driver_attach();
	driver_queue(0);
	assert_true(is_broken());
	assert_int_equal(messages, 0); /* the driver is not ready */
	set_status(0);
	assert_int_equal(status(), 0);
	driver_features(TRANSPORT);
	driver_queue(0);
	assert_int_equal(status(), VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK);
	assert_int_equal(bar_in(COMMON_QUEUE_ENABLE, 2), 1);
	bar_out(COMMON_QUEUE_SIZE, 2, 8); /* too late for all of these */
	bar_out(COMMON_QUEUE_DESCRIPTORS, 8, 0);
	bar_out(COMMON_QUEUE_ENABLE, 2, 0);
	assert_int_equal(bar_in(COMMON_QUEUE_SIZE, 2), LENGTH);
	assert_int_equal(bar_in(COMMON_QUEUE_DESCRIPTORS, 8), RING(0));
	assert_int_equal(bar_in(COMMON_QUEUE_ENABLE, 2), 1);
}

static void queue_sizes(void **state)
{
	static const struct {
		unsigned size;
		bool good;
	} rows[] = {{1, true}, {2, true}, {64, true}, {0, false}, {3, false}, {65, false},
		{128, false}, {0x8000, false}, {0xffff, false}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_status(0);
		assert_int_equal(bar_in(COMMON_QUEUE_SIZE, 2), 64);
		bar_out(COMMON_QUEUE_SIZE, 2, rows[i].size);
		if (is_broken() == rows[i].good)
			fail_msg("size %u", rows[i].size);
		assert_int_equal(bar_in(COMMON_QUEUE_SIZE, 2), rows[i].good ? rows[i].size : 64);
	}
}

static void a_queue_that_cannot_be(void **state)
{
	(void)state;
	driver_attach();
	driver_features(TRANSPORT);
	bar_out(COMMON_QUEUE_DESCRIPTORS, 8, RAM_SIZE);
	bar_out(COMMON_QUEUE_ENABLE, 2, 1);
	assert_true(is_broken());
	assert_int_equal(bar_in(COMMON_QUEUE_ENABLE, 2), 0);
}

static void queues_that_do_not_exist(void **state)
{
	(void)state;
	driver_start(TRANSPORT);
	bar_out(COMMON_QUEUE_SELECT, 2, 2);
	for (unsigned at = 0x18; at < 0x38; at += 2)
		assert_int_equal(bar_in(at, 2), 0);
	bar_out(COMMON_QUEUE_SIZE, 2, 4);
	bar_out(COMMON_QUEUE_VECTOR, 2, 1);
	bar_out(COMMON_QUEUE_ENABLE, 2, 1);
	bar_out(COMMON_QUEUE_SELECT, 2, 0xffff);
	bar_out(COMMON_QUEUE_ENABLE, 2, 1);
	for (unsigned queue = 2; queue < 1024; queue++)
		notify(queue);
	assert_null(virtio_pci_queue(&device, 2));
	assert_int_equal(notified[0] + notified[1], 2); /* at the start */
	assert_false(is_broken());
}

static void reset_forgets_everything(void **state)
{
	(void)state;
	driver_start(TRANSPORT | BIT(3));
	assert_true(virtio_pci_has(&device, BIT(3)));
	virtio_pci_break(&device);
	resets = 0;
	set_status(ALL_OK); /* that is no reset */
	assert_true(is_broken());
	set_status(0);
	assert_int_equal(resets, 1);
	assert_int_equal(status(), 0);
	assert_int_equal(device.accepted, 0);
	assert_int_equal(bar_in(COMMON_CONFIG_VECTOR, 2), 0xffff);
	assert_int_equal(bar_in(COMMON_QUEUE_SIZE, 2), 64);
	assert_int_equal(bar_in(COMMON_QUEUE_ENABLE, 2), 0);
	assert_int_equal(bar_in(COMMON_QUEUE_VECTOR, 2), 0xffff);
	assert_int_equal(bar_in(COMMON_QUEUE_USED, 8), 0);
	driver_start(TRANSPORT);
	assert_int_equal(status(), ALL_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(common_fields),
		CASE(widths_that_are_not_the_fields),
		CASE(features_in_halves),
		CASE(features_must_be_good),
		CASE(a_queue_opens_once_features_are_settled),
		CASE(queue_sizes),
		CASE(a_queue_that_cannot_be),
		CASE(queues_that_do_not_exist),
		CASE(reset_forgets_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
