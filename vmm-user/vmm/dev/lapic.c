/* SPDX-License-Identifier: MIT */
/* Local APIC: reset, priorities, acceptance, end of interrupt, pins; see lapic.h. */
#include "vmm/dev/lapic_internal.h"

#include "lib/string.h"

static void lapic_clear(uint32_t *set)
{
	for (unsigned i = 0; i < 8; i++)
		LAPIC_SHOW(set[i], 0);
}

void lapic_reset_registers(struct lapic *l)
{
	bool x2apic = lapic_is_x2apic(l);

	LAPIC_SHOW(l->tpr, 0);
	LAPIC_SHOW(l->ldr, x2apic ? (l->id >> 4) << 16 | 1u << (l->id & 15) : 0);
	LAPIC_SHOW(l->dfr, UINT32_MAX);
	LAPIC_SHOW(l->svr, 0xff);
	l->esr = l->errors = 0;
	l->icr_low = l->icr_high = 0;
	for (unsigned i = 0; i < LAPIC_LVTS; i++)
		LAPIC_SHOW(l->lvt[i], LAPIC_LVT_MASKED);
	lapic_clear(l->isr);
	lapic_clear(l->tmr);
	lapic_clear(l->irr);
	l->extint = false;
	l->divide = l->initial = 0;
	lapic_timer_stop(l);
}

void lapic_init(struct lapic *l, uint32_t id, bool bsp, const struct clock *clock,
	const struct lapic_ops *ops, void *ctx)
{
	memset(l, 0, sizeof *l);
	l->clock = clock;
	l->ops = ops;
	l->ctx = ctx;
	l->id = id;
	l->base = LAPIC_BASE_DEFAULT | LAPIC_BASE_ENABLE | (bsp ? LAPIC_BASE_BSP : 0);
	lapic_reset_registers(l);
}

void lapic_reset(struct lapic *l)
{
	lapic_reset_registers(l);
}

void lapic_virtual_wire(struct lapic *l)
{
	LAPIC_SHOW(l->svr, l->svr | LAPIC_SVR_ENABLE);
	LAPIC_SHOW(l->lvt[LAPIC_LINT0], APIC_EXTINT << 8);
	LAPIC_SHOW(l->lvt[LAPIC_LINT1], APIC_NMI << 8);
}

/* Of the owner's sets only; irr and tmr are changed in lapic_post.c and below. */
static void lapic_set_bit(uint32_t *set, uint8_t vector, bool value)
{
	uint32_t mask = 1u << vector % 32, *word = &set[vector / 32];

	LAPIC_SHOW(*word, value ? *word | mask : *word & ~mask);
}

/* Whether a set has no bit: the common case, in a line without a branch. */
static bool lapic_empty(const uint32_t *set)
{
	return !(LAPIC_SEEN(set[0]) | LAPIC_SEEN(set[1]) | LAPIC_SEEN(set[2]) | LAPIC_SEEN(set[3]) |
		 LAPIC_SEEN(set[4]) | LAPIC_SEEN(set[5]) | LAPIC_SEEN(set[6]) | LAPIC_SEEN(set[7]));
}

/* The highest vector in a set, or -1. */
static int lapic_highest(const uint32_t *set)
{
	for (int i = 7; i >= 0; i--) {
		uint32_t word = LAPIC_SEEN(set[i]);

		if (word)
			return i * 32 + 31 - __builtin_clz(word);
	}
	return -1;
}

/* 10.8.3.1 "Task and Processor Priorities" */
uint8_t lapic_priority(const struct lapic *l)
{
	int in_service = lapic_highest(l->isr);
	uint32_t tpr = LAPIC_SEEN(l->tpr);

	if (in_service < 0 || tpr >> 4 >= (unsigned)in_service >> 4)
		return (uint8_t)tpr;
	return (uint8_t)(in_service & 0xf0);
}

/* Requests made before a software disable stay deliverable: 10.4.7.2 "Local APIC
 * State After It Has Been Software Disabled". */
int lapic_pending(const struct lapic *l)
{
	int vector;

	if (lapic_empty(l->irr) || !lapic_is_on(l))
		return -1;
	vector = lapic_highest(l->irr);
	if (vector < 0)
		return -1;
	return vector >> 4 > lapic_priority(l) >> 4 ? vector : -1;
}

void lapic_accept(struct lapic *l, uint8_t vector)
{
	if (!lapic_bit(l->irr, vector))
		return;
	__atomic_fetch_and(&l->irr[vector / 32], ~(1u << vector % 32), __ATOMIC_SEQ_CST);
	lapic_set_bit(l->isr, vector, true);
}

uint64_t lapic_cr8(const struct lapic *l)
{
	return l->tpr >> 4;
}

void lapic_set_cr8(struct lapic *l, uint64_t value)
{
	LAPIC_SHOW(l->tpr, (value & 0xf) << 4);
}

/* A further error does not interrupt until ESR was written: 10.5.3 "Error
 * Handling". Setting the bit first also ends the recursion of an error vector
 * that is itself illegal. */
void lapic_error(struct lapic *l, uint32_t error)
{
	bool armed = !l->errors;

	l->errors |= error;
	if (armed && !(l->lvt[LAPIC_ERROR] & LAPIC_LVT_MASKED))
		lapic_request(l, (uint8_t)l->lvt[LAPIC_ERROR], false);
}

void lapic_request(struct lapic *l, uint8_t vector, bool level)
{
	if (vector < LAPIC_VECTOR_MIN) {
		lapic_error(l, LAPIC_ERROR_RECEIVE_VECTOR);
		return;
	}
	lapic_set_irr(l, vector, level);
}

static void lapic_lint_eoi(struct lapic *l, unsigned pin, uint8_t vector)
{
	uint32_t *lvt = &l->lvt[LAPIC_LINT0 + pin];

	if (!(*lvt & LAPIC_LVT_REMOTE_IRR) || (uint8_t)*lvt != vector)
		return;
	LAPIC_SHOW(*lvt, *lvt & ~LAPIC_LVT_REMOTE_IRR);
	lapic_lint_update(l, pin);
}

/* 10.8.5 "Signaling Interrupt Servicing Completion" */
void lapic_eoi(struct lapic *l)
{
	int vector = lapic_highest(l->isr);

	if (vector < 0)
		return;
	lapic_set_bit(l->isr, (uint8_t)vector, false);
	if (!lapic_bit(l->tmr, (uint8_t)vector))
		return;
	lapic_lint_eoi(l, 0, (uint8_t)vector);
	lapic_lint_eoi(l, 1, (uint8_t)vector);
	if (!(l->svr & LAPIC_SVR_NO_EOI_BROADCAST))
		l->ops->eoi(l->ctx, (uint8_t)vector);
}

static bool lapic_lint_extint(const struct lapic *l, unsigned pin)
{
	uint32_t lvt = l->lvt[LAPIC_LINT0 + pin];

	return l->lint[pin] && !(lvt & LAPIC_LVT_MASKED) && LAPIC_LVT_DELIVERY(lvt) == APIC_EXTINT;
}

/* An APIC that is off leaves its pins to the CPU, LINT0 as INTR: 10.4.3 "Enabling
 * or Disabling the Local APIC". */
bool lapic_extint(const struct lapic *l)
{
	if (!lapic_is_on(l))
		return l->lint[0];
	return l->extint || lapic_lint_extint(l, 0) || lapic_lint_extint(l, 1);
}

void lapic_accept_extint(struct lapic *l)
{
	l->extint = false;
}

bool lapic_irq(const struct lapic *l)
{
	return lapic_extint(l) || lapic_pending(l) >= 0;
}

/* Sends what a level-triggered fixed pin asks for. */
void lapic_lint_update(struct lapic *l, unsigned pin)
{
	uint32_t *lvt = &l->lvt[LAPIC_LINT0 + pin];

	if (!(*lvt & LAPIC_LVT_LEVEL) || LAPIC_LVT_DELIVERY(*lvt) != APIC_FIXED)
		LAPIC_SHOW(*lvt, *lvt & ~LAPIC_LVT_REMOTE_IRR);
	else if (l->lint[pin] && !(*lvt & (LAPIC_LVT_MASKED | LAPIC_LVT_REMOTE_IRR))) {
		LAPIC_SHOW(*lvt, *lvt | LAPIC_LVT_REMOTE_IRR);
		lapic_request(l, (uint8_t)*lvt, true);
	}
}

/* A rising edge on a pin that is not masked. */
static void lapic_lint_edge(struct lapic *l, unsigned pin)
{
	uint32_t lvt = l->lvt[LAPIC_LINT0 + pin];

	switch (LAPIC_LVT_DELIVERY(lvt)) {
	case APIC_FIXED:
		if (!(lvt & LAPIC_LVT_LEVEL))
			lapic_request(l, (uint8_t)lvt, false);
		break;
	case APIC_SMI:
		l->ops->event(l->ctx, LAPIC_EVENT_SMI, 0);
		break;
	case APIC_NMI:
		l->ops->event(l->ctx, LAPIC_EVENT_NMI, 0);
		break;
	case APIC_INIT:
		l->ops->event(l->ctx, LAPIC_EVENT_INIT, 0);
		break;
	default: /* ExtINT is a level, the others are reserved */
		break;
	}
}

void lapic_set_lint(struct lapic *l, unsigned pin, bool level)
{
	bool rises;

	if (pin > 1)
		return;
	rises = level && !l->lint[pin];
	l->lint[pin] = level;
	if (!lapic_is_on(l)) {
		if (rises && pin == 1)
			l->ops->event(l->ctx, LAPIC_EVENT_NMI, 0);
		return;
	}
	if (rises && !(l->lvt[LAPIC_LINT0 + pin] & LAPIC_LVT_MASKED))
		lapic_lint_edge(l, pin);
	lapic_lint_update(l, pin);
}

/* 10.6.2.2 "Logical Destination Mode", 10.12.10.1 "Logical Destination Mode in
 * x2APIC Mode" */
static bool lapic_matches_logical(const struct lapic *l, uint32_t destination)
{
	uint32_t ldr = LAPIC_SEEN(l->ldr), mine = ldr >> 24;

	if (lapic_is_x2apic(l))
		return destination >> 16 == ldr >> 16 && (destination & ldr & 0xffff);
	if (destination > 0xff)
		return false;
	if (LAPIC_SEEN(l->dfr) >> 28)
		return destination & mine;
	return destination >> 4 == mine >> 4 && (destination & mine & 0xf);
}

bool lapic_matches(const struct lapic *l, const struct apic_message *message)
{
	if (!lapic_is_on(l))
		return false;
	switch (message->shorthand) {
	case APIC_TO_SELF:
		return message->source == l->id;
	case APIC_TO_ALL:
		return true;
	case APIC_TO_OTHERS:
		return message->source != l->id;
	default:
		break;
	}
	if (message->destination == APIC_BROADCAST)
		return true;
	if (message->logical)
		return lapic_matches_logical(l, message->destination);
	return message->destination == l->id;
}

bool lapic_takes_vectors(const struct lapic *l)
{
	return lapic_is_on(l) && (LAPIC_SEEN(l->svr) & LAPIC_SVR_ENABLE);
}

_Static_assert(LAPIC_REG_LVT + LAPIC_LVTS == LAPIC_REG_INITIAL, "the LVT ends at the timer");
