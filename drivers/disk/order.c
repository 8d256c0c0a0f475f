/* SPDX-License-Identifier: MIT */
/* What a command asks for. Pure; no state: see order.h. */
#include "order.h"
#include "lib/string.h"

#define TRIM_COUNT_AT 48u

static bool is_inside(const struct unit *unit, const struct order *order)
{
	uint64_t sectors = unit->identity.sectors;

	return order->sectors > 0 && order->sector < sectors &&
	       order->sectors <= sectors - order->sector;
}

/* The one range that ata_trim() has put into the unit's buffer. */
static bool trim_read(
	const struct unit *unit, const struct ata_command *command, struct order *order)
{
	uint64_t range;

	if (command->physical != unit->buffer.physical)
		return false;
	memcpy(&range, unit->buffer.at, sizeof(range));
	order->op = ORDER_DISCARD;
	order->sector = range & BITS(TRIM_COUNT_AT - 1, 0);
	order->sectors = (uint32_t)(range >> TRIM_COUNT_AT);
	return is_inside(unit, order);
}

bool order_of(const struct unit *unit, const struct ata_command *command, struct order *order)
{
	*order = (struct order){.sector = command->sector,
		.sectors = command->count,
		.physical = command->physical};
	switch (command->code) {
	case ATA_READ_DMA_EXT:
	case ATA_WRITE_DMA_EXT:
		order->op = command->code == ATA_WRITE_DMA_EXT ? ORDER_WRITE : ORDER_READ;
		return is_inside(unit, order) && order->sectors <= ORDER_SECTORS &&
		       command->physical % 4 == 0;
	case ATA_FLUSH_EXT:
		order->op = ORDER_FLUSH;
		return true;
	case ATA_DATA_SET_MANAGEMENT:
		return trim_read(unit, command, order);
	default:
		return false;
	}
}
