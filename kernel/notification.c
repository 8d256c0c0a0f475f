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

/* Gives the bits that are set to whoever wants them. On its CPU. */
static void notification_deliver(struct notification *n)
{
	struct thread *waiter = n->waiter;

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

static void notification_receive(struct message *message)
{
	notification_deliver(CONTAINER_OF(message, struct notification, message));
}

enum status notification_create(struct domain *payer, struct cpu *cpu, struct notification **out)
{
	struct notification *n = account_object(&payer->account, sizeof(*n));

	if (!n)
		return STATUS_NO_MEMORY;
	n->cpu = cpu;
	n->object.home = cpu->bit;
	n->message.receive = notification_receive;
	timeout_init(&n->timer, notification_timer);
	object_enter(&n->object, OBJECT_NOTIFICATION, payer);
	*out = n;
	return STATUS_OK;
}

void notification_unlink(struct object *object)
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
}

void notification_release(struct object *object)
{
	account_object_free(
		&object->owner->account, CONTAINER_OF(object, struct notification, object));
}

uint64_t notification_take(struct notification *n, uint64_t mask)
{
	return __atomic_fetch_and(&n->word, ~mask, __ATOMIC_SEQ_CST) & mask;
}

/* Bits have been set: whoever wants them gets them, at once or soon. */
static void notification_notice(struct notification *n)
{
	if (likely(n->cpu == cpu_this()))
		notification_deliver(n);
	else
		message_send(&n->message, n->cpu);
}

void notification_signal(struct notification *n, uint64_t bits)
{
	__atomic_or_fetch(&n->word, bits, __ATOMIC_SEQ_CST);
	notification_notice(n);
}

static NOINLINE struct regs *notification_sys_notice(struct thread *current, struct notification *n)
{
	notification_notice(n);
	return syscall_finish(current, STATUS_OK);
}

struct regs *notification_sys_signal(struct thread *current)
{
	uint64_t slot = SYS_WORD_SLOT(regs_call_word(&current->regs));
	struct object *object = domain_get(current->domain, slot, OBJECT_NOTIFICATION, RIGHT_USE);
	struct notification *n;

	if (unlikely(!object))
		return syscall_refuse(current, OBJECT_NOTIFICATION, RIGHT_USE);
	n = CONTAINER_OF(object, struct notification, object);
	__atomic_or_fetch(&n->word, regs_arg1(&current->regs), __ATOMIC_SEQ_CST);
	if (unlikely(n->cpu != current->cpu || n->waiter || n->vcpu))
		return notification_sys_notice(current, n);
	regs_set_status(&current->regs, STATUS_OK);
	return &current->regs;
}

/* What a thread may wait for. */
static struct notification *notification_of(struct thread *current)
{
	uint64_t slot = SYS_WORD_SLOT(regs_call_word(&current->regs));
	struct object *object = domain_get(current->domain, slot, OBJECT_NOTIFICATION, RIGHT_WAIT);

	return object ? CONTAINER_OF(object, struct notification, object) : NULL;
}

struct regs *notification_sys_wait(struct thread *current)
{
	struct notification *n = notification_of(current);
	unsigned flags = SYS_WORD_FLAGS(regs_call_word(&current->regs));
	uint64_t mask = regs_arg1(&current->regs);

	if (unlikely(!n))
		return syscall_refuse(current, OBJECT_NOTIFICATION, RIGHT_WAIT);
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
	struct notification *n = notification_of(current);
	uint64_t deadline = regs_arg2(&current->regs);

	if (unlikely(!n))
		return syscall_refuse(current, OBJECT_NOTIFICATION, RIGHT_WAIT);
	if (unlikely(n->cpu != current->cpu))
		return syscall_finish(current, STATUS_WRONG_CPU);
	timeout_cancel(&n->timer);
	n->timer_bits = regs_arg1(&current->regs);
	if (deadline)
		timeout_set(&current->cpu->timeouts, &n->timer, deadline);
	sched_arm(current->cpu);
	return syscall_finish(current, STATUS_OK);
}
