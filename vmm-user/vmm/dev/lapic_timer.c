/* SPDX-License-Identifier: MIT */
/*
 * Local APIC: the timer; see lapic.h.
 *
 *   start            now             start + initial * divider
 *     |----- gone ----|--- current ---|        (in units of `divider` ns)
 *
 * Times are modulo 2^64: `start` may lie before 0 after the divider was changed.
 * Source: Intel SDM vol. 3A, 10.5.4 "APIC Timer".
 */
#include "vmm/dev/lapic_internal.h"

static unsigned lapic_timer_mode(const struct lapic *l)
{
	return LAPIC_TIMER_MODE(l->lvt[LAPIC_TIMER]);
}

/* Figure 10-10 "Divide Configuration Register": bits 3, 1, 0. */
static uint64_t lapic_timer_divider(uint32_t divide)
{
	unsigned code = (divide & 3) | (divide >> 1 & 4);

	return code == 7 ? 1 : 2u << code;
}

static uint64_t lapic_timer_period(const struct lapic *l)
{
	return l->initial * lapic_timer_divider(l->divide);
}

static void lapic_timer_fire(struct lapic *l)
{
	if (!(l->lvt[LAPIC_TIMER] & LAPIC_LVT_MASKED))
		lapic_request(l, (uint8_t)l->lvt[LAPIC_TIMER], false);
}

static uint64_t lapic_timer_tsc_ns(const struct lapic *l)
{
	if (!l->tsc_deadline)
		return CLOCK_NEVER;
	return clock_deadline_ns(l->clock, l->now, l->tsc_deadline);
}

/* Takes every expiry up to `now`, as one. */
void lapic_timer_expire(struct lapic *l)
{
	uint64_t period = lapic_timer_period(l), gone = l->now - l->start;

	if (l->tsc_deadline && lapic_timer_tsc_ns(l) <= l->now) {
		l->tsc_deadline = 0;
		lapic_timer_fire(l);
	}
	if (!l->counting || gone < period)
		return;
	if (lapic_timer_mode(l) == LAPIC_TIMER_PERIODIC)
		l->start += gone / period * period;
	else
		l->counting = false;
	lapic_timer_fire(l);
}

void lapic_timer_stop(struct lapic *l)
{
	l->counting = false;
	l->tsc_deadline = 0;
}

/* A change of mode disarms: 10.5.4.1 "TSC-Deadline Mode". */
void lapic_timer_set_lvt(struct lapic *l, uint32_t lvt)
{
	unsigned before = lapic_timer_mode(l);

	LAPIC_SHOW(l->lvt[LAPIC_TIMER], lvt);
	if (lapic_timer_mode(l) != before)
		lapic_timer_stop(l);
}

void lapic_timer_set_initial(struct lapic *l, uint32_t initial)
{
	if (lapic_timer_mode(l) >= LAPIC_TIMER_DEADLINE)
		return;
	l->initial = initial;
	l->start = l->now;
	l->counting = initial != 0;
}

/* The count stands; it goes on at the new rate. */
void lapic_timer_set_divide(struct lapic *l, uint32_t divide)
{
	uint64_t gone = (l->now - l->start) / lapic_timer_divider(l->divide);

	l->divide = divide & LAPIC_DIVIDE_MASK;
	if (l->counting)
		l->start = l->now - gone * lapic_timer_divider(l->divide);
}

void lapic_timer_set_tsc(struct lapic *l, uint64_t tsc)
{
	if (lapic_timer_mode(l) != LAPIC_TIMER_DEADLINE)
		return;
	l->tsc_deadline = tsc;
	lapic_timer_expire(l);
}

uint32_t lapic_timer_current(const struct lapic *l)
{
	if (!l->counting)
		return 0;
	return l->initial - (uint32_t)((l->now - l->start) / lapic_timer_divider(l->divide));
}

void lapic_advance(struct lapic *l, uint64_t now_ns)
{
	if (now_ns > l->now)
		l->now = now_ns;
	lapic_timer_expire(l);
}

uint64_t lapic_deadline(const struct lapic *l)
{
	uint64_t left;

	if (l->lvt[LAPIC_TIMER] & LAPIC_LVT_MASKED)
		return CLOCK_NEVER;
	if (l->tsc_deadline)
		return lapic_timer_tsc_ns(l);
	if (!l->counting)
		return CLOCK_NEVER;
	left = lapic_timer_period(l) - (l->now - l->start);
	return left > CLOCK_NEVER - l->now ? CLOCK_NEVER : l->now + left;
}
