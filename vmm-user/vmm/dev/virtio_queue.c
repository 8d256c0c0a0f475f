/* SPDX-License-Identifier: MIT */
/*
 * A split virtqueue: see virtio_queue.h. Little-endian as the processor is.
 *
 *   descriptor  address 8, length 4, flags 2, next 2
 *   available   flags 2, index 2, ring size * 2, used event 2
 *   used        flags 2, index 2, ring size * (id 4, length 4), available event 2
 */
#include "vmm/dev/virtio_queue.h"

#include "lib/string.h"

/* 2.7.5 "The Virtqueue Descriptor Table". */
struct descriptor {
	uint64_t address;
	uint32_t size;
	uint16_t flags, next;
};
#define DESCRIPTOR_NEXT 1u
#define DESCRIPTOR_WRITE 2u
#define DESCRIPTOR_INDIRECT 4u

/* 2.7.6 "The Virtqueue Available Ring", 2.7.8 "The Virtqueue Used Ring". */
#define AVAILABLE_NO_INTERRUPT 1u
#define USED_NO_NOTIFY 1u
#define RING_HEAD 4u /* bytes in front of either ring */
#define USED_ENTRY 8u

struct used_entry {
	uint32_t id, bytes;
};

/* Descriptors to walk: the queue's own, or an indirect table. */
struct table {
	const uint8_t *at;
	uint32_t entries;
};

void virtio_queue_reset(struct virtio_queue *q)
{
	*q = (struct virtio_queue){.memory = q->memory, .most = q->most, .size = q->most};
}

bool virtio_queue_open(struct virtio_queue *q, bool event_idx, bool indirect)
{
	size_t size = q->size;

	if (q->descriptors & 15 || q->available & 1 || q->used & 3)
		return false;
	q->descriptor_area =
		guest_span(q->memory, gpa(q->descriptors), size * sizeof(struct descriptor));
	q->available_area = guest_span(q->memory, gpa(q->available), RING_HEAD + 2 * size + 2);
	q->used_area = guest_span(q->memory, gpa(q->used), RING_HEAD + USED_ENTRY * size + 2);
	q->event_idx = event_idx;
	q->indirect = indirect;
	q->open = q->descriptor_area && q->available_area && q->used_area;
	return q->open;
}

/* --- words of the rings, each read or written at once --- */

static uint16_t available_word(const struct virtio_queue *q, unsigned index)
{
	return __atomic_load_n(q->available_area + index, __ATOMIC_RELAXED);
}

/* What the driver wrote before it moved the index is seen after this. */
static uint16_t available_index(const struct virtio_queue *q)
{
	return __atomic_load_n(q->available_area + 1, __ATOMIC_ACQUIRE);
}

static uint16_t *used_word(const struct virtio_queue *q, size_t offset)
{
	return (uint16_t *)(void *)(q->used_area + offset);
}

static uint16_t *available_event(const struct virtio_queue *q)
{
	return used_word(q, RING_HEAD + USED_ENTRY * (size_t)q->size);
}

/* --- chains --- */

/* Descriptor `index` of the table, which it must have. */
static struct descriptor descriptor_read(const struct table *t, uint32_t index)
{
	struct descriptor d;

	memcpy(&d, t->at + (size_t)index * sizeof d, sizeof d);
	/* The copy is what is checked and used, not what the driver makes of it since. */
	__asm__ volatile("" ::: "memory");
	return d;
}

static bool chain_add(
	const struct virtio_queue *q, struct virtio_chain *chain, const struct descriptor *d)
{
	bool write = d->flags & DESCRIPTOR_WRITE;
	uint8_t *data = guest_span(q->memory, gpa(d->address), d->size);
	unsigned count = chain->out + chain->in;

	if (!data || count == q->size || (chain->in && !write))
		return false;
	chain->piece[count] = (struct piece){data, d->size};
	if (write) {
		chain->in++;
		chain->in_bytes += d->size;
	} else {
		chain->out++;
		chain->out_bytes += d->size;
	}
	return chain->in_bytes + chain->out_bytes <= VIRTIO_CHAIN_BYTES;
}

/* 2.7.5.3 "Indirect Descriptors". */
static bool table_open(
	const struct virtio_queue *q, const struct descriptor *d, struct table *table)
{
	if (!q->indirect || d->flags & DESCRIPTOR_NEXT)
		return false;
	if (!d->size || d->size % sizeof *d)
		return false;
	table->at = guest_span(q->memory, gpa(d->address), d->size);
	table->entries = (uint32_t)(d->size / sizeof *d);
	return table->at;
}

/* Ends, loop or not: each step adds a piece, of which there are no more than q->size. */
static bool chain_walk(const struct virtio_queue *q, struct virtio_chain *chain)
{
	struct table table = {q->descriptor_area, q->size};
	struct descriptor d = descriptor_read(&table, chain->head);

	if (d.flags & DESCRIPTOR_INDIRECT) {
		if (!table_open(q, &d, &table))
			return false;
		d = descriptor_read(&table, 0);
	}
	for (;;) {
		if (d.flags & DESCRIPTOR_INDIRECT || !chain_add(q, chain, &d))
			return false;
		if (!(d.flags & DESCRIPTOR_NEXT))
			return true;
		if (d.next >= table.entries)
			return false;
		d = descriptor_read(&table, d.next);
	}
}

enum virtio_pop virtio_queue_pop(struct virtio_queue *q, struct virtio_chain *chain)
{
	uint16_t waiting = (uint16_t)(available_index(q) - q->next_available), head;

	if (!waiting)
		return VIRTIO_EMPTY;
	if (waiting > q->size)
		return VIRTIO_BROKEN;
	head = available_word(q, 2 + (q->next_available & (q->size - 1u)));
	if (head >= q->size)
		return VIRTIO_BROKEN;
	chain->head = head;
	chain->out = chain->in = 0;
	chain->out_bytes = chain->in_bytes = 0;
	if (!chain_walk(q, chain))
		return VIRTIO_BROKEN;
	q->next_available++;
	return VIRTIO_POPPED;
}

void virtio_queue_unpop(struct virtio_queue *q, unsigned chains)
{
	q->next_available = (uint16_t)(q->next_available - chains);
}

void virtio_queue_put(struct virtio_queue *q, uint16_t head, uint32_t bytes)
{
	const struct used_entry entry = {head, bytes};
	size_t index = (uint16_t)(q->next_used + q->put) & (q->size - 1u);

	memcpy(q->used_area + RING_HEAD + USED_ENTRY * index, &entry, sizeof entry);
	q->put++;
}

void virtio_queue_publish(struct virtio_queue *q)
{
	q->next_used = (uint16_t)(q->next_used + q->put);
	q->put = 0;
	__atomic_store_n(used_word(q, 2), q->next_used, __ATOMIC_RELEASE);
}

/* 2.7.7.2 "Device Requirements: Used Buffer Notification Suppression": whether the
 * index has passed the one that the driver waits for. */
bool virtio_queue_interrupts(struct virtio_queue *q)
{
	uint16_t now = q->next_used, before = q->told, event;

	q->told = now;
	if (now == before)
		return false;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!q->event_idx)
		return !(available_word(q, 0) & AVAILABLE_NO_INTERRUPT);
	event = available_word(q, 2u + q->size);
	return (uint16_t)(now - event - 1) < (uint16_t)(now - before);
}

/* With event indices, one that has been passed says the same. */
void virtio_queue_hush(struct virtio_queue *q)
{
	if (!q->event_idx)
		__atomic_store_n(used_word(q, 0), (uint16_t)USED_NO_NOTIFY, __ATOMIC_RELAXED);
}

bool virtio_queue_listen(struct virtio_queue *q)
{
	if (q->event_idx)
		__atomic_store_n(available_event(q), q->next_available, __ATOMIC_RELAXED);
	else
		__atomic_store_n(used_word(q, 0), (uint16_t)0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return available_index(q) != q->next_available;
}

_Static_assert(sizeof(struct descriptor) == 16, "2.7.5");
_Static_assert(sizeof(struct used_entry) == USED_ENTRY, "2.7.8");
