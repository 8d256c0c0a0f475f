/* SPDX-License-Identifier: MIT */
/*
 * The tap: everything the serial driver shows, once more, machine readable, on
 * the second serial port, for the host tool. And the records by which init
 * tells the serial driver how a guest ended (CHANNEL_CONTROL).
 *
 * A stream of frames: TAP_MAGIC, type, channel, length, then `length` bytes.
 *   TAP_NAME    payload: the channel's name. Sent before a channel's first use.
 *   TAP_OUTPUT  payload: bytes of the guest's console
 *   TAP_DIAG    payload: bytes its VMM said about it
 *   TAP_END     payload: struct tap_end. The guest ended (a restart may follow)
 *   TAP_DONE    no payload: every guest has ended
 *   TAP_ACTIVITY  payload: struct tap_activity. What the guest does; an answer
 * The other way, from the host tool, there is one frame:
 *   TAP_ASK     channel 0, no payload: send TAP_ACTIVITY once for each console
 * On the control channel init sends the same frames with the index of the
 * plan's component as channel; the serial driver numbers a guest's channel
 * likewise, by the component index of its peer, so both agree.
 */
#ifndef ABI_TAP_H
#define ABI_TAP_H

#include <stdint.h>
#include "abi/activity.h"

#define TAP_MAGIC 0xc5u

enum tap_type { TAP_NAME = 1, TAP_OUTPUT, TAP_DIAG, TAP_END, TAP_DONE, TAP_ACTIVITY, TAP_ASK };

struct tap_frame {
	uint8_t magic, type, channel, length;
};

struct tap_end {
	uint8_t how;       /* enum guest_end */
	uint8_t restarted; /* 1: init starts it again */
	uint8_t pad[2];
	uint32_t code; /* debug-exit value or enum guest_kill */
};

/* The sum of what a monitor shows. Numbers of a guest's monitor: of any value. */
struct tap_activity {
	uint64_t up_us; /* since the guest began; 0: it has not */
	uint8_t state;  /* enum activity_state, or what else a monitor writes */
	uint8_t vcpus;  /* at most ACTIVITY_VCPUS */
	uint8_t asleep; /* how many of these wait */
	uint8_t pad[5];
	uint64_t exits[ACTIVITY_KINDS];
};

_Static_assert(sizeof(struct tap_activity) <= 255, "it fits into a frame");

#endif
