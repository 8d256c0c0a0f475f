/* SPDX-License-Identifier: MIT */
/*
 * The ACPI tables of a guest, followed from the RSDP as an operating system
 * does. Source: ACPI Specification 5.0a, section 5.2.
 */
#include "vmm/load/acpi_tables.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "acpi_area.h"
#include "vmm/load/aml.h"

/* LINK: vmm-user/vmm/guest_memory.c vmm-user/vmm/load/[a-z]*.[cS] */

static const struct acpi_config one = {.vcpus = 1, .ioapic_id = 7};

static void pointers_lead_to_whole_tables(void **state)
{
	struct tables t = tables_build(&one);
	(void)state;
	assert_int_equal(t.rsdp & 15, 0);
	assert_in_range(t.rsdp, 0xe0000, 0xfffff);
	assert_memory_equal(guest_at(&t.mem, t.rsdp, 8), "RSD PTR ", 8);
	assert_int_equal(guest_get(&t.mem, t.rsdp + 15, 1), 2);
	assert_int_equal(guest_get(&t.mem, t.rsdp + 20, 4), 36);
	assert_int_equal(sum(&t.mem, t.rsdp, 20), 0);
	assert_int_equal(sum(&t.mem, t.rsdp, 36), 0);
	table_check(&t.mem, t.rsdt, "RSDT", 1);
	table_check(&t.mem, t.xsdt, "XSDT", 1);
	table_check(&t.mem, t.fadt, "FACP", 5);
	table_check(&t.mem, t.madt, "APIC", 3);
	table_check(&t.mem, t.dsdt, "DSDT", 2);
	assert_int_equal(guest_get(&t.mem, t.rsdt + 4, 4), 36 + 2 * 4);
	assert_int_equal(guest_get(&t.mem, t.xsdt + 4, 4), 36 + 2 * 8);
	assert_int_equal(guest_get(&t.mem, t.rsdt + 36, 4), t.fadt);
	assert_int_equal(guest_get(&t.mem, t.rsdt + 40, 4), t.madt);
	assert_int_equal(guest_get(&t.mem, t.fadt + 140, 8), t.dsdt);
	assert_memory_equal(guest_at(&t.mem, t.facs, 4), "FACS", 4);
	assert_int_equal(t.facs & 63, 0);
	assert_int_equal(guest_get(&t.mem, t.facs + 4, 4), 64);
	assert_int_equal(guest_get(&t.mem, ACPI_TABLES_BASE - 1, 1), FRESH);
	assert_int_equal(guest_get(&t.mem, ACPI_TABLES_BASE + ACPI_TABLES_SIZE, 1), FRESH);
	guest_free(&t.mem);
}

/* Every field of the FADT that is not zero, and some that must be. */
static void fadt_fields(void **state)
{
	static const struct poke rows[] = {
		{4, 4, 268},          /* length of revision 5 */
		{46, 2, 9},           /* SCI_INT */
		{48, 4, 0},           /* SMI_CMD: always in ACPI mode */
		{52, 4, 0},           /* ACPI_ENABLE, ACPI_DISABLE, S4BIOS, PSTATE */
		{56, 4, 0x600},       /* PM1a_EVT_BLK */
		{60, 4, 0},           /* PM1b_EVT_BLK */
		{64, 4, 0x604},       /* PM1a_CNT_BLK */
		{76, 4, 0x608},       /* PM_TMR_BLK */
		{80, 8, 0},           /* GPE0_BLK, GPE1_BLK */
		{88, 4, 0x04000204},  /* lengths: events 4, control 2, PM2 0, timer 4 */
		{92, 4, 0},           /* GPE lengths */
		{96, 2, 0xffff},      /* no C2 */
		{98, 2, 0xffff},      /* no C3 */
		{108, 1, 0x32},       /* century */
		{109, 2, 0x000d},     /* legacy devices, no 8042, no VGA, no MSI */
		{112, 4, 0x565},      /* flags; HW_REDUCED is not among them */
		{116, 4, 0x01000801}, /* RESET_REG: system I/O, 8 bits, byte access */
		{120, 8, 0xcf9},
		{128, 1, 6},
		{132, 8, 0}, /* X_FIRMWARE_CTRL: the 32-bit field has it */
		{148, 4, 0x02002001},
		{152, 8, 0x600},
		{160, 8, 0},
		{172, 4, 0x02001001},
		{176, 8, 0x604},
		{208, 4, 0x03002001},
		{212, 8, 0x608},
		{220, 8, 0},
		{260, 8, 0},
	};
	struct tables t = tables_build(&one);
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t got = guest_get(&t.mem, t.fadt + rows[i].at, rows[i].bytes);
		if (got != rows[i].value)
			fail_msg("at %u: %#llx", rows[i].at, (unsigned long long)got);
	}
	guest_free(&t.mem);
}

static void fadt_names_the_8042_when_there_is_one(void **state)
{
	struct tables t = tables_build(
		&(struct acpi_config){.vcpus = 1, .ioapic_id = 1, .has_keyboard = true});
	(void)state;
	assert_int_equal(guest_get(&t.mem, t.fadt + 109, 2), 0x000f);
	guest_free(&t.mem);
}

/* One local APIC per vCPU in order, then what every guest has. */
static void madt_lists_the_machine(void **state)
{
	static const unsigned vcpus[] = {1, 2, 3, 64, ACPI_VCPUS_MAX};
	static const uint8_t rest[] = {
		1, 12, 0x80, 0, 0x00, 0x00, 0xc0, 0xfe, 0, 0, 0, 0, /* I/O APIC */
		2, 10, 0, 0, 2, 0, 0, 0, 0x00, 0,                   /* IRQ 0 is 2 */
		2, 10, 0, 9, 9, 0, 0, 0, 0x0d, 0,                   /* IRQ 9: level, high */
		4, 6, 0xff, 0, 0, 1,                                /* NMI at LINT1 */
	};
	(void)state;
	for (unsigned n = 0; n < ARRAY_SIZE(vcpus); n++) {
		struct tables t =
			tables_build(&(struct acpi_config){.vcpus = vcpus[n], .ioapic_id = 0x80});
		uint64_t at = t.madt + 44;
		table_check(&t.mem, t.madt, "APIC", 3);
		assert_int_equal(guest_get(&t.mem, t.madt + 36, 4), 0xfee00000);
		assert_int_equal(guest_get(&t.mem, t.madt + 40, 4), 1);
		for (unsigned i = 0; i < vcpus[n]; i++, at += 8)
			assert_int_equal(guest_get(&t.mem, at, 8),
				0x0000000100000800ull | (uint64_t)i << 16 | (uint64_t)i << 24);
		assert_memory_equal(guest_at(&t.mem, at, sizeof(rest)), rest, sizeof(rest));
		assert_int_equal(guest_get(&t.mem, t.madt + 4, 4), at + sizeof(rest) - t.madt);
		guest_free(&t.mem);
	}
}

/* The definition block byte by byte; docs of the grammar in section 20.2. */
static void dsdt_is_the_program_it_should_be(void **state)
{
	static const uint8_t program[] = {
		0x08,
		'\\',
		'_',
		'S',
		'5',
		'_',
		0x12,
		0x49,
		0x00,
		4, /* Name, Package of 4 */
		0x0a,
		5,
		0x0a,
		5,
		0x00,
		0x00,
		0x10,
		0x45,
		0x06,
		'\\',
		'_',
		'S',
		'B',
		'_', /* Scope */
		0x5b,
		0x82,
		0x4d,
		0x02,
		'C',
		'O',
		'M',
		'1', /* Device */
		0x08,
		'_',
		'H',
		'I',
		'D',
		0x0c,
		0x41,
		0xd0,
		0x05,
		0x01,
		0x08,
		'_',
		'U',
		'I',
		'D',
		0x00,
		0x08,
		'_',
		'C',
		'R',
		'S',
		0x11,
		0x41,
		0x01,
		0x0a,
		13,
		0x47,
		1,
		0xf8,
		0x03,
		0xf8,
		0x03,
		1,
		8,
		0x22,
		0x10,
		0x00,
		0x79,
		0,
		0x5b,
		0x82,
		0x4d,
		0x02,
		'R',
		'T',
		'C',
		'_',
		0x08,
		'_',
		'H',
		'I',
		'D',
		0x0c,
		0x41,
		0xd0,
		0x0b,
		0x00,
		0x08,
		'_',
		'U',
		'I',
		'D',
		0x00,
		0x08,
		'_',
		'C',
		'R',
		'S',
		0x11,
		0x41,
		0x01,
		0x0a,
		13,
		0x47,
		1,
		0x70,
		0x00,
		0x70,
		0x00,
		1,
		2,
		0x22,
		0x00,
		0x01,
		0x79,
		0,
	};
	struct tables t = tables_build(&one);
	(void)state;
	assert_int_equal(guest_get(&t.mem, t.dsdt + 4, 4), 36 + sizeof(program));
	assert_memory_equal(
		guest_at(&t.mem, t.dsdt + 36, sizeof(program)), program, sizeof(program));
	guest_free(&t.mem);
}

static void bad_requests_write_nothing(void **state)
{
	static const struct {
		unsigned vcpus;
		uint64_t guest;
		enum status want;
	} rows[] = {
		{0, 2 * MIB, STATUS_BAD_ARG},
		{ACPI_VCPUS_MAX + 1, 2 * MIB, STATUS_BAD_ARG},
		{~0u, 2 * MIB, STATUS_BAD_ARG},
		{1, 0xe0000, STATUS_NO_MEMORY},
		{1, 0xe1000, STATUS_NO_MEMORY},
		{1, 4096, STATUS_NO_MEMORY},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest_memory mem = guest_new(rows[i].guest);
		gpa_t rsdp = gpa(1);
		assert_int_equal(acpi_tables_build(&mem,
					 &(struct acpi_config){.vcpus = rows[i].vcpus}, &rsdp),
			rows[i].want);
		assert_true(guest_is_fresh(&mem));
		assert_int_equal(rsdp.raw, 1);
		guest_free(&mem);
	}
}

/* At every buffer size: no byte beyond it, and full unless all fits. */
static void aml_stops_at_the_end_of_its_buffer(void **state)
{
	(void)state;
	for (unsigned size = 0; size < 80; size++) {
		uint8_t *buffer = malloc(size ? size : 1);
		struct aml a;
		aml_init(&a, buffer, size);
		aml_scope_begin(&a, "\\_SB_");
		aml_device_begin(&a, "COM1");
		aml_name_eisaid(&a, "_HID", "PNP0501");
		aml_resources(&a, 0x3f8, 8, 4);
		aml_end(&a);
		aml_end(&a);
		assert_true(a.used <= size);
		assert_int_equal(a.full, size < 49);
		free(buffer);
	}
}

static void aml_refuses_unbalanced_terms(void **state)
{
	uint8_t buffer[256];
	struct aml a;
	(void)state;
	aml_init(&a, buffer, sizeof(buffer));
	aml_end(&a);
	assert_true(a.full);
	aml_init(&a, buffer, sizeof(buffer));
	for (unsigned i = 0; i < AML_DEPTH; i++)
		aml_scope_begin(&a, "\\_SB_");
	assert_false(a.full);
	aml_scope_begin(&a, "\\_SB_");
	assert_true(a.full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pointers_lead_to_whole_tables),
		cmocka_unit_test(fadt_fields),
		cmocka_unit_test(fadt_names_the_8042_when_there_is_one),
		cmocka_unit_test(madt_lists_the_machine),
		cmocka_unit_test(dsdt_is_the_program_it_should_be),
		cmocka_unit_test(bad_requests_write_nothing),
		cmocka_unit_test(aml_stops_at_the_end_of_its_buffer),
		cmocka_unit_test(aml_refuses_unbalanced_terms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
