/* SPDX-License-Identifier: MIT */
/*
 * Local APIC: what comes from other threads; see lapic.h.
 *
 *   sender                                 owner
 *   irr, tmr or posted |= ..  (atomic)
 *   tells the owner, unless it is due ──►  lapic_collect(): takes `posted`
 *                                          lapic_pending(): looks at irr
 *
 * The telling is the machine's. Both it and the changes here are full barriers, so
 * an owner that was told, or was due anyway, sees what it was told for.
 */
#include "vmm/dev/lapic_internal.h"

/* Bits of lapic.posted. A pin has its level, and whether it rose since it was last
 * collected. */
#define POST_NMI BIT(0)
#define POST_SMI BIT(1)
#define POST_INIT BIT(2)
#define POST_STARTUP BIT(3)
#define POST_EXTINT BIT(4)
#define POST_ERROR BIT(5) /* an illegal vector was received */
#define POST_PINS BIT(6)  /* a level below may differ from lint[] */
#define POST_PIN(n) BIT(8 + (n))
#define POST_ROSE(n) BIT(10 + (n))
#define POST_VECTOR_SHIFT 16u
#define POST_VECTOR (0xffu << POST_VECTOR_SHIFT)
#define POST_STAYS (POST_PIN(0) | POST_PIN(1)) /* is no news by itself */

void lapic_set_irr(struct lapic *l, uint8_t vector, bool level)
{
	uint32_t mask = 1u << vector % 32, *tmr = &l->tmr[vector / 32];

	if (lapic_bit(l->tmr, vector) != level) {
		if (level)
			__atomic_fetch_or(tmr, mask, __ATOMIC_SEQ_CST);
		else
			__atomic_fetch_and(tmr, ~mask, __ATOMIC_SEQ_CST);
	}
	__atomic_fetch_or(&l->irr[vector / 32], mask, __ATOMIC_SEQ_CST);
}

static void post(struct lapic *l, uint32_t bits)
{
	__atomic_fetch_or(&l->posted, bits, __ATOMIC_SEQ_CST);
}

/* The word with a STARTUP, or with an INIT, added. */
static uint32_t word_startup(uint32_t word, uint8_t vector)
{
	if (word & POST_STARTUP)
		return word;
	return word | POST_STARTUP | (uint32_t)vector << POST_VECTOR_SHIFT;
}

static uint32_t word_init(uint32_t word)
{
	return (word & ~(POST_STARTUP | POST_VECTOR)) | POST_INIT;
}

static void post_start(struct lapic *l, bool init, uint8_t vector)
{
	uint32_t old = LAPIC_SEEN(l->posted), new;

	do
		new = init ? word_init(old) : word_startup(old, vector);
	while (!__atomic_compare_exchange_n(
		&l->posted, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
}

static bool deliver_vector(struct lapic *l, const struct apic_message *message)
{
	if (!lapic_takes_vectors(l))
		return false;
	if (message->vector < LAPIC_VECTOR_MIN)
		post(l, POST_ERROR);
	else
		lapic_set_irr(l, message->vector, message->level);
	return true;
}

bool lapic_deliver(struct lapic *l, const struct apic_message *message)
{
	switch (message->delivery) {
	case APIC_FIXED:
	case APIC_LOWEST:
		return deliver_vector(l, message);
	case APIC_SMI:
		post(l, POST_SMI);
		return true;
	case APIC_NMI:
		post(l, POST_NMI);
		return true;
	case APIC_INIT:
	case APIC_STARTUP:
		post_start(l, message->delivery == APIC_INIT, message->vector);
		return true;
	case APIC_EXTINT:
		if (!lapic_is_on(l))
			return false;
		post(l, POST_EXTINT);
		return true;
	default:
		return false;
	}
}

/* Masked pins, and those in a reserved mode, are nobody's concern. */
static bool pin_matters(const struct lapic *l, unsigned pin)
{
	return !lapic_is_on(l) || !(LAPIC_SEEN(l->lvt[LAPIC_LINT0 + pin]) & LAPIC_LVT_MASKED);
}

bool lapic_drive(struct lapic *l, unsigned pin, bool level)
{
	uint32_t old = LAPIC_SEEN(l->posted), new;

	if (pin > 1)
		return false;
	if (!(old & POST_PIN(pin)) == !level)
		return false;
	do
		new = level ? old | POST_PIN(pin) | POST_ROSE(pin) : old & ~POST_PIN(pin);
	while (!__atomic_compare_exchange_n(
		&l->posted, &old, new | POST_PINS, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	return pin_matters(l, pin);
}

/* A pin that rose was high for a moment at least, and low before. */
static void pin_collect(struct lapic *l, unsigned pin, uint32_t posted)
{
	if (posted & POST_ROSE(pin)) {
		lapic_set_lint(l, pin, false);
		lapic_set_lint(l, pin, true);
	}
	lapic_set_lint(l, pin, posted & POST_PIN(pin));
}

static void events_collect(struct lapic *l, uint32_t posted)
{
	if (posted & POST_SMI)
		l->ops->event(l->ctx, LAPIC_EVENT_SMI, 0);
	if (posted & POST_NMI)
		l->ops->event(l->ctx, LAPIC_EVENT_NMI, 0);
	if (posted & POST_INIT)
		l->ops->event(l->ctx, LAPIC_EVENT_INIT, 0);
	if (posted & POST_STARTUP)
		l->ops->event(l->ctx, LAPIC_EVENT_STARTUP, (uint8_t)(posted >> POST_VECTOR_SHIFT));
}

void lapic_collect(struct lapic *l)
{
	uint32_t posted;

	if (!(LAPIC_SEEN(l->posted) & ~POST_STAYS))
		return;
	posted = __atomic_fetch_and(&l->posted, POST_STAYS, __ATOMIC_SEQ_CST);
	if (posted & POST_PINS) {
		pin_collect(l, 0, posted);
		pin_collect(l, 1, posted);
	}
	if (posted & POST_ERROR)
		lapic_error(l, LAPIC_ERROR_RECEIVE_VECTOR);
	if (posted & POST_EXTINT)
		l->extint = lapic_is_on(l);
	events_collect(l, posted);
}
