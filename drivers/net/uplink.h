/* SPDX-License-Identifier: MIT */
/*
 * An uplink: frames between a network card and the switch of a net. Pure; whoever calls
 * signals the switch, waits for it and for the card's interrupt, and knows the time.
 *
 * Nothing is copied. The slots of the channel (abi/frame.h) are the card's buffers:
 *
 *   ring to the switch     published | filled by the card next, in order: lent | free
 *                                  head ^
 *   ring from the switch   published | read by the card: sending | waiting
 *                                        in.tail, private ^
 *
 * The slots behind head are lent as far as the switch has room, and one is published for
 * each that the card gives back: an empty one for what is no frame, so that the order of
 * slots and of the card's buffers never parts. What the card reads is taken at once, and
 * published, so free for the switch, when it is sent.
 *
 * The card holds up nobody. Without a link frames to it are lost and counted. One that does
 * not go on sending for UPLINK_HANG_US is reset, one that is gone is tried again every
 * UPLINK_RETRY_US; what it had to send is lost.
 *
 * State: struct uplink. Locks: none; one thread.
 */
#ifndef NET_UPLINK_H
#define NET_UPLINK_H

#include "nic.h"
#include "rt/frames.h"

#define UPLINK_BATCH 64u /* frames in each direction in a turn */
#define UPLINK_HANG_US 1000000u
#define UPLINK_RETRY_US 1000000u

struct uplink_counts {
	uint64_t received, received_bytes; /* given to the switch */
	uint64_t bad;                      /* received, but no frames */
	uint64_t sent, sent_bytes;         /* handed to the card */
	uint64_t lost;                     /* not sent: no link, or the card was reset */
	uint64_t resets;                   /* because it hung or was gone */
};

struct uplink {
	struct nic *nic;
	bool works; /* the card answered when it was reset last */
	bool full;  /* and takes no more frames before it has sent one */
	struct frames_out out;
	struct frames_in in;
	uint64_t out_physical, in_physical; /* where the rings are for the card */
	uint32_t lent;                      /* slots from out.head on that the card has */
	uint32_t sending, sent;             /* frames that the card has; that it was done with */
	uint32_t after[NIC_RING];           /* in.tail behind each that it has */
	uint64_t since_us;                  /* it works and does not go on; or is gone */
	struct uplink_counts counts;
	uint32_t fuse; /* debugging: frames until trap(); 0: never */
	void (*trap)(void);
};

/* Takes up the channel with `rings` (to the switch, from it) at `physical` for a card that
 * was just opened, and `works` or not. The switch has to be signalled afterwards. */
void uplink_init(struct uplink *uplink, struct nic *nic, bool works, struct frame_ring *rings,
	uint64_t physical, uint64_t now_us);

/* Moves what there is, a bounded part of it, and resets a card that has to be. true: the
 * switch has to be signalled. *moved: there may be more. */
bool uplink_turn(struct uplink *uplink, uint64_t now_us, bool *moved);

/* The card's interrupt came: before the next turn. */
void uplink_interrupt(struct uplink *uplink, uint64_t now_us);

/* Asks the switch for signals. true: there is something to move already. */
bool uplink_wait(struct uplink *uplink);

/* When the next turn is due if nothing happens; 0: never. */
uint64_t uplink_deadline(const struct uplink *uplink);

#endif
