/* SPDX-License-Identifier: MIT */
/*
 * Builds the guest from what init handed over: memory, machine, kernel, vCPU.
 * State: struct guest, one per monitor. Locks: none.
 */
#ifndef VMM_BUILD_H
#define VMM_BUILD_H

#include "abi/start.h"
#include "vmm/console.h"
#include "vmm/guest_memory.h"
#include "vmm/vcpu.h"

struct guest {
	struct guest_memory memory;
	struct machine machine;
	struct console console; /* opened before */
	struct vcpu vcpu;
};

/* KILL_NONE: the guest is ready for vcpu_run(), but for the loop's callbacks.
 * Else why there is none; a line for people has been logged. */
enum guest_kill build_guest(struct guest *guest, const struct start_info *info) MUST_CHECK;

#endif
