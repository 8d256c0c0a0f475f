/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/acpi.c */
/*
 * The ACPI reader on good tables: each field at the offset the manual gives, in
 * the forms of ACPI 1.0 and of today, and the search for the RSDP.
 */
#include "acpi.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "acpi_tables.h"

static void madt_is_read(void **state)
{
	static const struct acpi_override overrides[] = {{2, 0, 0},
		{20, 9, IRQ_LEVEL | IRQ_ACTIVE_LOW}, {5, 5, IRQ_LEVEL}, {6, 6, IRQ_ACTIVE_LOW}};
	static const struct acpi_nmi nmis[] = {{ACPI_ALL_CPUS, 1, 0}, {3, 0, 0}, {0x5678, 1, 0}};
	static const uint32_t cpus[] = {0, 2, 0x1234};
	(void)state;
	all_make(0);
	assert_int_equal(read_info(20), STATUS_OK);
	assert_int_equal(info.bad, 0);
	assert_int_equal(info.dropped, 0);
	assert_int_equal(info.lapic_address, 0x1fe000000);
	assert_true(info.has_8259);
	assert_int_equal(info.cpus, ARRAY_SIZE(cpus));
	assert_memory_equal(info.cpu, cpus, sizeof(cpus));
	assert_int_equal(info.ioapics, 1);
	assert_int_equal(info.ioapic[0].id, 7);
	assert_int_equal(info.ioapic[0].address, 0xfec00000);
	assert_int_equal(info.ioapic[0].gsi_base, 24);
	assert_int_equal(info.overrides, ARRAY_SIZE(overrides));
	for (unsigned i = 0; i < info.overrides; i++) {
		assert_int_equal(info.override[i].gsi, overrides[i].gsi);
		assert_int_equal(info.override[i].irq, overrides[i].irq);
		assert_int_equal(info.override[i].flags, overrides[i].flags);
	}
	assert_int_equal(info.nmis, ARRAY_SIZE(nmis));
	for (unsigned i = 0; i < info.nmis; i++) {
		assert_int_equal(info.nmi[i].cpu_uid, nmis[i].cpu_uid);
		assert_int_equal(info.nmi[i].lint, nmis[i].lint);
		assert_int_equal(info.nmi[i].flags, nmis[i].flags);
	}
}

static void every_form_of_the_fadt_is_read(void **state)
{
	static const struct {
		size_t size;
		uint64_t dsdt;
		uint16_t pm1a, pm1b, timer, reset;
		unsigned bad;
	} rows[] = {
		{276, 0x222200000000, 0x1604, 0x704, 0x608, 0xcf9, 0},
		{129, 0x11110000, 0x604, 0x704, 0x608, 0xcf9, 0},
		{128, 0x11110000, 0x604, 0x704, 0x608, 0, 0}, /* the value to write is missing */
		{116, 0x11110000, 0x604, 0x704, 0x608, 0, 0}, /* ACPI 1.0 */
		{72, 0x11110000, 0x604, 0x704, 0, 0, 0},
		{71, 0x11110000, 0x604, 0, 0, 0, 1},
		{36, 0, 0, 0, 0, 0, 1},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		reset();
		fadt_make(rows[i].size);
		root_make(2);
		assert_int_equal(read_info(36), STATUS_OK);
		assert_int_equal(info.bad, rows[i].bad);
		assert_int_equal(info.dsdt, rows[i].dsdt);
		assert_int_equal(info.pm1a_control, rows[i].pm1a);
		assert_int_equal(info.pm1b_control, rows[i].pm1b);
		assert_int_equal(info.pm_timer, rows[i].timer);
		assert_int_equal(info.reset.address, rows[i].reset);
		assert_int_equal(info.reset_value, rows[i].reset ? 6 : 0);
		assert_int_equal(info.sci_irq, rows[i].size > 47 ? 9 : 0);
		assert_int_equal(info.smi_command, rows[i].size > 51 ? 0xb2 : 0);
		assert_int_equal(info.acpi_enable, rows[i].size > 52 ? 0xe1 : 0);
	}
}

static void both_control_ports_may_be_registers(void **state)
{
	(void)state;
	reset();
	fadt_make(276);
	register_put(child[0].raw - BASE + 184, ACPI_SPACE_IO, 0x1704);
	table_end(child[0].raw - BASE);
	root_make(2);
	assert_int_equal(read_info(36), STATUS_OK);
	assert_int_equal(info.pm1a_control, 0x1604);
	assert_int_equal(info.pm1b_control, 0x1704);
}

static void other_tables_are_read(void **state)
{
	(void)state;
	all_make(2);
	assert_int_equal(read_info(36), STATUS_OK);
	assert_int_equal(info.revision, 2);
	assert_int_equal(info.bad, 0);
	assert_int_equal(info.cpus, 3);
	assert_int_equal(info.hpet, 0xfed00000);
	assert_int_equal(info.mcfgs, 2);
	assert_int_equal(info.mcfg[0].base, 0xe0000000);
	assert_int_equal(info.mcfg[0].last_bus, 255);
	assert_int_equal(info.mcfg[1].base, 0x800000000);
	assert_int_equal(info.mcfg[1].segment, 1);
	assert_int_equal(info.mcfg[1].first_bus, 3);
	assert_int_equal(info.mcfg[1].last_bus, 4);
	assert_int_equal(info.serial_type, 1);
	assert_int_equal(info.serial.address, 0x2f8);
	assert_int_equal(info.serial.space, ACPI_SPACE_IO);
}

static void the_first_of_a_kind_is_taken(void **state)
{
	static const uint8_t one[] = {0, 8, 0, 1, 1, 0, 0, 0}, two[] = {0, 8, 0, 2, 1, 0, 0, 0};
	(void)state;
	reset();
	madt_make(one, sizeof(one));
	madt_make(two, sizeof(two));
	root_make(2);
	assert_int_equal(read_info(36), STATUS_OK);
	assert_int_equal(info.cpus, 1);
	assert_int_equal(info.cpu[0], 1);
}

/* A BIOS machine's first megabyte. */
static uint8_t low[0x100000];

static const void *low_map(void *context, hpa_t pa, size_t size)
{
	(void)context;
	free(mapped);
	mapped = NULL;
	if (pa.raw + size > sizeof(low))
		return NULL;
	mapped = malloc(size);
	return memcpy(mapped, low + pa.raw, size);
}

static void rsdp_is_found(void **state)
{
	static const struct {
		uint16_t ebda; /* segment */
		uint32_t place;
		uint64_t found;
	} rows[] = {
		{0x9fc0, 0x9fc00, 0x9fc00}, {0x9fc0, 0x9fff0 - 16, 0x9fff0 - 16},
		{0x9fc0, 0xa0000 - 16, 0}, /* sticks out of what is searched */
		{0x9fc0, 0x9fc08, 0},      /* not at a multiple of 16 */
		{0, 0xe0000, 0xe0000}, {0x9fc0, 0xf5ad0, 0xf5ad0},
		{0, 0x100000 - 32, 0x100000 - 32}, {0, 0xd0000, 0},
		{0xffff, 0xe0010, 0xe0010}, /* no such EBDA */
	};
	static const struct acpi_memory low_memory = {low_map, NULL};
	(void)state;
	all_make(0);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(low, 0, sizeof(low));
		memcpy(low + 0x40e, &rows[i].ebda, 2);
		memcpy(low + rows[i].place, rsdp, 20 < sizeof(low) - rows[i].place ? 20 : 16);
		memcpy(low + 0xe8000, "RSD PTR ", 8); /* checksum wrong: not it */
		low[0xe8008] = 1;
		assert_int_equal(acpi_rsdp_find(&low_memory).raw, rows[i].found);
	}
	free(mapped);
	mapped = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(madt_is_read),
		cmocka_unit_test(every_form_of_the_fadt_is_read),
		cmocka_unit_test(both_control_ports_may_be_registers),
		cmocka_unit_test(other_tables_are_read),
		cmocka_unit_test(the_first_of_a_kind_is_taken),
		cmocka_unit_test(rsdp_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
