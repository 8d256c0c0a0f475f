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
 * On the control channel init sends the same frames with the index of the
 * plan's component as channel; the serial driver numbers a guest's channel
 * likewise, by the component index of its peer, so both agree.
 */
#ifndef ABI_TAP_H
#define ABI_TAP_H

#include <stdint.h>

#define TAP_MAGIC 0xc5u

enum tap_type { TAP_NAME = 1, TAP_OUTPUT, TAP_DIAG, TAP_END, TAP_DONE };

struct tap_frame {
	uint8_t magic, type, channel, length;
};

struct tap_end {
	uint8_t how;       /* enum guest_end */
	uint8_t restarted; /* 1: init starts it again */
	uint8_t pad[2];
	uint32_t code; /* debug-exit value or enum guest_kill */
};

#endif
