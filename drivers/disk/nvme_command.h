/* SPDX-License-Identifier: MIT */
/*
 * Commands of NVM Express, and what controllers and namespaces say of themselves. Pure;
 * no state. What is read was written by a controller, and may be anything.
 *
 * Source: NVM Express Base Specification 1.4, section 3.1.1 "Offset 0h: CAP - Controller
 *   Capabilities", 4.2 "Submission Queue Entry - Command Format", 4.3 "Physical Region
 *   Page Entry and List", 4.6.1 "Status Field Definition", 5.3 "Create I/O Completion
 *   Queue command", 5.4 "Create I/O Submission Queue command", 5.15 "Identify command",
 *   5.21 "Set Features command", 6.7 "Dataset Management command", 6.8 "Flush command",
 *   6.9 "Read command", 6.15 "Write command".
 */
#ifndef DISK_NVME_COMMAND_H
#define DISK_NVME_COMMAND_H

#include "lib/compiler.h"
#include "order.h"

#define NVME_PAGE 4096u
#define NVME_LIST 128u /* bytes of a command's own: a PRP list, or a range to discard */

/* Why a controller or a namespace is no disk of ours. */
enum nvme_refusal {
	NVME_TAKEN = 0,
	NVME_SILENT,       /* it does not answer, or not in time */
	NVME_NONSENSE,     /* its capabilities or queues cannot be */
	NVME_NO_COMMANDS,  /* it has not the NVM command set */
	NVME_LARGE_PAGES,  /* it takes no memory pages of 4096 bytes */
	NVME_FAR,          /* its doorbells are too far apart */
	NVME_INACTIVE,     /* the namespace has no blocks */
	NVME_LARGE_BLOCKS, /* its blocks are not of 512 bytes */
	NVME_METADATA,     /* they have metadata */
	NVME_TOO_LARGE,    /* more blocks than 48 bits count */
	NVME_REFUSALS
};

/* What became of a command. */
enum nvme_error {
	NVME_OK = 0,
	NVME_TRANSIENT, /* it may be sent again */
	NVME_INVALID,   /* the command, or the queue, is not as it should be */
	NVME_REACH,     /* outside of the namespace, or its capacity */
	NVME_PROTECTED, /* the namespace is not to be written or read */
	NVME_MEDIUM,    /* the medium failed */
	NVME_DEVICE,    /* anything else */
	NVME_ERRORS
};

struct nvme_entry {
	uint32_t dword[16];
};

struct nvme_caps {
	uint32_t entries; /* most in a queue, 2 or more */
	uint32_t stride;  /* bytes between doorbells */
	uint32_t ready_ms;
};

struct nvme_identity {
	uint32_t namespaces;   /* the highest number that there may be */
	uint32_t most_sectors; /* of one transfer, 1 to ORDER_SECTORS */
	bool flush, discard;
	char serial[ATA_SERIAL], model[ATA_MODEL];
};

enum nvme_cns { NVME_CNS_NAMESPACE = 0, NVME_CNS_CONTROLLER = 1, NVME_CNS_ACTIVE = 2 };

/* Reads the CAP register. */
enum nvme_refusal nvme_caps_read(uint64_t cap, struct nvme_caps *caps);

/* Reads a page of Identify: the controller. False: entries of queues are not as we make
 * them. */
MUST_CHECK bool nvme_identity_read(const uint8_t page[NVME_PAGE], struct nvme_identity *identity);

/* Reads a page of Identify: a namespace. */
enum nvme_refusal nvme_namespace_read(
	const uint8_t page[NVME_PAGE], uint64_t *sectors, bool *readonly);

/* Admin commands; `physical` is a page. */
struct nvme_entry nvme_identify(enum nvme_cns cns, uint32_t namespace, uint64_t physical);
struct nvme_entry nvme_one_queue(void); /* Set Features: Number of Queues */
struct nvme_entry nvme_create_completion(uint32_t entries, uint64_t physical);
struct nvme_entry nvme_create_submission(uint32_t entries, uint64_t physical);

/* A command of an order, which nvme_begin() has checked; `list` has NVME_LIST bytes in one
 * page, from a multiple of 8. */
struct nvme_entry nvme_order(
	uint32_t namespace, const struct order *order, const struct unit_memory *list);

/* Says what a completion's status field (without the phase bit) means. */
enum nvme_error nvme_error_of(uint16_t status);

/* For people. */
const char *nvme_refusal_text(enum nvme_refusal refusal);

#endif
