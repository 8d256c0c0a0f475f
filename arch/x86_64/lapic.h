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

/* Physical address of the registers. */
hpa_t lapic_address(void);

/* Chooses the mode; xAPIC registers are mapped at `mapped`. Once per CPU. */
void lapic_init(volatile void *mapped);

uint32_t lapic_read(uint32_t reg);
void lapic_write(uint32_t reg, uint32_t value);
uint32_t lapic_id(void);

/* The interrupt being served is over. */
void lapic_eoi(void);

#endif
