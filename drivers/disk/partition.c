/* SPDX-License-Identifier: MIT */
/* Tables of partitions: MBR, and which kind there is. Pure: see partition.h. */
#include "partition.h"
#include "lib/string.h"
#include "partition_gpt.h"
#include "partition_name.h"

#define MBR_DISK_ID 440u
#define MBR_ENTRIES 446u
#define MBR_ENTRY 16u
#define MBR_MARK 510u
#define PRIMARY 4u
#define LOGICAL_MAX 60u
#define KIND_GPT 0xeeu

struct entry {
	uint8_t kind;
	uint32_t first, sectors;
};

static uint32_t get32(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static struct entry entry_at(const uint8_t *sector, uint32_t index)
{
	const uint8_t *bytes = sector + MBR_ENTRIES + index * MBR_ENTRY;

	return (struct entry){bytes[4], get32(bytes + 8), get32(bytes + 12)};
}

static bool is_marked(const uint8_t *sector)
{
	return sector[MBR_MARK] == 0x55 && sector[MBR_MARK + 1] == 0xaa;
}

static bool is_chain(uint8_t kind)
{
	return kind == 0x05 || kind == 0x0f || kind == 0x85;
}

static enum partition_result place(
	const struct partition_disk *disk, uint64_t first, uint64_t sectors, struct partition *out)
{
	if (sectors == 0 || first == 0 || first >= disk->sectors || sectors > disk->sectors - first)
		return PARTITION_BAD;
	*out = (struct partition){first, sectors};
	return PARTITION_FOUND;
}

/* The `wanted`-th logical partition of the chain that begins at `base`. */
static enum partition_result logical_find(
	const struct partition_disk *disk, uint64_t base, uint32_t wanted, struct partition *out)
{
	uint8_t sector[PARTITION_SECTOR];
	uint64_t at = base;

	for (uint32_t i = 0; i < LOGICAL_MAX; i++) {
		struct entry own, next;

		if (at == 0 || at >= disk->sectors)
			return PARTITION_BAD;
		if (!disk->read(disk->ctx, at, sector))
			return PARTITION_UNREAD;
		if (!is_marked(sector))
			return PARTITION_BAD;
		own = entry_at(sector, 0);
		next = entry_at(sector, 1);
		if (i == wanted)
			return own.sectors == 0 ? PARTITION_NONE
						: place(disk, at + own.first, own.sectors, out);
		if (next.sectors == 0)
			return PARTITION_NONE;
		at = base + next.first;
	}
	return PARTITION_NONE;
}

static enum partition_result mbr_number(const struct partition_disk *disk, const uint8_t *mbr,
	uint64_t number, struct partition *out)
{
	struct entry entry;

	if (number == 0 || number > PRIMARY + LOGICAL_MAX)
		return PARTITION_NONE;
	if (number <= PRIMARY) {
		entry = entry_at(mbr, (uint32_t)number - 1);
		if (entry.kind == 0 || is_chain(entry.kind))
			return PARTITION_NONE;
		return place(disk, entry.first, entry.sectors, out);
	}
	for (uint32_t i = 0; i < PRIMARY; i++) {
		entry = entry_at(mbr, i);
		if (is_chain(entry.kind))
			return logical_find(disk, entry.first, (uint32_t)number - PRIMARY - 1, out);
	}
	return PARTITION_NONE;
}

static enum partition_result mbr_find(const struct partition_disk *disk, const uint8_t *mbr,
	const char *name, struct partition *out)
{
	uint32_t id, part;
	uint64_t number;

	if (name_number(name, &number))
		return mbr_number(disk, mbr, number, out);
	if (name_mbr_id(name, &id, &part) && id == get32(mbr + MBR_DISK_ID))
		return mbr_number(disk, mbr, part, out);
	return PARTITION_NONE;
}

enum partition_result partition_find(
	const struct partition_disk *disk, const char *name, struct partition *out)
{
	uint8_t mbr[PARTITION_SECTOR];

	if (disk->sectors < 2)
		return PARTITION_NONE;
	if (!disk->read(disk->ctx, 0, mbr))
		return PARTITION_UNREAD;
	if (!is_marked(mbr))
		return PARTITION_BAD;
	for (uint32_t i = 0; i < PRIMARY; i++)
		if (entry_at(mbr, i).kind == KIND_GPT)
			return partition_gpt(disk, name, out);
	return mbr_find(disk, mbr, name, out);
}
