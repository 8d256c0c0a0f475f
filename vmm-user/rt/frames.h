/* SPDX-License-Identifier: MIT */
/*
 * The two ends of a ring of frames (abi/frame.h). Pure: no system call; whoever uses it
 * signals when told to. State: each end's private counters, in the caller's struct. No
 * locks: one producer, one consumer, each one thread at a time.
 *
 *   producer   frames_place(), fill it, frames_put(); ...; frames_out_flush()
 *   consumer   frames_look(), use it, frames_take(); ...; frames_in_flush()
 *
 * Who lets a device read and write the slots is ahead of what he publishes: as producer he
 * lends it the frames_room() slots from `head` on, and puts each when it is filled; as
 * consumer he takes frames, and publishes only up to those the device is done with.
 *
 * What is in a slot belongs to both sides at any time: copy what is decided by, once.
 */
#ifndef RT_FRAMES_H
#define RT_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/frame.h"

struct frames_out {
	struct frame_ring *ring;
	uint32_t head; /* frames that were put */
	uint32_t told; /* and published */
	bool odd;      /* the consumer's counter made no sense */
};

struct frames_in {
	struct frame_ring *ring;
	uint32_t tail, told; /* frames that were taken; and published */
	uint64_t bad;        /* frames of no size, and times the counter made no sense */
};

/* Takes up an end. `drop`: frames that wait are not taken. The other end has to be
 * signalled afterwards. */
void frames_out_attach(struct frames_out *out, struct frame_ring *ring);
void frames_in_attach(struct frames_in *in, struct frame_ring *ring, bool drop);

/* Where the next frame is to be written, FRAME_MAX bytes, or NULL: no room. */
uint8_t *frames_place(struct frames_out *out);

/* What was written there is a frame of `size` bytes, FRAME_MIN to FRAME_MAX; of any other
 * size it is none, and the consumer passes over it. */
void frames_put(struct frames_out *out, size_t size);

/* How many slots, from that of the frame number `head` on, are free: at most FRAME_SLOTS. */
uint32_t frames_room(struct frames_out *out);

/* Where the data of the frame of that number lies, in bytes from the begin of its ring. */
uint64_t frames_offset(uint32_t number);

/* Publishes what was put. true: the consumer has to be signalled. */
bool frames_out_flush(struct frames_out *out);

/* After frames_place() gave NULL: asks for a signal once a quarter of the ring is free.
 * true: it is already. */
bool frames_out_wait(struct frames_out *out);

/* The next frame, or NULL if there is none. Those of impossible sizes are passed over. */
const uint8_t *frames_look(struct frames_in *in, size_t *size);

/* The frame that was looked at is done with. */
void frames_take(struct frames_in *in);

/* Makes the frame that was looked at, of `size` bytes, `least` bytes long, by zeroes; at
 * most FRAME_MAX. Returns its new size. */
size_t frames_pad(struct frames_in *in, size_t size, size_t least);

/* Publishes what was taken, and does so again if the memory says otherwise. true: the
 * producer has to be signalled. */
bool frames_in_flush(struct frames_in *in);

/* The same, but only what was taken when in->tail was `tail`. One that is not between what
 * was published and in->tail, because they were set anew since, publishes nothing. */
bool frames_in_flush_to(struct frames_in *in, uint32_t tail);

/* After frames_look() gave NULL: asks for a signal at the next frame. true: there is one
 * already. */
bool frames_in_wait(struct frames_in *in);

#endif
