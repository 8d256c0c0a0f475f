/* SPDX-License-Identifier: MIT */
/*
 * The common configuration of a virtio device: features, status, queues. A part of
 * virtio_pci.c.
 *
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 4.1.4.3 "Common
 * configuration structure layout".
 */
#ifndef VMM_DEV_VIRTIO_COMMON_H
#define VMM_DEV_VIRTIO_COMMON_H

#include "vmm/dev/virtio_pci.h"

/* Guest access at `offset`. Reading may have any width, and is zeroes beyond the end;
 * writing has a field's width, or half of a 64-bit one's. */
uint64_t virtio_common_read(const struct virtio_pci *device, unsigned offset, unsigned bytes);
void virtio_common_write(
	struct virtio_pci *device, unsigned offset, unsigned bytes, uint64_t value);

/* As at power-on, the device behind it as well. */
void virtio_common_reset(struct virtio_pci *device);

/* --- virtio_pci.c --- */

/* Tells the device, if it may use the queue. */
void virtio_pci_notify(struct virtio_pci *device, unsigned queue);

#endif
