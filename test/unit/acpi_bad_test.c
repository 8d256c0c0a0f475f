/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/acpi.c */
/*
 * The ACPI reader on bad tables: wrong checksums, lengths and addresses, corrupt
 * bytes, entries cut short, more of everything than fits.
 */
#include "acpi.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "acpi_tables.h"

/* Which root table is used: revision, bytes given, what is broken -> result. */
static void the_right_root_is_taken(void **state)
{
	(void)state;
	all_make(2); /* only the XSDT has entries */
	assert_int_equal(read_info(36), STATUS_OK);
	assert_int_equal(info.cpus, 3);
	assert_int_equal(read_info(20), STATUS_OK); /* too short for an XSDT address */
	assert_int_equal(info.cpus, 0);
	rsdp[33] ^= 1; /* extended checksum */
	assert_int_equal(read_info(36), STATUS_OK);
	assert_int_equal(info.cpus, 0);
	all_make(2);
	ram[child[children - 1].raw - BASE + 40] ^= 1; /* in the XSDT */
	assert_int_equal(read_info(36), STATUS_OK);
	assert_int_equal(info.cpus, 0);
	ram[child[children - 2].raw - BASE + 9] ^= 1; /* and in the RSDT */
	assert_int_equal(read_info(36), STATUS_BAD_ARG);
	assert_int_equal(info.cpus, 0);
	all_make(0);
	assert_int_equal(read_info(36), STATUS_OK); /* revision 0 has no more than 20 bytes */
	assert_int_equal(info.cpus, 3);
}

static void bad_rsdps_are_refused(void **state)
{
	(void)state;
	all_make(2);
	for (size_t size = 0; size < 20; size++)
		assert_int_equal(read_info(size), STATUS_BAD_ARG);
	for (unsigned i = 0; i < 20; i++) {
		all_make(2);
		rsdp[i] ^= 0x10;
		assert_int_equal(read_info(36), STATUS_BAD_ARG);
	}
	all_make(0);
	memset(rsdp + 16, 0, 4); /* no RSDT */
	checksum(rsdp, 20, 8);
	assert_int_equal(read_info(20), STATUS_BAD_ARG);
	all_make(0);
	memcpy(rsdp + 16, &child[0], 4); /* it points to the MADT */
	checksum(rsdp, 20, 8);
	assert_int_equal(read_info(20), STATUS_BAD_ARG);
}

/* Every flipped byte of a table costs that table and nothing else. */
static void corrupt_tables_are_left_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < 44 + sizeof(madt_entries); i++) {
		all_make(2);
		ram[child[0].raw - BASE + i] ^= 0x20;
		assert_int_equal(read_info(36), STATUS_OK);
		assert_int_equal(info.bad, 1);
		assert_int_equal(info.cpus, 0);
		assert_int_equal(info.pm1a_control, 0x1604);
	}
}

static void impossible_lengths_are_refused(void **state)
{
	static const uint32_t lengths[] = {0, 8, 35, ACPI_TABLE_MAX + 1, 0x7fffffff, 0xffffffff};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
		all_make(2);
		put(child[0].raw - BASE + 4, lengths[i], 4);
		if (lengths[i] >= 9 && lengths[i] <= sizeof(ram) - 16)
			checksum(ram + child[0].raw - BASE, lengths[i], 9);
		assert_int_equal(read_info(36), STATUS_OK);
		assert_int_equal(info.bad, 1);
		assert_int_equal(info.cpus, 0);
	}
}

static void unreadable_tables_are_left_out(void **state)
{
	static const uint64_t addresses[] = {
		0, 1, BASE - 1, BASE + sizeof(ram) - 20, 0xfffffffffffffff0};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(addresses); i++) {
		all_make(2);
		size_t xsdt = child[children - 1].raw - BASE;
		put(xsdt + 36, addresses[i], 8);
		table_end(xsdt);
		assert_int_equal(read_info(36), STATUS_OK);
		assert_int_equal(info.bad, 1);
		assert_int_equal(info.cpus, 0);
		assert_int_equal(info.pm1a_control, 0x1604);
	}
}

/* The checksum is right, the content is not: what stands before it counts. */
static void malformed_madts_end_early(void **state)
{
	static const struct {
		uint8_t bytes[20];
		size_t size;
	} rows[] = {
		{{0, 0}, 2},                     /* an entry without end */
		{{0, 1}, 2},                     /* shorter than its header */
		{{0}, 1},                        /* half a header */
		{{0, 8, 0, 1, 1, 0, 0}, 7},      /* one byte beyond the table */
		{{0, 255, 0, 1, 1, 0, 0, 0}, 8}, /* far beyond */
		{{0, 7, 0, 1, 1, 0, 0}, 7},      /* too short for its type: each */
		{{1, 11, 0, 1, 1, 0, 0, 0, 0, 0, 0}, 11},
		{{2, 9, 0, 1, 1, 0, 0, 0, 0}, 9},
		{{9, 15, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}, 15},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t entries[40] = {0, 8, 0, 9, 1, 0, 0, 0};
		memcpy(entries + 8, rows[i].bytes, rows[i].size);
		reset();
		madt_make(entries, 8 + rows[i].size);
		root_make(2);
		assert_int_equal(read_info(36), STATUS_OK);
		assert_int_equal(info.bad, 1);
		assert_int_equal(info.cpus, 1);
		assert_int_equal(info.cpu[0], 9);
		assert_int_equal(info.ioapics + info.overrides, 0);
	}
}

static void too_many_are_counted(void **state)
{
	static const struct {
		uint8_t type, size;
		unsigned *count, limit;
	} rows[] = {
		{0, 8, &info.cpus, ACPI_CPUS},
		{9, 16, &info.cpus, ACPI_CPUS},
		{1, 12, &info.ioapics, ACPI_IOAPICS},
		{2, 10, &info.overrides, ACPI_OVERRIDES},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t entries[2048] = {0};
		for (unsigned n = 0; n < rows[i].limit + 3; n++) {
			uint8_t *entry = entries + n * rows[i].size;
			entry[0] = rows[i].type;
			entry[1] = rows[i].size;
			if (rows[i].type == 0 || rows[i].type == 9) {
				entry[rows[i].type == 0 ? 3 : 4] = (uint8_t)n;
				entry[rows[i].type == 0 ? 4 : 8] = 1;
			}
		}
		reset();
		madt_make(entries, rows[i].size * (rows[i].limit + 3));
		root_make(2);
		assert_int_equal(read_info(36), STATUS_OK);
		assert_int_equal(*rows[i].count, rows[i].limit);
		assert_int_equal(info.dropped, 3);
		assert_int_equal(info.bad, 0);
	}
	reset();
	for (unsigned n = 0; n < ACPI_TABLES + 2; n++)
		table_end(table_start("SSDT", 36));
	root_make(2);
	assert_int_equal(read_info(36), STATUS_OK);
	assert_int_equal(info.dropped, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_root_is_taken),
		cmocka_unit_test(bad_rsdps_are_refused),
		cmocka_unit_test(corrupt_tables_are_left_out),
		cmocka_unit_test(impossible_lengths_are_refused),
		cmocka_unit_test(unreadable_tables_are_left_out),
		cmocka_unit_test(malformed_madts_end_early),
		cmocka_unit_test(too_many_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
