/* SPDX-License-Identifier: MIT */
/* A submission queue and its completion queue: see nvme_queue.h. */
#include "nvme_queue.h"
#include "lib/string.h"

#define COMPLETION_DWORDS 4u
#define PHASE_BIT 16u

void nvme_queue_reset(struct nvme_queue *queue, uint32_t entries)
{
	memset(queue->submission.at, 0, entries * sizeof(struct nvme_entry));
	memset(queue->completion.at, 0, entries * COMPLETION_DWORDS * sizeof(uint32_t));
	queue->entries = entries;
	queue->tail = queue->head = 0;
	queue->phase = 1;
}

uint32_t nvme_queue_put(struct nvme_queue *queue, uint16_t id, const struct nvme_entry *entry)
{
	struct nvme_entry own = *entry;

	own.dword[0] |= (uint32_t)id << 16;
	memcpy(queue->submission.at + queue->tail * sizeof(own), &own, sizeof(own));
	queue->tail = (queue->tail + 1) % queue->entries;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return queue->tail;
}

bool nvme_queue_take(struct nvme_queue *queue, struct nvme_answer *answer)
{
	const volatile uint32_t *entry =
		(const volatile uint32_t *)queue->completion.at + queue->head * COMPLETION_DWORDS;
	uint32_t last = entry[3], queues;

	if ((last >> PHASE_BIT & 1) != queue->phase)
		return false;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	queues = entry[2];
	*answer = (struct nvme_answer){.result = entry[0],
		.queue = (uint16_t)(queues >> 16),
		.id = (uint16_t)last,
		.status = (uint16_t)(last >> (PHASE_BIT + 1))};
	queue->head = (queue->head + 1) % queue->entries;
	if (queue->head == 0)
		queue->phase ^= 1;
	return true;
}

_Static_assert(sizeof(struct nvme_entry) == 64, "CC.IOSQES says so");
