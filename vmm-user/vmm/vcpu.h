/* SPDX-License-Identifier: MIT */
/*
 * A virtual processor: runs the guest until it ends.
 *
 *   running ── exit ──► handler (vcpu_exit.c, one per kind) ──► running
 *      │ HLT                                                      ▲
 *      └──► halted ── interrupt or NMI ───────────────────────────┘
 *
 * Before an entry the loop looks, if anything has changed, for an event to
 * inject and sets the one timer to the next deadline of any device.
 * Locks: none; its thread owns the vCPU, the machine and all devices.
 */
#ifndef VMM_VCPU_H
#define VMM_VCPU_H

#include "abi/start.h"
#include "vmm/cpuid.h"
#include "vmm/debug.h"
#include "vmm/exit.h"
#include "vmm/inject.h"
#include "vmm/load/boot_entry.h"
#include "vmm/machine.h"
#include "vmm/msr.h"

struct vcpu {
	struct guest_cpu cpu; /* cpu.state: the page shared with the kernel */
	struct machine *machine;
	struct cpuid_guest cpuid;
	struct msr_file msrs;
	struct inject inject;
	uint64_t cr4_allowed;
	struct debug debug;
	bool halted;
	uint32_t refetch; /* groups to store more at the next exit of its reason */
	uint64_t refetch_reason;
	enum guest_end end; /* GUEST_RUNNING until it ended */
	uint64_t end_code;
	uint64_t exits[KIND_COUNT];
	/* The run loop's own. */
	uint64_t slot, notification; /* capabilities */
	uint64_t timer_bit, armed;   /* deadline as set in the kernel, or CLOCK_NEVER */
	uint32_t windows;            /* as last told to the kernel */
	void (*signalled)(void *ctx, uint64_t bits); /* bits other than timer_bit */
	void (*idle)(void *ctx); /* before the guest sleeps, and at each signal */
	void *ctx;
};

/* --- vcpu_start.c --- */

/* A processor as it is after reset, and then as the loader wants it to begin.
 * `state` is the zeroed page, `machine` built; fills everything above but what
 * belongs to the run loop. */
void vcpu_init(struct vcpu *vcpu, struct vcpu_state *state, struct machine *machine,
	const struct cpuid_guest *cpuid);
void vcpu_boot(struct vcpu *vcpu, const struct boot_entry *entry);

/* --- vcpu_exit.c --- */

/* Does what *exit asks for. Sets vcpu->end when the guest is at its end. */
void vcpu_handle(struct vcpu *vcpu, const struct exit *exit);

/* The exception *fault is delivered with the next entry. */
void vcpu_raise(struct vcpu *vcpu, const struct fault *fault);

/* Ends the guest; the first reason counts. */
void vcpu_end(struct vcpu *vcpu, enum guest_end end, uint64_t code);

/* Puts the chosen event and the windows into the state page. */
void vcpu_inject(struct vcpu *vcpu);

/* Whether a halted processor has a reason to go on. */
bool vcpu_awake(const struct vcpu *vcpu);

/* --- vcpu.c --- */

/* Runs until vcpu->end says how the guest ended. */
void vcpu_run(struct vcpu *vcpu);

#endif
