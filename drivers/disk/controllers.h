/* SPDX-License-Identifier: MIT */
/*
 * The controllers of the machine, their disks and their interrupts.
 *
 * State: static tables; one thread. Disks are numbered in the order of controllers on the
 * PCI bus, then of ports (AHCI), of channels and master before slave (IDE), of namespaces
 * (NVMe); a virtio disk is one controller.
 *
 * Interrupts come by the line that the firmware wrote into the function; machines differ
 * in whether that line is one of the I/O APIC's. So a line counts only when it has come
 * once with something to it, and until then disks are looked at by the clock. One that
 * comes again and again with nothing to it is another device's, and stays masked.
 */
#ifndef DISK_CONTROLLERS_H
#define DISK_CONTROLLERS_H

#include "abi/start.h"
#include "unit.h"

/* Bits of the notification: one per interrupt, from this one on. */
#define CONTROLLERS_BIT 40u

/* Finds and starts all disks; `memory` has UNITS * UNIT_MEMORY bytes for disks and twice
 * the same for controllers. Returns how many units there are. */
uint32_t controllers_open(const struct unit_memory *memory, struct unit *unit[UNITS]);

/* The bits of interrupts that came. */
void controllers_interrupt(uint64_t bits);

/* True if every line in use has been seen: disks need not be looked at by the clock. */
bool controllers_tell(void);

/* "ahci 0:1f.2 port 0", where unit `index` is. */
#define CONTROLLERS_TEXT 40u
void controllers_place(uint32_t index, char text[CONTROLLERS_TEXT]);

#endif
