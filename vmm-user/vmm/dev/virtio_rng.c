/* SPDX-License-Identifier: MIT */
/* A virtio source of entropy: see virtio_rng.h. */
#include "vmm/dev/virtio_rng.h"

#include "lib/string.h"

#define RNG_QUEUE 0u
#define CLASS_OTHER 0xff0000u

static uint32_t fill_chain(struct virtio_rng *r)
{
	struct scatter in = virtio_chain_in(&r->chain);
	uint8_t bytes[VIRTIO_RNG_BYTES];
	size_t size = r->chain.in_bytes < sizeof bytes ? (size_t)r->chain.in_bytes : sizeof bytes;

	return (uint32_t)scatter_give(&in, bytes, r->fill(bytes, size));
}

/* What is there. false: the driver did what it may not. */
static bool serve(struct virtio_rng *r, struct virtio_queue *q)
{
	for (;;) {
		enum virtio_pop got = virtio_queue_pop(q, &r->chain);

		if (got == VIRTIO_EMPTY)
			return true;
		if (got == VIRTIO_BROKEN || r->chain.out) {
			virtio_pci_break(&r->pci);
			return false;
		}
		virtio_queue_put(q, r->chain.head, fill_chain(r));
	}
}

static void on_notify(void *ctx, unsigned queue)
{
	struct virtio_rng *r = ctx;
	struct virtio_queue *q = virtio_pci_queue(&r->pci, queue);

	while (serve(r, q) && virtio_queue_listen(q))
		continue;
	virtio_pci_publish(&r->pci, RNG_QUEUE);
}

static void on_reset(void *ctx UNUSED) {}

static const struct virtio_ops ops = {
	.type = 4,
	.class_code = CLASS_OTHER,
	.queues = 1,
	.queue_size = 16,
	.reset = on_reset,
	.notify = on_notify,
};

void virtio_rng_init(struct virtio_rng *r, size_t (*fill)(void *to, size_t size),
	const struct guest_memory *memory, void (*send)(void *ctx, uint64_t address, uint32_t data),
	void *send_ctx)
{
	memset(r, 0, sizeof *r);
	r->fill = fill;
	virtio_pci_init(&r->pci, &ops, r, 0, memory, send, send_ctx);
}
