/* SPDX-License-Identifier: MIT */
/*
 * Reader for the static ACPI tables. They are hostile input: each table is
 * mapped by the length it claims, up to a limit, its checksum must be right, and
 * every field is checked against the length; a field beyond it reads as 0. No
 * AML.
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
#define ACPI_NMIS 8u
#define ACPI_MCFGS 8u
#define ACPI_TABLES 64u          /* tables looked at */
#define ACPI_TABLE_MAX 0x100000u /* bytes of one table */

/* How physical memory is read: `size` bytes from `pa`, or NULL if they cannot be.
 * The pointer is used only until the next call. */
struct acpi_memory {
	const void *(*map)(void *context, hpa_t pa, size_t size);
	void *context;
};

enum acpi_space { ACPI_SPACE_MEMORY = 0, ACPI_SPACE_IO = 1 };

/* A register by its Generic Address Structure; address 0: there is none. */
struct acpi_register {
	uint64_t address;
	uint8_t space; /* enum acpi_space, or others that we do not use */
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

/* Local APIC pins that are NMI inputs. */
struct acpi_nmi {
	uint32_t cpu_uid; /* ACPI_ALL_CPUS: of every processor */
	uint8_t lint;     /* 0 or 1 */
	uint8_t flags;    /* IRQ_*; not level if the firmware says "as the bus" */
};
#define ACPI_ALL_CPUS 0xffffffffu

struct acpi_mcfg {
	uint64_t base;
	uint16_t segment;
	uint8_t first_bus, last_bus;
};

/* What the tables say. All zero where they say nothing; arrays are filled in
 * table order. */
struct acpi_info {
	unsigned revision; /* of the RSDP: 0 is ACPI 1.0 */
	unsigned bad;      /* tables that are unreadable or malformed */
	unsigned dropped;  /* entries beyond the arrays */
	/* MADT */
	unsigned cpus, ioapics, overrides, nmis;
	uint64_t lapic_address;
	bool has_8259;           /* a pair of 8259s is there, to be masked */
	uint32_t cpu[ACPI_CPUS]; /* APIC id of each enabled processor */
	struct acpi_ioapic ioapic[ACPI_IOAPICS];
	struct acpi_override override[ACPI_OVERRIDES];
	struct acpi_nmi nmi[ACPI_NMIS];
	/* FADT */
	uint64_t dsdt;
	uint32_t smi_command;                /* port; writing acpi_enable there */
	uint8_t acpi_enable;                 /* switches to ACPI mode; 0: is in it */
	uint16_t sci_irq;                    /* ISA interrupt or GSI */
	uint16_t pm1a_control, pm1b_control; /* ports */
	uint16_t pm_timer;                   /* port */
	struct acpi_register reset;          /* write reset_value to reset the machine */
	uint8_t reset_value;
	/* HPET, MCFG, SPCR */
	uint64_t hpet;
	unsigned mcfgs;
	struct acpi_mcfg mcfg[ACPI_MCFGS];
	struct acpi_register serial; /* the firmware's console port */
	uint8_t serial_type;         /* 0, 1: 16550 compatible */
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

/* Looks for the RSDP where a BIOS leaves it (section 5.2.5.1 "Finding the RSDP on
 * IA-PC Systems"). Its address, or 0. */
hpa_t acpi_rsdp_find(const struct acpi_memory *memory);

#endif
