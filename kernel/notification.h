/* SPDX-License-Identifier: MIT */
/*
 * A notification: 64 signal bits. One thread waits for some of them, or one
 * vCPU is bound and leaves its guest for any. A timer of its own sets bits at a
 * deadline.
 *
 * The word is atomic: any CPU sets bits, and sends a message to the notification's
 * own CPU, which alone touches the rest.
 */
#ifndef KERNEL_NOTIFICATION_H
#define KERNEL_NOTIFICATION_H

#include "message.h"
#include "object.h"
#include "regs.h"
#include "timeout.h"

struct cpu;
struct thread;
struct vcpu;

struct notification {
	struct object object;
	struct cpu *cpu; /* of the waiter, the vCPU and the timer */
	uint64_t word;
	uint64_t mask;         /* what the waiter waits for */
	struct thread *waiter; /* unties itself when it goes */
	struct vcpu *vcpu;     /* bound; unties itself when it goes */
	uint64_t timer_bits;
	struct timeout timer;
	struct message message; /* bits have been set on another CPU */
};

/* A notification for threads, vCPUs and timers of `cpu`, charged to `payer`. */
enum status notification_create(
	struct domain *payer, struct cpu *cpu, struct notification **out) MUST_CHECK;
void notification_unlink(struct object *object);
void notification_release(struct object *object);

/* Sets bits; wakes the waiter or stops the bound vCPU if they asked for them, at
 * once or, from another CPU, soon. */
void notification_signal(struct notification *notification, uint64_t bits);

/* All bits of `mask` that are set, taken out of the word. On its CPU. */
uint64_t notification_take(struct notification *notification, uint64_t mask);

/* SYS_SIGNAL, SYS_WAIT, SYS_TIMER of thread `current`. */
struct regs *notification_sys_signal(struct thread *current);
struct regs *notification_sys_wait(struct thread *current);
struct regs *notification_sys_timer(struct thread *current);

#endif
