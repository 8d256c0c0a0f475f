/* SPDX-License-Identifier: MIT */
/* The interrupt descriptor table, and what the stubs of entry.S call. */
#ifndef ARCH_TRAPS_H
#define ARCH_TRAPS_H

#include "regs.h"

#include <stdint.h>

/* Fills the one table all CPUs share. At boot. */
void traps_init(void);

/* Loads it. Once per CPU. */
void traps_load(void);

/* An exception or interrupt in ring 3; the frame is saved. */
struct regs *trap_user(struct regs *regs, unsigned vector, uint64_t error);

/* An interrupt, in ring 3, in a guest, or in the idle loop. */
struct regs *interrupt_dispatch(struct regs *regs, unsigned vector);

/* What the CPU pushed for a trap in ring 0. */
struct trap_frame {
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

_Noreturn void trap_panic(const struct trap_frame *frame);

#endif
