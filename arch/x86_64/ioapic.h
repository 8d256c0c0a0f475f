/* SPDX-License-Identifier: MIT */
/*
 * The I/O APICs, and the silencing of the 8259 pair.
 *
 * Source: Intel 82093AA I/O APIC datasheet, section 3.2 "IOAPIC Registers".
 */
#ifndef ARCH_IOAPIC_H
#define ARCH_IOAPIC_H

#include "acpi.h"

#include <stdbool.h>
#include <stdint.h>

/* Masks every pin of every I/O APIC in `info`, whose registers are mapped at
 * mapped[i], and both 8259s. At boot. */
void ioapic_init(const struct acpi_info *info, volatile void *const *mapped);

/* Some I/O APIC has a pin for `gsi`. */
bool ioapic_has(uint32_t gsi);

/* Routes `gsi` to `vector` on the CPU with `apic_id`, masked, with IRQ_* flags of
 * abi/syscall.h, which the MADT's source overrides correct for ISA lines. false:
 * the I/O APIC's 8 bits cannot name it. */
bool ioapic_route(uint32_t gsi, uint8_t vector, uint32_t apic_id, uint32_t flags);

void ioapic_mask(uint32_t gsi, bool masked);

#endif
