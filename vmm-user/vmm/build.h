/* SPDX-License-Identifier: MIT */
/*
 * Builds the guest from what init handed over: memory, machine, kernel, vCPUs.
 * State: struct guest, one per monitor. Locks: none; before there are threads.
 */
#ifndef VMM_BUILD_H
#define VMM_BUILD_H

#include "abi/start.h"
#include "vmm/console.h"
#include "vmm/guest_memory.h"
#include "vmm/ports.h"
#include "vmm/vcpu.h"

struct guest {
	struct guest_memory memory;
	struct machine machine;
	struct console console; /* opened before */
	struct ports ports;
	const struct start_info *info;
	unsigned vcpus;
	struct vcpu *vcpu[START_VCPUS];
	/* Any thread: who ended the guest, vCPU + 1; and how many threads are still at it. */
	uint32_t ended_by, running;
};

/* KILL_NONE: the guest is ready for crew_start(). Else why there is none; a line for
 * people has been logged. */
enum guest_kill build_guest(struct guest *guest, const struct start_info *info) MUST_CHECK;

#endif
