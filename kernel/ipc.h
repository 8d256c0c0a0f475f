/* SPDX-License-Identifier: MIT */
/*
 * Synchronous calls through portals, on one CPU, on the caller's context.
 *
 * A call to a busy server helps it: the caller's context runs the server's leaf
 * until the server is free, then the caller's system call starts again.
 *
 *   caller ──► server ──► server      thread->height is above that of all who wait
 *     0          1          2         for the thread, and at most IPC_DEPTH_MAX. So
 *             helper ───────┘         no chain is longer, none is a circle, and each
 *               1                     walk along one ends.
 *
 * Heights are upper bounds: a caller or helper that goes does not lower them. A free
 * server has height 0: its caller's link is gone, and its helpers' count only for the
 * call at which they were made. Where helpers are in the way of a call that their
 * server makes, they have to let go and try again.
 */
#ifndef KERNEL_IPC_H
#define KERNEL_IPC_H

#include "regs.h"

#include <stdint.h>

struct thread;

/* Links in a chain of calls, helpers included. */
#define IPC_DEPTH_MAX 16u

/* SYS_CALL and SYS_REPLY of thread `current`. */
struct regs *ipc_call(struct thread *current);
struct regs *ipc_reply(struct thread *current);

/* Calls the fault portal of `current` with five words; without one, or with a
 * server that cannot take it, the thread stops. */
struct regs *ipc_fault(struct thread *current, uint64_t vector, uint64_t error, uint64_t address);

/* `thread` is about to go: its caller's call fails, its callee has no caller. */
void ipc_abort(struct thread *thread);

#endif
