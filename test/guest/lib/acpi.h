/* SPDX-License-Identifier: MIT */
/*
 * The least of ACPI that a test needs: find a table, power off, reset.
 * Source: ACPI Specification 6.4, 5.2 "ACPI System Description Tables", 4.8.3
 * "Fixed Hardware Features", 7.4.2 "System \_Sx states".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct __attribute__((packed)) acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem[6], oem_table[8];
	uint32_t oem_revision, creator, creator_revision;
};

/** RSDP from the loader or from the BIOS area; 0 when there is none. */
uint64_t acpi_rsdp(void);

/** A table by signature ("FACP", "APIC"), checksum verified; NULL if absent. */
const struct acpi_header *acpi_find(const char *signature);

/** Sum of `length` bytes, which is 0 for a sound table. */
uint8_t acpi_sum(const void *p, uint32_t length);

/** PM1a control port from the FADT; 0 when absent. */
uint16_t acpi_pm1a_control(void);

/** SLP_TYP for S5 from the DSDT's \_S5 package; -1 when not found. */
int acpi_sleep_type(void);

/** Power off by PM1a; returns when that did not work. */
void acpi_poweroff(void);
