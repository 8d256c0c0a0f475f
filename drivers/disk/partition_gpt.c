/* SPDX-License-Identifier: MIT */
/* GPT. Pure; no state: see partition.h for the source. */
#include "partition_gpt.h"
#include "lib/string.h"
#include "partition_name.h"

#define ENTRIES_MAX 512u
#define ENTRY_LEAST 128u
#define HEADER_LEAST 92u
#define NAME_UNITS 36u
#define CRC_POLYNOMIAL 0xedb88320u

struct header {
	char signature[8];
	uint32_t revision, size, crc, reserved;
	uint64_t own, other, first_usable, last_usable;
	uint8_t disk[16];
	uint64_t entries_at;
	uint32_t entries, entry_size, entries_crc;
} __attribute__((packed));

struct entry {
	uint8_t kind[16], uuid[16];
	uint64_t first, last, attributes;
	uint16_t name[NAME_UNITS];
};

/* CRC-32 of IEEE 802.3, of bytes that follow those that gave `crc`; 0 at first. */
static uint32_t crc_more(uint32_t crc, const uint8_t *bytes, uint32_t size)
{
	crc = ~crc;
	for (uint32_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (uint32_t bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? CRC_POLYNOMIAL : 0);
	}
	return ~crc;
}

static bool header_valid(
	const struct partition_disk *disk, uint64_t at, const uint8_t *sector, struct header *out)
{
	uint8_t copy[PARTITION_SECTOR];
	uint64_t bytes;

	memcpy(out, sector, sizeof(*out));
	if (memcmp(out->signature, "EFI PART", 8) != 0 || out->own != at ||
		out->size < HEADER_LEAST || out->size > PARTITION_SECTOR)
		return false;
	memcpy(copy, sector, sizeof(copy));
	memset(copy + offsetof(struct header, crc), 0, sizeof(out->crc));
	if (crc_more(0, copy, out->size) != out->crc)
		return false;
	if (out->entry_size != ENTRY_LEAST && out->entry_size != 2 * ENTRY_LEAST &&
		out->entry_size != 4 * ENTRY_LEAST)
		return false;
	bytes = (uint64_t)out->entries * out->entry_size;
	return out->entries > 0 && out->entries <= ENTRIES_MAX && out->entries_at > 1 &&
	       out->entries_at < disk->sectors &&
	       bytes <= (disk->sectors - out->entries_at) * PARTITION_SECTOR &&
	       out->first_usable <= out->last_usable && out->last_usable < disk->sectors;
}

/* Names beyond ASCII are not ours. */
static bool label_is(const struct entry *entry, const char *label)
{
	uint32_t i = 0;

	while (i < NAME_UNITS && label[i] != 0 && entry->name[i] == (uint8_t)label[i])
		i++;
	return i > 0 && label[i] == 0 && (i == NAME_UNITS || entry->name[i] == 0);
}

static bool entry_is(const struct entry *entry, uint32_t index, const char *name)
{
	static const uint8_t unused[16];
	uint8_t uuid[16];
	uint64_t number;

	if (memcmp(entry->kind, unused, sizeof(unused)) == 0)
		return false;
	if (name_number(name, &number))
		return number == index + 1;
	if (name_uuid(name, uuid) && memcmp(entry->uuid, uuid, sizeof(uuid)) == 0)
		return true;
	return label_is(entry, name);
}

/* Reads all entries, for their checksum, and notes the one that is meant. Two of the same
 * label are none: which was meant? */
static enum partition_result entries_search(const struct partition_disk *disk,
	const struct header *header, const char *name, struct entry *out)
{
	uint32_t in_sector = PARTITION_SECTOR / header->entry_size, crc = 0, found = 0;
	uint8_t sector[PARTITION_SECTOR];

	for (uint32_t i = 0; i < header->entries; i++) {
		uint32_t offset = i % in_sector * header->entry_size;
		struct entry entry;

		if (offset == 0 &&
			!disk->read(disk->ctx, header->entries_at + i / in_sector, sector))
			return PARTITION_UNREAD;
		crc = crc_more(crc, sector + offset, header->entry_size);
		memcpy(&entry, sector + offset, sizeof(entry));
		if (!entry_is(&entry, i, name))
			continue;
		*out = entry;
		found++;
	}
	if (crc != header->entries_crc)
		return PARTITION_BAD;
	return found == 1 ? PARTITION_FOUND : PARTITION_NONE;
}

static enum partition_result table_search(
	const struct partition_disk *disk, uint64_t at, const char *name, struct partition *out)
{
	uint8_t sector[PARTITION_SECTOR];
	enum partition_result result;
	struct header header;
	struct entry entry;

	if (!disk->read(disk->ctx, at, sector))
		return PARTITION_UNREAD;
	if (!header_valid(disk, at, sector, &header))
		return PARTITION_BAD;
	result = entries_search(disk, &header, name, &entry);
	if (result != PARTITION_FOUND)
		return result;
	if (entry.first < header.first_usable || entry.last > header.last_usable ||
		entry.first > entry.last)
		return PARTITION_BAD;
	*out = (struct partition){entry.first, entry.last - entry.first + 1};
	return PARTITION_FOUND;
}

enum partition_result partition_gpt(
	const struct partition_disk *disk, const char *name, struct partition *out)
{
	enum partition_result result = table_search(disk, 1, name, out);

	if (result == PARTITION_FOUND || result == PARTITION_NONE)
		return result;
	return table_search(disk, disk->sectors - 1, name, out);
}

_Static_assert(sizeof(struct header) == HEADER_LEAST, "UEFI 5.3.2");
_Static_assert(sizeof(struct entry) == ENTRY_LEAST, "UEFI 5.3.3");
