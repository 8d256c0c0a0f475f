/* SPDX-License-Identifier: MIT */
/*
 * 8254 interval timer and the bits of port 0x61 that belong to it.
 *
 * Model: three counters at PIT_HZ, modes 0-5, BCD, counter latch, read-back.
 * Nothing ticks: counts and outputs are computed from the time of the last
 * pit_advance(). Counters 0 and 1 have their gate high, counter 2 that of port
 * 0x61 bit 0. A count is loaded one clock after its last byte was written.
 * State: three counters (pit_counter.h), port 0x61 bits 3:0, the level shown on
 * IRQ 0.
 * IRQ 0: in modes 0 and 1 it is OUT0. In modes 2 to 5 it stays high and falls
 * only for a moment before each rising edge, so that a monitor that comes late
 * does not miss the edge in between. Lost ticks: rising edges that passed between
 * two calls of pit_advance() are shown as one; the others are counted in `lost`
 * and not made up for.
 * Missing: NMI sources (bits 7:6 of port 0x61 read 0); the control port 0x43 reads
 * 0xff.
 * Ignored bits: port 0x61 bits 3:1 are stored and drive nothing.
 * Locks: none; whoever calls holds the machine.
 * Source: Intel 8254 datasheet, "Programming the 8254", "Read Operations",
 * "Mode Definitions"; Intel ICH9 datasheet, 13.7.1 "NMI_SC - NMI Status and
 * Control Register".
 *
 * Protocol of the machine: before every access, and when pit_deadline() has come,
 *   do { pit_advance(now); show pit_irq() to PIC and I/O APIC; }
 *   while (pit_deadline() <= now);
 * and show pit_irq() again after every write.
 */
#ifndef VMM_DEV_PIT_H
#define VMM_DEV_PIT_H

#include "vmm/dev/pit_counter.h"

#include <stdbool.h>
#include <stdint.h>

#define PIT_HZ 1193182u

/* Offsets for pit_read/pit_write: two windows. */
#define PIT_COUNTER 0u /* ports 0x40-0x43; offset 3 is the control word */
#define PIT_PORT61 4u  /* port 0x61 */

struct pit {
	struct pit_counter counter[3];
	uint64_t now;   /* ns */
	uint64_t tick;  /* PIT_HZ clocks at `now` */
	uint8_t port61; /* bits 3:0 as written */
	bool irq;       /* level shown on IRQ 0 */
	bool edge;      /* a rising edge is still to be shown */
	uint64_t lost;  /* edges that were never shown */
};

/* Power-on state: every counter in mode 0 without a count, OUT low. */
void pit_init(struct pit *pit);

/* `offset` 0-3 or PIT_PORT61. Wider accesses are split into bytes; those past the
 * window read 0xff and drop what is written. */
uint64_t pit_read(struct pit *pit, uint64_t offset, unsigned bytes);
void pit_write(struct pit *pit, uint64_t offset, unsigned bytes, uint64_t value);

/* Level of IRQ 0. Pure. */
bool pit_irq(const struct pit *pit);

/* Lets time reach `now_ns` (going back is ignored). */
void pit_advance(struct pit *pit, uint64_t now_ns);

/* Absolute ns of the next rising edge of IRQ 0; at or before the current time
 * while one is still to be shown; UINT64_MAX if none comes. */
uint64_t pit_deadline(const struct pit *pit);

#endif
