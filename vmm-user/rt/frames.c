/* SPDX-License-Identifier: MIT */
/*
 * Rings of frames in shared memory: see frames.h.
 * Order: the producer fills a slot, then publishes head (release); the consumer reads
 * head (acquire), then the slot, then publishes tail (release). After publishing, and
 * after asking for a signal, stands a full barrier: "publish mine, look at theirs" on
 * both sides at once never misses both.
 */
#include "rt/frames.h"
#include "lib/string.h"

static uint32_t counter_load(const volatile uint32_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

static void counter_publish(volatile uint32_t *counter, uint32_t value)
{
	__atomic_store_n(counter, value, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Whether the step from `old` to `new` passes the number `want`. */
static bool passes(uint32_t want, uint32_t old, uint32_t new)
{
	return new - want - 1 < new - old;
}

static struct frame_slot *slot_at(struct frame_ring *ring, uint32_t index)
{
	return &ring->slot[index % FRAME_SLOTS];
}

void frames_out_attach(struct frames_out *out, struct frame_ring *ring)
{
	uint32_t head = counter_load(&ring->head), tail = counter_load(&ring->tail);

	if (head - tail > FRAME_SLOTS)
		head = tail;
	*out = (struct frames_out){.ring = ring, .head = head, .told = head};
	counter_publish(&ring->head, head);
}

void frames_in_attach(struct frames_in *in, struct frame_ring *ring, bool drop)
{
	uint32_t head = counter_load(&ring->head), tail = counter_load(&ring->tail);

	if (drop || head - tail > FRAME_SLOTS)
		tail = head;
	*in = (struct frames_in){.ring = ring, .tail = tail, .told = tail};
	counter_publish(&ring->tail, tail);
}

uint32_t frames_room(struct frames_out *out)
{
	uint32_t used = out->head - counter_load(&out->ring->tail);

	/* Full, but the consumer was told of another head: it may have taken all. */
	if (used > FRAME_SLOTS ||
		(used == FRAME_SLOTS && counter_load(&out->ring->head) != out->told))
		out->odd = true;
	return used < FRAME_SLOTS ? FRAME_SLOTS - used : 0;
}

uint8_t *frames_place(struct frames_out *out)
{
	return frames_room(out) != 0 ? slot_at(out->ring, out->head)->data : NULL;
}

uint64_t frames_offset(uint32_t number)
{
	return number % FRAME_SLOTS * sizeof(struct frame_slot) + offsetof(struct frame_slot, data);
}

void frames_put(struct frames_out *out, size_t size)
{
	slot_at(out->ring, out->head)->size = (uint32_t)size;
	out->head++;
}

bool frames_out_flush(struct frames_out *out)
{
	uint32_t old = out->told;
	bool odd = out->odd;

	if (old == out->head && !odd)
		return false;
	out->told = out->head;
	out->odd = false;
	counter_publish(&out->ring->head, out->head);
	return odd || passes(counter_load(&out->ring->want_frame), old, out->head);
}

bool frames_out_wait(struct frames_out *out)
{
	uint32_t tail = counter_load(&out->ring->tail);

	counter_publish(&out->ring->want_room, tail + FRAME_SLOTS / 4 - 1);
	return out->head - counter_load(&out->ring->tail) <= FRAME_SLOTS - FRAME_SLOTS / 4;
}

const uint8_t *frames_look(struct frames_in *in, size_t *size)
{
	uint32_t head = counter_load(&in->ring->head);

	if (head - in->tail > FRAME_SLOTS) {
		in->tail = head;
		in->bad++;
	}
	for (; in->tail != head; in->tail++, in->bad++) {
		struct frame_slot *slot = slot_at(in->ring, in->tail);

		*size = __atomic_load_n(&slot->size, __ATOMIC_RELAXED);
		if (*size >= FRAME_MIN && *size <= FRAME_MAX)
			return slot->data;
	}
	return NULL;
}

void frames_take(struct frames_in *in)
{
	in->tail++;
}

size_t frames_pad(struct frames_in *in, size_t size, size_t least)
{
	if (size >= least)
		return size;
	memset(slot_at(in->ring, in->tail)->data + size, 0, least - size);
	return least;
}

bool frames_in_flush_to(struct frames_in *in, uint32_t tail)
{
	uint32_t old = in->told;
	bool odd = counter_load(&in->ring->tail) != old;

	if (tail - old > in->tail - old || (tail == old && !odd))
		return false;
	in->told = tail;
	counter_publish(&in->ring->tail, tail);
	return odd || passes(counter_load(&in->ring->want_room), old, tail);
}

bool frames_in_flush(struct frames_in *in)
{
	return frames_in_flush_to(in, in->tail);
}

bool frames_in_wait(struct frames_in *in)
{
	counter_publish(&in->ring->want_frame, in->tail);
	return counter_load(&in->ring->head) != in->tail;
}
