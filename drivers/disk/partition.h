/* SPDX-License-Identifier: MIT */
/*
 * Tables of partitions: GPT, and MBR with its chain of logical ones. Pure; no state. What
 * is on the disk was written by anybody: each number is checked before it is used, and no
 * more is read than the tables can need.
 *
 * Source: UEFI Specification 2.10, section 5.2 "LBA 0 Format", 5.3 "GUID Partition Table
 *   (GPT) Disk Layout", appendix A "GUID and Time Formats".
 * Missing: tables of other kinds, partitions with sectors that are not of 512 bytes.
 */
#ifndef DISK_PARTITION_H
#define DISK_PARTITION_H

#include <stdbool.h>
#include <stdint.h>

#define PARTITION_SECTOR 512u

struct partition_disk {
	uint64_t sectors;
	/* Reads one sector. False: it cannot be read. */
	bool (*read)(void *ctx, uint64_t sector, uint8_t bytes[PARTITION_SECTOR]);
	void *ctx;
};

struct partition {
	uint64_t first, sectors;
};

enum partition_result { PARTITION_FOUND = 0, PARTITION_NONE, PARTITION_BAD, PARTITION_UNREAD };

/*
 * Finds the partition that `name` says: a number from 1 on as Linux counts them, a UUID
 * (of GPT with 32 digits; of MBR as disk-NN with 8 and 2), or the label that GPT gives
 * it. *out lies inside the disk. PARTITION_BAD: the table makes no sense.
 */
enum partition_result partition_find(
	const struct partition_disk *disk, const char *name, struct partition *out);

#endif
