/* SPDX-License-Identifier: MIT */
/* Commands to a disk that are waited for; see unit.h. No state of its own. */
#include "unit.h"

#define READ_MS 10000u

bool unit_do(struct unit *unit, const struct ata_command *command, uint32_t ms)
{
	const struct unit_clock *clock = unit->clock;
	uint64_t end = clock->now_us(clock->ctx) + ms * 1000ull;
	enum unit_state state = UNIT_FAILED;

	if (unit->gone || !unit->ops->start(unit, command))
		return false;
	while ((state = unit->ops->poll(unit)) == UNIT_BUSY && clock->now_us(clock->ctx) < end)
		clock->rest(clock->ctx);
	if (state == UNIT_DONE)
		return true;
	unit->gone = !unit->ops->recover(unit);
	return false;
}

bool unit_read(struct unit *unit, uint64_t sector, uint32_t sectors)
{
	struct ata_command command;

	if (sectors * ATA_SECTOR > UNIT_BUFFER || sector >= unit->identity.sectors ||
		sectors > unit->identity.sectors - sector)
		return false;
	command = ata_transfer(&unit->identity, false, sector, sectors, unit->buffer.physical);
	return unit_do(unit, &command, READ_MS);
}
