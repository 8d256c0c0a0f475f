/* SPDX-License-Identifier: MIT */
/*
 * The message that I/O APICs, MSIs and local APICs send to local APICs, and its
 * routing to those it names.
 *
 * Model: one bus on which every message arrives at once; lowest-priority
 * delivery picks the matching local APIC with the lowest processor priority,
 * among equals the first.
 * State: none. Missing: bus errors, remote read, focus processor.
 * Source: Intel SDM vol. 3A, 10.6 "Issuing Interprocessor Interrupts",
 * 10.11 "Message Signalled Interrupts".
 */
#ifndef VMM_DEV_APIC_H
#define VMM_DEV_APIC_H

#include <stdbool.h>
#include <stdint.h>

struct lapic;

/* Delivery modes: bits 10:8 of ICR, LVT, redirection entries and MSI data. */
enum apic_delivery {
	APIC_FIXED = 0,
	APIC_LOWEST = 1,
	APIC_SMI = 2,
	APIC_RESERVED = 3,
	APIC_NMI = 4,
	APIC_INIT = 5,
	APIC_STARTUP = 6,
	APIC_EXTINT = 7,
};

enum apic_shorthand { APIC_TO_DESTINATION = 0, APIC_TO_SELF, APIC_TO_ALL, APIC_TO_OTHERS };

#define APIC_BROADCAST 0xffffffffu /* destination: everybody, physical or logical */
#define APIC_NO_SOURCE 0xffffffffu /* not sent by a local APIC */

struct apic_message {
	uint32_t destination; /* 8-bit senders widen 0xff to APIC_BROADCAST */
	bool logical;         /* destination mode */
	bool level;           /* trigger mode: the receiver's EOI is broadcast */
	uint8_t vector;       /* APIC_STARTUP: page number of the entry point */
	enum apic_delivery delivery;
	enum apic_shorthand shorthand;
	uint32_t source; /* APIC ID of the sender or APIC_NO_SOURCE */
};

/* The message that an MSI write of `data` to `address` (0xfeexxxxx) stands for. */
struct apic_message apic_message_of_msi(uint64_t address, uint32_t data);

/* Hands *message to those of the `count` (at most 32) local APICs that it names
 * (shorthand included). Returns those that took it, bit i for entry i: their owners
 * have to be told. NULL entries are skipped. Any thread. */
uint32_t apic_route(
	struct lapic *const *lapics, unsigned count, const struct apic_message *message);

#endif
