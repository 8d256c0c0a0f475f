/* SPDX-License-Identifier: MIT */
/* An interrupt line as an object: it signals bits of a notification, and stays
 * masked from then until it is acknowledged. */
#ifndef KERNEL_IRQ_H
#define KERNEL_IRQ_H

#include "object.h"
#include "regs.h"

struct thread;

struct irq {
	struct object object;
	unsigned line; /* of irqline.h */
	struct ref notification;
	uint64_t bits;
};

/* The line of global system interrupt `gsi`, masked; IRQ_* flags. */
enum status irq_create(
	struct domain *payer, uint32_t gsi, uint32_t flags, struct irq **out) MUST_CHECK;
void irq_release(struct object *object);

/* SYS_IRQ_BIND and SYS_IRQ_ACK of thread `current`. */
struct regs *irq_sys_bind(struct thread *current);
struct regs *irq_sys_ack(struct thread *current);

#endif
