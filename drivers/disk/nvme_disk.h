/* SPDX-License-Identifier: MIT */
/*
 * A namespace of an NVM Express controller as a disk, and the orders of all disks of one
 * controller.
 *
 *   nvme_begin() ──► slot ──► submission queue ──► controller
 *   nvme_look()  ◄── slot ◄── completion queue ◄── controller
 *
 * Model: NVME_SLOTS orders under way at a controller, one command each. A command has a
 *   number of its own (the slot, and how often that was used), so that one which is
 *   answered twice, or after a reset, is seen. An order that is longer than the controller
 *   takes at once becomes several commands, one after the other.
 * Errors: a command that failed for a while is sent again; others fail their order. A
 *   controller that answers what cannot be, or says that it failed, is reset, and what was
 *   under way is sent again, NVME_TRIES times in all. When a disk is recovered (unit.h:
 *   its time is over), its own orders end and those of other disks are sent again.
 * Flushes: a controller without a volatile write cache needs none.
 * State: the controller's slots, a struct nvme_disk for each namespace; one thread.
 * Missing: blocks of 4096 bytes (clients count in 512, and may ask for a part of one),
 *   metadata.
 * Source: NVM Express Base Specification 1.4, section 6 "NVM Command Set", 7.2 "Command
 *   Submission and Completion Mechanism".
 */
#ifndef DISK_NVME_DISK_H
#define DISK_NVME_DISK_H

#include "nvme.h"

#define NVME_TRIES 3u

struct nvme_disk {
	struct unit unit; /* its orders have tag 0 */
	struct nvme *nvme;
	uint32_t namespace;
};

/* Takes up a namespace; `buffer`: UNIT_BUFFER bytes from a page on. `disk` stays where it
 * is. */
enum nvme_refusal nvme_disk_open(struct nvme *nvme, uint32_t namespace,
	const struct unit_memory *buffer, struct nvme_disk *disk);

/* Starts an order, which order_of() has made; the disk's orders under way have different
 * tags. False: the controller cannot take it now. */
MUST_CHECK bool nvme_begin(struct nvme_disk *disk, uint32_t tag, const struct order *order);

/* What became of it. Once it has ended its tag is free. */
enum unit_state nvme_look(struct nvme_disk *disk, uint32_t tag);

/* An interrupt came: takes what caused it. False: it was not ours. With messages in place
 * of a line it is the same. */
bool nvme_interrupt(struct nvme *nvme);

#endif
