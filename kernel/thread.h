/* SPDX-License-Identifier: MIT */
/*
 * A thread: a register frame, a UTCB page, and its place in a chain of calls.
 *
 * A thread with a scheduling context is active; one without is a server, which
 * runs only on contexts donated by its callers.
 *
 *   IDLE      server: waits for a call (also a new thread before sc_create)
 *   RUNNABLE  runs when a context whose leaf it is runs
 *   CALLING   waits for callee's reply
 *   HELPING   its callee is busy: its context runs that until it can be called
 *   WAITING   for the notification `waiting`
 *   STOPPED   for good: its fault was not forgiven
 *
 * Calling and being called tie two threads by plain pointers; the destruction
 * of either unties them.
 */
#ifndef KERNEL_THREAD_H
#define KERNEL_THREAD_H

#include "abi/syscall.h"
#include "object.h"
#include "regs.h"

struct cpu;
struct notification;
struct sc;
struct vcpu;

/* Set in thread->decision: a reply is not just the way back to the caller, which has
 * gone or comes from a fault. */
#define DECISION_VOID BIT(63)

enum thread_state {
	THREAD_IDLE,
	THREAD_RUNNABLE,
	THREAD_CALLING,
	THREAD_HELPING,
	THREAD_WAITING,
	THREAD_STOPPED
};

struct thread {
	struct regs regs; /* first: upcalls bring its address */
	struct object object;
	struct domain *domain; /* lives longer than its threads */
	struct cpu *cpu;
	enum thread_state state;
	uint32_t height; /* links of the longest chain that waits for it, or more: ipc.h */
	bool in_fault;   /* CALLING because of a fault: registers are not the reply's */
	struct utcb *utcb;
	uint64_t utcb_address;
	struct thread *callee, *caller; /* callee: while CALLING */
	uint64_t decision; /* cpu->decisions when the call being served came, or void */
	struct ref helping;
	uint64_t helped; /* the decision of `helping` at which this came to help */
	struct notification *waiting;
	struct vcpu *vcpu; /* inside SYS_VCPU_RUN */
	struct sc *sc;
	struct list blocked; /* contexts whose leaf this is while it cannot run */
	struct ref fault_portal;
};

/* A thread of `domain`, IDLE, bound to `cpu`, with its UTCB mapped at
 * `utcb_address`. fault_portal may be ref_none(). */
enum status thread_create(struct domain *domain, struct cpu *cpu, uint64_t utcb_address,
	uint64_t ip, uint64_t sp, struct ref fault_portal, struct thread **out) MUST_CHECK;
void thread_unlink(struct object *object);
void thread_release(struct object *object);

/* The next link of the chain of calls: whom `thread` waits for, or NULL if it is
 * the leaf. A helper whose server has been free since turns runnable again. */
struct thread *thread_next(struct thread *thread);

/* The end of the chain that starts with `thread`: who runs on its context. */
struct thread *thread_leaf(struct thread *thread);

/* Loads the address space of `thread` and returns its frame. */
struct regs *thread_activate(struct thread *thread);

/* The thread may run again; contexts that wait for it become ready. */
void thread_wake(struct thread *thread);

static inline struct thread *thread_of(struct regs *regs)
{
	return CONTAINER_OF(regs, struct thread, regs);
}

#endif
