/* SPDX-License-Identifier: MIT */
/* The table of system calls, and how each of them ends. */
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#include "abi/status.h"
#include "sched.h"
#include "thread.h"

/* The last step of a system call: its status, then whoever is to run next. */
static inline struct regs *syscall_finish(struct thread *current, enum status status)
{
	struct cpu *cpu = current->cpu;

	regs_set_status(&current->regs, status);
	return unlikely(cpu->resched) ? sched_next(cpu) : &current->regs;
}

/* Ends a system call that found no object of the type with the rights in its slot. */
struct regs *syscall_refuse(struct thread *current, enum object_type type, unsigned rights);

/* The object behind the slot in the call word, as domain_object(). */
struct object *syscall_object(
	struct thread *current, enum object_type type, unsigned rights, enum status *status);

/* Work steps of one system call before it lets interrupts in and starts again;
 * those of SYS_DESTROY may each wait for all CPUs. */
#define SYSCALL_STEPS 64u
#define DESTROY_STEPS 8u

#endif
