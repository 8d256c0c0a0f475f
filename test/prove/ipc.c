/* SPDX-License-Identifier: MIT */
/*
 * Calls, replies, faults, and threads that come and go in calls: any registers, any
 * portal, threads in any state and tied to each other in any way, in circles too.
 */
/* EVA: -eva-precision 2 -eva-split-return full -eva-interprocedural-splits -eva-ilevel 64 */
/* EVA: -eva-slevel-function main:1000,thread_create:500 */
#include "world.h"

#include "kernel/ipc.c"
#include "kernel/thread.c"

struct regs *syscall_refuse(struct thread *current, enum object_type type, unsigned needed)
{
	(void)type;
	(void)needed;
	return syscall_finish(current, STATUS_BAD_CAP);
}

void vcpu_stop(struct vcpu *of)
{
	of->thread = NULL;
}

/* Any address, any answer. */
enum status shared_map(struct domain *domain, uint64_t address, void **page)
{
	enum status status = status_any();

	domain->account.pages_used = any32();
	(void)address;
	if (status == STATUS_OK)
		*page = &caller_utcb;
	return status;
}

void shared_unmap(struct domain *domain, uint64_t address, void *page)
{
	domain->account.pages_used = any32();
	(void)address;
	Frama_C_make_unknown(page, PAGE_SIZE);
}

void object_enter(struct object *object, enum object_type type, struct domain *owner)
{
	object->id = FREE;
	object->type_and_dying = (uint16_t)type;
	object->owner = owner;
}

struct ref object_ref(const struct object *object)
{
	return ref_any(object->id);
}

/* What decision a server's call came at is only ever compared with the CPU's. */
#define DECISIONS 1000u

static void reply(void)
{
	unsigned from = Frama_C_unsigned_int_interval(0, 2);
	unsigned when = Frama_C_unsigned_int_interval(0, 2);

	HERE->decisions = DECISIONS;
	/*@ split from; */
	CALLER->caller = from ? threads[from] : NULL;
	/*@ split when; */
	if (when == 0) {
		CALLER->decision = Frama_C_unsigned_long_interval(0, DECISIONS - 1);
	} else if (when == 1) {
		CALLER->decision = Frama_C_unsigned_long_interval(DECISIONS + 1, UINT64_MAX);
	} else {
		CALLER->decision = DECISIONS;
		if (!from)
			return;
	}
	(void)ipc_reply(CALLER);
}

static void run(void)
{
	CALLER->state = THREAD_RUNNABLE;
	switch (Frama_C_interval(0, 2)) {
	case 0:
		(void)ipc_call(CALLER);
		break;
	case 1:
		reply();
		break;
	case 2:
		(void)ipc_fault(CALLER, any(), any(), any());
		break;
	}
}

int main(void)
{
	unsigned called = Frama_C_unsigned_int_interval(CURRENT, THIRD);
	struct thread *thread;

	world_make();
	virt = &machine;
	/*@ split called; */
	portal.server.entry = &names[called];
	switch (Frama_C_interval(0, 5)) {
	case 0:
		run();
		break;
	case 1:
		ipc_abort(CALLER);
		break;
	case 2:
		if (thread_create(domain_any(), cpu_any(), any(), any(), any(), ref_any(PORTAL),
			    &thread) == STATUS_OK)
			thread_release(&thread->object);
		break;
	case 3:
		thread_unlink(&CALLER->object);
		break;
	case 4:
		thread_release(&CALLER->object);
		break;
	case 5:
		thread_wake(CALLER);
		break;
	}
	return 0;
}
