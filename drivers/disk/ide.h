/* SPDX-License-Identifier: MIT */
/*
 * A channel of an IDE controller with bus-master DMA, and its two disks.
 *
 * Model: one command at a time for both disks, data by DMA in one piece of at most 64 KiB
 *   that does not cross a bound of 64 KiB; IDENTIFY DEVICE by PIO.
 * State: struct ide, a struct ide_disk for each disk; one thread. Ports are reached by
 *   struct ide_io, so that the host can drive a model.
 * Missing: ATAPI, transfer modes (the firmware has set them), drives without DMA.
 * Source: ATA/ATAPI-7 volume 2, sections 5.2 "I/O registers", 9.2 "Software reset
 *   protocol"; SFF-8038i 1.0 "Programming Interface for Bus Master IDE Controller",
 *   sections 2.1 to 3.1.
 */
#ifndef DISK_IDE_H
#define DISK_IDE_H

#include "lib/compiler.h"
#include "unit.h"

#define IDE_DISKS 2u

struct ide_io {
	uint8_t (*in8)(void *ctx, uint16_t port);
	uint16_t (*in16)(void *ctx, uint16_t port);
	void (*out8)(void *ctx, uint16_t port, uint8_t value);
	void (*out32)(void *ctx, uint16_t port, uint32_t value);
	void *ctx;
};

/* The channel's ports: eight registers, the control register, eight of its bus master. */
struct ide_ports {
	uint16_t command, control, master;
};

struct ide_disk;

struct ide {
	struct ide_io io;
	struct ide_ports ports;
	const struct unit_clock *clock;
	struct unit_memory table; /* the list of regions */
	struct ide_disk *busy;    /* whose command is under way */
	bool data;                /* it has some */
	bool seen;                /* its interrupt came */
	uint8_t status;           /* of the bus master, then */
};

struct ide_disk {
	struct unit unit;
	struct ide *ide;
	uint8_t select; /* of the device register */
};

/* Resets the channel. `table`: UNIT_MEMORY bytes below 4 GiB. False: there is none. */
MUST_CHECK bool ide_open(struct ide *ide, const struct ide_io *io, const struct ide_ports *ports,
	const struct unit_memory *table, const struct unit_clock *clock);

/* Takes up disk `index` of the channel; `buffer`: UNIT_BUFFER bytes below 4 GiB. False:
 * there is none that can be used. */
MUST_CHECK bool ide_disk_open(
	struct ide *ide, uint32_t index, const struct unit_memory *buffer, struct ide_disk *disk);

/* An interrupt came: quiets it. False: it was not ours. */
bool ide_interrupt(struct ide *ide);

#endif
