/* SPDX-License-Identifier: MIT */
/*
 * A model of a modern virtio device on PCI with one queue, as its driver sees it: common
 * configuration, notification, interrupt status, configuration of its type. Chains go to
 * host_serve(). It checks what a driver may not do, and does wrong what a test asks it to.
 */
#ifndef TEST_UNIT_VIRTIO_HOST_MODEL_H
#define TEST_UNIT_VIRTIO_HOST_MODEL_H

#include "disk_model.h"
#include "virtio/virtio.h"

#define HOST_PIECES 8u
#define HOST_HELD 64u
#define HOST_MULTIPLIER 4u
#define HOST_NOTIFY_OFFSET 3u

struct host_piece {
	uint8_t *at;
	uint32_t bytes;
	bool writes; /* the device does */
};

static struct {
	uint64_t offered, taken;
	uint32_t feature_select, driver_select, status, isr, generation, queues, queue_size, most;
	uint64_t descriptors, available, used;
	bool enabled;
	uint16_t seen, given;
	uint8_t config[64];
	/* chains that wait to be served, if `hold` is set */
	bool hold;
	uint16_t held[HOST_HELD];
	unsigned holds;
	/* what goes wrong */
	bool gone, stuck, refuses, changes, never_ready;
	unsigned hang, die; /* chains to come, 1: the next */
	/* what was seen */
	unsigned chains, resets, notifications, status_reads;
} host;

/* Does a request; returns the bytes that were written. */
static uint32_t host_serve(const struct host_piece *piece, unsigned count);

static inline void host_give_back(uint32_t head, uint32_t bytes)
{
	uint32_t entry[2] = {head, bytes};
	uint16_t index;

	memcpy(dma_at(host.used + 4 + host.given % host.queue_size * 8ull, 8), entry, 8);
	index = ++host.given;
	memcpy(dma_at(host.used + 2, 2), &index, 2);
	host.isr |= 1;
}

static inline void host_answer(uint16_t head)
{
	struct host_piece piece[HOST_PIECES];
	unsigned count = 0;
	bool more = true;

	for (uint16_t at = head; more; count++) {
		struct {
			uint64_t physical;
			uint32_t bytes;
			uint16_t flags, next;
		} d;

		assert_true(at < host.queue_size && count < HOST_PIECES);
		memcpy(&d, dma_at(host.descriptors + at * 16ull, 16), 16);
		assert_true(d.bytes > 0 && d.flags < 4);
		piece[count] = (struct host_piece){
			dma_at(d.physical, d.bytes), d.bytes, (d.flags & 2) != 0};
		/* what is read comes first */
		assert_true(count == 0 || piece[count].writes >= piece[count - 1].writes);
		more = d.flags & 1;
		at = d.next;
	}
	host_give_back(head, host_serve(piece, count));
}

/* Serves held chain `index`. */
static inline void host_release(unsigned index)
{
	uint16_t head = host.held[index];

	assert_true(index < host.holds);
	memmove(host.held + index, host.held + index + 1,
		(--host.holds - index) * sizeof(*host.held));
	host_answer(head);
}

static inline void host_chain(uint16_t head)
{
	host.chains++;
	if (host.die && --host.die == 0)
		host.status |= 64;
	else if (host.hang && --host.hang == 0)
		return;
	else if (host.hold)
		host.held[host.holds++] = head;
	else
		host_answer(head);
}

static inline void host_notified(void)
{
	uint16_t index;

	host.notifications++;
	memcpy(&index, dma_at(host.available + 2, 2), 2);
	while (host.seen != index && !(host.status & 64)) {
		uint16_t head;

		memcpy(&head, dma_at(host.available + 4 + host.seen % host.queue_size * 2ull, 2),
			2);
		host.seen++;
		host_chain(head);
	}
}

static inline uint32_t common_get(uint32_t offset)
{
	switch (offset) {
	case 0x04:
		return host.feature_select < 2
			       ? (uint32_t)(host.offered >> (32 * host.feature_select))
			       : 0;
	case 0x12:
		return host.queues;
	case 0x14:
		host.status_reads++;
		return host.status;
	case 0x15:
		return host.changes ? host.generation++ & 0xff : host.generation;
	case 0x18:
		return host.queue_size;
	case 0x1e:
		return HOST_NOTIFY_OFFSET;
	default:
		return 0;
	}
}

static inline uint32_t host_read(void *ctx, enum virtio_part part, uint32_t offset, uint32_t bytes)
{
	uint32_t value = 0;

	assert_ptr_equal(ctx, &host);
	assert_int_equal(offset % bytes, 0);
	if (host.gone)
		return bytes == 4 ? 0xffffffff : (1u << (8 * bytes)) - 1;
	if (part == VIRTIO_COMMON)
		return common_get(offset);
	if (part == VIRTIO_DEVICE) {
		assert_true(offset + bytes <= sizeof host.config);
		memcpy(&value, host.config + offset, bytes);
		return value;
	}
	assert_true(part == VIRTIO_ISR && offset == 0 && bytes == 1);
	value = host.isr;
	host.isr = 0;
	return value;
}

static inline void status_put(uint32_t value)
{
	if (value == 0) {
		host.resets++;
		host.holds = 0;
		host.enabled = false;
		host.seen = host.given = 0;
		host.queue_size = host.most;
		host.isr = 0;
		host.taken = 0;
		host.status = host.stuck ? host.status : 0;
		return;
	}
	assert_int_equal(value & host.status & 0x3f, host.status & 0x3f); /* none is taken back */
	assert_true(!(value & 8) || (host.taken & ~host.offered) == 0);
	if ((value & 8) && host.refuses)
		value &= ~8u;
	if ((value & 4) && host.never_ready)
		value |= 64;
	if (value & 4)
		assert_true((value & 8) && host.enabled);
	host.status = value;
}

static inline void common_put(uint32_t offset, uint32_t bytes, uint32_t value)
{
	uint64_t *const areas[] = {&host.descriptors, &host.available, &host.used};

	if (offset >= 0x20 && offset < 0x38) {
		assert_true(bytes == 4 && !host.enabled);
		memcpy((uint8_t *)areas[(offset - 0x20) / 8] + offset % 8, &value, 4);
		return;
	}
	switch (offset) {
	case 0x00:
		host.feature_select = value;
		break;
	case 0x08:
		host.driver_select = value;
		break;
	case 0x0c:
		assert_true(host.driver_select < 2 && !(host.status & 8));
		memcpy((uint8_t *)&host.taken + 4 * host.driver_select, &value, 4);
		break;
	case 0x14:
		status_put(value);
		break;
	case 0x16:
		assert_true(value < host.queues);
		break;
	case 0x18:
		assert_true(value <= host.most && (value & (value - 1)) == 0);
		host.queue_size = value;
		break;
	case 0x1c:
		assert_true(value == 1 && (host.status & 8));
		host.enabled = true;
		break;
	default:
		fail();
	}
}

static inline void host_write(
	void *ctx, enum virtio_part part, uint32_t offset, uint32_t bytes, uint32_t value)
{
	(void)ctx;
	assert_int_equal(offset % bytes, 0);
	if (host.gone)
		return;
	if (part == VIRTIO_COMMON) {
		common_put(offset, bytes, value);
		return;
	}
	assert_int_equal(part, VIRTIO_NOTIFY);
	assert_true(offset == HOST_MULTIPLIER * HOST_NOTIFY_OFFSET && bytes == 2 && value == 0);
	assert_true((host.status & 4) && host.enabled);
	host_notified();
}

static const struct virtio_io host_io = {host_read, host_write, clock_now, clock_rest, &host};

static const struct virtio_caps host_caps = {
	.place = {{4, 0, 0x38}, {4, 0x3000, HOST_MULTIPLIER *HOST_NOTIFY_OFFSET + 2},
		{4, 0x1000, 1}, {4, 0x2000, 60}},
	.multiplier = HOST_MULTIPLIER};

/* As the firmware left it: it was used. */
static inline void host_reset(void)
{
	model_reset();
	memset(&host, 0, sizeof host);
	host.status = 15;
	host.offered = 1ull << 32;
	host.queues = 1;
	host.most = host.queue_size = 256;
}

#endif
