/* SPDX-License-Identifier: MIT */
/* A machine with two processors on one thread, for tests: the first is `c`. */
#ifndef TEST_UNIT_MACHINE_FIXTURE_H
#define TEST_UNIT_MACHINE_FIXTURE_H

#include "vmm/machine.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static uint8_t ram[PAGE_SIZE];
static struct guest_memory mem;
static struct machine m;
static struct machine_cpu c, second;

/* 1 GHz: one tick is one nanosecond. */
#define START 123456789ull
static uint64_t now;
static uint64_t tsc(void)
{
	return now;
}

static char sent[64];
static unsigned sent_count;
static const char *typed = "";

static void output(void *ctx, uint8_t byte)
{
	assert_ptr_equal(ctx, sent);
	sent[sent_count++ % sizeof sent] = (char)byte;
}

static void input(void *ctx)
{
	assert_ptr_equal(ctx, sent);
	while (*typed && machine_room(&m))
		machine_receive(&m, (uint8_t)*typed++);
}

static uint32_t kicked; /* bit n: processor n was kicked */
static unsigned kicks;
static void kick(unsigned cpu)
{
	kicked |= 1u << cpu;
	kicks++;
}

static inline int setup(void **state)
{
	struct machine_config config = {.memory = &mem,
		.tsc_khz = 1000000,
		.tsc = tsc,
		.debug_exit = true,
		.output = output,
		.input = input,
		.console = sent,
		.kick = kick};

	(void)state;
	kicked = kicks = 0;
	now = START;
	sent_count = 0;
	typed = "";
	memset(sent, 0, sizeof sent);
	if (guest_memory_init(&mem, ram, sizeof ram) || machine_init(&m, &config) ||
		machine_add_cpu(&m, &c) || machine_add_cpu(&m, &second))
		return 1;
	c.due = second.due = false;
	return 0;
}

/* As the run loop asks: what was left for the processor first. */
static inline bool irq(void)
{
	machine_collect(&c);
	return machine_irq(&c);
}

static inline uint8_t in(uint16_t port)
{
	return (uint8_t)bus_read(&c.ports, port, 1);
}
static inline void out(uint16_t port, uint8_t value)
{
	bus_write(&c.ports, port, 1, value);
}
static inline void lapic_out(uint64_t at, uint32_t value)
{
	bus_write(&c.mmio, LAPIC_BASE_DEFAULT + at, 4, value);
}
static inline void ioapic_out(uint32_t index, uint32_t value)
{
	bus_write(&c.mmio, IOAPIC_BASE, 4, index);
	bus_write(&c.mmio, IOAPIC_BASE + 0x10, 4, value);
}

#endif
