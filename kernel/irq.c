/* SPDX-License-Identifier: MIT */
#include "irq.h"

#include "domain.h"
#include "irqline.h"
#include "notification.h"
#include "sched.h"
#include "smp.h"
#include "syscall.h"
#include "upcall.h"

/* Who owns each line. Changed with the kernel lock. */
static struct irq *owners[IRQ_LINES];

enum status irq_create(struct domain *payer, uint32_t gsi, uint32_t flags, struct irq **out)
{
	struct irq *irq = account_object(&payer->account, sizeof(*irq));
	enum status status;

	if (!irq)
		return STATUS_NO_MEMORY;
	status = irq_line_open(gsi, flags, &irq->line);
	if (status != STATUS_OK) {
		account_object_free(&payer->account, irq);
		return status;
	}
	object_enter(&irq->object, OBJECT_IRQ, payer);
	__atomic_store_n(&owners[irq->line], irq, __ATOMIC_RELEASE);
	*out = irq;
	return STATUS_OK;
}

void irq_release(struct object *object)
{
	struct irq *irq = CONTAINER_OF(object, struct irq, object);

	irq_line_close(irq->line);
	owners[irq->line] = NULL;
	smp_grace(); /* of kernel_irq() */
	account_object_free(&object->owner->account, irq);
}

/*@ requires line: line < IRQ_LINES; */
struct regs *kernel_irq(struct regs *regs, unsigned line)
{
	struct cpu *cpu = cpu_this();
	const struct irq *irq = __atomic_load_n(&owners[line], __ATOMIC_ACQUIRE);
	struct object *object = irq ? object_find(irq->notification) : NULL;

	if (object)
		notification_signal(CONTAINER_OF(object, struct notification, object), irq->bits);
	return cpu->resched ? sched_next(cpu) : regs;
}

struct regs *irq_sys_bind(struct thread *current)
{
	enum status status;
	struct object *object = syscall_object(current, OBJECT_IRQ, RIGHT_WAIT, &status);
	struct object *notification;
	const struct cpu *cpu;
	struct irq *irq;

	if (!object)
		return syscall_finish(current, status);
	notification = domain_object(current->domain, regs_arg1(&current->regs),
		OBJECT_NOTIFICATION, RIGHT_WAIT, &status);
	if (!notification)
		return syscall_finish(current, status);
	irq = CONTAINER_OF(object, struct irq, object);
	irq->notification = ref_none(); /* so that nobody acknowledges it meanwhile */
	irq_line_mask(irq->line);
	smp_grace(); /* of kernel_irq() and irq_sys_ack() */
	cpu = CONTAINER_OF(notification, struct notification, object)->cpu;
	if (!irq_line_route(irq->line, cpu->id))
		return syscall_finish(current, STATUS_NO_FEATURE);
	irq->notification = object_ref(notification);
	irq->bits = regs_arg2(&current->regs);
	irq_line_unmask(irq->line);
	return syscall_finish(current, STATUS_OK);
}

struct regs *irq_sys_ack(struct thread *current)
{
	enum status status;
	struct object *object = syscall_object(current, OBJECT_IRQ, RIGHT_USE, &status);
	const struct irq *irq;

	if (!object)
		return syscall_finish(current, status);
	irq = CONTAINER_OF(object, struct irq, object);
	/* Unbound, the line would fire for nobody. */
	if (!irq->notification.raw)
		return syscall_finish(current, STATUS_BAD_STATE);
	irq_line_unmask(irq->line);
	return syscall_finish(current, STATUS_OK);
}
