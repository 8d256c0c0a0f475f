/* SPDX-License-Identifier: MIT */
/*
 * Commands of ATA disks, and what a disk says of itself. Pure; no state.
 *
 * Source: ATA/ATAPI Command Set - 3 (ACS-3), section 7.12 "IDENTIFY DEVICE" and A.11
 *   "IDENTIFY DEVICE data log"; 7.24 "READ DMA EXT", 7.60 "WRITE DMA EXT", 7.10 "FLUSH
 *   CACHE EXT", 7.5 "DATA SET MANAGEMENT".
 */
#ifndef DISK_ATA_H
#define DISK_ATA_H

#include <stdbool.h>
#include <stdint.h>

#define ATA_SECTOR 512u
#define ATA_WORDS 256u /* of IDENTIFY DEVICE */
#define ATA_SERIAL 21u /* with the NUL */
#define ATA_MODEL 41u
#define ATA_TRIM_MAX 65535u /* sectors of one range */

struct ata_identity {
	uint64_t sectors;
	bool lba48, flush, flush_ext, trim;
	char serial[ATA_SERIAL], model[ATA_MODEL];
};

enum ata_code {
	ATA_READ_DMA_EXT = 0x25,
	ATA_WRITE_DMA_EXT = 0x35,
	ATA_DATA_SET_MANAGEMENT = 0x06,
	ATA_READ_DMA = 0xc8,
	ATA_WRITE_DMA = 0xca,
	ATA_FLUSH = 0xe7,
	ATA_FLUSH_EXT = 0xea,
	ATA_IDENTIFY = 0xec
};

/* The registers of a command, and its one piece of data. */
struct ata_command {
	uint8_t code, device;
	bool ext;   /* 48 bits: each register is written twice */
	bool write; /* the data goes to the disk */
	uint16_t features, count;
	uint64_t sector;
	uint64_t physical;
	uint32_t bytes; /* 0: no data */
};

/* Reads the answer to IDENTIFY DEVICE. False: it is no disk that we can use: no LBA, no
 * DMA, sectors of another size, or nonsense. */
bool ata_identify(const uint16_t word[ATA_WORDS], struct ata_identity *identity);

/* 1 to 128 sectors (with 28 bits: as long as they are in reach, which identity.sectors
 * sees to) between the disk and `physical`. */
struct ata_command ata_transfer(const struct ata_identity *identity, bool write, uint64_t sector,
	uint32_t sectors, uint64_t physical);

/* False: there is no cache to flush, and nothing to do. */
bool ata_flush(const struct ata_identity *identity, struct ata_command *command);

/* Fills `range`, ATA_SECTOR bytes at `physical`, and the command that takes it. */
struct ata_command ata_trim(
	uint64_t sector, uint32_t sectors, uint8_t range[ATA_SECTOR], uint64_t physical);

#endif
