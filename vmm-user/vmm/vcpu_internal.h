/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the vCPU's exit handling share: vcpu_exit.c (the table),
 * vcpu_register.c (special registers), vcpu_event.c (faults and interrupts).
 */
#ifndef VMM_VCPU_INTERNAL_H
#define VMM_VCPU_INTERNAL_H

#include "vmm/vcpu.h"

/* --- vcpu_event.c --- */

/* true if the groups are in the state page. Else nothing is to be done: the guest
 * goes on at the same instruction and comes back with them. Rare needs so do not
 * cost every exit. */
bool vcpu_has(struct vcpu *vcpu, uint32_t groups) MUST_CHECK;
/* The guest goes on, and the next exit of this reason has the groups as well. */
void vcpu_ask(struct vcpu *vcpu, uint32_t groups);
/* While vcpu->refetch: a want that was widened and served is narrow again. */
void vcpu_refetch_end(struct vcpu *vcpu);

/* RIP moves behind the instruction of *exit; with TF set, #DB follows. */
void vcpu_skip(struct vcpu *vcpu, const struct exit *exit);
/* The #DB alone, after an instruction that was skipped otherwise. */
void vcpu_step_trap(struct vcpu *vcpu);

/* A #DB for `reasons`, bits of DR6. */
void vcpu_debug_trap(struct vcpu *vcpu, uint64_t reasons);
/* With pending_debug: an instruction that exits has not been stepped. */
void vcpu_forget_step(struct vcpu *vcpu, const struct exit *exit);

void vcpu_raise_ud(struct vcpu *vcpu);
void vcpu_raise_gp(struct vcpu *vcpu);

/* An IRET that faulted had already let NMIs in again. */
void vcpu_reblock_nmi(struct vcpu *vcpu);

/* With GROUP_EVENT: an event whose delivery the exit interrupted waits to be
 * delivered again. */
void vcpu_note_interrupted(struct vcpu *vcpu, const struct exit *exit);

void vcpu_on_exception(struct vcpu *vcpu, const struct exit *exit);

/* --- vcpu_register.c --- */

void vcpu_on_rdtsc(struct vcpu *vcpu, const struct exit *exit);
void vcpu_on_cr(struct vcpu *vcpu, const struct exit *exit);
void vcpu_on_dr(struct vcpu *vcpu, const struct exit *exit);
void vcpu_on_rdmsr(struct vcpu *vcpu, const struct exit *exit);
void vcpu_on_wrmsr(struct vcpu *vcpu, const struct exit *exit);
void vcpu_on_xsetbv(struct vcpu *vcpu, const struct exit *exit);

#endif
