/* SPDX-License-Identifier: MIT */
/* A virtio network card: see virtio_net.h. */
#include "vmm/dev/virtio_net.h"

#include "lib/compiler.h"
#include "lib/string.h"

/* 5.1.6 "Device Operation": struct virtio_net_hdr. */
enum header_field { HEADER_FLAGS = 0, HEADER_GSO = 1, HEADER_BUFFERS = 10 };
#define CLASS_ETHERNET 0x020000u
#define CONFIG_SIZE NET_MAC

/* --- sending --- */

/* Takes the frame at hand to its place; 0: it is to be dropped. */
static size_t frame_take(struct virtio_net *n, uint8_t *place)
{
	struct scatter out = virtio_chain_out(&n->out);
	uint8_t header[VIRTIO_NET_HEADER];
	uint64_t size = n->out.out_bytes - sizeof header;

	scatter_take(&out, header, sizeof header);
	if (header[HEADER_FLAGS] || header[HEADER_GSO])
		return 0;
	if (size < NET_FRAME_MIN || size > NET_FRAME_MAX)
		return 0;
	return scatter_take(&out, place, (size_t)size);
}

/* false: the port has no room. */
static bool send_one(struct virtio_net *n)
{
	uint8_t *place = n->port->place(n->port);
	size_t size;

	if (!place)
		return false;
	size = frame_take(n, place);
	if (!size) {
		n->dropped++;
		return true;
	}
	n->port->send(n->port, size);
	n->sent++;
	return true;
}

/* Takes what is there. false: not to go on, by the port's or the driver's fault. */
static bool send_all(struct virtio_net *n, struct virtio_queue *q)
{
	for (;;) {
		enum virtio_pop got = virtio_queue_pop(q, &n->out);

		if (got == VIRTIO_EMPTY)
			return true;
		if (got == VIRTIO_BROKEN || n->out.in || n->out.out_bytes < VIRTIO_NET_HEADER) {
			virtio_pci_break(&n->pci);
			return false;
		}
		if (!send_one(n)) {
			virtio_queue_unpop(q, 1);
			return false;
		}
		virtio_queue_put(q, n->out.head, 0);
	}
}

void virtio_net_room(struct virtio_net *n)
{
	struct virtio_queue *q = virtio_pci_queue(&n->pci, VIRTIO_NET_SEND);

	if (!q || n->sending)
		return;
	n->sending = true;
	do
		virtio_queue_hush(q);
	while (send_all(n, q) && virtio_queue_listen(q));
	n->port->flush(n->port);
	n->sending = false;
	virtio_pci_publish(&n->pci, VIRTIO_NET_SEND);
}

/* --- receiving --- */

/* Pops buffers for `bytes` bytes. Returns how many, all of them in n->in, or 0 with none
 * popped and *result saying why. The driver is asked to tell of more before there are
 * said to be too few. */
static unsigned buffers_take(
	struct virtio_net *n, struct virtio_queue *q, size_t bytes, enum net_receive *result)
{
	unsigned most = virtio_pci_has(&n->pci, VIRTIO_NET_F_MRG_RXBUF) ? VIRTIO_NET_BUFFERS : 1;
	uint64_t room = 0;
	unsigned count = 0;

	*result = NET_DROPPED;
	while (room < bytes && count < most) {
		enum virtio_pop got = virtio_queue_pop(q, &n->in[count]);

		if (got == VIRTIO_EMPTY && virtio_queue_listen(q))
			continue;
		if (got == VIRTIO_EMPTY) {
			*result = NET_FULL;
			break;
		}
		if (got == VIRTIO_BROKEN || n->in[count].out) {
			virtio_pci_break(&n->pci);
			return 0;
		}
		room += n->in[count++].in_bytes;
	}
	if (room >= bytes)
		return count;
	virtio_queue_unpop(q, count);
	return 0;
}

/* Header and frame, one behind the other, over the buffers. */
static void buffers_fill(struct virtio_net *n, struct virtio_queue *q, unsigned count,
	const uint8_t *frame, size_t size)
{
	uint8_t header[VIRTIO_NET_HEADER] = {[HEADER_BUFFERS] = (uint8_t)count};
	size_t from = 0, done = 0;

	for (unsigned i = 0; i < count; i++) {
		struct scatter in = virtio_chain_in(&n->in[i]);
		size_t part = scatter_give(&in, header + from, sizeof header - from), more;

		from += part;
		more = scatter_give(&in, frame + done, size - done);
		done += more;
		virtio_queue_put(q, n->in[i].head, (uint32_t)(part + more));
	}
}

enum net_receive virtio_net_receive(struct virtio_net *n, const uint8_t *frame, size_t size)
{
	struct virtio_queue *q = virtio_pci_queue(&n->pci, VIRTIO_NET_RECEIVE);
	enum net_receive result;
	unsigned count;

	if (!q || size < NET_FRAME_MIN || size > NET_FRAME_MAX) {
		n->dropped++;
		return NET_DROPPED;
	}
	count = buffers_take(n, q, VIRTIO_NET_HEADER + size, &result);
	if (!count) {
		n->hungry = result == NET_FULL;
		n->dropped += result == NET_DROPPED;
		return result;
	}
	buffers_fill(n, q, count, frame, size);
	n->received++;
	virtio_pci_publish(&n->pci, VIRTIO_NET_RECEIVE);
	return NET_TAKEN;
}

/* --- the device --- */

static void on_notify(void *ctx, unsigned queue)
{
	struct virtio_net *n = ctx;

	if (queue == VIRTIO_NET_SEND) {
		virtio_net_room(n);
		return;
	}
	virtio_queue_hush(virtio_pci_queue(&n->pci, VIRTIO_NET_RECEIVE));
	if (n->hungry) {
		n->hungry = false;
		n->port->ready(n->port);
	}
}

/* A port that was told NET_FULL is asked again when there is a driver again, or asks by
 * itself and finds none. */
static void on_reset(void *ctx UNUSED) {}

static uint8_t on_config(const void *ctx, unsigned offset)
{
	const struct virtio_net *n = ctx;

	return n->port->mac[offset];
}

static const struct virtio_ops ops = {
	.type = 1,
	.class_code = CLASS_ETHERNET,
	.queues = 2,
	.queue_size = VIRTIO_QUEUE_MAX,
	.reset = on_reset,
	.notify = on_notify,
	.config = on_config,
	.config_size = CONFIG_SIZE,
};

void virtio_net_init(struct virtio_net *n, struct net_port *port, const struct guest_memory *memory,
	void (*send)(void *ctx, uint64_t address, uint32_t data), void *send_ctx)
{
	memset(n, 0, sizeof *n);
	n->port = port;
	virtio_pci_init(&n->pci, &ops, n, VIRTIO_NET_F_MAC | VIRTIO_NET_F_MRG_RXBUF, memory, send,
		send_ctx);
}
