/* SPDX-License-Identifier: MIT */
/*
 * Local APIC and I/O APIC, reached as the mode of the moment asks.
 * Source: Intel SDM vol. 3, chapter 11 "Advanced Programmable Interrupt
 * Controller (APIC)"; 82093AA data sheet, 3.0 "Register description".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define APIC_PAGE 0xfee00000ull
#define APIC_BASE_BSP (1u << 8)
#define APIC_BASE_X2 (1u << 10)
#define APIC_BASE_ENABLE (1u << 11)

/* Register offsets in the page; an x2APIC MSR is 0x800 + offset / 16. */
#define APIC_ID 0x20
#define APIC_VERSION 0x30
#define APIC_TPR 0x80
#define APIC_PPR 0xa0
#define APIC_EOI 0xb0
#define APIC_LDR 0xd0
#define APIC_DFR 0xe0
#define APIC_SVR 0xf0
#define APIC_ISR 0x100
#define APIC_TMR 0x180
#define APIC_IRR 0x200
#define APIC_ESR 0x280
#define APIC_ICR 0x300
#define APIC_ICR_HIGH 0x310
#define APIC_LVT_TIMER 0x320
#define APIC_LVT_LINT0 0x350
#define APIC_LVT_LINT1 0x360
#define APIC_LVT_ERROR 0x370
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE 0x3e0
#define X2APIC_SELF_IPI 0x83f

#define APIC_SVR_ENABLE 0x100
#define APIC_LVT_MASKED 0x10000
#define APIC_LVT_PENDING 0x1000
#define APIC_TIMER_PERIODIC 0x20000
#define APIC_TIMER_DEADLINE 0x40000
#define APIC_LVT_EXTINT 0x700
#define APIC_ICR_BUSY 0x1000
#define APIC_ICR_NMI 0x400
#define APIC_ICR_ASSERT 0x4000
#define APIC_ICR_SELF 0x40000
#define APIC_ICR_ALL 0x80000
#define APIC_ICR_OTHERS 0xc0000

#define IOAPIC_PAGE 0xfec00000ull
#define IOAPIC_MASKED 0x10000
#define IOAPIC_LEVEL 0x8000
#define IOAPIC_REMOTE_IRR 0x4000

/** Enable it in xAPIC mode: spurious vector 0xff, LVT masked, TPR 0. */
void apic_init(void);
/** True in x2APIC mode. */
bool apic_is_x2(void);
uint32_t apic_read(uint32_t offset);
void apic_write(uint32_t offset, uint32_t v);
void apic_eoi(void);
/** This CPU's id, as a destination. */
uint32_t apic_id(void);
/** Send; `command` is the low word of ICR, `id` its destination. */
void apic_send(uint32_t id, uint32_t command);
/** A fixed interrupt to this CPU, by shorthand. */
void apic_send_self(uint8_t vector);
/** A bit of ISR, TMR or IRR (the offset of the first word). */
bool apic_bit(uint32_t offset, uint8_t vector);

uint32_t ioapic_read(uint8_t index);
void ioapic_write(uint8_t index, uint32_t v);
uint64_t ioapic_redirection_read(unsigned pin);
void ioapic_redirection_write(unsigned pin, uint64_t v);
/** Mask all pins. */
void ioapic_mask_all(void);
