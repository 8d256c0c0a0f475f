/* SPDX-License-Identifier: MIT */
/*
 * A virtio console: a line of bytes in both directions.
 *
 * Model: one port, two queues. Output that is not taken waits in the queue, and goes on
 *   where it stopped; input fills the driver's buffers, one per call or more.
 * State: struct virtio_console.
 * Missing: several ports, the window's size, emergency write.
 * Locks: none; whoever calls holds the machine.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 5.3 "Console Device".
 */
#ifndef VMM_DEV_VIRTIO_CONSOLE_H
#define VMM_DEV_VIRTIO_CONSOLE_H

#include "vmm/dev/virtio_pci.h"

enum { VIRTIO_CONSOLE_INPUT = 0, VIRTIO_CONSOLE_OUTPUT = 1 };

struct virtio_console {
	struct virtio_pci pci;
	/* Takes bytes of the guest and returns how many; fewer than `size`: no more until
	 * virtio_console_room(). */
	size_t (*output)(void *ctx, const uint8_t *bytes, size_t size);
	void (*ready)(void *ctx); /* the guest made room for input, or may have */
	void *ctx;
	bool half;          /* `out` is a chain that was begun */
	struct scatter out; /* the rest of it */
	struct virtio_chain out_chain, in_chain;
};

/* output, ready, ctx: set before, and kept. */
void virtio_console_init(struct virtio_console *console, const struct guest_memory *memory,
	void (*send)(void *ctx, uint64_t address, uint32_t data), void *send_ctx);

/* There is room for output again. */
void virtio_console_room(struct virtio_console *console);

/* Input for the guest; returns how much was taken. The rest: when ready() is called. */
size_t virtio_console_input(struct virtio_console *console, const uint8_t *bytes, size_t size);

#endif
