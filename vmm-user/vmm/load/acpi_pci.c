/* SPDX-License-Identifier: MIT */
/* What ACPI says of the PCI bus; see acpi_pci.h. Stateless. */
#include "vmm/load/acpi_pci.h"
#include "vmm/dev/pci.h"
#include "vmm/load/bytes.h"
#include "lib/string.h"

#define MCFG_BASE 8u /* segment 0 and the buses 0 to 0 follow */

/* Places of addresses in the templates. */
#define ROOT_MEMORY 24u
#define MEMORY_MIN 10u
#define MEMORY_MAX 14u
#define MEMORY_LENGTH 22u
#define FIXED_BASE 4u
#define FIXED_LENGTH 8u

/* 6.4.3.5.3 "Word Address Space Descriptor", 6.4.2.5 "I/O Port Descriptor", 6.4.3.5.2
 * "DWord Address Space Descriptor", 6.4.2.9 "End Tag". All ranges are fixed (flags
 * 0x0c); memory is writable and not cached. */
static const uint8_t root[] = {
	0x88, 13, 0, 2, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, /* buses */
	0x47, 1, 0xf8, 0x0c, 0xf8, 0x0c, 1, 8,                 /* ports */
	0x87, 23, 0, 0, 0x0c, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* memory, filled in */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                          /* */
	0x79, 0                                                /* end */
};

/* 6.4.3.4 "32-Bit Fixed Memory Range Descriptor": writable. */
static const uint8_t fixed[] = {0x86, 9, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x79, 0};

void acpi_mcfg_put(uint8_t mcfg[ACPI_MCFG_SIZE])
{
	memset(mcfg, 0, ACPI_MCFG_SIZE);
	bytes_put64(mcfg + MCFG_BASE, PCI_ECAM);
}

static void root_put(struct aml *a)
{
	uint8_t crs[sizeof(root)];
	uint8_t *memory = crs + ROOT_MEMORY;

	memcpy(crs, root, sizeof(crs));
	bytes_put32(memory + MEMORY_MIN, (uint32_t)PCI_WINDOW);
	bytes_put32(memory + MEMORY_MAX, (uint32_t)(PCI_WINDOW + PCI_WINDOW_SIZE - 1));
	bytes_put32(memory + MEMORY_LENGTH, (uint32_t)PCI_WINDOW_SIZE);
	aml_device_begin(a, "PCI0");
	aml_name_eisaid(a, "_HID", "PNP0A08");
	aml_name_eisaid(a, "_CID", "PNP0A03");
	aml_name_byte(a, "_UID", 0);
	aml_name_buffer(a, "_CRS", crs, sizeof(crs));
	aml_end(a);
}

static void ecam_put(struct aml *a)
{
	uint8_t crs[sizeof(fixed)];

	memcpy(crs, fixed, sizeof(crs));
	bytes_put32(crs + FIXED_BASE, (uint32_t)PCI_ECAM);
	bytes_put32(crs + FIXED_LENGTH, (uint32_t)PCI_ECAM_SIZE);
	aml_device_begin(a, "ECAM");
	aml_name_eisaid(a, "_HID", "PNP0C02");
	aml_name_byte(a, "_UID", 0);
	aml_name_buffer(a, "_CRS", crs, sizeof(crs));
	aml_end(a);
}

void acpi_pci_put(struct aml *a)
{
	root_put(a);
	ecam_put(a);
}

_Static_assert(sizeof(root) == ROOT_MEMORY + 26 + 2, "the descriptors are as long as they say");
