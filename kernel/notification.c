/* SPDX-License-Identifier: MIT */
#include "notification.h"

#include "domain.h"
#include "sched.h"
#include "syscall.h"
#include "thread.h"
#include "vcpu.h"

static void notification_timer(struct timeout *timeout)
{
	struct notification *n = CONTAINER_OF(timeout, struct notification, timer);

	notification_signal(n, n->timer_bits);
}

enum status notification_create(struct domain *payer, struct cpu *cpu, struct notification **out)
{
	struct notification *n = account_object(&payer->account, sizeof(*n));

	if (!n)
		return STATUS_NO_MEMORY;
	object_enter(&n->object, OBJECT_NOTIFICATION, payer);
	n->cpu = cpu;
	timeout_init(&n->timer, notification_timer);
	*out = n;
	return STATUS_OK;
}

void notification_destroy(struct object *object)
{
	struct notification *n = CONTAINER_OF(object, struct notification, object);

	timeout_cancel(&n->timer);
	if (n->waiter) {
		n->waiter->waiting = NULL;
		regs_set_status(&n->waiter->regs, STATUS_ABORTED);
		thread_wake(n->waiter);
	}
	if (n->vcpu)
		n->vcpu->notification = NULL;
	object_leave(object);
	account_object_free(&object->owner->account, n);
}

uint64_t notification_take(struct notification *n, uint64_t mask)
{
	uint64_t bits = n->word & mask;

	n->word &= ~bits;
	return bits;
}

void notification_signal(struct notification *n, uint64_t bits)
{
	struct thread *waiter = n->waiter;

	n->word |= bits;
	if (waiter && n->word & n->mask) {
		n->waiter = NULL;
		waiter->waiting = NULL;
		regs_set_status(&waiter->regs, STATUS_OK);
		regs_set_result1(&waiter->regs, notification_take(n, n->mask));
		thread_wake(waiter);
	}
	/* The waiter may have left bits. */
	if (n->vcpu && n->word)
		vcpu_signal(n->vcpu);
}

static struct notification *notification_of(
	struct thread *current, unsigned right, enum status *status)
{
	uint64_t slot = SYS_WORD_SLOT(regs_call_word(&current->regs));
	struct object *object =
		domain_object(current->domain, slot, OBJECT_NOTIFICATION, right, status);

	return object ? CONTAINER_OF(object, struct notification, object) : NULL;
}

struct regs *notification_sys_signal(struct thread *current)
{
	enum status status;
	struct notification *n = notification_of(current, RIGHT_USE, &status);

	if (unlikely(!n))
		return syscall_finish(current, status);
	notification_signal(n, regs_arg1(&current->regs));
	return syscall_finish(current, STATUS_OK);
}

struct regs *notification_sys_wait(struct thread *current)
{
	enum status status;
	struct notification *n = notification_of(current, RIGHT_WAIT, &status);
	unsigned flags = SYS_WORD_FLAGS(regs_call_word(&current->regs));
	uint64_t mask = regs_arg1(&current->regs);

	if (unlikely(!n))
		return syscall_finish(current, status);
	if (unlikely(flags & ~WAIT_POLL))
		return syscall_finish(current, STATUS_BAD_CALL);
	if (unlikely(n->cpu != current->cpu))
		return syscall_finish(current, STATUS_WRONG_CPU);
	if (n->word & mask || flags & WAIT_POLL) {
		regs_set_result1(&current->regs, notification_take(n, mask));
		return syscall_finish(current, STATUS_OK);
	}
	if (unlikely(n->waiter))
		return syscall_finish(current, STATUS_IN_USE);
	n->waiter = current;
	n->mask = mask;
	current->waiting = n;
	current->state = THREAD_WAITING;
	return sched_next(current->cpu);
}

struct regs *notification_sys_timer(struct thread *current)
{
	enum status status;
	struct notification *n = notification_of(current, RIGHT_WAIT, &status);
	uint64_t deadline = regs_arg2(&current->regs);

	if (unlikely(!n))
		return syscall_finish(current, status);
	if (unlikely(n->cpu != current->cpu))
		return syscall_finish(current, STATUS_WRONG_CPU);
	timeout_cancel(&n->timer);
	n->timer_bits = regs_arg1(&current->regs);
	if (deadline)
		timeout_set(&current->cpu->timeouts, &n->timer, deadline);
	sched_arm(current->cpu);
	return syscall_finish(current, STATUS_OK);
}
