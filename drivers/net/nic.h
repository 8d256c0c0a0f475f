/* SPDX-License-Identifier: MIT */
/*
 * A network card, as the uplink that uses it sees it. Each kind of card is a struct with a
 * struct nic inside and the functions below.
 *
 * Buffers to receive into and frames to send stay where they are: the card gets physical
 * addresses, and has no others. It answers in the order in which it was given them, so
 * nobody keeps lists. What the card says is taken for hostile: a number of bytes is
 * checked, and it is asked about what it was given only.
 */
#ifndef NET_NIC_H
#define NET_NIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/frame.h"

#define NIC_RING 256u               /* descriptors for each direction ... */
#define NIC_BUFFERS (NIC_RING - 1u) /* ... of which one is never used */
#define NIC_FRAME_LEAST 60u         /* bytes of a frame on the wire, without checksum */

/* Memory that the card reaches, and where it is for the card. */
struct nic_memory {
	uint8_t *at;
	uint64_t physical;
};

/* How a card is reached. */
struct nic_io {
	uint32_t (*read)(void *ctx, uint32_t offset);
	void (*write)(void *ctx, uint32_t offset, uint32_t value);
	uint64_t (*now_us)(void *ctx);
	void (*rest)(void *ctx); /* between two looks at a register that has to change */
	void *ctx;
};

/* What only the card knows. */
struct nic_counts {
	uint64_t missed; /* frames for which it had no buffer */
	uint64_t broken; /* frames with a wrong checksum or length, or damaged on the wire */
};

struct nic {
	const struct nic_ops *ops;
	uint8_t mac[6];
	bool has_mac;
	bool up;       /* there is a link; never if it does not answer or is gone */
	uint32_t mbps; /* and it is that fast */
	struct nic_counts counts;
};

struct nic_ops {
	/* Resets the card and starts it anew. What it was given is the caller's again. False:
	 * it does not answer, and is to be reset before anything else is asked of it. */
	bool (*reset)(struct nic *nic);

	/* Lends it FRAME_BUFFER bytes to receive into. False: as many are out as it takes, at
	 * most NIC_BUFFERS. */
	bool (*give)(struct nic *nic, uint64_t physical);

	/* Whether the oldest of them was used; it is then the caller's. *size: bytes of the
	 * frame in it, FRAME_MIN to FRAME_MAX; 0: what is in there is none. */
	bool (*take)(struct nic *nic, size_t *size);

	/* Hands it a frame, NIC_FRAME_LEAST to FRAME_MAX bytes. False: as before. */
	bool (*send)(struct nic *nic, uint64_t physical, size_t size);

	/* Whether the oldest frame was sent; it is then the caller's. */
	bool (*sent)(struct nic *nic);

	/* Tells it of what was given and handed over since. */
	void (*kick)(struct nic *nic);

	/* Takes what an interrupt came for, so that the next one comes, and looks at the link.
	 * To be called before the last look at what was received and sent. False: the card is
	 * gone. */
	bool (*events)(struct nic *nic);

	/* Brings counts up to date. */
	void (*count)(struct nic *nic);
};

#endif
