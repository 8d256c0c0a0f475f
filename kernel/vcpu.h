/* SPDX-License-Identifier: MIT */
/*
 * A virtual CPU: the back end's struct guest, its state page, and the thread
 * that runs it, if one does.
 *
 *   stopped ── SYS_VCPU_RUN ──► running (thread->regs goes on in the guest)
 *      ▲                           │ exit for the VMM, signal, poke
 *      └───────────────────────────┘
 */
#ifndef KERNEL_VCPU_H
#define KERNEL_VCPU_H

#include "message.h"
#include "object.h"
#include "regs.h"
#include "virt.h"

struct cpu;
struct gspace;
struct notification;
struct thread;

struct vcpu {
	struct guest guest; /* first: frames point at it */
	struct object object;
	struct cpu *cpu;
	struct list in_gspace;             /* alone once the gspace is gone */
	struct notification *notification; /* bound; unties itself when it goes */
	struct thread *thread;             /* inside SYS_VCPU_RUN, or NULL */
	bool poked;                        /* atomic; any CPU sets it */
	struct message message;            /* it was poked on another CPU */
	uint64_t state_address;            /* in the paying domain */
};

/* A stopped vCPU of `payer` in its reset state of zeroes, with its state page
 * mapped at `state_address`. On `cpu`. `notification` may be NULL. */
enum status vcpu_create(struct domain *payer, struct gspace *gspace, struct cpu *cpu,
	struct notification *notification, uint64_t state_address, struct vcpu **out) MUST_CHECK;
void vcpu_unlink(struct object *object);
void vcpu_release(struct object *object);

/* The bound notification has bits: a running guest leaves for its VMM. */
void vcpu_signal(struct vcpu *vcpu);

/* The gspace is about to go: the vCPU (the argument) leaves it and can run no more. */
void vcpu_detach(void *vcpu);

/* The thread inside is about to go. */
void vcpu_stop(struct vcpu *vcpu);

/* SYS_VCPU_RUN and SYS_VCPU_POKE of thread `current`. */
struct regs *vcpu_sys_run(struct thread *current);
struct regs *vcpu_sys_poke(struct thread *current);

#endif
