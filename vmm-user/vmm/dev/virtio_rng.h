/* SPDX-License-Identifier: MIT */
/*
 * A virtio source of entropy.
 *
 * Model: one queue of buffers, each filled at once, at most VIRTIO_RNG_BYTES of it; what
 *   the source does not give at once is not waited for. A buffer that is not to be
 *   written breaks the device.
 * State: struct virtio_rng. Missing: leak queues.
 * Locks: none; whoever calls holds the machine.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 5.4 "Entropy Device".
 */
#ifndef VMM_DEV_VIRTIO_RNG_H
#define VMM_DEV_VIRTIO_RNG_H

#include "vmm/dev/virtio_pci.h"

#define VIRTIO_RNG_BYTES 256u

struct virtio_rng {
	struct virtio_pci pci;
	/* Fills `size` random bytes, or fewer; returns how many. */
	size_t (*fill)(void *to, size_t size);
	struct virtio_chain chain; /* the one at hand */
};

void virtio_rng_init(struct virtio_rng *rng, size_t (*fill)(void *to, size_t size),
	const struct guest_memory *memory, void (*send)(void *ctx, uint64_t address, uint32_t data),
	void *send_ctx);

#endif
