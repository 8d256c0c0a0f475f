/* SPDX-License-Identifier: MIT */
/*
 * A virtio device on PCI, of the modern kind: reset, features, queues, interrupts. What it
 * is a device for is its driver's business.
 *
 *   virtio_open() ──► features ──► virtio_queue_open() ... ──► virtio_ready()
 *        ▲                                                         │
 *        └──────────────── it failed, or does not answer ◄─────────┘
 *
 * Model: features VERSION_1, ACCESS_PLATFORM and ORDER_PLATFORM are taken when they are
 *   offered (addresses are what the device's bus sees, and barriers are full ones), and
 *   those of its type that the driver wants.
 * State: struct virtio; one thread. Structures are reached by struct virtio_io, so that the
 *   host can drive a model; nothing outside of what the capabilities name is.
 * Interrupts: by the line. With messages (MSI-X) the interrupt status is not read, and
 *   virtio_interrupt() is not called.
 * Missing: messages, resetting one queue, notification data, shared memory.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 2.1 "Device Status Field", 2.5
 *   "Device Configuration Space", 3.1 "Device Initialization", 4.1.4.3 "Common
 *   configuration structure layout", 4.1.4.4 "Notification structure layout", 4.1.4.5 "ISR
 *   status capability", 6 "Reserved Feature Bits".
 */
#ifndef VIRTIO_VIRTIO_H
#define VIRTIO_VIRTIO_H

#include "caps.h"
#include "virtq.h"

struct virtio_io {
	/* `bytes` is 1, 2 or 4, and `offset` a multiple of it, inside of the part. */
	uint32_t (*read)(void *ctx, enum virtio_part part, uint32_t offset, uint32_t bytes);
	void (*write)(
		void *ctx, enum virtio_part part, uint32_t offset, uint32_t bytes, uint32_t value);
	uint64_t (*now_us)(void *ctx);
	void (*rest)(void *ctx); /* waits a little longer than nothing */
	void *ctx;
};

enum virtio_result {
	VIRTIO_OPENED = 0,
	VIRTIO_SILENT,  /* it does not end its reset */
	VIRTIO_OLD,     /* it is of the old kind only */
	VIRTIO_REFUSED, /* it does not take the features that it offers */
	VIRTIO_RESULTS
};

struct virtio {
	struct virtio_io io;
	struct virtio_caps caps;
	uint64_t features; /* in force */
};

/* Resets the device and agrees on features: of its type, those in `wanted`. */
enum virtio_result virtio_open(struct virtio *virtio, const struct virtio_io *io,
	const struct virtio_caps *caps, uint64_t wanted);

static inline bool virtio_has(const struct virtio *virtio, uint32_t feature)
{
	return (virtio->features >> feature & 1) != 0;
}

/* Sets up queue `index` with at most `most` entries (a power of two, up to VIRTQ_MAX) in
 * VIRTQ_BYTES(most) of `memory`. False: the device has no such queue. */
MUST_CHECK bool virtio_queue_open(struct virtio *virtio, uint32_t index,
	const struct virtq_memory *memory, uint32_t most, struct virtq *queue);

/* Lets the device work. False: it does not want to. */
MUST_CHECK bool virtio_ready(struct virtio *virtio);

/* Tells the device what was put into the queue, if it wants to be told. */
void virtio_notify(const struct virtio *virtio, const struct virtq *queue);

/* Stops the device: it then reaches no memory. False: it does not answer. */
bool virtio_reset(struct virtio *virtio);

/* True if the device says that it needs a reset, or is not there. */
bool virtio_is_failed(const struct virtio *virtio);

#define VIRTIO_ISR_QUEUE 1u
#define VIRTIO_ISR_CONFIG 2u

/* An interrupt came by the line: takes it back, and says what for; 0: it was not ours. */
uint32_t virtio_interrupt(const struct virtio *virtio);

/* Reads `bytes` (1, 2, 4 or 8) of the configuration of its type, all of one moment. False:
 * there is no such part, or it changes all the time. */
MUST_CHECK bool virtio_config(
	const struct virtio *virtio, uint32_t offset, uint32_t bytes, uint64_t *value);

#endif
