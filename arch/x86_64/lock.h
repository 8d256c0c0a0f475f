/* SPDX-License-Identifier: MIT */
/*
 * Ticket locks, for what the CPUs share. Interrupts are off in ring 0, so whoever
 * holds one gives it soon. The locks there are, in the order they may nest:
 *
 *   rank            guards                                        held by
 *   LOCK_KERNEL     object table and lists of owned objects       smp_lock()
 *                   (writes), accounts, pool, capability tables
 *                   (writes), page tables, I/O bitmaps, lines,
 *                   smp_run()
 *   LOCK_IOAPIC     registers of the I/O APICs                    ioapic.c
 *   LOCK_CONSOLE    sinks and history of the kernel log           console.c
 *
 * The order is checked in build/carrel-debug.elf, which is linked with
 * lock_order_checked.c in the place of lock_order.c.
 */
#ifndef ARCH_LOCK_H
#define ARCH_LOCK_H

#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

enum lock_rank { LOCK_KERNEL = 0, LOCK_IOAPIC, LOCK_CONSOLE };

struct lock {
	uint32_t next, serving; /* tickets */
	uint32_t rank;          /* enum lock_rank */
};

/* Waits for its turn; calls `meanwhile` (NULL: nothing) again and again until then. */
void lock_take(struct lock *, void (*meanwhile)(void));

/* Takes the lock if it is free. */
bool lock_try(struct lock *) MUST_CHECK;
void lock_give(struct lock *);

/* lock_order*.c: this CPU has taken the lock; is about to give it. */
void lock_taken(const struct lock *);
void lock_given(const struct lock *);

#endif
