/* SPDX-License-Identifier: MIT */
/* A timer, the time, and the line IRQ 0 as a machine shows it, for tests. */
#ifndef TEST_UNIT_PIT_FIXTURE_H
#define TEST_UNIT_PIT_FIXTURE_H

#include "vmm/dev/pit.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define CONTROL 3u
#define MS 1000000ull
#define SECOND 1000000000ull

static struct pit pit;
static uint64_t now;
static bool line;      /* IRQ 0 as last shown */
static unsigned rises; /* of it */

static inline int setup(void **state)
{
	(void)state;
	pit_init(&pit);
	now = 0;
	line = false;
	rises = 0;
	return 0;
}

static inline void show(void)
{
	rises += pit_irq(&pit) && !line;
	line = pit_irq(&pit);
}

/* The protocol of pit.h. */
static inline void to(uint64_t ns)
{
	unsigned turns = 0;

	now = ns;
	do {
		pit_advance(&pit, now);
		show();
		assert_true(++turns < 4);
	} while (pit_deadline(&pit) <= now);
}

static inline void out(unsigned offset, unsigned value)
{
	pit_write(&pit, offset, 1, value);
	show();
}

static inline unsigned in(unsigned offset)
{
	return (unsigned)pit_read(&pit, offset, 1);
}

static inline void program(unsigned word, unsigned count)
{
	out(CONTROL, word);
	out(word >> 6, count & 0xff);
	out(word >> 6, count >> 8);
}

/* Runs from deadline to deadline, as an idle guest does. */
static inline void run_until(uint64_t end)
{
	while (pit_deadline(&pit) <= end)
		to(pit_deadline(&pit));
	to(end);
}

#endif
