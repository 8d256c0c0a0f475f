/* SPDX-License-Identifier: MIT */
/*
 * A tiny driver of virtio devices over PCI: configuration by memory, the BAR where the
 * firmware left it, MSI-X, one queue of QUEUE descriptors, polling and interrupts.
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, sections 2.7 and 4.1; PCI Local Bus
 * Specification 3.0, section 6.8.2.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define QUEUE 8
#define D_NEXT 1
#define D_WRITE 2

#define S_NEEDS_RESET 0x40

struct descriptor {
	uint64_t address;
	uint32_t size;
	uint16_t flags, next;
};

struct available {
	uint16_t flags, index, ring[QUEUE], used_event;
};

struct used {
	uint16_t flags, index;
	struct {
		uint32_t id, size;
	} ring[QUEUE];
	uint16_t available_event;
};

struct driver {
	uint64_t config; /* address of its configuration space */
	uint64_t bar;
	uint64_t common, isr, device, notify;
	uint64_t table; /* of MSI-X messages */
	unsigned msix;  /* place of the capability */
	volatile struct descriptor *descriptors;
	volatile struct available *available;
	volatile struct used *used;
};

/** The configuration space of the first function with this device id; 0: none. */
uint64_t pci_find(uint64_t ecam, uint16_t device);

/** Look through the capabilities of the function at `config`. */
bool driver_probe(struct driver *d, uint64_t config);

/** Reset, negotiate VERSION_1 only, set up the queue, vectors for queue and configuration. */
void driver_start(struct driver *d, uint8_t queue_vector, uint8_t config_vector);

/** Offer the chain that begins at descriptor `head`, and notify. */
void driver_offer(struct driver *d, uint16_t head);

/** Descriptor `index`. */
void driver_describe(struct driver *d, unsigned index, const volatile void *data, uint32_t size,
	uint16_t flags, uint16_t next);

uint8_t mmio_read8(uint64_t address);
uint16_t mmio_read16(uint64_t address);
void mmio_write8(uint64_t address, uint8_t v);
void mmio_write16(uint64_t address, uint16_t v);
