/* SPDX-License-Identifier: MIT */
/*
 * The machine as the cores see it: ports, device memory, the clock, and the rights that
 * init gives on request. State: the number of the next request; one thread.
 */
#ifndef DISK_HARDWARE_H
#define DISK_HARDWARE_H

#include "abi/start.h"
#include "ahci.h"
#include "ide.h"
#include "nvme.h"
#include "pci.h"
#include "virtio/virtio.h"

extern const struct pci_io hardware_pci;
extern const struct ide_io hardware_ide;
extern struct unit_clock hardware_clock;

/* Bit of the notification by which hardware_clock's rest() wakes. */
#define HARDWARE_REST (1ull << 62)

void hardware_open(const struct start_info *info);

uint64_t hardware_now_us(void);

/* Ports [first, first + count). */
MUST_CHECK bool hardware_ports(uint16_t first, uint16_t count);

/* Device memory; NULL: it is not given. */
MUST_CHECK volatile uint32_t *hardware_memory(uint64_t physical, uint64_t size);

/* Interrupt line `gsi`: its slot, bound to `bit` of the notification; 0: not given. */
MUST_CHECK uint64_t hardware_line(uint32_t gsi, uint64_t flags, uint64_t bit);

/* Registers in memory that hardware_memory() gave. */
struct ahci_io hardware_ahci(volatile uint32_t *registers);
struct nvme_io hardware_nvme(volatile uint32_t *registers);

/* Structures of a virtio device, each in memory that hardware_memory() gave. */
struct hardware_virtio {
	volatile uint8_t *part[VIRTIO_PARTS];
};
struct virtio_io hardware_virtio(struct hardware_virtio *parts);

#endif
