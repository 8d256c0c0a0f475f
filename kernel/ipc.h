/* SPDX-License-Identifier: MIT */
/*
 * Synchronous calls through portals, on one CPU, on the caller's context.
 *
 * A call to a busy server helps it: the caller's context runs the server's leaf
 * until the server is free, then the caller's system call starts again.
 */
#ifndef KERNEL_IPC_H
#define KERNEL_IPC_H

#include "regs.h"

#include <stdint.h>

struct thread;

/* Links of a chain of calls, helpers included, that a new call may extend. */
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
