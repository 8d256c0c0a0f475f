/* SPDX-License-Identifier: MIT */
/*
 * This CPU's local APIC, in x2APIC mode where the CPU has it, else xAPIC.
 *
 * Source: Intel SDM vol. 3A chapter 10 "Advanced Programmable Interrupt
 * Controller (APIC)".
 */
#ifndef ARCH_LAPIC_H
#define ARCH_LAPIC_H

#include "lib/addr.h"

#include <stdbool.h>
#include <stdint.h>

/* Registers, by their xAPIC offset. */
#define LAPIC_ID 0x20u
#define LAPIC_TPR 0x80u
#define LAPIC_EOI 0xb0u
#define LAPIC_SVR 0xf0u
#define LAPIC_ICR 0x300u      /* x2APIC: 64 bits, the destination in the high half */
#define LAPIC_ICR_HIGH 0x310u /* xAPIC: the destination in its highest byte */
#define LAPIC_LVT_TIMER 0x320u
#define LAPIC_LVT_LINT0 0x350u
#define LAPIC_LVT_LINT1 0x360u
#define LAPIC_LVT_ERROR 0x370u
#define LAPIC_TIMER_INITIAL 0x380u
#define LAPIC_TIMER_CURRENT 0x390u
#define LAPIC_TIMER_DIVIDE 0x3e0u

#define LVT_MASKED (1u << 16)
#define LVT_TSC_DEADLINE (2u << 17)
#define TIMER_DIVIDE_1 0xbu

/* Commands of lapic_send(). */
#define LAPIC_SEND_FIXED 0x4000u /* | vector */
#define LAPIC_SEND_NMI 0x4400u
#define LAPIC_SEND_INIT 0x4500u
#define LAPIC_SEND_STARTUP 0x4600u /* | number of the page to start at */

/* Physical address of the registers. */
hpa_t lapic_address(void);

/* Chooses the mode; xAPIC registers are mapped at `mapped`. Once. */
void lapic_map(volatile void *mapped);

/* Switches this CPU's on, all its own sources masked. Once per CPU. */
void lapic_init(void);

uint32_t lapic_read(uint32_t reg);
void lapic_write(uint32_t reg, uint32_t value);
uint32_t lapic_id(void);

/* Whether interrupts can be sent to the CPU with `apic_id`. */
bool lapic_reaches(uint32_t apic_id);

/* Sends an interrupt to the CPU with `apic_id`. What was written to memory before
 * is seen by its handler. */
void lapic_send(uint32_t apic_id, uint32_t command);

/* The interrupt being served is over. */
void lapic_eoi(void);

#endif
