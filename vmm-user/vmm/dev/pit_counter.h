/* SPDX-License-Identifier: MIT */
/*
 * One counter of an 8254 interval timer.
 *
 * Model: modes 0-5, BCD, byte access, count latch, status latch, gate. Time is
 * given as a number of input clocks (ticks) since power-on, with every call;
 * it never goes back.
 * State: everything is derived from `start`, the tick at which the count `from`
 * was loaded, so no work is done per tick.
 *
 *     tick    start-1   start   start+1  ...  start+from
 *     count   (old)     from    from-1   ...  0
 *     elapsed -1        0       1             from
 *
 * Missing: count 1 in modes 2 and 3 (below the chip's minimum) counts as 2; in the
 * clock between a write and the load the new count is read; a BCD digit above 9
 * counts as its value.
 * Locks: none.
 * Source: Intel 8254 datasheet, "Mode Definitions", "Read Operations", "Operation
 * Common to All Modes".
 */
#ifndef VMM_DEV_PIT_COUNTER_H
#define VMM_DEV_PIT_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#define PIT_NEVER UINT64_MAX

struct pit_counter {
	uint8_t mode;   /* 0-5 */
	uint8_t access; /* 1 low byte, 2 high byte, 3 low then high */
	bool bcd, gate;
	uint32_t from;              /* counts down from this; 0 = counts nothing yet */
	uint32_t next;              /* written, takes over later; 0 = none */
	uint64_t start;             /* tick at which `from` was loaded; modulo 2^64 */
	bool out_before;            /* OUT until then */
	uint64_t takeover;          /* modes 2, 3: tick at which `next` takes over */
	bool stopped;               /* by the gate */
	int64_t held;               /* elapsed ticks when it stopped */
	bool read_high, write_high; /* access 3: the high byte comes next */
	uint8_t write_low;          /* low byte of a count being written */
	bool latched, status_latched;
	uint16_t latch; /* count and status as they were when latched */
	uint8_t status;
};

/* Mode 0, no count. */
void pit_counter_init(struct pit_counter *counter, bool gate);

/* A control word for this counter with access bits 5:4 not 0. */
void pit_counter_control(struct pit_counter *counter, uint8_t word);

/* Latch commands. A second one before the first was read is ignored. */
void pit_counter_latch(struct pit_counter *counter, uint64_t tick);
void pit_counter_latch_status(struct pit_counter *counter, uint64_t tick);

/* The data port. */
uint8_t pit_counter_read(struct pit_counter *counter, uint64_t tick);
void pit_counter_write(struct pit_counter *counter, uint64_t tick, uint8_t byte);

void pit_counter_gate(struct pit_counter *counter, uint64_t tick, bool gate);

/* Lets a waiting count of modes 2 and 3 take over if it is time; every other
 * call wants this done for its `tick`. Returns how many times OUT rose after
 * tick `before` up to `tick`. */
uint64_t pit_counter_advance(struct pit_counter *counter, uint64_t before, uint64_t tick);

/* Level of OUT, and the count as read (BCD or binary). Pure. */
bool pit_counter_out(const struct pit_counter *counter, uint64_t tick);
uint16_t pit_counter_value(const struct pit_counter *counter, uint64_t tick);

/* First tick after `tick` at which OUT rises, or PIT_NEVER. Pure. */
uint64_t pit_counter_next_rise(const struct pit_counter *counter, uint64_t tick);

#endif
