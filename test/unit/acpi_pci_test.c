/* SPDX-License-Identifier: MIT */
/* What ACPI says of a guest's PCI bus. Source: ACPI Specification 5.0a, section 6.4. */
#include "vmm/load/acpi_pci.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "acpi_area.h"

/* LINK: vmm-user/vmm/guest_memory.c vmm-user/vmm/load/[a-z]*.[cS] */

/* With a PCI bus: MCFG is listed third, MSI is allowed, and the DSDT goes on. */
static void a_pci_bus_is_described(void **state)
{
	static const uint8_t program[] = {
		0x5b, 0x82, 0x4e, 0x05, 'P', 'C', 'I', '0',             /* Device (PCI0) */
		0x08, '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0, 0x0a, 0x08, /* PNP0A08 */
		0x08, '_', 'C', 'I', 'D', 0x0c, 0x41, 0xd0, 0x0a, 0x03, /* PNP0A03 */
		0x08, '_', 'U', 'I', 'D', 0x00,                         /* 0 */
		0x08, '_', 'C', 'R', 'S', 0x11, 0x48, 0x03, 0x0a, 0x34, /* Buffer (52) */
		0x88, 0x0d, 0x00, 0x02, 0x0c, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, /* buses */
		0x47, 0x01, 0xf8, 0x0c, 0xf8, 0x0c, 0x01, 0x08,                   /* IO 0xcf8, 8 */
		0x87, 0x17, 0x00, 0x00, 0x0c, 0x01, 0, 0, 0, 0,                   /* memory */
		0x00, 0x00, 0x00, 0xc0, 0xff, 0xff, 0xff, 0xcf,                   /* from, to */
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,         /* no offset, length */
		0x79, 0x00,                                             /* end */
		0x5b, 0x82, 0x4e, 0x02, 'E', 'C', 'A', 'M',             /* Device (ECAM) */
		0x08, '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0, 0x0c, 0x02, /* PNP0C02 */
		0x08, '_', 'U', 'I', 'D', 0x00,                         /* 0 */
		0x08, '_', 'C', 'R', 'S', 0x11, 0x42, 0x01, 0x0a, 0x0e, /* Buffer (14) */
		0x86, 0x09, 0x00, 0x01, 0x00, 0x00, 0x00, 0xe0,         /* memory, from */
		0x00, 0x00, 0x10, 0x00,                                 /* length */
		0x79, 0x00,                                             /* end */
	};
	struct tables t =
		tables_build(&(struct acpi_config){.vcpus = 1, .ioapic_id = 1, .has_pci = true});
	uint64_t mcfg = guest_get(&t.mem, t.xsdt + 52, 8);
	uint64_t end = t.dsdt + guest_get(&t.mem, t.dsdt + 4, 4);

	(void)state;
	assert_int_equal(guest_get(&t.mem, t.rsdt + 4, 4), 36 + 3 * 4);
	assert_int_equal(guest_get(&t.mem, t.xsdt + 4, 4), 36 + 3 * 8);
	assert_int_equal(guest_get(&t.mem, t.rsdt + 44, 4), mcfg);
	table_check(&t.mem, mcfg, "MCFG", 1);
	table_check(&t.mem, t.dsdt, "DSDT", 2);
	table_check(&t.mem, t.rsdt, "RSDT", 1);
	assert_int_equal(guest_get(&t.mem, mcfg + 4, 4), 60);
	assert_int_equal(guest_get(&t.mem, mcfg + 36, 8), 0);
	assert_int_equal(guest_get(&t.mem, mcfg + 44, 8), 0xe0000000);
	assert_int_equal(guest_get(&t.mem, mcfg + 52, 8), 0);
	assert_int_equal(guest_get(&t.mem, t.fadt + 109, 2), 0x0005);
	assert_memory_equal(
		guest_at(&t.mem, end - sizeof(program), sizeof(program)), program, sizeof(program));
	guest_free(&t.mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pci_bus_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
