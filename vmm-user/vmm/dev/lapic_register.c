/* SPDX-License-Identifier: MIT */
/*
 * Local APIC: the registers, in memory and as MSRs; see lapic.h.
 * Source: Intel SDM vol. 3A, table 10-1 "Local APIC Register Address Map", table
 * 10-6 "Local APIC Register Address Map Supported by x2APIC".
 */
#include "vmm/dev/lapic_internal.h"

#include "vmm/dev/ones.h"

/* What a register allows: by memory, and by MSR. */
#define R 1u  /* memory: exists */
#define W 2u  /* memory: takes writes */
#define XR 4u /* MSR: readable */
#define XW 8u /* MSR: writable, but for the reserved bits */

struct lapic_access {
	uint8_t allows;
	uint32_t reserved; /* MSR: bits that must be written as 0 */
};

static const struct lapic_access lapic_access[LAPIC_REGS] = {
	[LAPIC_REG_ID] = {R | XR, 0},
	[LAPIC_REG_VERSION] = {R | XR, 0},
	[LAPIC_REG_TPR] = {R | W | XR | XW, 0xffffff00},
	[LAPIC_REG_APR] = {R, 0},
	[LAPIC_REG_PPR] = {R | XR, 0},
	[LAPIC_REG_EOI] = {R | W | XW, 0xffffffff},
	[LAPIC_REG_RRD] = {R, 0},
	[LAPIC_REG_LDR] = {R | W | XR, 0},
	[LAPIC_REG_DFR] = {R | W, 0},
	[LAPIC_REG_SVR] = {R | W | XR | XW, 0xffffee00},
	[LAPIC_REG_ISR... LAPIC_REG_ESR - 1] = {R | XR, 0},
	[LAPIC_REG_ESR] = {R | W | XR | XW, 0xffffffff},
	[LAPIC_REG_ICR_LOW] = {R | W | XR | XW, 0xfff33000},
	[LAPIC_REG_ICR_HIGH] = {R | W, 0},
	[LAPIC_REG_LVT + LAPIC_TIMER] = {R | W | XR | XW, 0xfff8ef00},
	[LAPIC_REG_LVT + LAPIC_THERMAL] = {R | W | XR | XW, 0xfffee800},
	[LAPIC_REG_LVT + LAPIC_PERF] = {R | W | XR | XW, 0xfffee800},
	[LAPIC_REG_LVT + LAPIC_LINT0] = {R | W | XR | XW, 0xfffe0800},
	[LAPIC_REG_LVT + LAPIC_LINT1] = {R | W | XR | XW, 0xfffe0800},
	[LAPIC_REG_LVT + LAPIC_ERROR] = {R | W | XR | XW, 0xfffeef00},
	[LAPIC_REG_INITIAL] = {R | W | XR | XW, 0},
	[LAPIC_REG_CURRENT] = {R | XR, 0},
	[LAPIC_REG_DIVIDE] = {R | W | XR | XW, 0xfffffff4},
	[LAPIC_REG_SELF_IPI] = {XW, 0xffffff00},
};

/* LVT bits that a write changes. */
static const uint32_t lapic_lvt_mask[LAPIC_LVTS] = {
	[LAPIC_TIMER] = 0x700ff,
	[LAPIC_THERMAL] = 0x107ff,
	[LAPIC_PERF] = 0x107ff,
	[LAPIC_LINT0] = 0x1a7ff,
	[LAPIC_LINT1] = 0x1a7ff,
	[LAPIC_ERROR] = 0x100ff,
};

static bool lapic_allows(unsigned reg, unsigned what)
{
	return reg < LAPIC_REGS && (lapic_access[reg].allows & what);
}

static uint32_t lapic_read_set(const struct lapic *l, unsigned reg)
{
	if (reg >= LAPIC_REG_IRR)
		return LAPIC_SEEN(l->irr[reg - LAPIC_REG_IRR]);
	if (reg >= LAPIC_REG_TMR)
		return LAPIC_SEEN(l->tmr[reg - LAPIC_REG_TMR]);
	return l->isr[reg - LAPIC_REG_ISR];
}

uint32_t lapic_register_read(const struct lapic *l, unsigned reg)
{
	if (reg >= LAPIC_REG_ISR && reg < LAPIC_REG_ESR)
		return lapic_read_set(l, reg);
	if (reg >= LAPIC_REG_LVT && reg < LAPIC_REG_INITIAL)
		return l->lvt[reg - LAPIC_REG_LVT];
	switch (reg) {
	case LAPIC_REG_ID:
		return lapic_is_x2apic(l) ? l->id : l->id << 24;
	case LAPIC_REG_VERSION:
		return LAPIC_VERSION;
	case LAPIC_REG_TPR:
		return l->tpr;
	case LAPIC_REG_PPR:
		return lapic_priority(l);
	case LAPIC_REG_LDR:
		return l->ldr;
	case LAPIC_REG_DFR:
		return l->dfr;
	case LAPIC_REG_SVR:
		return l->svr;
	case LAPIC_REG_ESR:
		return l->esr;
	case LAPIC_REG_ICR_LOW:
		return l->icr_low;
	case LAPIC_REG_ICR_HIGH:
		return l->icr_high;
	case LAPIC_REG_INITIAL:
		return l->initial;
	case LAPIC_REG_CURRENT:
		return lapic_timer_current(l);
	case LAPIC_REG_DIVIDE:
		return l->divide;
	default: /* EOI, APR, RRD */
		return 0;
	}
}

/* While software-disabled every LVT is masked and stays so: 10.4.7.2. */
static void lapic_write_svr(struct lapic *l, uint32_t value)
{
	LAPIC_SHOW(l->svr, value & LAPIC_SVR_MASK);
	if (l->svr & LAPIC_SVR_ENABLE)
		return;
	for (unsigned i = 0; i < LAPIC_LVTS; i++)
		LAPIC_SHOW(l->lvt[i], l->lvt[i] | LAPIC_LVT_MASKED);
}

static void lapic_write_lvt(struct lapic *l, unsigned i, uint32_t value)
{
	value &= lapic_lvt_mask[i];
	if (!(l->svr & LAPIC_SVR_ENABLE))
		value |= LAPIC_LVT_MASKED;
	if (i == LAPIC_TIMER) {
		lapic_timer_set_lvt(l, value);
		return;
	}
	LAPIC_SHOW(l->lvt[i], value | (l->lvt[i] & LAPIC_LVT_REMOTE_IRR));
	if (i == LAPIC_LINT0 || i == LAPIC_LINT1)
		lapic_lint_update(l, i - LAPIC_LINT0);
}

void lapic_register_write(struct lapic *l, unsigned reg, uint32_t value)
{
	if (reg >= LAPIC_REG_LVT && reg < LAPIC_REG_INITIAL) {
		lapic_write_lvt(l, reg - LAPIC_REG_LVT, value);
		return;
	}
	switch (reg) {
	case LAPIC_REG_TPR:
		LAPIC_SHOW(l->tpr, value & 0xff);
		break;
	case LAPIC_REG_EOI:
		lapic_eoi(l);
		break;
	case LAPIC_REG_LDR:
		LAPIC_SHOW(l->ldr, value & 0xff000000);
		break;
	case LAPIC_REG_DFR:
		LAPIC_SHOW(l->dfr, value | 0x0fffffff);
		break;
	case LAPIC_REG_SVR:
		lapic_write_svr(l, value);
		break;
	case LAPIC_REG_ESR:
		l->esr = l->errors;
		l->errors = 0;
		break;
	case LAPIC_REG_ICR_LOW:
		l->icr_low = value & LAPIC_ICR_MASK;
		lapic_send(l);
		break;
	case LAPIC_REG_ICR_HIGH:
		l->icr_high = value & 0xff000000;
		break;
	case LAPIC_REG_INITIAL:
		lapic_timer_set_initial(l, value);
		break;
	case LAPIC_REG_DIVIDE:
		lapic_timer_set_divide(l, value);
		break;
	case LAPIC_REG_SELF_IPI:
		lapic_send_self(l, (uint8_t)value);
		break;
	default: /* read-only */
		break;
	}
}

uint64_t lapic_mmio_base(const struct lapic *l)
{
	if (!lapic_is_on(l) || lapic_is_x2apic(l))
		return UINT64_MAX;
	return l->base & LAPIC_BASE_ADDRESS;
}

uint64_t lapic_read(struct lapic *l, uint64_t offset, unsigned bytes)
{
	uint64_t ones = ones_read(bytes);
	uint64_t reg = offset >> 4;
	unsigned at = offset & 15;

	if (lapic_mmio_base(l) == UINT64_MAX)
		return ones;
	if (reg >= LAPIC_REGS || !lapic_allows((unsigned)reg, R)) {
		lapic_error(l, LAPIC_ERROR_REGISTER);
		return 0;
	}
	if (at >= 4)
		return 0;
	return lapic_register_read(l, (unsigned)reg) >> 8 * at & ones;
}

void lapic_write(struct lapic *l, uint64_t offset, unsigned bytes, uint64_t value)
{
	uint64_t reg = offset >> 4;

	if (lapic_mmio_base(l) == UINT64_MAX || bytes < 4 || (offset & 15))
		return;
	if (reg >= LAPIC_REGS || !lapic_allows((unsigned)reg, R))
		lapic_error(l, LAPIC_ERROR_REGISTER);
	else if (lapic_allows((unsigned)reg, W))
		lapic_register_write(l, (unsigned)reg, (uint32_t)value);
}

bool lapic_msr_claims(uint32_t msr)
{
	return msr == LAPIC_MSR_BASE || msr == LAPIC_MSR_TSC_DEADLINE ||
	       (msr >= LAPIC_MSR_FIRST && msr <= LAPIC_MSR_LAST);
}

/* Figure 10-27 "Local x2APIC State Transitions with IA32_APIC_BASE, INIT, and
 * Reset": x2APIC is entered from xAPIC and left through "off" only. */
static bool lapic_base_allowed(const struct lapic *l, uint64_t value)
{
	bool on = value & LAPIC_BASE_ENABLE, x2apic = value & LAPIC_BASE_X2APIC;

	if (value & ~(LAPIC_BASE_BSP | LAPIC_BASE_X2APIC | LAPIC_BASE_ENABLE | LAPIC_BASE_ADDRESS))
		return false;
	if (x2apic)
		return on && lapic_is_on(l);
	return !on || !lapic_is_x2apic(l);
}

static bool lapic_write_base(struct lapic *l, uint64_t value)
{
	bool was_x2apic = lapic_is_x2apic(l);

	if (!lapic_base_allowed(l, value))
		return false;
	LAPIC_SHOW(l->base, value);
	if (!lapic_is_on(l))
		lapic_reset_registers(l);
	else if (lapic_is_x2apic(l) && !was_x2apic) {
		LAPIC_SHOW(l->ldr, (l->id >> 4) << 16 | 1u << (l->id & 15));
		l->icr_high = 0;
	}
	return true;
}

bool lapic_msr_read(struct lapic *l, uint32_t msr, uint64_t *value)
{
	unsigned reg = msr - LAPIC_MSR_FIRST;

	*value = 0;
	if (msr == LAPIC_MSR_BASE) {
		*value = l->base;
		return true;
	}
	if (msr == LAPIC_MSR_TSC_DEADLINE) {
		*value = l->tsc_deadline;
		return true;
	}
	if (!lapic_is_x2apic(l) || !lapic_allows(reg, XR))
		return false;
	*value = lapic_register_read(l, reg);
	if (reg == LAPIC_REG_ICR_LOW)
		*value |= (uint64_t)l->icr_high << 32;
	return true;
}

bool lapic_msr_write(struct lapic *l, uint32_t msr, uint64_t value)
{
	unsigned reg = msr - LAPIC_MSR_FIRST;

	if (msr == LAPIC_MSR_BASE)
		return lapic_write_base(l, value);
	if (msr == LAPIC_MSR_TSC_DEADLINE) {
		lapic_timer_set_tsc(l, value);
		return true;
	}
	if (!lapic_is_x2apic(l) || !lapic_allows(reg, XW))
		return false;
	if ((uint32_t)value & lapic_access[reg].reserved)
		return false;
	if (reg == LAPIC_REG_ICR_LOW)
		l->icr_high = value >> 32;
	else if (value >> 32)
		return false;
	lapic_register_write(l, reg, (uint32_t)value);
	return true;
}

_Static_assert(LAPIC_MSR_LAST - LAPIC_MSR_FIRST + 1 >= LAPIC_REGS, "registers have MSRs");
_Static_assert(LAPIC_REGS * 16 <= LAPIC_SIZE, "registers fit the page");
