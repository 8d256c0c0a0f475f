/* SPDX-License-Identifier: MIT */
/*
 * A virtio disk: requests of the driver for a medium (blk.h).
 *
 * Model: one queue; read, write, flush, discard, write zeroes, get id; of discard and
 *   write zeroes one range at a time. A request's header is copied once; the data is
 *   handed to the medium as it lies in the guest. Requests may be answered in any
 *   order. What the medium cannot do, and a place outside it, is the request's error; a
 *   request that has no room for a header or for a status breaks the device.
 * State: struct virtio_blk; VIRTIO_BLK_REQUESTS in flight, the rest waits in the queue.
 * Missing: several queues, geometry, topology, write-back control (a flush is a flush),
 *   secure erase, zones.
 * Ignored bits: the header's reserved word; a discard's flags but the unmap bit.
 * Locks: none; whoever calls holds the machine.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 5.2 "Block Device".
 */
#ifndef VMM_DEV_VIRTIO_BLK_H
#define VMM_DEV_VIRTIO_BLK_H

#include "vmm/dev/blk.h"
#include "vmm/dev/virtio_pci.h"

#define VIRTIO_BLK_REQUESTS 32u
#define VIRTIO_BLK_CONFIG 60u

/* 5.2.3 "Feature bits". */
#define VIRTIO_BLK_F_SEG_MAX BIT(2)
#define VIRTIO_BLK_F_RO BIT(5)
#define VIRTIO_BLK_F_BLK_SIZE BIT(6)
#define VIRTIO_BLK_F_FLUSH BIT(9)
#define VIRTIO_BLK_F_DISCARD BIT(13)
#define VIRTIO_BLK_F_WRITE_ZEROES BIT(14)

struct virtio_blk;

struct virtio_blk_request {
	struct blk_request blk;
	struct virtio_blk *disk;
	bool busy;
	uint8_t *status;   /* the last byte that the device writes, in the guest */
	uint32_t in_bytes; /* data for the guest if all goes well */
	struct virtio_chain chain;
};

struct virtio_blk {
	struct virtio_pci pci;
	struct blk_medium *medium;
	uint8_t config[VIRTIO_BLK_CONFIG];
	bool serving; /* requests are being taken: what is done meanwhile is told after */
	struct virtio_blk_request request[VIRTIO_BLK_REQUESTS];
};

/* Builds the disk; *medium lives as long. */
void virtio_blk_init(struct virtio_blk *disk, struct blk_medium *medium,
	const struct guest_memory *memory, void (*send)(void *ctx, uint64_t address, uint32_t data),
	void *send_ctx);

#endif
