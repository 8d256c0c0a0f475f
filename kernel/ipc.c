/* SPDX-License-Identifier: MIT */
#include "ipc.h"

#include "domain.h"
#include "lib/string.h"
#include "portal.h"
#include "sched.h"
#include "syscall.h"
#include "thread.h"

/* Copies the message of `from` to `to`: five words, and `words` of the UTCB. */
static void ipc_copy(struct thread *to, const struct thread *from, unsigned words)
{
	regs_copy_message(&to->regs, &from->regs);
	if (words)
		memcpy(to->utcb, from->utcb, words * sizeof(uint64_t));
}

/* Ties caller and server, and lets the server start at the portal's entry. */
static struct regs *ipc_enter(
	struct thread *caller, struct thread *server, const struct portal *portal)
{
	caller->state = THREAD_CALLING;
	caller->callee = server;
	server->caller = caller;
	server->state = THREAD_RUNNABLE;
	server->decision = server->cpu->decisions;
	regs_enter(&server->regs, portal->entry, server->stack, portal->id);
	return thread_activate(server);
}

/* STATUS_OK if `current` may wait for `server`: the chain from there on is not
 * too long, and does not come back to `current`. */
static enum status ipc_chain_check(const struct thread *current, struct thread *server)
{
	for (unsigned depth = 0; depth < IPC_DEPTH_MAX; depth++) {
		if (server == current)
			return STATUS_TOO_DEEP;
		server = thread_next(server);
		if (!server)
			return STATUS_OK;
	}
	return STATUS_TOO_DEEP;
}

/* How many calls are being served up to `thread`. */
static unsigned ipc_depth(const struct thread *thread)
{
	unsigned depth = 0;

	while (depth < IPC_DEPTH_MAX && thread->caller) {
		thread = thread->caller;
		depth++;
	}
	return depth;
}

/* Lends the current context to a busy server; the call is made again later. */
static struct regs *ipc_help(struct thread *current, struct thread *server)
{
	enum status status = ipc_chain_check(current, server);

	if (status != STATUS_OK)
		return syscall_finish(current, status);
	current->helping = object_ref(&server->object);
	current->state = THREAD_HELPING;
	regs_restart(&current->regs);
	return sched_next(current->cpu);
}

struct regs *ipc_call(struct thread *current)
{
	uint64_t word = regs_call_word(&current->regs);
	unsigned words = SYS_WORD_FLAGS(word);
	enum status status;
	struct object *object = domain_object(
		current->domain, SYS_WORD_SLOT(word), OBJECT_PORTAL, RIGHT_USE, &status);
	struct portal *portal;
	struct thread *server;

	if (unlikely(!object))
		return syscall_finish(current, status);
	if (unlikely(words > IPC_WORDS_MAX))
		return syscall_finish(current, STATUS_BAD_ARG);
	portal = CONTAINER_OF(object, struct portal, object);
	object = object_find(portal->server);
	if (unlikely(!object))
		return syscall_finish(current, STATUS_ABORTED);
	server = CONTAINER_OF(object, struct thread, object);
	if (unlikely(server->cpu != current->cpu))
		return syscall_finish(current, STATUS_WRONG_CPU);
	if (unlikely(server->state != THREAD_IDLE))
		return ipc_help(current, server);
	if (unlikely(ipc_depth(current) == IPC_DEPTH_MAX))
		return syscall_finish(current, STATUS_TOO_DEEP);
	ipc_copy(server, current, words);
	return ipc_enter(current, server, portal);
}

/* Lets the caller of a fault go on where it was, or stops it for good. */
static void ipc_end_fault(struct thread *caller, bool stop)
{
	caller->in_fault = false;
	caller->state = stop ? THREAD_STOPPED : THREAD_RUNNABLE;
}

struct regs *ipc_reply(struct thread *current)
{
	unsigned flags = SYS_WORD_FLAGS(regs_call_word(&current->regs));
	unsigned words = flags & ~REPLY_STOP;
	struct thread *caller = current->caller;
	struct cpu *cpu = current->cpu;

	if (unlikely(current->sc))
		return syscall_finish(current, STATUS_BAD_STATE);
	if (unlikely(words > IPC_WORDS_MAX))
		return syscall_finish(current, STATUS_BAD_ARG);
	current->state = THREAD_IDLE;
	current->caller = NULL;
	if (unlikely(!caller))
		return sched_next(cpu);
	caller->callee = NULL;
	if (unlikely(caller->in_fault)) {
		ipc_end_fault(caller, flags & REPLY_STOP);
		return sched_next(cpu);
	}
	ipc_copy(caller, current, words);
	regs_set_status(&caller->regs, STATUS_OK);
	caller->state = THREAD_RUNNABLE;
	/* Nothing was scheduled since the call: the context is still the caller's. */
	if (likely(current->decision == cpu->decisions))
		return thread_activate(caller);
	return sched_next(cpu);
}

struct regs *ipc_fault(struct thread *current, uint64_t vector, uint64_t error, uint64_t address)
{
	struct object *object = object_find(current->fault_portal);
	struct portal *portal = object ? CONTAINER_OF(object, struct portal, object) : NULL;
	struct object *thread = portal ? object_find(portal->server) : NULL;
	struct thread *server = thread ? CONTAINER_OF(thread, struct thread, object) : NULL;

	if (!server || server->cpu != current->cpu || ipc_depth(current) == IPC_DEPTH_MAX ||
		ipc_chain_check(current, server) != STATUS_OK) {
		current->state = THREAD_STOPPED;
		return sched_next(current->cpu);
	}
	if (server->state != THREAD_IDLE) {
		/* The faulting instruction runs again, faults again and tries again. */
		current->helping = object_ref(&server->object);
		current->state = THREAD_HELPING;
		return sched_next(current->cpu);
	}
	current->in_fault = true;
	regs_set_message(&server->regs, vector, error, regs_ip(&current->regs), address,
		regs_sp(&current->regs));
	return ipc_enter(current, server, portal);
}

void ipc_abort(struct thread *thread)
{
	struct thread *caller = thread->caller;

	/* Contexts that wait at the end of its chain look for the end again. */
	sched_wake(thread_leaf(thread));
	if (thread->callee)
		thread->callee->caller = NULL;
	if (!caller)
		return;
	caller->callee = NULL;
	if (caller->in_fault) {
		ipc_end_fault(caller, true);
		return;
	}
	regs_set_status(&caller->regs, STATUS_ABORTED);
	caller->state = THREAD_RUNNABLE;
}
