/* SPDX-License-Identifier: MIT */
/*
 * Further processors: starting them, and giving them functions to run. They wait with
 * HLT, so that they take no time from others, also where several of them share one.
 * Only the first processor may print and check.
 * Source: Intel SDM vol. 3, 9.4 "Multiple-Processor (MP) Initialization".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "apic.h"
#include "cpu.h"

#define SMP_CPUS 32
#define SMP_WAKE 0xf1 /* the vector that ends a wait; it does nothing else */

struct smp_cpu {
	struct smp_cpu *self; /* at GS base 0 */
	unsigned index;       /* 0 is the first processor, the others as they came */
	uint32_t apic_id;
	volatile bool alive;
	void (*volatile task)(void);
	volatile unsigned nmis;
	uint64_t first_cr0, first_rdx, first_tsc; /* as STARTUP found them */
};

extern struct smp_cpu smp_cpu[SMP_CPUS];
/* How often a processor has come through the trampoline, since the start. */
extern volatile uint32_t smp_arrivals;

/** Enabled processors that the MADT lists, and their ids; at most SMP_CPUS. */
unsigned smp_listed(uint32_t *ids);

/** Prepare: trampoline, vectors, this processor's APIC. Called once, first. */
void smp_init(void);

/** INIT, STARTUP, STARTUP to this id, or to all others with SMP_OTHERS. */
#define SMP_OTHERS 0xffffffff
void smp_send_start(uint32_t id);

/** Start all that the MADT lists; returns how many run, this one included. Ends the
 * test as SKIP if there are fewer than `least`. */
unsigned smp_start(unsigned least);

/** The processor this runs on. */
struct smp_cpu *smp_self(void);

/** Have cpu run fn, once; and wait for all of them to be done. */
void smp_run(unsigned cpu, void (*fn)(void));
void smp_wait(void);

/** How many bits are set. */
static inline unsigned smp_count_bits(uint32_t v)
{
	unsigned n = 0;

	for (; v; v &= v - 1)
		n++;
	return n;
}

/** Wake a processor that waits in SMP_HALT_UNTIL. */
void smp_wake(unsigned cpu);

/* Halt until the condition holds; each change of it must be followed by an interrupt to
 * this processor. Interrupts are off before, in the condition, and behind it. */
#define SMP_HALT_UNTIL(condition)                                                                  \
	do {                                                                                       \
		while (!(condition)) {                                                             \
			cpu_sti_hlt();                                                             \
			cpu_cli();                                                                 \
		}                                                                                  \
	} while (0)
