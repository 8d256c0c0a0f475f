/* SPDX-License-Identifier: MIT */
/*
 * Intel's gigabit Ethernet controllers 82540EM and its kin (8254x), and 82574L.
 *
 * Model: one ring of legacy descriptors for each direction; all frames are received,
 *   whoever they are for, since what is behind an uplink has addresses of its own;
 *   interrupts are throttled, and say that there is something to look at.
 * State: struct e1000; one thread. Registers are reached by struct nic_io, so that the host
 *   can drive a model.
 * Missing: offloads (checksums, segmentation, VLAN tags), several queues, MSI-X, jumbo
 *   frames, flow control, fibre, wake on LAN. The PHY is left to itself: it negotiates.
 * Source: 317453-006 (e1000_regs.h), section 14.3 "General Configuration", 14.4 "Receive
 *   Initialization", 14.5 "Transmit Initialization"; 82574 datasheet, section 4.6 "Software
 *   Initialization Sequence", 3.1.3.10 "Software-Initiated Resets".
 */
#ifndef NET_E1000_H
#define NET_E1000_H

#include "e1000_ring.h"
#include "lib/compiler.h"

#define E1000_MEMORY (2u * E1000_RING_BYTES)

enum e1000_kind { E1000_NONE = 0, E1000_8254X, E1000_82574 };

struct e1000 {
	struct nic nic;
	struct nic_io io;
	enum e1000_kind kind;
	struct nic_memory memory;
	struct e1000_ring receive, transmit;
};

/* The kind of the PCI function with these ids; E1000_NONE: not one of these. */
enum e1000_kind e1000_kind(uint16_t vendor, uint16_t device);

/* Takes up the card at `io`, whatever state it is in, and starts it. `memory` is E1000_MEMORY
 * bytes on a multiple of 16. False: it does not answer; its reset may be tried again. */
MUST_CHECK bool e1000_open(struct e1000 *card, enum e1000_kind kind, const struct nic_io *io,
	const struct nic_memory *memory);

#endif
