/* SPDX-License-Identifier: MIT */
/*
 * An NVM Express controller: its registers, its reset, its two pairs of queues. Its disks
 * are in nvme_disk.h.
 *
 *   nvme_open() ──► off ──► on ──► Identify ──► queue for disks' commands
 *                    ▲                                 │
 *                    └───────── nvme_restart() ◄───────┘
 *
 * Model: a pair of queues for administration, used while the controller is opened or reset
 *   and one command at a time, and a pair for the commands of all namespaces.
 * State: struct nvme; one thread. Registers are reached by struct nvme_io, so that the host
 *   can drive a model. A controller that does not come back from a reset is gone.
 * Missing: several queues, shutdown (drivers die without notice, and guests flush).
 * Source: NVM Express Base Specification 1.4, section 3.1 "Register Definition", 7.3.2
 *   "Controller Level Reset", 7.5.1 "Pin Based, Single MSI, and Multiple MSI Behavior",
 *   7.6.1 "Initialization".
 */
#ifndef DISK_NVME_H
#define DISK_NVME_H

#include "nvme_queue.h"

#define NVME_REGISTERS 0x2000u /* bytes: registers, and doorbells as far as we reach */
#define NVME_MEMORY 16384u     /* of the controller's queues */
#define NVME_SLOTS 16u

struct nvme_io {
	uint32_t (*read)(void *ctx, uint32_t offset);
	void (*write)(void *ctx, uint32_t offset, uint32_t value);
	void *ctx;
};

struct nvme_disk;

enum nvme_slot_state { NVME_FREE = 0, NVME_SENT, NVME_ENDED };

/* An order under way: nvme_disk.h. */
struct nvme_slot {
	enum nvme_slot_state state;
	struct nvme_disk *disk;
	uint32_t tag;
	uint16_t id;        /* of the command */
	struct order order; /* what is left to be done */
	uint32_t sent;      /* sectors of the command */
	uint32_t tries;     /* how often it was sent */
	uint64_t since_us;
	enum nvme_error error; /* ended */
};

struct nvme {
	struct nvme_io io;
	const struct unit_clock *clock;
	struct nvme_caps caps;
	struct nvme_identity identity;
	struct unit_memory page; /* for Identify */
	struct nvme_queue admin, queue;
	struct unit_memory lists; /* NVME_LIST bytes for each slot */
	struct nvme_slot slot[NVME_SLOTS];
	uint32_t slots;  /* as many as its queues take */
	bool numbered;   /* namespaces are counted, not listed: before 1.1 */
	bool interrupts; /* they are on */
	bool broken;     /* it answered what cannot be: to be reset */
	bool gone;
};

/* Resets the controller and starts it. `memory`: NVME_MEMORY bytes from a page on, `page`:
 * NVME_PAGE bytes that are free while a controller or a namespace is opened. */
enum nvme_refusal nvme_open(struct nvme *nvme, const struct nvme_io *io,
	const struct unit_clock *clock, const struct unit_memory *memory,
	const struct unit_memory *page);

/* Resets it once more: all commands are forgotten. False: it is gone. */
bool nvme_restart(struct nvme *nvme);

/* Stops it: it then reaches no memory. False: it does not answer. */
bool nvme_stop(struct nvme *nvme);

/* Identify, into nvme->page. */
MUST_CHECK bool nvme_ask(struct nvme *nvme, enum nvme_cns cns, uint32_t namespace);

/* The first active namespace behind number `after` (0: the first of all), or 0. */
uint32_t nvme_next(struct nvme *nvme, uint32_t after);

/* Sends a command to the namespaces' queue. */
void nvme_send(struct nvme *nvme, uint16_t id, const struct nvme_entry *entry);

/* Takes an answer from it; a series of them ends with nvme_took(). */
MUST_CHECK bool nvme_take(struct nvme *nvme, struct nvme_answer *answer);
void nvme_took(struct nvme *nvme);

/* True if the controller says that it failed, or is not there. */
bool nvme_is_failed(const struct nvme *nvme);

/* Lets interrupts come by the line. Messages (MSI-X) do not need it. */
void nvme_interrupts(struct nvme *nvme);

#endif
