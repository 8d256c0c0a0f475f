/* SPDX-License-Identifier: MIT */
/*
 * Byte rings in shared memory. Pure; the state is the caller's struct.
 * Order: the producer fills data, then publishes head (release); the consumer
 * reads head (acquire), then the data, then publishes tail (release). The fence
 * after publishing makes "publish mine, look at theirs" safe on both sides at
 * once: otherwise each could miss the other and both would sleep.
 */
#include "rt/ring.h"
#include "lib/string.h"

#define SIZE_MAX_LOG2 30u

uint32_t ring_size(uint64_t bytes)
{
	uint64_t size = (uint64_t)1 << SIZE_MAX_LOG2;

	if (bytes <= sizeof(struct ring))
		return 0;
	while (size > bytes - sizeof(struct ring))
		size /= 2;
	return (uint32_t)size;
}

static uint32_t counter_load(const volatile uint32_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

static void counter_publish(volatile uint32_t *counter, uint32_t value)
{
	__atomic_store_n(counter, value, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void ring_producer_attach(struct ring_producer *ring, void *memory, uint64_t bytes)
{
	struct ring *shared = memory;
	uint32_t tail = counter_load(&shared->tail), head = counter_load(&shared->head);
	uint32_t size = ring_size(bytes);

	if (head - tail > size)
		head = tail;
	*ring = (struct ring_producer){.shared = shared, .size = size, .head = head};
	counter_publish(&shared->head, head);
}

void ring_consumer_attach(struct ring_consumer *ring, void *memory, uint64_t bytes)
{
	struct ring *shared = memory;
	uint32_t tail = counter_load(&shared->tail), head = counter_load(&shared->head);
	uint32_t size = ring_size(bytes);

	if (head - tail > size)
		tail = head;
	*ring = (struct ring_consumer){.shared = shared, .size = size, .tail = tail};
	counter_publish(&shared->tail, tail);
}

size_t ring_space(const struct ring_producer *ring)
{
	uint32_t used = ring->head - counter_load(&ring->shared->tail);

	return used > ring->size ? 0 : ring->size - used;
}

size_t ring_pending(const struct ring_consumer *ring)
{
	uint32_t used = counter_load(&ring->shared->head) - ring->tail;

	return used > ring->size ? 0 : used;
}

/* How much of `size` bytes from place `at` on lies before the end of the data. */
static size_t first_part(uint32_t at, uint32_t ring_bytes, size_t size)
{
	size_t room = ring_bytes - at;

	return size < room ? size : room;
}

size_t ring_write(struct ring_producer *ring, const void *data, size_t size)
{
	size_t space = ring_space(ring);
	uint32_t old = ring->head, at = old & (ring->size - 1);
	size_t first;

	if (size > space)
		size = space;
	if (size == 0)
		return 0;
	/*@ split at; */
	/*@ split size; */
	first = first_part(at, ring->size, size);
	memcpy(ring->shared->data + at, data, first);
	memcpy(ring->shared->data, (const uint8_t *)data + first, size - first);
	ring->head += (uint32_t)size;
	counter_publish(&ring->shared->head, ring->head);
	if (counter_load(&ring->shared->tail) == old) /* the consumer had seen all */
		ring->wake = true;
	return size;
}

bool ring_write_all(struct ring_producer *ring, const void *data, size_t size)
{
	return ring_space(ring) >= size && ring_write(ring, data, size) == size;
}

size_t ring_peek(const struct ring_consumer *ring, void *data, size_t size)
{
	size_t pending = ring_pending(ring);
	uint32_t at = ring->tail & (ring->size - 1);
	size_t first;

	if (size > pending)
		size = pending;
	if (size == 0)
		return 0;
	/*@ split at; */
	/*@ split size; */
	first = first_part(at, ring->size, size);
	memcpy(data, ring->shared->data + at, first);
	memcpy((uint8_t *)data + first, ring->shared->data, size - first);
	return size;
}

size_t ring_skip(struct ring_consumer *ring, size_t size)
{
	size_t pending = ring_pending(ring);
	uint32_t old = ring->tail;

	if (size > pending)
		size = pending;
	if (size == 0)
		return 0;
	ring->tail += (uint32_t)size;
	counter_publish(&ring->shared->tail, ring->tail);
	if (counter_load(&ring->shared->head) - old >= ring->size) /* the producer saw it full */
		ring->wake = true;
	return size;
}

size_t ring_read(struct ring_consumer *ring, void *data, size_t size)
{
	return ring_skip(ring, ring_peek(ring, data, size));
}

_Static_assert(sizeof(struct ring) == 128, "the header is two cache lines");
