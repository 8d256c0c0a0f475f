/* SPDX-License-Identifier: MIT */
/*
 * A virtio network card: frames between the driver's queues and a port (net.h).
 *
 * Model: a queue to receive, one to send; the card's address; a frame may be spread over
 *   several buffers if that was negotiated. A frame to send is copied once, to where the
 *   port wants it; what is looked at is its header's copy, and sizes. One that is too short or too long, or that asks for what was not offered
 *   (checksums, segmentation), is dropped, as a wire would; a buffer without room for a
 *   header, or in the wrong direction, breaks the device.
 * State: struct virtio_net. What the port does not take waits in the queue.
 * Missing: offloads, several queue pairs, the control queue, link status, MTU.
 * Ignored bits: all of a header but flags and segmentation type.
 * Locks: none; whoever calls holds the machine.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, section 5.1 "Network Device".
 */
#ifndef VMM_DEV_VIRTIO_NET_H
#define VMM_DEV_VIRTIO_NET_H

#include "vmm/dev/net.h"
#include "vmm/dev/virtio_pci.h"

#define VIRTIO_NET_HEADER 12u
#define VIRTIO_NET_BUFFERS 16u /* most for one frame */

/* 5.1.3 "Feature bits". */
#define VIRTIO_NET_F_MAC BIT(5)
#define VIRTIO_NET_F_MRG_RXBUF BIT(15)

enum { VIRTIO_NET_RECEIVE = 0, VIRTIO_NET_SEND = 1 };

struct virtio_net {
	struct virtio_pci pci;
	struct net_port *port;
	bool sending; /* frames are being sent */
	bool hungry;  /* the port was told NET_FULL */
	uint64_t sent, received, dropped;
	struct virtio_chain out; /* the one at hand */
	struct virtio_chain in[VIRTIO_NET_BUFFERS];
};

/* Builds the card; *port lives as long. */
void virtio_net_init(struct virtio_net *net, struct net_port *port,
	const struct guest_memory *memory, void (*send)(void *ctx, uint64_t address, uint32_t data),
	void *send_ctx);

/* A frame for the guest, NET_FRAME_MIN to NET_FRAME_MAX bytes. */
enum net_receive virtio_net_receive(struct virtio_net *net, const uint8_t *frame, size_t size);

/* The port has room again. */
void virtio_net_room(struct virtio_net *net);

#endif
