/* SPDX-License-Identifier: MIT */
/*
 * A submission queue and its completion queue in memory. Pure: the caller writes the
 * doorbells.
 *
 *   nvme_queue_put() ──► submission: tail ──► controller
 *   nvme_queue_take() ◄─ completion: head ◄── phase bit turns over with each round
 *
 * State: struct nvme_queue; one thread. An entry counts when its phase bit is that of the
 *   round; then the rest of it is read once. What it says is for the caller to check. The
 *   caller has fewer commands under way than the queue has entries, so neither is overrun.
 * Source: NVM Express Base Specification 1.4, section 4.1 "Submission Queue & Completion
 *   Queue Definition", 4.6 "Completion Queue Entry".
 */
#ifndef DISK_NVME_QUEUE_H
#define DISK_NVME_QUEUE_H

#include "nvme_command.h"

/* A completion, as the controller wrote it. */
struct nvme_answer {
	uint32_t result;
	uint16_t queue, id;
	uint16_t status; /* without the phase bit */
};

struct nvme_queue {
	struct unit_memory submission, completion; /* a page each */
	uint32_t entries;
	uint32_t tail, head;
	uint32_t phase; /* of entries that are new */
};

/* Makes it empty; `entries` is 2 to 64. No controller has it. */
void nvme_queue_reset(struct nvme_queue *queue, uint32_t entries);

/* Puts a command in. Returns the new tail, for the doorbell. */
uint32_t nvme_queue_put(struct nvme_queue *queue, uint16_t id, const struct nvme_entry *entry);

/* Takes a completion out; the new head, for the doorbell, is then queue->head. False:
 * there is none. */
MUST_CHECK bool nvme_queue_take(struct nvme_queue *queue, struct nvme_answer *answer);

#endif
