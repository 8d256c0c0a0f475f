/* SPDX-License-Identifier: MIT */
/*
 * Who is served next, and what becomes of it: between the clients' channels and the
 * disks. Pure; it sees time as a number.
 *
 *   serve_next() ──► command ──► unit: start, poll ... ──► serve_answer()
 *
 * State: struct desk; one thread. Each disk has one request under way; its clients take
 * turns, whatever they send. A request whose disk does not answer in time is an error,
 * and so is one that the disk refuses; a disk that does not come back is gone, and its
 * requests are errors.
 */
#ifndef DISK_DESK_H
#define DISK_DESK_H

#include "serve.h"
#include "unit.h"

#define DESK_CLIENTS 32u

struct desk_client {
	struct serve serve;
	struct unit *unit; /* NULL: it has none */
	uint64_t physical; /* of the channel */
};

/* A disk's request under way. */
struct desk_job {
	bool held, started; /* held: taken from the channel */
	uint32_t client;
	struct serve_request request;
	struct ata_command command;
	uint64_t since_us;
};

struct desk {
	uint32_t clients, units;
	struct desk_client client[DESK_CLIENTS];
	struct unit *unit[UNITS];
	struct desk_job job[UNITS];
	uint32_t next[UNITS]; /* the client to look at first */
	uint64_t done, errors, timeouts;
};

/* Does what can be done now. True: something was. */
bool desk_turn(struct desk *desk, uint64_t now_us);

/* True if a disk has a command under way. */
bool desk_busy(const struct desk *desk);

#endif
