/* SPDX-License-Identifier: MIT */
/* Which disk a client is given: see find.h. */
#include "find.h"
#include "abi/plan.h"
#include "partition.h"
#include "lib/string.h"

static bool text_same(const char *a, const char *b)
{
	size_t size = strlen(a) + 1;

	return size == strlen(b) + 1 && memcmp(a, b, size) == 0;
}

/* Two disks with the serial number that is meant are none: which was meant? */
static struct unit *unit_find(const struct desk *desk, const struct find_wish *wish)
{
	struct unit *found = NULL;

	if (wish->device != PLAN_ANY_DEVICE)
		return wish->device < desk->units ? desk->unit[wish->device] : NULL;
	for (uint32_t i = 0; i < desk->units; i++) {
		if (!text_same(desk->unit[i]->identity.serial, wish->serial))
			continue;
		if (found != NULL)
			return NULL;
		found = desk->unit[i];
	}
	return found;
}

static bool sector_read(void *unit, uint64_t sector, uint8_t bytes[PARTITION_SECTOR])
{
	struct unit *from = unit;

	if (!unit_read(from, sector, 1))
		return false;
	memcpy(bytes, from->buffer.at, PARTITION_SECTOR);
	return true;
}

static enum block_reason part_find(struct unit *unit, const char *name, struct partition *out)
{
	static const enum block_reason reason[] = {[PARTITION_FOUND] = BLOCK_FOUND,
		[PARTITION_NONE] = BLOCK_NO_PARTITION,
		[PARTITION_BAD] = BLOCK_BAD_TABLE,
		[PARTITION_UNREAD] = BLOCK_BROKEN};
	const struct partition_disk disk = {unit->identity.sectors, sector_read, unit};

	*out = (struct partition){0, unit->identity.sectors};
	return name[0] == 0 ? BLOCK_FOUND : reason[partition_find(&disk, name, out)];
}

static bool is_taken(const struct desk *desk, uint32_t index, const struct unit *unit,
	const struct partition *part, bool readonly)
{
	for (uint32_t i = 0; i < index; i++) {
		const struct serve *other = &desk->client[i].serve;

		if (desk->client[i].unit != unit || (readonly && other->readonly))
			continue;
		if (part->first < other->first + other->sectors &&
			other->first < part->first + part->sectors)
			return true;
	}
	return false;
}

static enum block_reason find(struct desk *desk, uint32_t index, const struct find_wish *wish,
	struct unit **unit, struct partition *part)
{
	enum block_reason reason;

	*unit = unit_find(desk, wish);
	if (*unit == NULL)
		return BLOCK_NO_DISK;
	reason = part_find(*unit, wish->partition, part);
	if (reason == BLOCK_FOUND && is_taken(desk, index, *unit, part, wish->readonly))
		return BLOCK_OVERLAP;
	return reason;
}

enum block_reason find_disk(struct desk *desk, uint32_t index, const struct find_wish *wish)
{
	struct desk_client *client = &desk->client[index];
	struct partition part;
	struct unit *unit;
	enum block_reason reason = find(desk, index, wish, &unit, &part);

	if (reason != BLOCK_FOUND) {
		serve_refuse(&client->serve, reason);
		return reason;
	}
	client->unit = unit;
	serve_open(&client->serve, part.first, part.sectors, wish->readonly || unit->readonly,
		unit->identity.trim);
	return BLOCK_FOUND;
}

const char *find_text(enum block_reason reason)
{
	static const char *const text[BLOCK_REASON_COUNT] = {
		[BLOCK_FOUND] = "it is there",
		[BLOCK_NO_DISK] = "the machine has no such disk, or more than one",
		[BLOCK_NO_PARTITION] = "the disk has no such partition, or more than one",
		[BLOCK_BAD_TABLE] = "the disk's table of partitions makes no sense",
		[BLOCK_OVERLAP] = "another guest has it, and one of them may write",
		[BLOCK_BROKEN] = "the disk does not answer",
	};

	return reason < BLOCK_REASON_COUNT ? text[reason] : "for an unknown reason";
}
