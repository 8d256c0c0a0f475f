/* SPDX-License-Identifier: MIT */
/*
 * The PCI transport of virtio devices: what a driver talks to before it gets to the
 * queues.
 *
 *   BAR 0, 32 KiB   +0x0000  common configuration   +0x3000  notifications, 4 bytes a queue
 *                   +0x1000  interrupt status       +0x4000  MSI-X table
 *                   +0x2000  device configuration   +0x4800  MSI-X pending bits
 *
 * Model: a modern device (VIRTIO_F_VERSION_1 must be accepted), event indices and
 *   indirect descriptors offered to all. FEATURES_OK stays clear for features that were
 *   not offered; a queue opens once features are settled, when the driver enables it.
 *   What a driver may not do in a queue, or a queue that cannot be, sets
 *   DEVICE_NEEDS_RESET: the device then touches nothing until it is reset. Interrupts
 *   are MSI-X; without it the interrupt status is set, for drivers that poll.
 * State: struct virtio_pci; the device behind it has its own, which virtio_ops.reset
 *   forgets. While bus mastering is off, nothing is read, written or sent.
 * Missing: INTx, the legacy interface, shared memory regions, resetting one queue.
 * Ignored bits: writes to what is read-only; accesses of another width or place than
 *   the field's; to a queue's size and addresses once it is enabled.
 * Locks: none; whoever calls holds the machine.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 4.1 "Virtio Over PCI Bus",
 *   section 3.1.1 "Driver Requirements: Device Initialization".
 */
#ifndef VMM_DEV_VIRTIO_PCI_H
#define VMM_DEV_VIRTIO_PCI_H

#include "vmm/dev/msix.h"
#include "vmm/dev/pci_function.h"
#include "vmm/dev/virtio_queue.h"

#define VIRTIO_QUEUES 3u /* most of one device */

/* Device status, 2.1 "Device Status Field". */
#define VIRTIO_ACKNOWLEDGE 0x01u
#define VIRTIO_DRIVER 0x02u
#define VIRTIO_DRIVER_OK 0x04u
#define VIRTIO_FEATURES_OK 0x08u
#define VIRTIO_NEEDS_RESET 0x40u
#define VIRTIO_FAILED 0x80u

/* Features of the transport, 6 "Reserved Feature Bits". */
#define VIRTIO_F_INDIRECT_DESC BIT(28)
#define VIRTIO_F_EVENT_IDX BIT(29)
#define VIRTIO_F_VERSION_1 BIT(32)

/* Bits of the interrupt status, and the vector that means none. */
#define VIRTIO_ISR_QUEUE 1u
#define VIRTIO_ISR_CONFIG 2u
#define VIRTIO_NO_VECTOR 0xffffu

/* Parts of the BAR. */
#define VIRTIO_BAR_SIZE 0x8000u
#define VIRTIO_COMMON_AT 0x0000u
#define VIRTIO_ISR_AT 0x1000u
#define VIRTIO_DEVICE_AT 0x2000u
#define VIRTIO_NOTIFY_AT 0x3000u
#define VIRTIO_TABLE_AT 0x4000u
#define VIRTIO_PENDING_AT 0x4800u
#define VIRTIO_PART_SIZE 0x1000u
#define VIRTIO_NOTIFY_STRIDE 4u

/* Fields of the common configuration, 4.1.4.3. */
enum virtio_common {
	COMMON_DEVICE_SELECT = 0x00,
	COMMON_DEVICE_FEATURE = 0x04,
	COMMON_DRIVER_SELECT = 0x08,
	COMMON_DRIVER_FEATURE = 0x0c,
	COMMON_CONFIG_VECTOR = 0x10,
	COMMON_QUEUES = 0x12,
	COMMON_STATUS = 0x14,
	COMMON_GENERATION = 0x15,
	COMMON_QUEUE_SELECT = 0x16,
	COMMON_QUEUE_SIZE = 0x18,
	COMMON_QUEUE_VECTOR = 0x1a,
	COMMON_QUEUE_ENABLE = 0x1c,
	COMMON_QUEUE_NOTIFY = 0x1e,
	COMMON_QUEUE_DESCRIPTORS = 0x20,
	COMMON_QUEUE_AVAILABLE = 0x28,
	COMMON_QUEUE_USED = 0x30,
	COMMON_SIZE = 0x38
};

/* A kind of device. */
struct virtio_ops {
	uint16_t type;       /* 5 "Device Types" */
	uint32_t class_code; /* PCI */
	unsigned queues;
	uint16_t queue_size; /* of each, at most */
	/* Back to how it was at first: no request of before is answered any more, and
	 * nothing that it named is touched. */
	void (*reset)(void *ctx);
	/* The driver made buffers available in a queue, or may have: also once for each
	 * queue when the driver is ready. */
	void (*notify)(void *ctx, unsigned queue);
	/* Byte `offset` of the device's configuration. NULL: it has none. */
	uint8_t (*config)(const void *ctx, unsigned offset);
	unsigned config_size;
};

struct virtio_pci {
	struct pci_function function;
	struct msix msix;
	const struct virtio_ops *ops;
	void *ctx;
	uint64_t offered, accepted; /* features */
	uint32_t offered_select, accepted_select;
	uint8_t status, isr;
	uint16_t config_vector, queue_select;
	struct virtio_queue queue[VIRTIO_QUEUES];
	uint16_t queue_vector[VIRTIO_QUEUES];
	unsigned msix_capability, window_capability; /* their places */
};

/* Builds the function of a device with `features` beside those of the transport.
 * Messages go to send(send_ctx, ...); queues lie in *memory. */
void virtio_pci_init(struct virtio_pci *device, const struct virtio_ops *ops, void *ctx,
	uint64_t features, const struct guest_memory *memory,
	void (*send)(void *ctx, uint64_t address, uint32_t data), void *send_ctx);

/* Queue `queue` if the device may use it now, or NULL: it is open, the driver is ready,
 * and nothing has gone wrong. */
struct virtio_queue *virtio_pci_queue(struct virtio_pci *device, unsigned queue);

/* Whether the driver accepted all of `features`. */
static inline bool virtio_pci_has(const struct virtio_pci *device, uint64_t features)
{
	return (device->accepted & features) == features;
}

/* Publishes what was put into the queue, and interrupts if the driver wants it. */
void virtio_pci_publish(struct virtio_pci *device, unsigned queue);

/* The driver did what it may not: DEVICE_NEEDS_RESET. */
void virtio_pci_break(struct virtio_pci *device);

#endif
