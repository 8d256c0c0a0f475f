/* SPDX-License-Identifier: MIT */
/*
 * I/O APIC, 82093AA with the EOI register of its successors.
 *
 * Model: 24 pins, version 0x20 (so the EOI register at 0x40 exists). An edge is
 * sent at once, or lost if its pin is masked. A level is sent while pin and mask
 * allow and remote IRR is clear; remote IRR is set when a local APIC took it and
 * cleared by the EOI of its vector; a pin still high is then sent again.
 * State: register select, ID, redirection entries, pin levels.
 * Missing: delivery status (messages leave at once, reads 0), the APIC bus and
 * its arbitration (the arbitration register mirrors the ID).
 * Ignored bits: polarity (stored; pins are set active high by the machine),
 * trigger mode of NMI, SMI, INIT and ExtINT entries (always edges), bits 55:17
 * of an entry.
 * Locks: none; whoever calls holds the machine.
 * Source: Intel 82093AA datasheet, 3.1 "Memory Mapped Registers for Accessing
 * I/O APIC Registers", 3.2 "I/O APIC Registers"; Intel ICH9 datasheet, 13.5
 * "Advanced Programmable Interrupt Controller (APIC)", for the EOI register.
 */
#ifndef VMM_DEV_IOAPIC_H
#define VMM_DEV_IOAPIC_H

#include "vmm/dev/apic.h"

#include <stdbool.h>
#include <stdint.h>

#define IOAPIC_BASE 0xfec00000ull
#define IOAPIC_SIZE 0x1000ull
#define IOAPIC_PINS 24u

struct ioapic {
	/* Takes a message to apic_route(); returns whether a local APIC took it. */
	bool (*send)(void *ctx, const struct apic_message *message);
	void *ctx;
	uint32_t select, id;
	uint32_t pins; /* levels, one bit each */
	uint64_t entry[IOAPIC_PINS];
};

/* Power-on state: every pin masked. */
void ioapic_init(
	struct ioapic *io, bool (*send)(void *ctx, const struct apic_message *message), void *ctx);

/* `offset` from IOAPIC_BASE; `bytes` 1, 2, 4 or 8. The window is written 32 bits
 * at a time: narrower writes to it are ignored. Unknown offsets read 0. */
uint64_t ioapic_read(struct ioapic *io, uint64_t offset, unsigned bytes);
void ioapic_write(struct ioapic *io, uint64_t offset, unsigned bytes, uint64_t value);

/* Level of an input pin; cheap when unchanged. Pins from IOAPIC_PINS on are
 * ignored. On a PC pin 2 carries IRQ 0, pin 0 the 8259's INT, others IRQ n. */
void ioapic_set_pin(struct ioapic *io, unsigned pin, bool level);

/* A local APIC finished `vector`. */
void ioapic_eoi(struct ioapic *io, uint8_t vector);

#endif
