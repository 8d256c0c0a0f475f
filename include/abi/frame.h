/* SPDX-License-Identifier: MIT */
/*
 * Ethernet frames in shared memory: a channel between a monitor, or the driver of a network
 * card (clients), and the switch of a net (server). Two rings of slots, one for each
 * direction; one producer and one consumer each, no lock.
 *
 *   channel's memory: | struct frame_ring client -> server | server -> client |
 *   a ring:           | slot 0 | slot 1 | ... | slot FRAME_SLOTS - 1 | spill | counters |
 *
 * A card may write frames into slots by itself. It knows buffers of FRAME_BUFFER bytes, so
 * that one that takes too long a frame for good spoils the begin of the next slot, which is
 * not filled yet, or the spill, and no counter.
 *
 * head counts the frames that the producer ever published, tail those that the consumer
 * ever took; both wrap at 2^32, and the frame n lies in slot n % FRAME_SLOTS. Each word
 * has one writer, which keeps its own in private and believes the other's only as far as
 * 0 <= head - tail <= FRAME_SLOTS. If that is not so, the producer publishes its head
 * anew, and the consumer goes on at head: whichever of both was wrong, they agree again,
 * and only frames between these two were lost. A consumer that finds another tail in the
 * memory than its own publishes it anew: the producer may take the ring for full.
 *
 * Sleeping: the consumer waits for the frame `want_frame`, the producer for room after
 * the frame `want_room` was taken; who passes such a number signals. A number that was
 * passed is not passed again, so whoever is awake is not signalled.
 *
 * Restart: the memory outlives both ends. Who takes up an end adopts its counter from the
 * memory and signals the other end once: a signal that its predecessor owed is made up
 * for. A new monitor takes none of the frames that were for the one before it.
 */
#ifndef ABI_FRAME_H
#define ABI_FRAME_H

#include <stdint.h>

#define FRAME_SLOTS 256u /* a power of two */
#define FRAME_MIN 14u    /* the Ethernet header */
#define FRAME_MAX 1518u  /* with one VLAN tag; no checksum */
#define FRAME_BUFFER 2048u

struct frame_slot {
	uint32_t size; /* bytes of data, FRAME_MIN to FRAME_MAX */
	uint32_t pad[3];
	uint8_t data[1520];
};

/* What the switch counts at a port; in the ring to the client, for people. */
struct frame_counts {
	uint64_t in_frames, in_bytes;   /* from the client, forwarded or not */
	uint64_t out_frames, out_bytes; /* to the client */
	uint64_t foreign;               /* from the client: not from its own address */
	uint64_t refused;               /* from the client: of no size, or for nobody */
	uint64_t lost;                  /* to the client: it had no room */
	uint64_t held;                  /* times that the rate limit made it wait */
};

struct frame_ring {
	struct frame_slot slot[FRAME_SLOTS];
	uint8_t spill[4096 - 192];
	volatile uint32_t head, want_room; /* producer */
	uint32_t pad0[14];
	volatile uint32_t tail, want_frame; /* consumer */
	uint32_t pad1[14];
	struct frame_counts counts; /* server */
};

/* A client's port, as the plan has it. That of an uplink has no address. */
struct frame_port {
	uint8_t mac[6];   /* its address */
	uint16_t flags;   /* FRAME_PORT_* */
	uint32_t packets; /* that it may send in a second; 0: no limit */
	uint32_t crash;   /* debugging: the switch, or the card's driver, faults after so many
			   * frames; 0: never */
	uint64_t bytes;   /* that it may send in a second; 0: no limit */
	uint32_t card;    /* uplink: which of the machine's network cards it is, from 0 */
	uint32_t pad;
};

#define FRAME_PORT_ISOLATED 1u /* reaches uplinks only */
#define FRAME_PORT_UPLINK 2u   /* leads to other machines: any address may be behind it */
#define FRAME_PORT_FLAGS (FRAME_PORT_ISOLATED | FRAME_PORT_UPLINK)
#define FRAME_CARDS 32u
#define FRAME_RATE_MAX 1000000000000ull /* bytes in a second */

#define FRAME_CHANNEL_PAGES ((uint32_t)(2 * sizeof(struct frame_ring) / 4096))

_Static_assert(sizeof(struct frame_slot) == 1536, "slots are whole cache lines");
_Static_assert(FRAME_BUFFER <= 1520 + 4096 - 192, "the last buffer ends in the spill");
_Static_assert(sizeof(struct frame_ring) % 4096 == 0, "a ring is whole pages");

#endif
