/* SPDX-License-Identifier: MIT */
/*
 * A driver of a virtio device over PCI, for tests: it starts the device as the standard
 * says, and sees the messages. Each of its queues is LENGTH long and lies at RING(n).
 */
#ifndef TEST_UNIT_VIRTIO_DRIVER_H
#define TEST_UNIT_VIRTIO_DRIVER_H

#include "vmm/dev/virtio_pci.h"

#include "virtio_ring.h"

#define LENGTH 16u
#define TRANSPORT (VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC)

static struct virtio_pci *dev;
static unsigned messages; /* that came */
static uint32_t message;  /* the last one's data: 0x40 + vector */

static inline void message_send(void *ctx, uint64_t address, uint32_t data)
{
	assert_ptr_equal(ctx, &messages);
	assert_int_equal(address, 0xfee00000);
	message = data;
	messages++;
}

static inline uint64_t bar_in(unsigned offset, unsigned bytes)
{
	return dev->function.read(dev->function.ctx, offset, bytes);
}
static inline void bar_out(unsigned offset, unsigned bytes, uint64_t value)
{
	dev->function.write(dev->function.ctx, offset, bytes, value);
}

static inline uint8_t status(void)
{
	return (uint8_t)bar_in(COMMON_STATUS, 1);
}
static inline void set_status(uint8_t value)
{
	bar_out(COMMON_STATUS, 1, value);
}

static inline void notify(unsigned queue)
{
	bar_out(VIRTIO_NOTIFY_AT + 4 * queue, 2, queue);
}

/* Bus mastering and MSI-X on, vector n says 0x40 + n. */
static inline void driver_attach(void)
{
	messages = 0;
	pci_function_write(&dev->function, PCI_COMMAND, 2, 6);
	pci_function_write(&dev->function, dev->msix_capability + 2, 2, 0x8000);
	for (unsigned v = 0; v < dev->msix.vectors; v++) {
		bar_out(VIRTIO_TABLE_AT + 16 * v, 4, 0xfee00000);
		bar_out(VIRTIO_TABLE_AT + 16 * v + 8, 4, 0x40 + v);
		bar_out(VIRTIO_TABLE_AT + 16 * v + 12, 4, 0);
	}
}

static inline void driver_features(uint64_t features)
{
	set_status(VIRTIO_ACKNOWLEDGE);
	set_status(VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
	for (unsigned half = 0; half < 2; half++) {
		bar_out(COMMON_DRIVER_SELECT, 4, half);
		bar_out(COMMON_DRIVER_FEATURE, 4, (uint32_t)(features >> 32 * half));
	}
	set_status(VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK);
}

/* Vector 0 is the configuration's, n + 1 that of queue n. */
static inline void driver_queue(unsigned n)
{
	bar_out(COMMON_QUEUE_SELECT, 2, n);
	bar_out(COMMON_QUEUE_SIZE, 2, LENGTH);
	bar_out(COMMON_QUEUE_VECTOR, 2, n + 1);
	bar_out(COMMON_QUEUE_DESCRIPTORS, 8, RING(n));
	bar_out(COMMON_QUEUE_AVAILABLE, 4, RING(n) + AVAILABLE);
	bar_out(COMMON_QUEUE_AVAILABLE + 4, 4, 0);
	bar_out(COMMON_QUEUE_USED, 8, RING(n) + USED);
	bar_out(COMMON_QUEUE_ENABLE, 2, 1);
}

/* All of it; the device is then ready. */
static inline void driver_start(uint64_t features)
{
	driver_attach();
	driver_features(features);
	bar_out(COMMON_CONFIG_VECTOR, 2, 0);
	for (unsigned n = 0; n < dev->ops->queues; n++)
		driver_queue(n);
	set_status(VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK);
}

static inline bool is_broken(void)
{
	return status() & VIRTIO_NEEDS_RESET;
}

#endif
