/* SPDX-License-Identifier: MIT */
/*
 * Reader for the static ACPI tables. They are hostile input: each table is
 * mapped by the length it claims, up to a limit, its checksum must be right, and
 * every field is checked against the length; a field beyond it reads as 0. No
 * AML, and nothing that ring 0 has no use for: drivers read their tables
 * themselves, from boot_info.rsdp on.
 *
 * Source: ACPI Specification 6.5, sections 5.2.5 "Root System Description
 * Pointer (RSDP)" to 5.2.12 "Multiple APIC Description Table (MADT)"; ACPI 1.0
 * section 5.2.5 "Fixed ACPI Description Table (FACP)" for the short form.
 */
#ifndef ARCH_ACPI_H
#define ARCH_ACPI_H

#include "abi/status.h"
#include "lib/addr.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACPI_CPUS 32u
#define ACPI_IOAPICS 8u
#define ACPI_OVERRIDES 24u
#define ACPI_TABLES 64u          /* tables looked at */
#define ACPI_TABLE_MAX 0x100000u /* bytes of one table */

/* How physical memory is read: `size` bytes from `pa`, or NULL if they cannot be.
 * The pointer is used only until the next call. */
struct acpi_memory {
	const void *(*map)(void *context, hpa_t pa, size_t size);
	void *context;
};

struct acpi_ioapic {
	uint32_t id, address, gsi_base;
};

/* An ISA interrupt that is not wired one to one. */
struct acpi_override {
	uint32_t gsi;
	uint8_t irq;
	uint8_t flags; /* IRQ_* of abi/syscall.h */
};

/* What the tables say. All zero where they say nothing; arrays are filled in
 * table order. */
struct acpi_info {
	unsigned revision; /* of the RSDP: 0 is ACPI 1.0 */
	unsigned bad;      /* tables that are unreadable or malformed */
	unsigned dropped;  /* entries beyond the arrays */
	/* MADT */
	unsigned cpus, ioapics, overrides;
	uint32_t cpu[ACPI_CPUS]; /* APIC id of each enabled processor */
	struct acpi_ioapic ioapic[ACPI_IOAPICS];
	struct acpi_override override[ACPI_OVERRIDES];
	/* FADT */
	uint64_t dsdt;
	uint16_t pm1a_control, pm1b_control; /* ports */
};

/*
 * Reads all tables. `rsdp`: a copy of the RSDP, `size` bytes of it. A table below
 * the root table that cannot be read or fails its checksum is left out; of one
 * that is malformed counts what stands before the defect. Both add to bad. Of
 * several tables of a kind the first is taken.
 *
 * STATUS_BAD_ARG: RSDP or root table bad; *out is all zeros but for revision.
 */
enum status acpi_read(const void *rsdp, size_t size, const struct acpi_memory *memory,
	struct acpi_info *out) MUST_CHECK;

#endif
