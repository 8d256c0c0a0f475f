/* SPDX-License-Identifier: MIT */
/*
 * What the source files of the local APIC share among themselves: register
 * numbers (byte offset / 16, which is also the x2APIC MSR less 0x800), register
 * fields, and the functions that cross from one file to another.
 * Source: Intel SDM vol. 3A, 10.4.1 "The Local APIC Block Diagram", table 10-1
 * "Local APIC Register Address Map".
 */
#ifndef VMM_DEV_LAPIC_INTERNAL_H
#define VMM_DEV_LAPIC_INTERNAL_H

#include "vmm/dev/lapic.h"

enum lapic_register {
	LAPIC_REG_ID = 0x02,
	LAPIC_REG_VERSION = 0x03,
	LAPIC_REG_TPR = 0x08,
	LAPIC_REG_APR = 0x09,
	LAPIC_REG_PPR = 0x0a,
	LAPIC_REG_EOI = 0x0b,
	LAPIC_REG_RRD = 0x0c,
	LAPIC_REG_LDR = 0x0d,
	LAPIC_REG_DFR = 0x0e,
	LAPIC_REG_SVR = 0x0f,
	LAPIC_REG_ISR = 0x10, /* 8 registers each */
	LAPIC_REG_TMR = 0x18,
	LAPIC_REG_IRR = 0x20,
	LAPIC_REG_ESR = 0x28,
	LAPIC_REG_ICR_LOW = 0x30,
	LAPIC_REG_ICR_HIGH = 0x31,
	LAPIC_REG_LVT = 0x32, /* 6 registers, enum lapic_lvt */
	LAPIC_REG_INITIAL = 0x38,
	LAPIC_REG_CURRENT = 0x39,
	LAPIC_REG_DIVIDE = 0x3e,
	LAPIC_REG_SELF_IPI = 0x3f,
	LAPIC_REGS
};

/* 10.4.8 "Local APIC Version Register": EOI-broadcast suppression, last LVT 5. */
#define LAPIC_VERSION (0x14u | (LAPIC_LVTS - 1u) << 16 | 1u << 24)

/* 10.9 "Spurious Interrupt" */
#define LAPIC_SVR_ENABLE 0x100u
#define LAPIC_SVR_NO_EOI_BROADCAST 0x1000u
#define LAPIC_SVR_MASK 0x13ffu

/* 10.5.1 "Local Vector Table" */
#define LAPIC_LVT_REMOTE_IRR 0x4000u
#define LAPIC_LVT_LEVEL 0x8000u
#define LAPIC_LVT_MASKED 0x10000u
#define LAPIC_LVT_DELIVERY(lvt) ((enum apic_delivery)((lvt) >> 8 & 7))

/* 10.5.4 "APIC Timer" */
#define LAPIC_TIMER_MODE(lvt) ((lvt) >> 17 & 3)
#define LAPIC_TIMER_ONE_SHOT 0u
#define LAPIC_TIMER_PERIODIC 1u
#define LAPIC_TIMER_DEADLINE 2u
#define LAPIC_DIVIDE_MASK 0xbu

/* 10.5.3 "Error Handling" */
#define LAPIC_ERROR_SEND_VECTOR 0x20u
#define LAPIC_ERROR_RECEIVE_VECTOR 0x40u
#define LAPIC_ERROR_REGISTER 0x80u

/* 10.6.1 "Interrupt Command Register (ICR)" */
#define LAPIC_ICR_MASK 0x000ccfffu
#define LAPIC_ICR_LOGICAL 0x800u
#define LAPIC_ICR_ASSERT 0x4000u
#define LAPIC_ICR_LEVEL 0x8000u

/* Fields of the owner that other threads look at, one at a time. */
#define LAPIC_SEEN(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define LAPIC_SHOW(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELAXED)

#define LAPIC_VECTOR_MIN 16u /* those below are reserved by the architecture */

static inline bool lapic_is_on(const struct lapic *l)
{
	return LAPIC_SEEN(l->base) & LAPIC_BASE_ENABLE;
}

static inline bool lapic_is_x2apic(const struct lapic *l)
{
	return LAPIC_SEEN(l->base) & LAPIC_BASE_X2APIC;
}

static inline bool lapic_bit(const uint32_t *set, uint8_t vector)
{
	return LAPIC_SEEN(set[vector / 32]) >> vector % 32 & 1;
}

/* lapic.c */
void lapic_reset_registers(struct lapic *l);
void lapic_error(struct lapic *l, uint32_t error);
void lapic_request(struct lapic *l, uint8_t vector, bool level);
void lapic_lint_update(struct lapic *l, unsigned pin);
void lapic_eoi(struct lapic *l);

/* lapic_post.c: any thread; `vector` is a legal one */
void lapic_set_irr(struct lapic *l, uint8_t vector, bool level);

/* lapic_send.c: acts on icr_low and icr_high */
void lapic_send(struct lapic *l);
void lapic_send_self(struct lapic *l, uint8_t vector);

/* lapic_register.c: `reg` is below LAPIC_REGS and exists */
uint32_t lapic_register_read(const struct lapic *l, unsigned reg);
void lapic_register_write(struct lapic *l, unsigned reg, uint32_t value);

/* lapic_timer.c */
void lapic_timer_expire(struct lapic *l);
void lapic_timer_set_lvt(struct lapic *l, uint32_t lvt);
void lapic_timer_set_initial(struct lapic *l, uint32_t initial);
void lapic_timer_set_divide(struct lapic *l, uint32_t divide);
void lapic_timer_set_tsc(struct lapic *l, uint64_t tsc);
void lapic_timer_stop(struct lapic *l);
uint32_t lapic_timer_current(const struct lapic *l);

#endif
