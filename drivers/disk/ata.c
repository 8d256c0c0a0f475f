/* SPDX-License-Identifier: MIT */
/* Commands of ATA disks. Pure; no state: see ata.h. */
#include "ata.h"
#include "lib/compiler.h"
#include "lib/string.h"

/* Words of IDENTIFY DEVICE. */
enum {
	WORD_GENERAL = 0,
	WORD_SERIAL = 10,
	WORD_MODEL = 27,
	WORD_CAPABILITIES = 49,
	WORD_SECTORS28 = 60,
	WORD_COMMANDS2 = 83,
	WORD_SECTORS48 = 100,
	WORD_SECTOR_SIZE = 106,
	WORD_TRIM = 169
};

#define GENERAL_NOT_ATA BIT(15)
#define CAPABILITY_DMA BIT(8)
#define CAPABILITY_LBA BIT(9)
#define COMMANDS_VALID(word) (((word) & (BIT(15) | BIT(14))) == BIT(14))
#define COMMANDS2_LBA48 BIT(10)
#define COMMANDS2_FLUSH BIT(12)
#define COMMANDS2_FLUSH_EXT BIT(13)
#define SECTOR_SIZE_LONGER BIT(12)
#define TRIM_SUPPORTED BIT(0)
#define SECTORS48_MAX (1ull << 48)
#define DEVICE_LBA 0x40u
#define FEATURE_TRIM 1u

/* Two characters in each word, the first in the high byte, padded with spaces. */
static void text_read(const uint16_t *word, char *text, uint32_t size)
{
	uint32_t length = 0;

	for (uint32_t i = 0; i + 1 < size; i++) {
		uint8_t c = (uint8_t)(i % 2 ? word[i / 2] & 0xff : word[i / 2] >> 8);

		text[i] = c > ' ' && c <= '~' ? (char)c : ' ';
		if (text[i] != ' ')
			length = i + 1;
	}
	text[length] = 0;
}

static uint64_t sectors_read(const uint16_t *word, bool lba48)
{
	uint64_t sectors = word[WORD_SECTORS28] | (uint64_t)word[WORD_SECTORS28 + 1] << 16;

	if (!lba48)
		return sectors;
	for (uint32_t i = sectors = 0; i < 4; i++)
		sectors |= (uint64_t)word[WORD_SECTORS48 + i] << (16 * i);
	return sectors;
}

bool ata_identify(const uint16_t word[ATA_WORDS], struct ata_identity *identity)
{
	uint16_t commands = COMMANDS_VALID(word[WORD_COMMANDS2]) ? word[WORD_COMMANDS2] : 0;
	uint16_t need = CAPABILITY_DMA | CAPABILITY_LBA;

	memset(identity, 0, sizeof(*identity));
	if ((word[WORD_GENERAL] & GENERAL_NOT_ATA) != 0 || (word[WORD_CAPABILITIES] & need) != need)
		return false;
	if (COMMANDS_VALID(word[WORD_SECTOR_SIZE]) &&
		(word[WORD_SECTOR_SIZE] & SECTOR_SIZE_LONGER) != 0)
		return false;
	identity->lba48 = (commands & COMMANDS2_LBA48) != 0;
	identity->flush = (commands & COMMANDS2_FLUSH) != 0;
	identity->flush_ext = identity->lba48 && (commands & COMMANDS2_FLUSH_EXT) != 0;
	identity->trim = identity->lba48 && (word[WORD_TRIM] & TRIM_SUPPORTED) != 0;
	identity->sectors = sectors_read(word, identity->lba48);
	text_read(word + WORD_SERIAL, identity->serial, ATA_SERIAL);
	text_read(word + WORD_MODEL, identity->model, ATA_MODEL);
	return identity->sectors > 0 && identity->sectors <= SECTORS48_MAX;
}

struct ata_command ata_transfer(const struct ata_identity *identity, bool write, uint64_t sector,
	uint32_t sectors, uint64_t physical)
{
	uint8_t code = (uint8_t)(write ? ATA_WRITE_DMA_EXT : ATA_READ_DMA_EXT);

	if (!identity->lba48)
		code = (uint8_t)(write ? ATA_WRITE_DMA : ATA_READ_DMA);
	return (struct ata_command){.code = code,
		.device = (uint8_t)(DEVICE_LBA | (identity->lba48 ? 0 : sector >> 24 & 0xf)),
		.ext = identity->lba48,
		.write = write,
		.count = (uint16_t)sectors,
		.sector = sector,
		.physical = physical,
		.bytes = sectors * ATA_SECTOR};
}

bool ata_flush(const struct ata_identity *identity, struct ata_command *command)
{
	*command = (struct ata_command){
		.code = (uint8_t)(identity->flush_ext ? ATA_FLUSH_EXT : ATA_FLUSH),
		.device = DEVICE_LBA,
		.ext = identity->flush_ext};
	return identity->flush || identity->flush_ext;
}

struct ata_command ata_trim(
	uint64_t sector, uint32_t sectors, uint8_t range[ATA_SECTOR], uint64_t physical)
{
	uint64_t entry = sector | (uint64_t)sectors << 48;

	memset(range, 0, ATA_SECTOR);
	memcpy(range, &entry, sizeof(entry));
	return (struct ata_command){.code = ATA_DATA_SET_MANAGEMENT,
		.device = DEVICE_LBA,
		.ext = true,
		.write = true,
		.features = FEATURE_TRIM,
		.count = 1,
		.physical = physical,
		.bytes = ATA_SECTOR};
}
