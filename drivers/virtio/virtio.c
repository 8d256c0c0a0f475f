/* SPDX-License-Identifier: MIT */
/* A virtio device on PCI, of the modern kind: see virtio.h for states and sources. */
#include "virtio.h"

/* Common configuration. */
enum {
	DEVICE_FEATURE_SELECT = 0x00,
	DEVICE_FEATURE = 0x04,
	DRIVER_FEATURE_SELECT = 0x08,
	DRIVER_FEATURE = 0x0c,
	QUEUES = 0x12,
	STATUS = 0x14,
	GENERATION = 0x15,
	QUEUE_SELECT = 0x16,
	QUEUE_SIZE = 0x18,
	QUEUE_ENABLE = 0x1c,
	QUEUE_NOTIFY_OFFSET = 0x1e,
	QUEUE_DESCRIPTORS = 0x20,
	QUEUE_AVAILABLE = 0x28,
	QUEUE_USED = 0x30
};
#define STATUS_SEEN 1u
#define STATUS_DRIVER 2u
#define STATUS_READY 4u
#define STATUS_FEATURES 8u
#define STATUS_NEEDS_RESET 64u
#define STATUS_GIVEN_UP 128u
#define NOBODY 0xffu

#define FEATURE_VERSION_1 BIT(32)
#define FEATURE_ACCESS_PLATFORM BIT(33)
#define FEATURE_ORDER_PLATFORM BIT(36)
#define FEATURES_TYPE (BITS(23, 0) | BITS(63, 50)) /* what devices of a type define */
#define RESET_US 2000000u
#define CONFIG_TRIES 16u

static uint32_t common_read(const struct virtio *virtio, uint32_t offset, uint32_t bytes)
{
	return virtio->io.read(virtio->io.ctx, VIRTIO_COMMON, offset, bytes);
}

static void common_write(
	const struct virtio *virtio, uint32_t offset, uint32_t bytes, uint32_t value)
{
	virtio->io.write(virtio->io.ctx, VIRTIO_COMMON, offset, bytes, value);
}

static void common_write64(const struct virtio *virtio, uint32_t offset, uint64_t value)
{
	common_write(virtio, offset, 4, (uint32_t)value);
	common_write(virtio, offset + 4, 4, (uint32_t)(value >> 32));
}

static uint32_t status_read(const struct virtio *virtio)
{
	return common_read(virtio, STATUS, 1);
}

static void status_add(const struct virtio *virtio, uint32_t bits)
{
	common_write(virtio, STATUS, 1, status_read(virtio) | bits);
}

/* Section 4.1.4.3.2: it is over when the status reads 0. */
bool virtio_reset(struct virtio *virtio)
{
	uint64_t end = virtio->io.now_us(virtio->io.ctx) + RESET_US;

	common_write(virtio, STATUS, 1, 0);
	while (status_read(virtio) != 0) {
		if (virtio->io.now_us(virtio->io.ctx) >= end)
			return false;
		virtio->io.rest(virtio->io.ctx);
	}
	return true;
}

bool virtio_is_failed(const struct virtio *virtio)
{
	uint32_t status = status_read(virtio);

	return (status & STATUS_NEEDS_RESET) != 0 || (status & STATUS_READY) == 0;
}

static uint64_t features_offered(const struct virtio *virtio)
{
	uint64_t low;

	common_write(virtio, DEVICE_FEATURE_SELECT, 4, 0);
	low = common_read(virtio, DEVICE_FEATURE, 4);
	common_write(virtio, DEVICE_FEATURE_SELECT, 4, 1);
	return low | (uint64_t)common_read(virtio, DEVICE_FEATURE, 4) << 32;
}

static bool features_set(const struct virtio *virtio)
{
	common_write(virtio, DRIVER_FEATURE_SELECT, 4, 0);
	common_write(virtio, DRIVER_FEATURE, 4, (uint32_t)virtio->features);
	common_write(virtio, DRIVER_FEATURE_SELECT, 4, 1);
	common_write(virtio, DRIVER_FEATURE, 4, (uint32_t)(virtio->features >> 32));
	status_add(virtio, STATUS_FEATURES);
	return (status_read(virtio) & STATUS_FEATURES) != 0;
}

enum virtio_result virtio_open(struct virtio *virtio, const struct virtio_io *io,
	const struct virtio_caps *caps, uint64_t wanted)
{
	uint64_t offered;

	*virtio = (struct virtio){.io = *io, .caps = *caps};
	if (!virtio_reset(virtio))
		return VIRTIO_SILENT;
	status_add(virtio, STATUS_SEEN);
	status_add(virtio, STATUS_DRIVER);
	offered = features_offered(virtio);
	virtio->features = offered & ((wanted & FEATURES_TYPE) | FEATURE_VERSION_1 |
					     FEATURE_ACCESS_PLATFORM | FEATURE_ORDER_PLATFORM);
	if ((offered & FEATURE_VERSION_1) != 0 && features_set(virtio))
		return VIRTIO_OPENED;
	status_add(virtio, STATUS_GIVEN_UP);
	return (offered & FEATURE_VERSION_1) != 0 ? VIRTIO_REFUSED : VIRTIO_OLD;
}

/* A power of two that the device and the memory have room for. */
static uint32_t size_choose(uint32_t offered, uint32_t most)
{
	while (most > offered)
		most /= 2;
	return most;
}

bool virtio_queue_open(struct virtio *virtio, uint32_t index, const struct virtq_memory *memory,
	uint32_t most, struct virtq *queue)
{
	const struct virtio_place *place = &virtio->caps.place[VIRTIO_NOTIFY];
	uint32_t size;
	uint64_t notify;

	if (index >= common_read(virtio, QUEUES, 2))
		return false;
	common_write(virtio, QUEUE_SELECT, 2, index);
	size = size_choose(common_read(virtio, QUEUE_SIZE, 2), most);
	notify = (uint64_t)common_read(virtio, QUEUE_NOTIFY_OFFSET, 2) * virtio->caps.multiplier;
	if (size == 0 || notify + 2 > place->length || notify % 2 != 0)
		return false;
	virtq_reset(queue, memory, size);
	queue->index = index;
	queue->notify_at = (uint32_t)notify;
	common_write(virtio, QUEUE_SIZE, 2, size);
	common_write64(virtio, QUEUE_DESCRIPTORS, virtq_descriptors(queue));
	common_write64(virtio, QUEUE_AVAILABLE, virtq_available(queue));
	common_write64(virtio, QUEUE_USED, virtq_used(queue));
	common_write(virtio, QUEUE_ENABLE, 2, 1);
	return true;
}

bool virtio_ready(struct virtio *virtio)
{
	status_add(virtio, STATUS_READY);
	return !virtio_is_failed(virtio);
}

void virtio_notify(const struct virtio *virtio, const struct virtq *queue)
{
	if (virtq_must_notify(queue))
		virtio->io.write(virtio->io.ctx, VIRTIO_NOTIFY, queue->notify_at, 2, queue->index);
}

uint32_t virtio_interrupt(const struct virtio *virtio)
{
	uint32_t cause = virtio->io.read(virtio->io.ctx, VIRTIO_ISR, 0, 1);

	return cause == NOBODY ? 0 : cause & (VIRTIO_ISR_QUEUE | VIRTIO_ISR_CONFIG);
}

static uint64_t config_read(const struct virtio *virtio, uint32_t offset, uint32_t bytes)
{
	uint64_t low =
		virtio->io.read(virtio->io.ctx, VIRTIO_DEVICE, offset, bytes == 8 ? 4 : bytes);

	if (bytes != 8)
		return low;
	return low | (uint64_t)virtio->io.read(virtio->io.ctx, VIRTIO_DEVICE, offset + 4, 4) << 32;
}

bool virtio_config(const struct virtio *virtio, uint32_t offset, uint32_t bytes, uint64_t *value)
{
	if (offset + bytes > virtio->caps.place[VIRTIO_DEVICE].length)
		return false;
	for (uint32_t i = 0; i < CONFIG_TRIES; i++) {
		uint32_t before = common_read(virtio, GENERATION, 1);

		*value = config_read(virtio, offset, bytes);
		if (common_read(virtio, GENERATION, 1) == before)
			return true;
	}
	return false;
}
