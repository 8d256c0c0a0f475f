/* SPDX-License-Identifier: MIT */
/*
 * An AHCI host bus adapter and the disks at its ports.
 *
 * Model: one command at a time per port, in slot 0, with one piece of data. Interrupts
 *   say that there is something to look at; looking works without them.
 * State: struct ahci, a struct ahci_port for each disk; one thread. Registers are reached
 *   by struct ahci_io, so that the host can drive a model.
 * Missing: native command queuing, port multipliers, ATAPI, hot plug, power management.
 * Source: Serial ATA AHCI 1.3.1, section 3 "HBA Memory Registers", 4.2 "HBA Memory
 *   Structures", 6.2.2 "Software Error Recovery", 10.1 "Platform Communication",
 *   10.4.2 "Port Reset", 10.6.3 "BIOS/OS Handoff".
 */
#ifndef DISK_AHCI_H
#define DISK_AHCI_H

#include "lib/compiler.h"
#include "unit.h"

#define AHCI_PORTS 32u
#define AHCI_REGISTERS 0x1100u /* bytes, with all ports */

struct ahci_io {
	uint32_t (*read)(void *ctx, uint32_t offset);
	void (*write)(void *ctx, uint32_t offset, uint32_t value);
	void *ctx;
};

struct ahci {
	struct ahci_io io;
	const struct unit_clock *clock;
	uint32_t ports; /* bit for each that there is */
	bool staggered;
	struct ahci_port *port[AHCI_PORTS]; /* those with a disk */
};

struct ahci_port {
	struct unit unit;
	struct ahci *ahci;
	uint32_t index;
	uint32_t events; /* what interrupts took from PxIS */
	struct unit_memory memory;
};

/* Takes the adapter from the firmware and resets it. False: it does not answer. */
MUST_CHECK bool ahci_open(
	struct ahci *ahci, const struct ahci_io *io, const struct unit_clock *clock);

/* Starts port `index` with `memory`, UNIT_MEMORY bytes, below 4 GiB and zero. False: there
 * is no disk that can be used, and the port is stopped. */
MUST_CHECK bool ahci_port_open(struct ahci *ahci, uint32_t index, const struct unit_memory *memory,
	struct ahci_port *port);

/* Lets interrupts come. */
void ahci_interrupts(struct ahci *ahci);

/* An interrupt came: takes what caused it. False: it was not ours. */
bool ahci_interrupt(struct ahci *ahci);

#endif
