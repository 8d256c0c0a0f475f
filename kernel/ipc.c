/* SPDX-License-Identifier: MIT */
#include "ipc.h"

#include "domain.h"
#include "lib/string.h"
#include "portal.h"
#include "sched.h"
#include "syscall.h"
#include "thread.h"

/*@ requires few: words <= IPC_WORDS_MAX;
    requires apart: to->utcb != from->utcb; */
static void ipc_copy_utcb(struct thread *to, const struct thread *from, unsigned words)
{
	if (words)
		memcpy(to->utcb, from->utcb, words * sizeof(uint64_t));
}

/* The server of `portal`, or NULL if it is gone. */
static struct thread *ipc_server(const struct portal *portal)
{
	struct object *object;

	return object_live(portal->server, &object) ? CONTAINER_OF(object, struct thread, object)
						    : NULL;
}

/* Ties caller and server. (All is read before anything is written.) */
/*@ requires free: server->state == THREAD_IDLE;
    requires apart: server != caller;
    requires one_cpu: server->cpu == caller->cpu; */
static void ipc_tie(struct thread *caller, struct thread *server)
{
	uint32_t height = caller->height + 1;
	uint64_t decision = caller->cpu->decisions;

	caller->state = THREAD_CALLING;
	caller->callee = server;
	server->state = THREAD_RUNNABLE;
	server->height = height;
	server->caller = caller;
	server->decision = decision;
}

/* Unties it from its caller: the server is free. */
static void ipc_free(struct thread *server)
{
	server->state = THREAD_IDLE;
	server->height = 0;
	server->caller = NULL;
}

static NOINLINE struct regs *ipc_switch_more(struct thread *to)
{
	space_switch_more(&to->domain->space);
	return &to->regs;
}

/* Goes on with `to` on the context that `from` has run on. */
static ALWAYS_INLINE struct regs *ipc_switch(const struct thread *from, struct thread *to)
{
	if (unlikely(percpu()->inside)) /* `from` is a VMM */
		return thread_activate(to);
	if (from->domain != to->domain && unlikely(!space_switch(&to->domain->space)))
		return ipc_switch_more(to);
	return &to->regs;
}

/* Whether the chain from `server` on comes back to `current`. */
static bool ipc_circle(const struct thread *current, struct thread *server)
{
	while (server && server != current)
		server = thread_next(server);
	return server != NULL;
}

/* Whether the heights from `server` on, raised where they must be, keep the limit if
 * `current` waits for it. Behind the first that is high enough all are. */
static bool ipc_fits(const struct thread *current, struct thread *server)
{
	uint32_t height = current->height + 1;

	for (; server && server->height < height; server = thread_next(server))
		if (height++ == IPC_DEPTH_MAX + 1)
			return false;
	return true;
}

/* Behind the helpers of `thread` and of its callers there may be chains of any height.
 * They lose their links and try again, and find that they do not fit any more. False
 * if the heights are those of calls alone already. */
static bool ipc_shed(struct thread *thread)
{
	struct cpu *cpu = thread->cpu;
	uint32_t calls = 0;

	for (struct thread *t = thread; t->caller; t = t->caller)
		calls++;
	if (thread->height == calls)
		return false;
	for (struct thread *t = thread; t; t = t->caller) {
		t->height = calls--;
		t->decision = cpu->decisions;
	}
	/* The current context may have been a helper's. */
	cpu->resched = true;
	return true;
}

/* Whether `current` may wait for `server`; its own helpers are not in the way. */
static bool ipc_make_room(struct thread *current, struct thread *server)
{
	if (ipc_circle(current, server))
		return false;
	return ipc_fits(current, server) || (ipc_shed(current) && ipc_fits(current, server));
}

/* Lends the current context to a busy server, for which there is room, until it is
 * free. */
static struct regs *ipc_help(struct thread *current, struct thread *server)
{
	uint32_t height = current->height + 1;

	for (struct thread *t = server; t && t->height < height; t = thread_next(t))
		t->height = height++;
	current->helping = object_ref(&server->object);
	current->helped = server->decision;
	current->state = THREAD_HELPING;
	return sched_next(current->cpu);
}

/* Everything that ipc_call() leaves out, from the checks on. */
static NOINLINE struct regs *ipc_call_slow(struct thread *current, struct portal *portal)
{
	unsigned words = SYS_WORD_FLAGS(regs_call_word(&current->regs));
	struct thread *server = ipc_server(portal);

	if (words > IPC_WORDS_MAX)
		return syscall_finish(current, STATUS_BAD_ARG);
	if (!server)
		return syscall_finish(current, STATUS_ABORTED);
	if (server->cpu != current->cpu)
		return syscall_finish(current, STATUS_WRONG_CPU);
	if (!ipc_make_room(current, server))
		return syscall_finish(current, STATUS_TOO_DEEP);
	if (server->state != THREAD_IDLE) {
		/* The call is made again later. */
		regs_restart(&current->regs);
		return ipc_help(current, server);
	}
	ipc_copy_utcb(server, current, words);
	ipc_tie(current, server);
	if (unlikely(current->cpu->resched)) {
		regs_start(&server->regs, &portal->entry);
		regs_copy_message(&server->regs, &current->regs);
		return sched_next(current->cpu);
	}
	regs_call(&server->regs, &portal->entry);
	return thread_activate(server);
}

/*@ requires running: current->state == THREAD_RUNNABLE;
    requires ties: \valid(current->cpu) && \valid(current->domain); */
struct regs *ipc_call(struct thread *current)
{
	uint64_t word = regs_call_word(&current->regs);
	struct object *object =
		domain_get(current->domain, SYS_WORD_SLOT(word), OBJECT_PORTAL, RIGHT_USE);
	struct thread *server;
	struct portal *portal;

	if (unlikely(!object))
		return syscall_refuse(current, OBJECT_PORTAL, RIGHT_USE);
	portal = CONTAINER_OF(object, struct portal, object);
	if (unlikely(SYS_WORD_FLAGS(word) || !object_live(portal->server, &object)))
		return ipc_call_slow(current, portal);
	server = CONTAINER_OF(object, struct thread, object);
	if (unlikely(server->cpu != current->cpu || server->state != THREAD_IDLE ||
		     current->height >= IPC_DEPTH_MAX))
		return ipc_call_slow(current, portal);
	ipc_tie(current, server);
	regs_call(&server->regs, &portal->entry);
	return ipc_switch(current, server);
}

/* Lets the caller of a fault go on where it was, or stops it for good. */
static void ipc_end_fault(struct thread *caller, bool stop)
{
	caller->in_fault = false;
	caller->state = stop ? THREAD_STOPPED : THREAD_RUNNABLE;
}

/* Everything that ipc_reply() leaves out. */
static NOINLINE struct regs *ipc_reply_slow(struct thread *current)
{
	unsigned flags = SYS_WORD_FLAGS(regs_call_word(&current->regs));
	unsigned words = flags & ~REPLY_STOP;
	struct thread *caller = current->caller;
	struct cpu *cpu = current->cpu;

	if (current->sc)
		return syscall_finish(current, STATUS_BAD_STATE);
	if (words > IPC_WORDS_MAX)
		return syscall_finish(current, STATUS_BAD_ARG);
	ipc_free(current);
	if (!caller)
		return sched_next(cpu);
	if (caller->in_fault) {
		ipc_end_fault(caller, flags & REPLY_STOP);
		return sched_next(cpu);
	}
	caller->state = THREAD_RUNNABLE;
	ipc_copy_utcb(caller, current, words);
	if (current->decision == cpu->decisions) {
		regs_answer(&caller->regs);
		return thread_activate(caller);
	}
	regs_copy_message(&caller->regs, &current->regs);
	regs_set_status(&caller->regs, STATUS_OK);
	return sched_next(cpu);
}

/*@ requires running: current->state == THREAD_RUNNABLE;
    requires ties: \valid(current->cpu) && \valid(current->domain);
    requires called: current->decision == current->cpu->decisions ==> \valid(current->caller);
    requires apart: current->caller != current; */
struct regs *ipc_reply(struct thread *current)
{
	struct thread *caller = current->caller;

	/* If nothing has been scheduled since the call, the current context is still the
	 * caller's. */
	if (unlikely(SYS_WORD_FLAGS(regs_call_word(&current->regs)) ||
		     current->decision != current->cpu->decisions))
		return ipc_reply_slow(current);
	ipc_free(current);
	caller->state = THREAD_RUNNABLE;
	regs_answer(&caller->regs);
	return ipc_switch(current, caller);
}

/*@ requires running: current->state == THREAD_RUNNABLE;
    requires ties: \valid(current->cpu) && \valid(current->domain); */
struct regs *ipc_fault(struct thread *current, uint64_t vector, uint64_t error, uint64_t address)
{
	struct object *object = object_find(current->fault_portal);
	struct portal *portal = object ? CONTAINER_OF(object, struct portal, object) : NULL;
	struct thread *server = portal ? ipc_server(portal) : NULL;

	if (!server || server->cpu != current->cpu || !ipc_make_room(current, server)) {
		current->state = THREAD_STOPPED;
		return sched_next(current->cpu);
	}
	/* The faulting instruction runs again, faults again and tries again. */
	if (server->state != THREAD_IDLE)
		return ipc_help(current, server);
	current->in_fault = true;
	ipc_tie(current, server);
	server->decision |= DECISION_VOID;
	regs_start(&server->regs, &portal->entry);
	regs_set_message(&server->regs, vector, error, regs_ip(&current->regs), address,
		regs_sp(&current->regs));
	return unlikely(current->cpu->resched) ? sched_next(current->cpu) : thread_activate(server);
}

void ipc_abort(struct thread *thread)
{
	struct thread *caller = thread->caller;

	/* Contexts that wait at the end of its chain look for the end again. */
	sched_wake(thread_leaf(thread));
	if (thread->state == THREAD_CALLING) {
		thread->callee->caller = NULL;
		thread->callee->decision |= DECISION_VOID;
	}
	if (!caller)
		return;
	if (caller->in_fault) {
		ipc_end_fault(caller, true);
		return;
	}
	regs_set_status(&caller->regs, STATUS_ABORTED);
	caller->state = THREAD_RUNNABLE;
}
