/* SPDX-License-Identifier: MIT */
/*
 * The server's end of a block channel (abi/block.h): which request is next, whether it
 * may be done, and its answer. Pure: it knows no disk and makes no system call.
 *
 * State: struct serve. The client may write anything to the channel at any time: a
 * request is copied once and checked before anybody acts on it. What it makes of its own
 * channel is its own loss.
 */
#ifndef DISK_SERVE_H
#define DISK_SERVE_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/block.h"

struct serve {
	uint8_t *data;
	struct block_client *client;
	struct block_server *server;
	uint64_t first, sectors; /* the part of the disk that it is */
	bool readonly, discards;
	uint32_t next; /* the slot to look at first: each gets its turn */
	uint32_t answered[BLOCK_SLOTS];
	uint32_t taken[BLOCK_SLOTS]; /* busy: what submitted[] was */
	bool busy[BLOCK_SLOTS];
	bool told; /* something was answered since the client was last signalled */
};

/* A request that is to be done: inside the medium, of an operation that it has. */
struct serve_request {
	uint32_t slot;
	enum block_op op;
	uint64_t sector; /* of the disk */
	uint32_t sectors;
};

/* Takes up the channel at `memory`, BLOCK_CHANNEL bytes, as its last server left it. */
void serve_attach(struct serve *serve, void *memory);

/* Says what the medium is: `sectors` of the disk from `first` on. */
void serve_open(
	struct serve *serve, uint64_t first, uint64_t sectors, bool readonly, bool discards);

/* Says that there is none, and why. */
void serve_refuse(struct serve *serve, enum block_reason reason);

/* The next request, which is then under way; false: there is none. Those that cannot be
 * done are answered here. */
bool serve_next(struct serve *serve, struct serve_request *request);

/* Answers a request that was under way. */
void serve_answer(struct serve *serve, uint32_t slot, enum block_result result);

/* Before and after sleep. serve_sleep() has to be followed by a last look. */
void serve_sleep(struct serve *serve);
void serve_wake(struct serve *serve);

/* True if the client is to be signalled now; it then counts as signalled. */
bool serve_must_signal(struct serve *serve);

#endif
