/* SPDX-License-Identifier: MIT */
/* A virtio console: see virtio_console.h. */
#include "vmm/dev/virtio_console.h"

#include "lib/string.h"

#define CLASS_SERIAL 0x078000u /* simple communication, other */
#define PART 64u               /* bytes that are copied at once */

/* The rest of the chain. false: the other side takes no more. */
static bool output_rest(struct virtio_console *c)
{
	uint8_t bytes[PART];

	for (;;) {
		struct scatter place = c->out;
		size_t size = scatter_take(&place, bytes, sizeof bytes), taken;

		if (!size)
			return true;
		taken = c->output(c->ctx, bytes, size);
		scatter_skip(&c->out, taken);
		if (taken < size)
			return false;
	}
}

/* The next chain, if none is begun. false: there is none, or none may be. */
static bool output_begin(struct virtio_console *c, struct virtio_queue *q)
{
	enum virtio_pop got = c->half ? VIRTIO_POPPED : virtio_queue_pop(q, &c->out_chain);

	if (got == VIRTIO_EMPTY)
		return false;
	if (got == VIRTIO_BROKEN || c->out_chain.in) {
		virtio_pci_break(&c->pci);
		return false;
	}
	if (!c->half)
		c->out = virtio_chain_out(&c->out_chain);
	c->half = true;
	return true;
}

void virtio_console_room(struct virtio_console *c)
{
	struct virtio_queue *q = virtio_pci_queue(&c->pci, VIRTIO_CONSOLE_OUTPUT);

	if (!q)
		return;
	do {
		virtio_queue_hush(q);
		while (output_begin(c, q) && output_rest(c)) {
			virtio_queue_put(q, c->out_chain.head, 0);
			c->half = false;
		}
	} while (!c->half && virtio_pci_queue(&c->pci, VIRTIO_CONSOLE_OUTPUT) &&
		 virtio_queue_listen(q));
	virtio_pci_publish(&c->pci, VIRTIO_CONSOLE_OUTPUT);
}

/* One buffer. false: there is none, also after the driver was asked to tell of them. */
static bool input_begin(struct virtio_console *c, struct virtio_queue *q)
{
	enum virtio_pop got;

	do
		got = virtio_queue_pop(q, &c->in_chain);
	while (got == VIRTIO_EMPTY && virtio_queue_listen(q));
	if (got == VIRTIO_EMPTY)
		return false;
	if (got == VIRTIO_BROKEN || c->in_chain.out) {
		virtio_pci_break(&c->pci);
		return false;
	}
	return true;
}

size_t virtio_console_input(struct virtio_console *c, const uint8_t *bytes, size_t size)
{
	struct virtio_queue *q = virtio_pci_queue(&c->pci, VIRTIO_CONSOLE_INPUT);
	size_t done = 0;

	while (q && done < size && input_begin(c, q)) {
		struct scatter in = virtio_chain_in(&c->in_chain);
		size_t part = scatter_give(&in, bytes + done, size - done);

		virtio_queue_put(q, c->in_chain.head, (uint32_t)part);
		done += part;
	}
	virtio_pci_publish(&c->pci, VIRTIO_CONSOLE_INPUT);
	return done;
}

static void on_notify(void *ctx, unsigned queue)
{
	struct virtio_console *c = ctx;

	if (queue == VIRTIO_CONSOLE_OUTPUT)
		virtio_console_room(c);
	else
		c->ready(c->ctx);
}

static void on_reset(void *ctx)
{
	struct virtio_console *c = ctx;

	c->half = false;
}

static const struct virtio_ops ops = {
	.type = 3,
	.class_code = CLASS_SERIAL,
	.queues = 2,
	.queue_size = 64,
	.reset = on_reset,
	.notify = on_notify,
};

void virtio_console_init(struct virtio_console *c, const struct guest_memory *memory,
	void (*send)(void *ctx, uint64_t address, uint32_t data), void *send_ctx)
{
	virtio_pci_init(&c->pci, &ops, c, 0, memory, send, send_ctx);
}
