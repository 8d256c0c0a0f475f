/* SPDX-License-Identifier: MIT */
/* One local APIC with its callbacks counted, for tests. */
#ifndef TEST_UNIT_LAPIC_FIXTURE_H
#define TEST_UNIT_LAPIC_FIXTURE_H

#include "vmm/dev/lapic_internal.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static struct clock tsc;
static struct lapic apic;
static unsigned sent, eois, events[4];
static uint8_t eoi_vector;

static inline void send(void *ctx, const struct apic_message *message)
{
	(void)ctx;
	(void)message;
	sent++;
}

static inline void event(void *ctx, enum lapic_event what, uint8_t vector)
{
	(void)ctx;
	(void)vector;
	events[what]++;
}

static inline void eoi(void *ctx, uint8_t vector)
{
	assert_ptr_equal(ctx, &eois);
	eois++;
	eoi_vector = vector;
}

static const struct lapic_ops ops = {send, event, eoi};

static inline uint32_t get(unsigned reg)
{
	return (uint32_t)lapic_read(&apic, reg * 16ull, 4);
}

static inline void put(unsigned reg, uint32_t value)
{
	lapic_write(&apic, reg * 16ull, 4, value);
}

static inline int setup(void **state)
{
	(void)state;
	assert_int_equal(clock_init(&tsc, 2000000), STATUS_OK);
	lapic_init(&apic, 5, true, &tsc, &ops, &eois);
	sent = eois = 0;
	for (unsigned i = 0; i < 4; i++)
		events[i] = 0;
	return 0;
}

static inline int setup_enabled(void **state)
{
	(void)setup(state);
	put(LAPIC_REG_SVR, 0x1ff);
	return 0;
}

static inline int setup_x2apic(void **state)
{
	(void)setup(state);
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_BASE, apic.base | LAPIC_BASE_X2APIC));
	return 0;
}

static inline void interrupt(uint8_t vector, bool level)
{
	struct apic_message message = {.vector = vector, .level = level, .delivery = APIC_FIXED};

	assert_true(lapic_deliver(&apic, &message));
	lapic_collect(&apic);
}

#endif
