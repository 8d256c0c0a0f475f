/* SPDX-License-Identifier: MIT */
#include "thread.h"

#include "domain.h"
#include "ipc.h"
#include "notification.h"
#include "sched.h"
#include "shared.h"
#include "vcpu.h"
#include "virt.h"

enum status thread_create(struct domain *domain, struct cpu *cpu, uint64_t utcb_address,
	uint64_t ip, uint64_t sp, struct ref fault_portal, struct thread **out)
{
	struct thread *thread;
	enum status status;
	void *utcb;

	if (ip >= USER_END || sp > USER_END)
		return STATUS_BAD_ARG;
	thread = account_object(&domain->account, sizeof(*thread));
	if (!thread)
		return STATUS_NO_MEMORY;
	status = shared_map(domain, utcb_address, &utcb);
	if (status != STATUS_OK) {
		account_object_free(&domain->account, thread);
		return status;
	}
	thread->domain = domain;
	thread->utcb = utcb;
	thread->utcb_address = utcb_address;
	thread->cpu = cpu;
	thread->state = THREAD_IDLE;
	thread->fault_portal = fault_portal;
	list_init(&thread->blocked);
	thread->regs.stack = sp;
	regs_start(&thread->regs, &(struct entry_point){ip, 0});
	thread->object.home = cpu->bit;
	object_enter(&thread->object, OBJECT_THREAD, domain);
	*out = thread;
	return STATUS_OK;
}

void thread_unlink(struct object *object)
{
	struct thread *thread = CONTAINER_OF(object, struct thread, object);

	if (percpu()->regs == &thread->regs)
		percpu()->regs = &thread->cpu->dead;
	/* Chains that it was in are cut: the current context may run another now. */
	thread->cpu->resched = true;
	if (thread->waiting)
		thread->waiting->waiter = NULL;
	if (thread->vcpu)
		vcpu_stop(thread->vcpu);
	ipc_abort(thread);
	if (thread->sc) {
		sched_remove(thread->sc);
		thread->sc->thread = NULL;
		list_init(&thread->sc->node);
		thread->sc->state = SC_BLOCKED;
	}
	thread->state = THREAD_STOPPED;
}

void thread_release(struct object *object)
{
	struct thread *thread = CONTAINER_OF(object, struct thread, object);

	shared_unmap(thread->domain, thread->utcb_address, thread->utcb);
	account_object_free(&thread->domain->account, thread);
}

struct thread *thread_next(struct thread *thread)
{
	struct object *object;
	struct thread *server;

	if (thread->state == THREAD_CALLING)
		return thread->callee;
	if (thread->state != THREAD_HELPING)
		return NULL;
	object = object_find(thread->helping);
	server = object ? CONTAINER_OF(object, struct thread, object) : NULL;
	/* A call that came later is not the one that was helped. */
	if (server && server->state != THREAD_IDLE && server->decision == thread->helped)
		return server;
	thread->state = THREAD_RUNNABLE;
	return NULL;
}

struct thread *thread_leaf(struct thread *thread)
{
	for (;;) {
		struct thread *next = thread_next(thread);

		if (!next)
			return thread;
		thread = next;
	}
}

struct regs *thread_activate(struct thread *thread)
{
	struct guest *guest = percpu()->inside;

	if (guest && thread->regs.guest != guest)
		virt->leave(guest);
	space_load(&thread->domain->space);
	return &thread->regs;
}

void thread_wake(struct thread *thread)
{
	thread->state = THREAD_RUNNABLE;
	sched_wake(thread);
}
