/* SPDX-License-Identifier: MIT */
/*
 * Where a virtio device on PCI has its structures. Pure; no state.
 *
 * What the function's capabilities say is checked as far as it can be without the BARs: a
 * structure begins and ends in a BAR that there may be, and is long enough. Of two of one
 * type the first that is good counts.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 4.1.4 "Virtio Structure PCI
 *   Capabilities"; PCI Local Bus Specification 3.0, section 6.7 "Capabilities List".
 */
#ifndef VIRTIO_CAPS_H
#define VIRTIO_CAPS_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/compiler.h"

enum virtio_part {
	VIRTIO_COMMON = 0, /* common configuration */
	VIRTIO_NOTIFY,     /* the queues' notification registers */
	VIRTIO_ISR,        /* interrupt status */
	VIRTIO_DEVICE,     /* configuration of its type; need not be there */
	VIRTIO_PARTS
};

struct virtio_place {
	uint32_t bar, offset; /* 0 to 5 */
	uint32_t length;      /* 0: it is not there */
};

struct virtio_caps {
	struct virtio_place place[VIRTIO_PARTS];
	uint32_t multiplier; /* bytes between notification registers */
};

/* Reads the capabilities of a function; `config` reads its configuration register `reg`, a
 * multiple of 4 below 256. False: it is no device of the modern kind. */
MUST_CHECK bool virtio_caps_read(
	uint32_t (*config)(void *ctx, uint32_t reg), void *ctx, struct virtio_caps *caps);

#endif
