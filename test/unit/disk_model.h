/* SPDX-License-Identifier: MIT */
/* What the models of disk controllers share: memory that devices reach, a clock, a disk. */
#ifndef TEST_UNIT_DISK_MODEL_H
#define TEST_UNIT_DISK_MODEL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <string.h>
#include "../../drivers/disk/unit.h"

#define DMA_BASE 0x7fe0000ull /* physical */
#define DMA_SIZE 0x40000u
#define DISK_SECTORS 2000u

static uint8_t dma[DMA_SIZE], disk_bytes[DISK_SECTORS * 512];
static uint64_t time_us, model_flushes, trimmed_first, trimmed_count;

/* The bytes at a physical address; those of others fail the test. */
static inline uint8_t *dma_at(uint64_t physical, uint64_t size)
{
	assert_true(
		physical >= DMA_BASE && size <= DMA_SIZE && physical - DMA_BASE <= DMA_SIZE - size);
	return dma + (physical - DMA_BASE);
}

static inline uint64_t clock_now(void *ctx)
{
	(void)ctx;
	return time_us;
}

static inline void clock_rest(void *ctx)
{
	(void)ctx;
	time_us += 50;
}

static const struct unit_clock model_clock = {.now_us = clock_now, .rest = clock_rest};

static inline struct unit_memory dma_memory(uint32_t offset)
{
	return (struct unit_memory){dma + offset, DMA_BASE + offset};
}

static inline void put_text(uint16_t *word, const char *text, unsigned words)
{
	for (unsigned i = 0; i < words * 2; i++) {
		uint8_t c = (uint8_t)(i < strlen(text) ? text[i] : ' ');

		word[i / 2] = (uint16_t)(i % 2 ? word[i / 2] | c : c << 8);
	}
}

static inline void identity_fill(uint16_t word[256])
{
	memset(word, 0, 512);
	put_text(word + 10, " SER-1", 10);
	put_text(word + 27, "MODEL OF A DISK", 20);
	word[49] = 0x300;
	word[60] = DISK_SECTORS - 1; /* what 28 bits say */
	word[83] = 0x7400;
	word[100] = DISK_SECTORS;
	word[169] = 1;
}

/* Does a command as a disk does. False: it is an error. */
static inline bool disk_do(uint8_t code, uint64_t sector, uint32_t count, uint16_t features,
	bool to_disk, uint8_t *data, uint32_t bytes)
{
	uint64_t range;

	switch (code) {
	case ATA_IDENTIFY:
		assert_int_equal(bytes, 512);
		identity_fill((uint16_t *)data);
		return true;
	case ATA_READ_DMA_EXT:
	case ATA_WRITE_DMA_EXT:
		assert_int_equal(bytes, count * 512);
		assert_int_equal(to_disk, code == ATA_WRITE_DMA_EXT);
		if (sector + count > DISK_SECTORS)
			return false;
		if (to_disk)
			memcpy(disk_bytes + sector * 512, data, bytes);
		else
			memcpy(data, disk_bytes + sector * 512, bytes);
		return true;
	case ATA_FLUSH_EXT:
		assert_int_equal(bytes, 0);
		model_flushes++;
		return true;
	case ATA_DATA_SET_MANAGEMENT:
		assert_int_equal(features, 1);
		assert_int_equal(count, 1);
		assert_true(to_disk);
		memcpy(&range, data, 8);
		trimmed_first = range & 0xffffffffffff;
		trimmed_count = range >> 48;
		return true;
	default:
		return false;
	}
}

static inline void model_reset(void)
{
	memset(dma, 0, sizeof dma);
	for (size_t i = 0; i < sizeof disk_bytes; i++)
		disk_bytes[i] = (uint8_t)(i * 3 + i / 512);
	model_flushes = trimmed_first = trimmed_count = 0;
}

/* Reads and writes at the disk's ends, flushes and discards; `data` is DMA memory. */
static inline void unit_works(struct unit *unit, uint32_t data)
{
	struct unit_memory memory = dma_memory(data);
	struct ata_command command;

	command = ata_transfer(&unit->identity, false, DISK_SECTORS - 128, 128, memory.physical);
	assert_true(unit_do(unit, &command, 1000));
	assert_memory_equal(memory.at, disk_bytes + (DISK_SECTORS - 128) * 512, 128 * 512);
	memset(memory.at, 0x77, 512);
	command = ata_transfer(&unit->identity, true, 0, 1, memory.physical);
	assert_true(unit_do(unit, &command, 1000));
	assert_memory_equal(memory.at, disk_bytes, 512);
	assert_int_equal(disk_bytes[512], (uint8_t)(512 * 3 + 1));
	model_flushes = 0;
	assert_true(ata_flush(&unit->identity, &command));
	assert_true(unit_do(unit, &command, 1000));
	assert_int_equal(model_flushes, 1);
	command = ata_trim(77, 1234, unit->buffer.at, unit->buffer.physical);
	assert_true(unit_do(unit, &command, 1000));
	assert_int_equal(trimmed_first, 77);
	assert_int_equal(trimmed_count, 1234);
	assert_true(unit_read(unit, DISK_SECTORS - 8, 8));
	assert_memory_equal(unit->buffer.at, disk_bytes + (DISK_SECTORS - 8) * 512, 4096);
	assert_false(unit_read(unit, DISK_SECTORS - 7, 8));
	assert_false(unit_read(unit, 0, 9));
}

static inline void identity_is_read(const struct unit *unit)
{
	assert_int_equal(unit->identity.sectors, DISK_SECTORS);
	assert_string_equal(unit->identity.serial, " SER-1");
	assert_string_equal(unit->identity.model, "MODEL OF A DISK");
	assert_true(unit->identity.lba48 && unit->identity.flush_ext && unit->identity.trim);
}

#endif
