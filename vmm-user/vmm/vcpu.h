/* SPDX-License-Identifier: MIT */
/*
 * A virtual processor: runs the guest until it ends.
 *
 *   waits for STARTUP ── STARTUP ──► running ── exit ──► handler ──► running
 *        ▲                            │ HLT                           ▲
 *        │ INIT, in any state         └──► halted ── interrupt, NMI ──┘
 *
 * Before an entry the loop looks, if the processor is due (machine.h), for an event
 * to inject and sets its timer to its next deadline.
 * Locks: none; its thread owns the vCPU. What it shares is in the machine.
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
#include "vmm/nmi.h"
#include "vmm/quick.h"

struct vcpu {
	struct guest_cpu cpu;    /* cpu.state: the page shared with the kernel */
	struct machine_cpu *own; /* its part of the machine */
	struct exit_hardware hardware;
	struct cpuid_guest cpuid;
	struct msr_file msrs;
	struct inject inject;
	struct nmi nmi;
	uint64_t cr4_allowed;
	struct debug debug;
	struct quick quick;
	bool halted;
	bool waits;       /* for STARTUP */
	uint32_t refetch; /* groups to store more at the next exit of its reason */
	uint64_t refetch_reason;
	enum guest_end end; /* GUEST_RUNNING until it ended */
	uint64_t end_code;
	struct activity_vcpu *shown; /* the counters that all see, or `hidden` */
	struct activity_vcpu hidden;
	/* The run loop's own. */
	uint64_t slot, notification; /* capabilities */
	uint64_t armed;              /* deadline as set in the kernel, or CLOCK_NEVER */
	const struct vcpu_crew *crew;
	void *ctx;
};

/* What the run loop asks of those around it. */
struct vcpu_crew {
	uint64_t timer_bit; /* of a vCPU's notification */
	/* Bits of the notification that came, other than timer_bit. */
	void (*signalled)(struct vcpu *vcpu, uint64_t bits);
	void (*idle)(struct vcpu *vcpu);    /* before the guest sleeps, and at each signal */
	bool (*stopped)(struct vcpu *vcpu); /* the guest has ended, by another vCPU */
	/* After each exit: holds the guest up while its console does. */
	void (*pace)(struct vcpu *vcpu);
};

/* --- vcpu_start.c --- */

/* A processor as it is after reset: the first one runs, the others wait for STARTUP.
 * And then as the loader wants the first to begin. `state` is the zeroed page, `own`
 * was added to its machine; fills everything above but what belongs to the run loop. */
void vcpu_init(struct vcpu *vcpu, struct vcpu_state *state, struct machine_cpu *own,
	const struct cpuid_guest *cpuid, const struct exit_hardware *hardware);
void vcpu_boot(struct vcpu *vcpu, const struct boot_entry *entry);

/* INIT came: as after reset, but for what INIT leaves alone, and waits for STARTUP.
 * Missing: PAT is reset as well. */
void vcpu_reset(struct vcpu *vcpu);

/* STARTUP came: begins at `page` << 12 in real mode, if it waits for that. */
void vcpu_startup(struct vcpu *vcpu, uint8_t page);

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

/* Takes up what others left for the processor, and what follows: INIT, STARTUP, the
 * end of a halt, an event to inject. With nothing new it does nothing. */
void vcpu_look(struct vcpu *vcpu);

/* --- vcpu.c --- */

/* Runs until vcpu->end says how the guest ended. */
void vcpu_run(struct vcpu *vcpu);

#endif
