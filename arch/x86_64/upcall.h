/* SPDX-License-Identifier: MIT */
/*
 * Where the mechanism calls up into the kernel layer. Each entry into ring 0 is
 * one of these calls, on the CPU's one stack, interrupts off; each returns the
 * frame to go on with, with its address space loaded.
 */
#ifndef ARCH_UPCALL_H
#define ARCH_UPCALL_H

#include "regs.h"

struct thread; /* begins with its frame */


/* A system call of the thread with frame `regs`, by its number: entry.S calls one of
 * them with whatever number comes. */
extern struct regs *(*const kernel_syscalls[256])(struct thread *current);

/* An exception in ring 3. `address` is CR2, for page faults. */
struct regs *kernel_fault(struct regs *regs, unsigned vector, uint64_t error, uint64_t address);

/* The timer of this CPU has reached the deadline of timer_arm(). */
struct regs *kernel_timer(struct regs *regs);

/* Another CPU has sent a message: smp_send(), smp_run(). */
struct regs *kernel_message(struct regs *regs);

/* Interrupt line `line` (as given to irq_line_open()) has fired; it is masked. */
struct regs *kernel_irq(struct regs *regs, unsigned line);

/* The guest of regs->guest has left for its VMM; the state page is filled. */
struct regs *kernel_guest_exit(struct regs *regs, uint64_t reason);

#endif
