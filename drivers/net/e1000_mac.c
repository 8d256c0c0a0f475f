/* SPDX-License-Identifier: MIT */
/* An e1000's address: see e1000_mac.h. */
#include "e1000_mac.h"
#include "e1000_regs.h"
#include "lib/string.h"

#define READ_US 10000u
#define GROUP 1u

static bool is_address(const uint8_t mac[6])
{
	uint8_t any = 0;

	for (uint32_t i = 0; i < 6; i++)
		any |= mac[i];
	return any != 0 && (mac[0] & GROUP) == 0;
}

static bool registers_read(const struct nic_io *io, uint8_t mac[6])
{
	uint32_t low = io->read(io->ctx, E1000_RAL), high = io->read(io->ctx, E1000_RAH);

	if ((high & E1000_RAH_VALID) == 0)
		return false;
	for (uint32_t i = 0; i < 4; i++)
		mac[i] = (uint8_t)(low >> 8 * i);
	mac[4] = (uint8_t)high;
	mac[5] = (uint8_t)(high >> 8);
	return is_address(mac);
}

static bool word_read(const struct nic_io *io, enum e1000_kind kind, uint32_t word, uint32_t *data)
{
	bool is_82574 = kind == E1000_82574;
	uint32_t done = is_82574 ? E1000_EERD_DONE_82574 : E1000_EERD_DONE_8254X;
	uint32_t place = is_82574 ? E1000_EERD_WORD_82574(word) : E1000_EERD_WORD_8254X(word);
	uint64_t end = io->now_us(io->ctx) + READ_US;
	uint32_t value;

	io->write(io->ctx, E1000_EERD, place | E1000_EERD_START);
	while (((value = io->read(io->ctx, E1000_EERD)) & done) == 0) {
		if (io->now_us(io->ctx) >= end)
			return false;
		io->rest(io->ctx);
	}
	*data = E1000_EERD_DATA(value);
	return true;
}

static bool eeprom_read(const struct nic_io *io, enum e1000_kind kind, uint8_t mac[6])
{
	uint32_t data;

	for (uint32_t word = 0; word < 3; word++) {
		if (!word_read(io, kind, word, &data))
			return false;
		mac[2 * word] = (uint8_t)data;
		mac[2 * word + 1] = (uint8_t)(data >> 8);
	}
	return is_address(mac);
}

bool e1000_mac_read(const struct nic_io *io, enum e1000_kind kind, uint8_t mac[6])
{
	if (registers_read(io, mac) || eeprom_read(io, kind, mac))
		return true;
	memset(mac, 0, 6);
	return false;
}
