/* SPDX-License-Identifier: MIT */
/*
 * The ACPI tables of a guest: RSDP, RSDT, XSDT, FADT, FACS, MADT, MCFG if there is a
 * PCI bus, and a DSDT that names the power-off state, COM1, the clock and that bus. They
 * lie in ACPI_TABLES_BASE to ACPI_TABLES_END, where old kernels look for the RSDP.
 *
 * Source: ACPI Specification 5.0a, chapter 5 "ACPI Software Programming Model",
 * section 5.2 "ACPI System Description Tables".
 */
#ifndef VMM_LOAD_ACPI_TABLES_H
#define VMM_LOAD_ACPI_TABLES_H

#include "vmm/guest_memory.h"
#include "abi/status.h"
#include "lib/addr.h"
#include "lib/compiler.h"

#include <stdbool.h>

#define ACPI_TABLES_BASE 0xe0000ull
#define ACPI_TABLES_SIZE 0x2000ull
#define ACPI_LAPIC_BASE 0xfee00000u
#define ACPI_IOAPIC_BASE 0xfec00000u
#define ACPI_VCPUS_MAX 128u

struct acpi_config {
	unsigned vcpus;    /* 1 to ACPI_VCPUS_MAX; vCPU n has local APIC id n */
	uint8_t ioapic_id; /* of the one I/O APIC, global interrupts 0 to 23 */
	bool has_keyboard; /* false: the FADT says there is no 8042 to probe */
	bool has_pci;      /* there is a PCI bus, with MSI */
};

/*
 * Writes the tables into the guest's memory. *rsdp is the root pointer for
 * struct load_request. STATUS_BAD_ARG: `vcpus` out of range; STATUS_NO_MEMORY:
 * the guest has no RAM there. Nothing is written on an error.
 */
enum status acpi_tables_build(
	const struct guest_memory *mem, const struct acpi_config *config, gpa_t *rsdp) MUST_CHECK;

#endif
