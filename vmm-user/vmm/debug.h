/* SPDX-License-Identifier: MIT */
/*
 * A guest's debug registers. The CPU holds DR0 to DR3 and DR7 while the guest
 * runs, so that breakpoints on its code and data work; DR6 is kept here, because
 * each #DB comes by. Breakpoints on ports and general detect are ours as well:
 * the accesses that they watch exit before the CPU looks.
 *
 * State: struct debug. Locks: none. Pure.
 * Missing: data breakpoints on memory that an emulated instruction touches.
 * Source: Intel SDM vol. 3B section 17.2 "Debug Registers".
 */
#ifndef VMM_DEBUG_H
#define VMM_DEBUG_H

#include "vmm/cpu.h"

#define DR6_BD BIT(13)
#define DR6_BS BIT(14)
#define DR7_GD BIT(13)

struct debug {
	uint64_t dr[8]; /* as the guest reads them; 4 and 5 are not used */
};

/* The registers after reset, also in the state page. */
void debug_init(struct debug *debug, struct vcpu_state *state);

/* Writes register `dr` (0 to 3, 6, 7). false: bits are set that must be clear;
 * nothing changed. */
bool debug_write(
	struct debug *debug, struct vcpu_state *state, unsigned dr, uint64_t value) MUST_CHECK;

/* A #DB is delivered for `reasons` (bits of DR6). */
void debug_trap(struct debug *debug, uint64_t reasons);

/* Whether any breakpoint on a port is on; then, which of them (bits of DR6) an
 * access of `bytes` at `port` hits. Only with CR4.DE. */
bool debug_has_ports(const struct debug *debug);
uint64_t debug_port_hits(const struct debug *debug, uint16_t port, unsigned bytes);

#endif
