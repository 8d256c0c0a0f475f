/* SPDX-License-Identifier: MIT */
/* A split virtqueue, the driver's side of it: see virtq.h. */
#include "virtq.h"
#include "lib/string.h"

#define DESCRIPTOR 16u
#define DESCRIPTOR_NEXT 1u
#define DESCRIPTOR_WRITE 2u
#define NO_INTERRUPT 1u /* flags of the available ring */
#define NO_NOTIFY 1u    /* flags of the used ring */
#define RING_HEAD 4u    /* flags and index */
#define USED_ENTRY 8u
#define LINE 64u

struct descriptor {
	uint64_t physical;
	uint32_t bytes;
	uint16_t flags, next;
};

static uint32_t available_at(const struct virtq *queue)
{
	return queue->size * DESCRIPTOR;
}

/* On a line of its own: each side writes its own ring only. */
static uint32_t used_at(const struct virtq *queue)
{
	return (available_at(queue) + RING_HEAD + queue->size * 2 + LINE - 1) / LINE * LINE;
}

uint64_t virtq_descriptors(const struct virtq *queue)
{
	return queue->memory.physical;
}

uint64_t virtq_available(const struct virtq *queue)
{
	return queue->memory.physical + available_at(queue);
}

uint64_t virtq_used(const struct virtq *queue)
{
	return queue->memory.physical + used_at(queue);
}

static volatile uint16_t *available(const struct virtq *queue)
{
	return (volatile uint16_t *)(queue->memory.at + available_at(queue));
}

static const volatile uint16_t *used(const struct virtq *queue)
{
	return (const volatile uint16_t *)(queue->memory.at + used_at(queue));
}

void virtq_reset(struct virtq *queue, const struct virtq_memory *memory, uint32_t size)
{
	struct virtq_memory own = *memory; /* which may be the queue's */

	memset(queue, 0, sizeof(*queue));
	queue->memory = own;
	queue->size = size;
	queue->free = size;
	for (uint32_t i = 0; i < size; i++)
		queue->own[i].next = (uint16_t)(i + 1);
	memset(own.at, 0, used_at(queue) + RING_HEAD + size * USED_ENTRY);
}

bool virtq_put(struct virtq *queue, const struct virtq_piece *piece, uint32_t out, uint32_t in,
	uint32_t token)
{
	uint32_t length = out + in;
	uint16_t head = queue->first_free, at = head;
	uint64_t room = 0;

	if (queue->broken || length == 0 || length > queue->free)
		return false;
	for (uint32_t i = 0; i < length; i++) {
		uint16_t next = queue->own[at].next;
		const struct descriptor own = {piece[i].physical, piece[i].bytes,
			(uint16_t)((i + 1 < length ? DESCRIPTOR_NEXT : 0) |
				   (i >= out ? DESCRIPTOR_WRITE : 0)),
			(uint16_t)(i + 1 < length ? next : 0)};

		memcpy(queue->memory.at + at * DESCRIPTOR, &own, sizeof(own));
		room += i >= out ? piece[i].bytes : 0;
		at = next;
	}
	queue->own[head].length = (uint16_t)length;
	queue->own[head].token = token;
	queue->own[head].room = room;
	queue->first_free = at;
	queue->free -= length;
	queue->under_way++;
	available(queue)[2 + queue->put % queue->size] = head;
	queue->put++;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	available(queue)[1] = queue->put;
	return true;
}

bool virtq_must_notify(const struct virtq *queue)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return (used(queue)[0] & NO_NOTIFY) == 0;
}

/* The chain's descriptors are free again; their order is known from next[]. */
static void chain_free(struct virtq *queue, uint16_t head)
{
	uint16_t last = head;

	for (uint32_t i = 1; i < queue->own[head].length; i++)
		last = queue->own[last].next;
	queue->free += queue->own[head].length;
	queue->own[head].length = 0;
	queue->own[last].next = queue->first_free;
	queue->first_free = head;
	queue->under_way--;
}

bool virtq_take(struct virtq *queue, uint32_t *token, uint32_t *bytes)
{
	uint16_t there = (uint16_t)(used(queue)[1] - queue->taken);
	const volatile uint32_t *entry;
	uint32_t head;

	if (queue->broken || there == 0)
		return false;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	entry = (const volatile uint32_t *)(used(queue) + 2) + queue->taken % queue->size * 2;
	head = entry[0];
	*bytes = entry[1];
	if (there > queue->under_way || head >= queue->size || queue->own[head].length == 0 ||
		*bytes > queue->own[head].room) {
		queue->broken = true;
		return false;
	}
	*token = queue->own[head].token;
	queue->taken++;
	chain_free(queue, (uint16_t)head);
	return true;
}

void virtq_interrupts(struct virtq *queue, bool wanted)
{
	available(queue)[0] = wanted ? 0 : NO_INTERRUPT;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

_Static_assert(sizeof(struct descriptor) == DESCRIPTOR, "so the device reads it");
_Static_assert(
	VIRTQ_BYTES(VIRTQ_MAX) >= VIRTQ_MAX * (DESCRIPTOR + 2 + USED_ENTRY) + 2 * RING_HEAD + LINE,
	"both rings have room");
