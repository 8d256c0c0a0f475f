/* SPDX-License-Identifier: MIT */
/*
 * What guests do most, on the short way: single accesses to the first serial port, and
 * plain 32-bit moves to and from the local APIC's page in 64-bit mode. Each has the same
 * effect as the long way (io.c, emulate.c), which does all that is refused here.
 *
 * An exit for memory brings with it only what this needs of a guest whose RIP is above
 * 4 GiB, which is 64-bit code then. Others need QUICK_MORE as well: once asked for, it
 * stays until it is in the way.
 *
 * The bytes at RIP are read anew each time, by a walk that trusts the processor to have
 * fetched from there; only what they decode to is remembered.
 * State: struct quick, one per vCPU. Locks: its thread's own. Pure.
 */
#ifndef VMM_QUICK_H
#define VMM_QUICK_H

#include "vmm/exit.h"

/* Groups that emulation needs and quick_apic() mostly does not. */
#define QUICK_MORE (GROUP_RSP | GROUP_CS_SS | GROUP_SEGMENTS | GROUP_EFER)

#define QUICK_MOVES 16u /* a power of two */

/* A move that was decoded before. */
struct quick_move {
	uint64_t rip;
	uint64_t bytes[2], mask[2]; /* as they lie there; which of them are its own */
	uint8_t length;             /* 0: none */
	uint8_t reg;                /* enum vcpu_gpr */
	bool store, immediate;
	uint32_t value; /* if immediate */
};

struct quick {
	struct quick_move move[QUICK_MOVES];
};

struct vcpu;

/* true: done, RIP is behind the instruction. false: nothing has happened. Neither traps
 * for TF, or for breakpoints on ports: not to be called with the latter. */
bool quick_port(struct vcpu *vcpu, const struct exit_io *io);
bool quick_apic(struct vcpu *vcpu, const struct exit_mmio *mmio);

#endif
