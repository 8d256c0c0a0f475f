/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/partition.c drivers/disk/partition_gpt.c drivers/disk/partition_name.c */
/* RUNS: 60000 */
/* MAX: 4096 */
/*
 * The first sectors of a disk, as anybody may have written them, in the disk driver; the
 * last one is the first of GPT once more. Byte 0: which name is looked for; byte 1, bit 0:
 * checksums of the GPT are left as they are, otherwise they are made right.
 */
#include "../../drivers/disk/partition.h"
#include "fuzz.h"
#include <zlib.h>

#define SECTOR 512u
#define DISK_SECTORS 100000u

static uint8_t *bytes;
static size_t sectors;
static unsigned reads;

static bool read_sector(void *ctx, uint64_t sector, uint8_t to[SECTOR])
{
	(void)ctx;
	MUST(sector < DISK_SECTORS);
	MUST(++reads < 2000);
	memset(to, 0, SECTOR);
	if (sector == DISK_SECTORS - 1)
		sector = 1;
	if (sector < sectors)
		memcpy(to, bytes + sector * SECTOR, SECTOR);
	return true;
}

/* Entries behind what there is are zeroes. */
static uint32_t entries_crc(uint64_t at, uint64_t size)
{
	uint64_t there = sectors * SECTOR;
	uint8_t zero = 0;
	uint32_t crc = 0;

	for (uint64_t i = at * SECTOR; i < at * SECTOR + size; i++)
		crc = (uint32_t)crc32(crc, i < there ? bytes + i : &zero, 1);
	return crc;
}

static void seal(void)
{
	uint8_t *header = bytes + SECTOR;
	uint64_t at;
	uint32_t count, size, length, crc;

	if (sectors < 2)
		return;
	memcpy(&at, header + 72, 8);
	memcpy(&count, header + 80, 4);
	memcpy(&size, header + 84, 4);
	memcpy(&length, header + 12, 4);
	memcpy(header, "EFI PART", 8);
	if (length > SECTOR || at > DISK_SECTORS || (uint64_t)count * size > 65536)
		return;
	crc = entries_crc(at, (uint64_t)count * size);
	memcpy(header + 88, &crc, 4);
	memset(header + 16, 0, 4);
	crc = (uint32_t)crc32(0, header, length);
	memcpy(header + 16, &crc, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"1", "2", "5", "64", "128", "512", "root",
		"00000000-0000-0000-0000-000000000001", "01020304-05", ""};
	const struct partition_disk disk = {DISK_SECTORS, read_sector, NULL};
	struct partition part = {UINT64_MAX, UINT64_MAX};
	enum partition_result result;

	if (size < 2)
		return 0;
	sectors = (size - 2) / SECTOR;
	bytes = exact_copy(data + 2, sectors * SECTOR);
	reads = 0;
	if (sectors && !(data[1] & 2)) {
		bytes[510] = 0x55;
		bytes[511] = 0xaa;
	}
	if (!(data[1] & 1))
		seal();
	result = partition_find(&disk, names[data[0] % (sizeof(names) / sizeof(*names))], &part);
	MUST(result <= PARTITION_UNREAD);
	if (result == PARTITION_FOUND)
		MUST(part.first > 0 && part.first < DISK_SECTORS && part.sectors > 0 &&
			part.sectors <= DISK_SECTORS - part.first);
	free(bytes);
	return 0;
}
