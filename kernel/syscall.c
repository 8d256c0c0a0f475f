/* SPDX-License-Identifier: MIT */
#include "syscall.h"

#include "console.h"
#include "create.h"
#include "delegate.h"
#include "destroy.h"
#include "domain.h"
#include "ipc.h"
#include "irq.h"
#include "notification.h"
#include "smp.h"
#include "upcall.h"
#include "vcpu.h"

#define LOG_PIECE 16u /* bytes: what a UART's queue holds */

struct object *syscall_object(
	struct thread *current, enum object_type type, unsigned rights, enum status *status)
{
	uint64_t slot = SYS_WORD_SLOT(regs_call_word(&current->regs));

	return domain_object(current->domain, slot, type, rights, status);
}

struct regs *syscall_refuse(struct thread *current, enum object_type type, unsigned rights)
{
	enum status status;

	/* It may have come since. */
	if (syscall_object(current, type, rights, &status))
		status = STATUS_BAD_CAP;
	return syscall_finish(current, status);
}

/* In steps; then the call starts again if more is left. */
static struct regs *sys_destroy(struct thread *current)
{
	struct cpu *cpu = current->cpu;
	uint64_t slot = SYS_WORD_SLOT(regs_call_word(&current->regs));
	struct cap cap = capspace_get(&current->domain->caps, slot);
	struct object *object = object_find(cap_ref(cap));
	bool gone = false;

	if (!object || !object->owner)
		return syscall_finish(current, STATUS_BAD_CAP);
	if (!(cap_rights(cap) & RIGHT_DESTROY))
		return syscall_finish(current, STATUS_NO_RIGHT);
	if (object->type == OBJECT_DOMAIN &&
		domain_within(current->domain, CONTAINER_OF(object, struct domain, object)))
		return syscall_finish(current, STATUS_BAD_STATE);
	/* The object may be the calling thread itself, so its status comes first. */
	regs_set_status(&current->regs, STATUS_OK);
	for (unsigned step = 0; step < DESTROY_STEPS && !gone; step++)
		gone = destroy_step(object);
	if (!gone)
		regs_restart(&current->regs);
	return cpu->resched ? sched_next(cpu) : &current->regs;
}

static struct regs *sys_info(struct thread *current)
{
	enum status status;
	struct object *object = syscall_object(current, OBJECT_DOMAIN, RIGHT_USE, &status);
	const struct account *account;

	if (!object)
		return syscall_finish(current, status);
	account = &CONTAINER_OF(object, struct domain, object)->account;
	regs_set_result1(&current->regs, account->pages_used);
	regs_set_result2(&current->regs, account->pages_limit);
	regs_set_result3(&current->regs, account->objects_used);
	regs_set_result4(&current->regs, account->objects_limit);
	return syscall_finish(current, STATUS_OK);
}

static struct regs *sys_log(struct thread *current)
{
	enum status status;
	uint64_t size = regs_arg1(&current->regs), first = regs_arg2(&current->regs);

	if (!syscall_object(current, OBJECT_LOG, RIGHT_USE, &status))
		return syscall_finish(current, status);
	if (size > LOG_BYTES_MAX || first > sizeof(*current->utcb) - size)
		return syscall_finish(current, STATUS_BAD_ARG);
	console_write((const char *)current->utcb + first, size < LOG_PIECE ? size : LOG_PIECE);
	if (size <= LOG_PIECE)
		return syscall_finish(current, STATUS_OK);
	/* A UART is slow: interrupts come in between. */
	regs_set_result1(&current->regs, size - LOG_PIECE);
	regs_set_result2(&current->regs, first + LOG_PIECE);
	regs_restart(&current->regs);
	return current->cpu->resched ? sched_next(current->cpu) : &current->regs;
}

/* Calls that touch more than their CPU's own: with the kernel lock. */
static struct regs *(*const locked_calls[16])(struct thread *) = {
	[SYS_DELEGATE] = delegate_sys,
	[SYS_CREATE] = create_sys,
	[SYS_DESTROY] = sys_destroy,
	[SYS_IRQ_BIND] = irq_sys_bind,
	[SYS_INFO] = sys_info,
};

/*@ requires known: \valid_function(locked_calls[current->regs.rdi & 15]);
    requires running: \valid(current->cpu) && \valid(current->domain); */
static struct regs *sys_locked(struct thread *current)
{
	unsigned index = SYS_WORD_CALL(regs_call_word(&current->regs)) & 15;
	struct cpu *cpu = current->cpu;
	struct regs *next;

	smp_lock();
	/* Whoever had it may have ended this thread. */
	if (likely(percpu()->regs == &current->regs))
		next = locked_calls[index](current);
	else
		next = sched_next(cpu);
	smp_unlock();
	return next;
}

static struct regs *sys_unknown(struct thread *current)
{
	return syscall_finish(current, STATUS_BAD_CALL);
}

struct regs *(*const kernel_syscalls[256])(struct thread *) = {
	[SYS_CALL] = ipc_call,
	[SYS_REPLY] = ipc_reply,
	[SYS_SIGNAL] = notification_sys_signal,
	[SYS_WAIT] = notification_sys_wait,
	[SYS_TIMER] = notification_sys_timer,
	[SYS_VCPU_RUN] = vcpu_sys_run,
	[SYS_VCPU_POKE] = vcpu_sys_poke,
	[SYS_DELEGATE] = sys_locked,
	[SYS_CREATE] = sys_locked,
	[SYS_DESTROY] = sys_locked,
	[SYS_IRQ_BIND] = sys_locked,
	[SYS_IRQ_ACK] = irq_sys_ack,
	[SYS_INFO] = sys_locked,
	[SYS_LOG] = sys_log,
	[SYS_COUNT... 255] = sys_unknown,
};

struct regs *kernel_fault(struct regs *regs, unsigned vector, uint64_t error, uint64_t address)
{
	return ipc_fault(thread_of(regs), vector, error, address);
}

struct regs *kernel_timer(struct regs *regs)
{
	struct cpu *cpu = cpu_this();

	sched_tick(cpu);
	return cpu->resched ? sched_next(cpu) : regs;
}
