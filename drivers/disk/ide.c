/* SPDX-License-Identifier: MIT */
/* A channel of an IDE controller with bus-master DMA: see ide.h. */
#include "ide.h"
#include "lib/string.h"

/* Registers, from the base of the channel. */
enum {
	REG_DATA = 0,
	REG_FEATURES = 1,
	REG_COUNT = 2,
	REG_LBA_LOW = 3,
	REG_LBA_MID = 4,
	REG_LBA_HIGH = 5,
	REG_DEVICE = 6,
	REG_STATUS = 7,
	REG_COMMAND = 7
};
#define STATUS_ERROR 0x01u
#define STATUS_DRQ 0x08u
#define STATUS_FAULT 0x20u
#define STATUS_BUSY 0x80u
#define STATUS_NOBODY 0xffu
#define CONTROL_RESET 0x04u
#define DEVICE_SECOND 0x10u
#define DEVICE_OLD 0xa0u

/* Bus master: SFF-8038i section 2. */
enum { MASTER_COMMAND = 0, MASTER_STATUS = 2, MASTER_TABLE = 4 };
#define MASTER_START 0x01u
#define MASTER_TO_MEMORY 0x08u
#define MASTER_ERROR 0x02u
#define MASTER_INTERRUPT 0x04u
#define REGION_LAST 0x80000000u

#define RESET_MS 2000u
#define IDENTIFY_MS 2000u
#define RESET_US 10u
#define SETTLE_READS 4u /* of the status: 400 ns */

static uint8_t reg_read(const struct ide *ide, uint16_t reg)
{
	return ide->io.in8(ide->io.ctx, (uint16_t)(ide->ports.command + reg));
}

static void reg_write(const struct ide *ide, uint16_t reg, uint8_t value)
{
	ide->io.out8(ide->io.ctx, (uint16_t)(ide->ports.command + reg), value);
}

static uint8_t master_read(const struct ide *ide)
{
	return ide->io.in8(ide->io.ctx, (uint16_t)(ide->ports.master + MASTER_STATUS));
}

static void master_write(const struct ide *ide, uint16_t reg, uint8_t value)
{
	ide->io.out8(ide->io.ctx, (uint16_t)(ide->ports.master + reg), value);
}

/* The status that leaves the interrupt as it is. */
static uint8_t status_peek(const struct ide *ide)
{
	return ide->io.in8(ide->io.ctx, ide->ports.control);
}

static bool is_idle(void *ide)
{
	return (status_peek(ide) & STATUS_BUSY) == 0;
}

static void settle(const struct ide *ide)
{
	for (uint32_t i = 0; i < SETTLE_READS; i++)
		(void)status_peek(ide);
}

static bool channel_reset(struct ide *ide)
{
	uint64_t end = ide->clock->now_us(ide->clock->ctx) + RESET_US;

	master_write(ide, MASTER_COMMAND, 0);
	ide->io.out8(ide->io.ctx, ide->ports.control, CONTROL_RESET);
	while (ide->clock->now_us(ide->clock->ctx) < end)
		ide->clock->rest(ide->clock->ctx);
	ide->io.out8(ide->io.ctx, ide->ports.control, 0);
	settle(ide);
	ide->busy = NULL;
	master_write(ide, MASTER_STATUS, MASTER_ERROR | MASTER_INTERRUPT);
	return unit_wait(ide->clock, RESET_MS, is_idle, ide);
}

bool ide_open(struct ide *ide, const struct ide_io *io, const struct ide_ports *ports,
	const struct unit_memory *table, const struct unit_clock *clock)
{
	memset(ide, 0, sizeof(*ide));
	ide->io = *io;
	ide->ports = *ports;
	ide->clock = clock;
	ide->table = *table;
	return status_peek(ide) != STATUS_NOBODY && channel_reset(ide);
}

bool ide_interrupt(struct ide *ide)
{
	uint8_t status = master_read(ide);

	if ((status & MASTER_INTERRUPT) == 0)
		return false;
	ide->status |= status;
	ide->seen = true;
	(void)reg_read(ide, REG_STATUS);
	/* Clearing the bit would lose an error: that is kept in ide->status. */
	master_write(ide, MASTER_STATUS, MASTER_INTERRUPT | MASTER_ERROR);
	return true;
}

/* --- commands --- */

static void registers_write(const struct ide *ide, const struct ata_command *command)
{
	if (command->ext) {
		reg_write(ide, REG_FEATURES, (uint8_t)(command->features >> 8));
		reg_write(ide, REG_COUNT, (uint8_t)(command->count >> 8));
		reg_write(ide, REG_LBA_LOW, (uint8_t)(command->sector >> 24));
		reg_write(ide, REG_LBA_MID, (uint8_t)(command->sector >> 32));
		reg_write(ide, REG_LBA_HIGH, (uint8_t)(command->sector >> 40));
	}
	reg_write(ide, REG_FEATURES, (uint8_t)command->features);
	reg_write(ide, REG_COUNT, (uint8_t)command->count);
	reg_write(ide, REG_LBA_LOW, (uint8_t)command->sector);
	reg_write(ide, REG_LBA_MID, (uint8_t)(command->sector >> 8));
	reg_write(ide, REG_LBA_HIGH, (uint8_t)(command->sector >> 16));
}

static void master_prepare(struct ide *ide, const struct ata_command *command)
{
	/* 64 KiB is written as 0 */
	uint32_t region[2] = {(uint32_t)command->physical, (command->bytes & 0xffff) | REGION_LAST};

	memcpy(ide->table.at, region, sizeof(region));
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	master_write(ide, MASTER_COMMAND, command->write ? 0 : MASTER_TO_MEMORY);
	ide->io.out32(ide->io.ctx, (uint16_t)(ide->ports.master + MASTER_TABLE),
		(uint32_t)ide->table.physical);
}

static bool select(const struct ide_disk *disk, uint8_t device)
{
	struct ide *ide = disk->ide;

	reg_write(ide, REG_DEVICE, (uint8_t)(device | disk->select));
	settle(ide);
	return (status_peek(ide) & (STATUS_BUSY | STATUS_DRQ)) == 0;
}

static bool start(struct unit *unit, const struct ata_command *command)
{
	struct ide_disk *disk = CONTAINER_OF(unit, struct ide_disk, unit);
	struct ide *ide = disk->ide;

	if (ide->busy != NULL || !select(disk, command->device))
		return false;
	(void)reg_read(ide, REG_STATUS);
	master_write(ide, MASTER_STATUS, MASTER_ERROR | MASTER_INTERRUPT);
	if (command->bytes != 0)
		master_prepare(ide, command);
	ide->busy = disk;
	ide->data = command->bytes != 0;
	ide->seen = false;
	ide->status = 0;
	registers_write(ide, command);
	reg_write(ide, REG_COMMAND, command->code);
	if (ide->data)
		master_write(ide, MASTER_COMMAND,
			(uint8_t)(MASTER_START | (command->write ? 0 : MASTER_TO_MEMORY)));
	return true;
}

/* A command with data has ended when the bus master has seen its interrupt, behind the
 * last byte; one without when the disk is idle. */
static enum unit_state poll(struct unit *unit)
{
	struct ide_disk *disk = CONTAINER_OF(unit, struct ide_disk, unit);
	struct ide *ide = disk->ide;
	uint8_t status;

	if (ide->busy != disk)
		return UNIT_FAILED;
	(void)ide_interrupt(ide);
	status = status_peek(ide);
	if ((status & STATUS_BUSY) != 0 || (ide->data && !ide->seen))
		return UNIT_BUSY;
	master_write(ide, MASTER_COMMAND, 0);
	(void)reg_read(ide, REG_STATUS);
	ide->busy = NULL;
	if ((status & (STATUS_ERROR | STATUS_FAULT | STATUS_DRQ)) != 0 ||
		(ide->data && (ide->status & MASTER_ERROR) != 0))
		return UNIT_FAILED;
	return UNIT_DONE;
}

/* The other disk of the channel has no command under way: it could not have begun one. */
static bool recover(struct unit *unit)
{
	return channel_reset(CONTAINER_OF(unit, struct ide_disk, unit)->ide);
}

static const struct unit_ops ops = {.start = start, .poll = poll, .recover = recover};

/* --- identification --- */

static bool has_data(void *ide)
{
	return (status_peek(ide) & (STATUS_BUSY | STATUS_DRQ)) == STATUS_DRQ ||
	       (status_peek(ide) & (STATUS_BUSY | STATUS_ERROR)) == STATUS_ERROR;
}

/* A drive that is no disk has left its signature in two registers. */
static bool identify(struct ide_disk *disk)
{
	struct ide *ide = disk->ide;
	uint16_t word[ATA_WORDS];

	if (!select(disk, DEVICE_OLD) || status_peek(ide) == 0 || reg_read(ide, REG_LBA_MID) != 0 ||
		reg_read(ide, REG_LBA_HIGH) != 0)
		return false;
	reg_write(ide, REG_COMMAND, ATA_IDENTIFY);
	settle(ide);
	if (status_peek(ide) == 0 || !unit_wait(ide->clock, IDENTIFY_MS, has_data, ide) ||
		(status_peek(ide) & STATUS_DRQ) == 0)
		return false;
	for (uint32_t i = 0; i < ATA_WORDS; i++)
		word[i] = ide->io.in16(ide->io.ctx, (uint16_t)(ide->ports.command + REG_DATA));
	(void)reg_read(ide, REG_STATUS);
	return ata_identify(word, &disk->unit.identity);
}

bool ide_disk_open(
	struct ide *ide, uint32_t index, const struct unit_memory *buffer, struct ide_disk *disk)
{
	memset(disk, 0, sizeof(*disk));
	disk->ide = ide;
	disk->select = index == 0 ? 0 : DEVICE_SECOND;
	disk->unit.ops = &ops;
	disk->unit.clock = ide->clock;
	disk->unit.buffer = *buffer;
	return identify(disk);
}
