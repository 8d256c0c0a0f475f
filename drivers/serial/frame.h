/* SPDX-License-Identifier: MIT */
/*
 * Frames of abi/tap.h: written to the second serial port, and read, as hostile
 * input, from init's control channel. Pure.
 */
#ifndef SERIAL_FRAME_H
#define SERIAL_FRAME_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/plan.h"
#include "abi/tap.h"
#include "fifo.h"
#include "rt/ring.h"

#define FRAME_PAYLOAD_MAX 255u

/*
 * Puts a whole frame into the queue; the caller has made sure that it fits:
 * sizeof(struct tap_frame) + length bytes.
 */
void frame_put(struct fifo *fifo, enum tap_type type, uint8_t channel, const void *payload,
	uint8_t length);

/*
 * A byte that came from the host tool. True if it is the last of a whole TAP_ASK, the
 * only frame that is taken; *seen counts its bytes so far, 0 at first.
 */
bool frame_asked(uint32_t *seen, uint8_t byte);

/* One message of init. */
struct frame {
	struct tap_frame head;
	union {
		char name[PLAN_NAME]; /* TAP_NAME, NUL-terminated */
		struct tap_end end;   /* TAP_END */
	};
};

/*
 * Looks at the next message in the ring without taking it: frame_take() does.
 * What is no valid frame (magic, type, channel, length) is skipped. Returns
 * false if there is no whole message yet.
 */
bool frame_peek(struct ring_consumer *ring, struct frame *frame);
void frame_take(struct ring_consumer *ring, const struct frame *frame);

#endif
