/* SPDX-License-Identifier: MIT */
/*
 * A block channel: requests and answers in memory that a client (a monitor) and a server
 * (the disk driver) share. Both ends take the other one for hostile.
 *
 *   +---------------------------+ 0
 *   | data of slot 0            |   BLOCK_SLOT_BYTES each; the medium's DMA goes here
 *   | ...                       |
 *   | data of slot 15           |
 *   +---------------------------+ BLOCK_DATA
 *   | struct block_client       |   written by the client only
 *   +---------------------------+ BLOCK_DATA + 4096
 *   | struct block_server       |   written by the server only
 *   +---------------------------+ BLOCK_CHANNEL
 *
 * A slot is one request. The client fills request[i] (and the data of a write), then
 * counts submitted[i] up; the server does it, writes result[i], then makes answered[i]
 * equal. Between the two the slot and its data are the server's. Each side believes its
 * own counters, of which the memory holds copies, reads a request or a result once, and
 * checks what it read.
 *
 * All that is to be known stands in the memory, which outlives both: a server that
 * starts again does every slot whose counters differ, also those that its predecessor
 * had begun. So a request is done at least once, and answered once. A client that starts
 * again waits for what its predecessor left before it uses those slots.
 *
 * Signals: each side asks for one by wants_signal, which it sets before it looks for the
 * last time and sleeps, and clears while it is awake. Who submits or answers looks at it
 * after a full barrier. Signals that mean nothing happen.
 */
#ifndef ABI_BLOCK_H
#define ABI_BLOCK_H

#include <stdint.h>

#define BLOCK_SLOTS 16u
#define BLOCK_SLOT_BYTES 65536u /* a DMA controller of the IDE kind takes no more at once */
#define BLOCK_SECTOR 512u
#define BLOCK_SLOT_SECTORS (BLOCK_SLOT_BYTES / BLOCK_SECTOR)
#define BLOCK_DATA (BLOCK_SLOTS * BLOCK_SLOT_BYTES)
#define BLOCK_CHANNEL (BLOCK_DATA + 2u * 4096u)
#define BLOCK_ID 20u
#define BLOCK_DISCARD_MAX 65535u /* sectors of one discard */

enum block_op {
	BLOCK_READ = 0,
	BLOCK_WRITE,
	BLOCK_FLUSH,   /* all writes that were answered before are on the medium */
	BLOCK_DISCARD, /* the sectors' contents matter no more */
	BLOCK_OP_COUNT
};

enum block_result { BLOCK_OK = 0, BLOCK_ERROR, BLOCK_REFUSED, BLOCK_RESULT_COUNT };

/* What the server says of the medium, once; the other fields are written before. */
enum block_state { BLOCK_STARTING = 0, BLOCK_READY, BLOCK_ABSENT, BLOCK_STATE_COUNT };

enum block_reason {
	BLOCK_FOUND = 0,
	BLOCK_NO_DISK,      /* no such disk */
	BLOCK_NO_PARTITION, /* the disk has no such partition */
	BLOCK_BAD_TABLE,    /* its table of partitions makes no sense */
	BLOCK_OVERLAP,      /* another guest has it, and one of them may write */
	BLOCK_BROKEN,       /* the disk does not answer */
	BLOCK_REASON_COUNT
};

struct block_request {
	uint64_t sector; /* of the medium */
	uint32_t sectors;
	uint32_t op; /* enum block_op */
};

struct block_client {
	volatile uint32_t wants_signal;
	uint32_t pad[15];
	volatile uint32_t submitted[BLOCK_SLOTS];
	volatile struct block_request request[BLOCK_SLOTS];
};

#define BLOCK_READONLY 1u
#define BLOCK_CAN_DISCARD 2u

struct block_server {
	volatile uint32_t wants_signal;
	volatile uint32_t state;  /* enum block_state */
	volatile uint32_t reason; /* enum block_reason */
	volatile uint32_t flags;
	volatile uint64_t sectors;
	uint32_t pad[10];
	volatile uint32_t answered[BLOCK_SLOTS];
	volatile uint32_t result[BLOCK_SLOTS]; /* enum block_result */
};

_Static_assert(sizeof(struct block_client) <= 4096 && sizeof(struct block_server) <= 4096,
	"a page for each side");

#endif
