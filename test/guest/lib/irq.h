/* SPDX-License-Identifier: MIT */
/*
 * Interrupts as a log: which vectors came, in which order, and where they
 * interrupted.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "trap.h"

enum irq_eoi { IRQ_EOI_NONE, IRQ_EOI_APIC, IRQ_EOI_PIC };

#define IRQ_LOG_MAX 64

struct irq_entry {
	uint8_t vector;
	uint64_t rip, rflags;
};

/* The first IRQ_LOG_MAX interrupts since irq_clear(), and how many there were. */
extern volatile struct irq_entry irq_log[IRQ_LOG_MAX];
extern volatile unsigned irq_total;

/** Log and acknowledge what comes through this vector. */
void irq_install(uint8_t vector, enum irq_eoi eoi);

/** Have `fn` called (interrupts off) after logging, before the EOI. */
void irq_on_entry(uint8_t vector, void (*fn)(void));

/** Forget the log. */
void irq_clear(void);

/** How often a vector came since irq_clear(). */
unsigned irq_count(uint8_t vector);
