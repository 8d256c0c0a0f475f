/* SPDX-License-Identifier: MIT */
/*
 * Reading the tap (abi/tap.h): frames out of a byte stream that may come in any
 * pieces and may have other bytes between the frames, such as what the firmware
 * says on the same port. Pure.
 */
#ifndef CARREL_TAP_H
#define CARREL_TAP_H

#include "abi/tap.h"

#include <stddef.h>
#include <stdint.h>

struct tap_parser {
	uint8_t frame[sizeof(struct tap_frame) + 255];
	unsigned used;
	uint64_t skipped;  /* bytes that were part of no frame */
	unsigned channels; /* frames of this channel and above are none; 0: of any */
};

struct tap_event {
	enum tap_type type;
	unsigned channel; /* component index of the guest */
	const uint8_t *data;
	unsigned length;
};

/* Takes `size` more bytes and calls handle() for each frame that is complete. A
 * parser starts as all zeros but for `channels`. An event is valid during the call only. */
void tap_feed(struct tap_parser *parser, const void *data, size_t size,
	void (*handle)(void *state, const struct tap_event *event), void *state);

/* The payload of a TAP_END, and of a TAP_ACTIVITY event. */
struct tap_end tap_read_end(const struct tap_event *event);
struct tap_activity tap_read_activity(const struct tap_event *event);

#endif
