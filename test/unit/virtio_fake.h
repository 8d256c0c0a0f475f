/* SPDX-License-Identifier: MIT */
/* A virtio device of two queues that only counts, for tests of the transport. */
#ifndef TEST_UNIT_VIRTIO_FAKE_H
#define TEST_UNIT_VIRTIO_FAKE_H

#include "virtio_driver.h"

#define ALL_OK (VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK)

/* A device that counts. */
static unsigned resets, notified[VIRTIO_QUEUES];

static inline void fake_reset(void *ctx)
{
	assert_ptr_equal(ctx, &resets);
	resets++;
}

static inline void fake_notify(void *ctx, unsigned queue)
{
	assert_ptr_equal(ctx, &resets);
	notified[queue]++;
}

static inline uint8_t fake_config(const void *ctx, unsigned offset)
{
	assert_ptr_equal(ctx, &resets);
	assert_in_range(offset, 0, 5);
	return (uint8_t)(0xa0 + offset);
}

static const struct virtio_ops fake = {.type = 5,
	.class_code = 0x123456,
	.queues = 2,
	.queue_size = 64,
	.reset = fake_reset,
	.notify = fake_notify,
	.config = fake_config,
	.config_size = 6};

static struct virtio_pci device;

static inline int setup(void **state)
{
	if (ring_ram_new(state))
		return 1;
	dev = &device;
	resets = 0;
	memset(notified, 0, sizeof notified);
	virtio_pci_init(&device, &fake, &resets, BIT(3), &mem, message_send, &messages);
	assert_int_equal(resets, 1);
	return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, ring_ram_free)

#endif
