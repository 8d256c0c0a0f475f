/* SPDX-License-Identifier: MIT */
/* The common configuration: see virtio_common.h. */
#include "vmm/dev/virtio_common.h"

#include "lib/string.h"

#define STATUS_DRIVER                                                                              \
	(VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_DRIVER_OK | VIRTIO_FEATURES_OK | VIRTIO_FAILED)

void virtio_common_reset(struct virtio_pci *d)
{
	d->ops->reset(d->ctx);
	d->accepted = 0;
	d->offered_select = d->accepted_select = 0;
	d->status = d->isr = 0;
	d->queue_select = 0;
	d->config_vector = VIRTIO_NO_VECTOR;
	for (unsigned i = 0; i < VIRTIO_QUEUES; i++) {
		virtio_queue_reset(&d->queue[i]);
		d->queue_vector[i] = VIRTIO_NO_VECTOR;
	}
}

static struct virtio_queue *selected(struct virtio_pci *d)
{
	return d->queue_select < d->ops->queues ? &d->queue[d->queue_select] : NULL;
}

/* --- reading --- */

static uint32_t features_half(uint64_t features, uint32_t select)
{
	return select > 1 ? 0 : (uint32_t)(features >> 32 * select);
}

static void put(uint8_t *image, unsigned at, const void *value, unsigned bytes)
{
	memcpy(image + at, value, bytes);
}

static void queue_image(const struct virtio_pci *d, uint8_t *image)
{
	const struct virtio_queue *q = &d->queue[d->queue_select];
	uint16_t open = q->open;

	put(image, COMMON_QUEUE_SIZE, &q->size, 2);
	put(image, COMMON_QUEUE_VECTOR, &d->queue_vector[d->queue_select], 2);
	put(image, COMMON_QUEUE_ENABLE, &open, 2);
	put(image, COMMON_QUEUE_NOTIFY, &d->queue_select, 2);
	put(image, COMMON_QUEUE_DESCRIPTORS, &q->descriptors, 8);
	put(image, COMMON_QUEUE_AVAILABLE, &q->available, 8);
	put(image, COMMON_QUEUE_USED, &q->used, 8);
}

uint64_t virtio_common_read(const struct virtio_pci *d, unsigned offset, unsigned bytes)
{
	uint8_t image[COMMON_SIZE] = {0};
	uint32_t offered = features_half(d->offered, d->offered_select);
	uint32_t accepted = features_half(d->accepted, d->accepted_select);
	uint16_t queues = (uint16_t)d->ops->queues;
	uint64_t value = 0;

	put(image, COMMON_DEVICE_SELECT, &d->offered_select, 4);
	put(image, COMMON_DEVICE_FEATURE, &offered, 4);
	put(image, COMMON_DRIVER_SELECT, &d->accepted_select, 4);
	put(image, COMMON_DRIVER_FEATURE, &accepted, 4);
	put(image, COMMON_CONFIG_VECTOR, &d->config_vector, 2);
	put(image, COMMON_QUEUES, &queues, 2);
	put(image, COMMON_STATUS, &d->status, 1);
	put(image, COMMON_QUEUE_SELECT, &d->queue_select, 2);
	if (d->queue_select < d->ops->queues)
		queue_image(d, image);
	for (unsigned i = 0; i < bytes && offset + i < COMMON_SIZE; i++)
		value |= (uint64_t)image[offset + i] << 8 * i;
	return value;
}

/* --- status --- */

/* 2.2.2 "Device Requirements: Feature Bits". */
static bool features_are_good(const struct virtio_pci *d)
{
	return !(d->accepted & ~d->offered) && d->accepted & VIRTIO_F_VERSION_1;
}

static void write_status(struct virtio_pci *d, uint8_t value)
{
	bool ready = d->status & VIRTIO_DRIVER_OK;

	if (!value) {
		virtio_common_reset(d);
		return;
	}
	if (!(d->status & VIRTIO_FEATURES_OK) && !features_are_good(d))
		value &= (uint8_t)~VIRTIO_FEATURES_OK;
	value |= d->status & (VIRTIO_NEEDS_RESET | VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK);
	if (!(value & VIRTIO_FEATURES_OK))
		value &= (uint8_t)~VIRTIO_DRIVER_OK;
	d->status = value & (STATUS_DRIVER | VIRTIO_NEEDS_RESET);
	if (ready || !(d->status & VIRTIO_DRIVER_OK))
		return;
	for (unsigned i = 0; i < d->ops->queues; i++)
		virtio_pci_notify(d, i);
}

static void write_feature(struct virtio_pci *d, uint32_t value)
{
	unsigned shift = 32 * d->accepted_select;

	if (d->status & VIRTIO_FEATURES_OK || d->accepted_select > 1)
		return;
	d->accepted = (d->accepted & ~(0xffffffffull << shift)) | (uint64_t)value << shift;
}

/* --- queues --- */

static uint16_t vector_of(const struct virtio_pci *d, uint64_t value)
{
	return value < d->msix.vectors ? (uint16_t)value : VIRTIO_NO_VECTOR;
}

static void write_queue_size(struct virtio_pci *d, struct virtio_queue *q, uint64_t size)
{
	if (!size || size & (size - 1) || size > q->most)
		virtio_pci_break(d);
	else
		q->size = (uint16_t)size;
}

static void write_queue_enable(struct virtio_pci *d, struct virtio_queue *q, uint64_t value)
{
	if (value != 1)
		return;
	if (!(d->status & VIRTIO_FEATURES_OK) ||
		!virtio_queue_open(q, virtio_pci_has(d, VIRTIO_F_EVENT_IDX),
			virtio_pci_has(d, VIRTIO_F_INDIRECT_DESC)))
		virtio_pci_break(d);
	else
		virtio_pci_notify(d, d->queue_select); /* of one that came late */
}

/* One of the 64-bit addresses, or a half of it. */
static void write_queue_address(
	struct virtio_queue *q, unsigned offset, unsigned bytes, uint64_t value)
{
	uint64_t *const address[] = {&q->descriptors, &q->available, &q->used};
	unsigned at = offset - COMMON_QUEUE_DESCRIPTORS, half = at & 7;

	if (offset >= COMMON_SIZE || half + bytes > 8 || (bytes != 4 && bytes != 8) || half & 3)
		return;
	memcpy((uint8_t *)address[at / 8] + half, &value, bytes);
}

static void write_queue(struct virtio_pci *d, unsigned offset, unsigned bytes, uint64_t value)
{
	struct virtio_queue *q = selected(d);

	if (!q)
		return;
	if (offset == COMMON_QUEUE_VECTOR && bytes == 2)
		d->queue_vector[d->queue_select] = vector_of(d, value);
	else if (q->open)
		return;
	else if (offset == COMMON_QUEUE_SIZE && bytes == 2)
		write_queue_size(d, q, value);
	else if (offset == COMMON_QUEUE_ENABLE && bytes == 2)
		write_queue_enable(d, q, value);
	else if (offset >= COMMON_QUEUE_DESCRIPTORS)
		write_queue_address(q, offset, bytes, value);
}

void virtio_common_write(struct virtio_pci *d, unsigned offset, unsigned bytes, uint64_t value)
{
	switch (offset << 4 | bytes) {
	case COMMON_DEVICE_SELECT << 4 | 4:
		d->offered_select = (uint32_t)value;
		break;
	case COMMON_DRIVER_SELECT << 4 | 4:
		d->accepted_select = (uint32_t)value;
		break;
	case COMMON_DRIVER_FEATURE << 4 | 4:
		write_feature(d, (uint32_t)value);
		break;
	case COMMON_CONFIG_VECTOR << 4 | 2:
		d->config_vector = vector_of(d, value);
		break;
	case COMMON_STATUS << 4 | 1:
		write_status(d, (uint8_t)value);
		break;
	case COMMON_QUEUE_SELECT << 4 | 2:
		d->queue_select = (uint16_t)value;
		break;
	default:
		if (offset >= COMMON_QUEUE_SIZE)
			write_queue(d, offset, bytes, value);
		break;
	}
}
