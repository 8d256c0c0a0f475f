/* SPDX-License-Identifier: MIT */
/*
 * Local APIC: sending interprocessor interrupts; see lapic.h.
 * Source: Intel SDM vol. 3A, 10.6.1 "Interrupt Command Register (ICR)".
 */
#include "vmm/dev/lapic_internal.h"

static bool lapic_send_has_vector(enum apic_delivery delivery)
{
	return delivery == APIC_FIXED || delivery == APIC_LOWEST;
}

/* An 8-bit destination becomes one of 32 bits. */
static uint32_t lapic_send_destination(const struct lapic *l)
{
	if (lapic_is_x2apic(l))
		return l->icr_high;
	return l->icr_high >> 24 == 0xff ? APIC_BROADCAST : l->icr_high >> 24;
}

/* Delivery modes that an ICR may name at all, and with the shorthand "self":
 * tables 10-3 and 10-4 "Valid Combinations for the ... APIC's ICR". */
static bool lapic_send_valid(enum apic_delivery delivery, enum apic_shorthand shorthand)
{
	if (delivery == APIC_RESERVED || delivery == APIC_EXTINT)
		return false;
	return shorthand != APIC_TO_SELF || delivery == APIC_FIXED;
}

void lapic_send_self(struct lapic *l, uint8_t vector)
{
	if (vector < 16) {
		lapic_error(l, LAPIC_ERROR_SEND_VECTOR);
		return;
	}
	if (lapic_takes_vectors(l))
		lapic_request(l, vector, false);
}

void lapic_send(struct lapic *l)
{
	struct apic_message message = {
		.destination = lapic_send_destination(l),
		.logical = l->icr_low & LAPIC_ICR_LOGICAL,
		.level = false,
		.vector = (uint8_t)l->icr_low,
		.delivery = (enum apic_delivery)(l->icr_low >> 8 & 7),
		.shorthand = (enum apic_shorthand)(l->icr_low >> 18 & 3),
		.source = l->id,
	};
	bool deassert = (l->icr_low & LAPIC_ICR_LEVEL) && !(l->icr_low & LAPIC_ICR_ASSERT);

	if (!lapic_send_valid(message.delivery, message.shorthand))
		return;
	if (message.delivery == APIC_INIT && deassert)
		return;
	if (message.shorthand == APIC_TO_SELF)
		lapic_send_self(l, message.vector);
	else if (lapic_send_has_vector(message.delivery) && message.vector < 16)
		lapic_error(l, LAPIC_ERROR_SEND_VECTOR);
	else
		l->ops->send(l->ctx, &message);
}
