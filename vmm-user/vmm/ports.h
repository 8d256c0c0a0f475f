/* SPDX-License-Identifier: MIT */
/*
 * All ports of the guest, one for each `net` of its block, in that order: eth0, eth1, ...
 * State: struct ports, one per monitor; the ports are on the heap and stay.
 * Locks: the machine's, once there are threads.
 */
#ifndef VMM_PORTS_H
#define VMM_PORTS_H

#include "abi/plan.h"
#include "abi/start.h"
#include "vmm/machine.h"

struct ports {
	unsigned count;
	struct port *port[PLAN_NETS];
	uint64_t bits; /* by which the switches signal */
};

/* Plugs their cards into the machine's bus, before there are processors. Else why not,
 * and a line for people was logged. The heap must be open. */
enum guest_kill ports_plug(
	struct ports *ports, struct machine *machine, const struct start_info *info) MUST_CHECK;

/* The switches behind `bits` signalled. */
void ports_signalled(struct ports *ports, uint64_t bits);

/* A line for people on each port that was used. */
void ports_log(const struct ports *ports);

#endif
