/* SPDX-License-Identifier: MIT */
/* The ACPI tables that the loader builds, found from the RSDP, for tests of them. */
#ifndef TEST_UNIT_ACPI_AREA_H
#define TEST_UNIT_ACPI_AREA_H

#include "load_image.h"
#include "vmm/load/acpi_tables.h"

struct tables {
	struct guest_memory mem;
	uint64_t rsdp, rsdt, xsdt, fadt, madt, dsdt, facs;
};

static inline uint8_t sum(const struct guest_memory *mem, uint64_t at, uint64_t size)
{
	const uint8_t *bytes = guest_at(mem, at, size);
	uint8_t total = 0;
	for (uint64_t i = 0; i < size; i++)
		total = (uint8_t)(total + bytes[i]);
	return total;
}

/* A table with this signature, whole, in the ACPI area, and with a right sum. */
static inline void table_check(
	const struct guest_memory *mem, uint64_t at, const char *signature, uint8_t revision)
{
	uint64_t size = guest_get(mem, at + 4, 4);
	assert_memory_equal(guest_at(mem, at, 4), signature, 4);
	assert_in_range(at, ACPI_TABLES_BASE, ACPI_TABLES_BASE + ACPI_TABLES_SIZE);
	assert_true(size >= 36 && at + size <= ACPI_TABLES_BASE + ACPI_TABLES_SIZE);
	assert_int_equal(sum(mem, at, size), 0);
	assert_int_equal(guest_get(mem, at + 8, 1), revision);
	assert_memory_equal(guest_at(mem, at + 10, 14), "CARRELCARRELVM", 14);
}

static inline struct tables tables_build(const struct acpi_config *config)
{
	struct tables t = {.mem = guest_new(2 * MIB)};
	gpa_t rsdp;

	assert_int_equal(acpi_tables_build(&t.mem, config, &rsdp), STATUS_OK);
	t.rsdp = rsdp.raw;
	t.rsdt = guest_get(&t.mem, t.rsdp + 16, 4);
	t.xsdt = guest_get(&t.mem, t.rsdp + 24, 8);
	t.fadt = guest_get(&t.mem, t.xsdt + 36, 8);
	t.madt = guest_get(&t.mem, t.xsdt + 44, 8);
	t.facs = guest_get(&t.mem, t.fadt + 36, 4);
	t.dsdt = guest_get(&t.mem, t.fadt + 40, 4);
	return t;
}

#endif
