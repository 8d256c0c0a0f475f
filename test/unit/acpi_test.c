/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/acpi.c */
/*
 * The ACPI reader on good tables: each field at the offset the manual gives, in
 * the forms of ACPI 1.0 and of today.
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
	static const uint32_t cpus[] = {0, 2, 0x1234};
	(void)state;
	all_make(0);
	assert_int_equal(read_info(20), STATUS_OK);
	assert_int_equal(info.bad, 0);
	assert_int_equal(info.dropped, 0);
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
}

static void every_form_of_the_fadt_is_read(void **state)
{
	static const struct {
		size_t size;
		uint64_t dsdt;
		uint16_t pm1a, pm1b;
		unsigned bad;
	} rows[] = {
		{276, 0x222200000000, 0x1604, 0x704, 0},
		{184, 0x222200000000, 0x1604, 0x704, 0},
		{183, 0x222200000000, 0x604, 0x704, 0}, /* half a register */
		{148, 0x222200000000, 0x604, 0x704, 0},
		{147, 0x11110000, 0x604, 0x704, 0},
		{116, 0x11110000, 0x604, 0x704, 0}, /* ACPI 1.0 */
		{72, 0x11110000, 0x604, 0x704, 0},
		{71, 0x11110000, 0x604, 0, 1},
		{36, 0, 0, 0, 1},
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
	}
}

static void both_control_ports_may_be_registers(void **state)
{
	(void)state;
	reset();
	fadt_make(276);
	register_put(child[0].raw - BASE + 184, SPACE_PORT, 0x1704);
	table_end(child[0].raw - BASE);
	root_make(2);
	assert_int_equal(read_info(36), STATUS_OK);
	assert_int_equal(info.pm1a_control, 0x1604);
	assert_int_equal(info.pm1b_control, 0x1704);
}

/* What a register may not be: memory, or beyond the ports. */
static void a_register_that_is_no_port_is_not_taken(void **state)
{
	(void)state;
	reset();
	fadt_make(276);
	register_put(child[0].raw - BASE + 172, SPACE_PORT, 0x10000);
	register_put(child[0].raw - BASE + 184, SPACE_PORT, 0);
	table_end(child[0].raw - BASE);
	root_make(2);
	assert_int_equal(read_info(36), STATUS_OK);
	assert_int_equal(info.pm1a_control, 0x604);
	assert_int_equal(info.pm1b_control, 0x704);
}

static void other_tables_are_passed_over(void **state)
{
	(void)state;
	all_make(2);
	assert_int_equal(read_info(36), STATUS_OK);
	assert_int_equal(info.revision, 2);
	assert_int_equal(info.bad, 0);
	assert_int_equal(info.cpus, 3);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(madt_is_read),
		cmocka_unit_test(every_form_of_the_fadt_is_read),
		cmocka_unit_test(both_control_ports_may_be_registers),
		cmocka_unit_test(a_register_that_is_no_port_is_not_taken),
		cmocka_unit_test(other_tables_are_passed_over),
		cmocka_unit_test(the_first_of_a_kind_is_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
