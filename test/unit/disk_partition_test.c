/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/partition.c drivers/disk/partition_gpt.c drivers/disk/partition_name.c */
/*
 * Tables of partitions: each way to name one, and each field that lies. One bit wrong in a
 * GPT's header or entries, and the second table serves.
 */
#include "../../drivers/disk/partition.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <zlib.h>

#define SECTORS 4096u

static uint8_t bytes[SECTORS * 512];
static uint64_t unreadable;
static unsigned reads;

static bool read_sector(void *ctx, uint64_t sector, uint8_t to[512])
{
	assert_null(ctx);
	assert_true(sector < SECTORS);
	reads++;
	if (sector == unreadable)
		return false;
	memcpy(to, bytes + sector * 512, 512);
	return true;
}

static const struct partition_disk disk = {SECTORS, read_sector, NULL};

static void put32(uint64_t at, uint32_t value)
{
	memcpy(bytes + at, &value, 4);
}

static void put64(uint64_t at, uint64_t value)
{
	memcpy(bytes + at, &value, 8);
}

static void mark(uint64_t sector)
{
	bytes[sector * 512 + 510] = 0x55;
	bytes[sector * 512 + 511] = 0xaa;
}

static void mbr_put(uint64_t sector, unsigned index, uint8_t kind, uint32_t first, uint32_t count)
{
	uint64_t at = sector * 512 + 446 + index * 16ull;

	bytes[at + 4] = kind;
	put32(at + 8, first);
	put32(at + 12, count);
	mark(sector);
}

static int clear(void **state)
{
	(void)state;
	memset(bytes, 0, sizeof bytes);
	unreadable = UINT64_MAX;
	reads = 0;
	return 0;
}

static int mbr_make(void **state)
{
	clear(state);
	put32(440, 0x1a2b3c4d);
	mbr_put(0, 0, 0x83, 63, 100);
	mbr_put(0, 2, 0x05, 1000, 2000);
	mbr_put(0, 3, 0x07, 4000, 96);
	mbr_put(1000, 0, 0x83, 10, 50);
	mbr_put(1000, 1, 0x05, 500, 100);
	mbr_put(1500, 0, 0x83, 1, 99);
	return 0;
}

static void gpt_seal(uint64_t header)
{
	uint64_t at = header * 512, entries;
	uint32_t count, size;

	memcpy(&entries, bytes + at + 72, 8);
	memcpy(&count, bytes + at + 80, 4);
	memcpy(&size, bytes + at + 84, 4);
	put32(at + 88, (uint32_t)crc32(0, bytes + entries * 512, count * size));
	put32(at + 16, 0);
	put32(at + 16, (uint32_t)crc32(0, bytes + at, 92));
}

static void entry_put(uint64_t entries, unsigned index, uint8_t id, uint64_t first, uint64_t last,
	const char *label)
{
	uint64_t at = entries * 512 + index * 128ull;

	memset(bytes + at, 0xaf, 16);
	for (unsigned i = 0; i < 16; i++)
		bytes[at + 16 + i] = (uint8_t)(id + i);
	put64(at + 32, first);
	put64(at + 40, last);
	for (unsigned i = 0; label[i]; i++)
		bytes[at + 56 + 2 * i] = (uint8_t)label[i];
}

static void table_make(uint64_t header, uint64_t entries)
{
	uint64_t at = header * 512;

	memcpy(bytes + at, "EFI PART", 8);
	put32(at + 8, 0x10000);
	put32(at + 12, 92);
	put64(at + 24, header);
	put64(at + 40, 34);
	put64(at + 48, SECTORS - 34);
	put64(at + 72, entries);
	put32(at + 80, 128);
	put32(at + 84, 128);
	entry_put(entries, 0, 0x10, 34, 99, "boot");
	entry_put(entries, 1, 0x20, 100, 1099, "root");
	entry_put(entries, 4, 0x30, 2000, SECTORS - 34, "a label of 36 characters, all of it");
	entry_put(entries, 5, 0x40, 1100, 1199, "twice");
	entry_put(entries, 6, 0x50, 1200, 1299, "twice");
	gpt_seal(header);
}

static int gpt_make(void **state)
{
	clear(state);
	mbr_put(0, 0, 0xee, 1, SECTORS - 1);
	table_make(1, 2);
	table_make(SECTORS - 1, SECTORS - 33);
	return 0;
}

static void is(const char *name, uint64_t first, uint64_t sectors)
{
	struct partition part = {0, 0};

	assert_int_equal(partition_find(&disk, name, &part), PARTITION_FOUND);
	assert_int_equal(part.first, first);
	assert_int_equal(part.sectors, sectors);
}

static void is_not(const char *name, enum partition_result result)
{
	struct partition part;

	assert_int_equal(partition_find(&disk, name, &part), result);
}

static void mbr_by_number_and_id(void **state)
{
	(void)state;
	is("1", 63, 100);
	is("4", 4000, 96);
	is("5", 1010, 50);
	is("6", 1501, 99);
	is("1a2b3c4d-01", 63, 100);
	is("1A2B3C4D-06", 1501, 99);
	is_not("2", PARTITION_NONE);
	is_not("3", PARTITION_NONE); /* the chain itself */
	is_not("7", PARTITION_NONE);
	is_not("0", PARTITION_NONE);
	is_not("65", PARTITION_NONE);
	is_not("99999", PARTITION_NONE);
	is_not("1a2b3c4e-01", PARTITION_NONE);
	is_not("1a2b3c4d-1", PARTITION_NONE);
	is_not("root", PARTITION_NONE);
}

static void mbr_that_lies(void **state)
{
	(void)state;
	mbr_put(0, 0, 0x83, 4000, 97);
	is_not("1", PARTITION_BAD);
	mbr_put(0, 0, 0x83, 0, 10); /* over the table itself */
	is_not("1", PARTITION_BAD);
	mbr_put(0, 0, 0x83, UINT32_MAX, UINT32_MAX);
	is_not("1", PARTITION_BAD);
	mbr_put(0, 0, 0x83, 63, 0);
	is_not("1", PARTITION_BAD);
	mbr_put(1500, 0, 0x83, 4000, 10);
	is_not("6", PARTITION_BAD);
	/* a chain that leads back to itself ends all the same */
	mbr_put(1500, 1, 0x05, 500, 1);
	reads = 0;
	is_not("64", PARTITION_BAD);
	assert_true(reads < 70);
	mbr_put(1000, 1, 0x05, UINT32_MAX, 1);
	is_not("6", PARTITION_BAD);
	bytes[1000 * 512 + 510] = 0;
	is_not("5", PARTITION_BAD);
	unreadable = 1000;
	is_not("5", PARTITION_UNREAD);
	bytes[510] = 0;
	is_not("1", PARTITION_BAD);
	unreadable = 0;
	is_not("1", PARTITION_UNREAD);
}

static void gpt_by_number_label_and_uuid(void **state)
{
	(void)state;
	is("1", 34, 66);
	is("2", 100, 1000);
	is("5", 2000, SECTORS - 34 - 1999);
	is("root", 100, 1000);
	is("a label of 36 characters, all of it", 2000, SECTORS - 34 - 1999);
	is("23222120-2524-2726-2829-2a2b2c2d2e2f", 100, 1000);
	is("23222120-2524-2726-2829-2A2B2C2D2E2F", 100, 1000);
	is_not("3", PARTITION_NONE);
	is_not("129", PARTITION_NONE);
	is_not("roo", PARTITION_NONE);
	is_not("roots", PARTITION_NONE);
	is_not("twice", PARTITION_NONE);
	is_not("23222120-2524-2726-2829-2a2b2c2d2e2", PARTITION_NONE);
	is_not("23222120-2524-2726-2829-2a2b2c2d2e2f0", PARTITION_NONE);
}

static void second_table_serves(void **state)
{
	static const unsigned spots[] = {0, 7, 8, 12, 16, 24, 40, 48, 72, 80, 84, 88, 91, 512, 600};

	for (unsigned i = 0; i < sizeof spots / sizeof *spots; i++) {
		gpt_make(state);
		bytes[512 + spots[i]] ^= 1;
		is("root", 100, 1000);
		bytes[(SECTORS - 1) * 512] ^= 1;
		is_not("root", PARTITION_BAD);
	}
	gpt_make(state);
	unreadable = 1;
	is("root", 100, 1000);
}

static void field(unsigned offset, uint64_t value, unsigned size)
{
	memcpy(bytes + 512 + offset, &value, size);
	put32(512 + 16, 0);
	put32(512 + 16, (uint32_t)crc32(0, bytes + 512, 92));
	memset(bytes + (SECTORS - 1) * 512, 0, 8);
}

/* Whoever writes nonsense can write its checksum too. */
static void gpt_that_lies(void **state)
{
	static const struct {
		unsigned offset, size;
		uint64_t value;
	} rows[] = {{12, 4, 91}, {12, 4, 513}, {12, 4, UINT32_MAX}, {24, 8, 2}, {40, 8, 4063},
		{48, 8, SECTORS}, {48, 8, UINT64_MAX}, {72, 8, 1}, {72, 8, SECTORS},
		{72, 8, UINT64_MAX}, {72, 8, SECTORS - 1}, {80, 4, 0}, {80, 4, 513},
		{80, 4, UINT32_MAX}, {84, 4, 0}, {84, 4, 64}, {84, 4, 192}, {84, 4, 1024},
		{84, 4, UINT32_MAX}};

	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		gpt_make(state);
		field(rows[i].offset, rows[i].value, rows[i].size);
		is_not("root", PARTITION_BAD);
	}
	gpt_make(state);
	entry_put(2, 1, 0x20, 33, 1099, "root");
	gpt_seal(1);
	memset(bytes + (SECTORS - 1) * 512, 0, 8);
	is_not("root", PARTITION_BAD);
	entry_put(2, 1, 0x20, 100, SECTORS - 33, "root");
	gpt_seal(1);
	is_not("root", PARTITION_BAD);
	entry_put(2, 1, 0x20, 100, 99, "root");
	gpt_seal(1);
	is_not("root", PARTITION_BAD);
	entry_put(2, 1, 0x20, 100, UINT64_MAX, "root");
	gpt_seal(1);
	is_not("root", PARTITION_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(mbr_by_number_and_id, mbr_make),
		cmocka_unit_test_setup(mbr_that_lies, mbr_make),
		cmocka_unit_test_setup(gpt_by_number_label_and_uuid, gpt_make),
		cmocka_unit_test(second_table_serves),
		cmocka_unit_test(gpt_that_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
