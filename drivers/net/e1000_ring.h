/* SPDX-License-Identifier: MIT */
/*
 * The two rings of descriptors of an e1000: memory that the card and its driver share.
 * Pure: the card's registers are the caller's. State: how many descriptors were ever
 * filled, and how many the card has given back; what the card writes is read once.
 *
 * Legacy descriptors, one for a frame:
 *
 *        63          48 47     40 39     32 31          16 15           0
 *   0    | address of the buffer                                        |
 *   8    | special     | errors  | status  | checksum     | length      |  receive
 *   8    | special     | CSS     | status  | command, CSO | length      |  transmit
 *
 * Source: 317453-006 (e1000_regs.h), section 3.2.3 "Receive Descriptor Format", 3.2.6
 * "Receive Descriptor Queue Structure", 3.3.3 "Legacy Transmit Descriptor Format", 3.4
 * "Transmit Descriptor Ring Structure"; 82574 datasheet, section 7.1.4 "Legacy Receive
 * Descriptor Format", 7.2.10.1 "Legacy Transmit Descriptor Format".
 */
#ifndef NET_E1000_RING_H
#define NET_E1000_RING_H

#include "nic.h"

struct e1000_descriptor {
	volatile uint64_t address;
	volatile uint16_t length;
	volatile uint8_t checksum_offset; /* transmit, */
	volatile uint8_t command;         /* and this; receive: both are the checksum */
	volatile uint8_t status;
	volatile uint8_t errors; /* receive */
	volatile uint16_t special;
};

#define E1000_RING_BYTES (NIC_RING * 16u)

#define E1000_DONE 0x01u /* status, of either kind */
#define E1000_END 0x02u  /* receive status: the frame ends here */
/* Receive errors: checksum, symbol, sequence, carrier extension, data. Those of IP and TCP
 * checksums are their receivers' business. */
#define E1000_ERRORS 0x97u
#define E1000_COMMAND_END 0x01u
#define E1000_COMMAND_CHECKSUM 0x02u
#define E1000_COMMAND_REPORT 0x08u

struct e1000_ring {
	struct e1000_descriptor *at; /* NIC_RING of them */
	uint32_t filled, done;       /* since the reset; at most NIC_BUFFERS apart */
	uint32_t told;               /* filled, when the card was told */
	bool torn;                   /* receive: the last buffer held no frame's end */
};

/* Takes `memory`, E1000_RING_BYTES on a multiple of 16, for an empty ring. */
void e1000_ring_reset(struct e1000_ring *ring, uint8_t *memory);

/* As in struct nic_ops. */
bool e1000_ring_give(struct e1000_ring *ring, uint64_t physical);
bool e1000_ring_take(struct e1000_ring *ring, size_t *size);
bool e1000_ring_send(struct e1000_ring *ring, uint64_t physical, size_t size);
bool e1000_ring_sent(struct e1000_ring *ring);

/* Whether the card has to be told of more; *tail: what its register for that becomes. */
bool e1000_ring_tell(struct e1000_ring *ring, uint32_t *tail);

#endif
