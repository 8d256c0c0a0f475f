/* SPDX-License-Identifier: MIT */
/*
 * Moves frames between the ports of one net: from the ring that a port's client fills to
 * those that the others' clients empty. Pure but for trap(); whoever calls signals.
 *
 * A port's memory is shared with its client, who may change it at any time. The header
 * that decides is copied once, and the copy is what goes out; the bytes behind it are the
 * sender's to choose, so they go from ring to ring directly. What finds no room at its
 * target is lost, so that nobody who does not take his frames holds up others. What is
 * over a port's rate waits in its own ring.
 *
 * State: struct forward. Locks: none; one thread.
 */
#ifndef SWITCH_FORWARD_H
#define SWITCH_FORWARD_H

#include "bridge.h"
#include "bucket.h"
#include "rt/frames.h"

#define FORWARD_BATCH 32u /* frames of one port in a turn */

struct forward_port {
	struct frames_in in;
	struct frames_out out;
	struct frame_counts counts, *shown;
	struct bucket bytes, packets;
	uint64_t until; /* the rate holds it until then; 0: it does not */
};

struct forward {
	struct bridge bridge;
	uint64_t tsc_khz;
	struct forward_port port[BRIDGE_PORTS];
	uint32_t fuse; /* debugging: frames until trap(); 0: never */
	void (*trap)(void);
};

void forward_init(struct forward *forward, uint64_t tsc_khz);

/* Adds a port: its rings from and to the client, zeroed when the machine started, and
 * how they were left since. At most BRIDGE_PORTS. */
void forward_add(struct forward *forward, const struct frame_port *port, struct frame_ring *from,
	struct frame_ring *to);

/* Moves what there is, a bounded part of it. Returns the ports whose clients have to be
 * signalled, a bit each; *moved: there may be more. */
uint32_t forward_turn(struct forward *forward, uint64_t now, bool *moved);

/* Asks to be signalled. true: there is something to move already. */
bool forward_wait(struct forward *forward);

/* When a port that is held may go on; 0: none is. */
uint64_t forward_deadline(const struct forward *forward);

#endif
