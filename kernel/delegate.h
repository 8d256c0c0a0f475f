/* SPDX-License-Identifier: MIT */
/* SYS_DELEGATE: copies ranges of rights between spaces, and revokes them. */
#ifndef KERNEL_DELEGATE_H
#define KERNEL_DELEGATE_H

struct regs;
struct thread;

struct regs *delegate_sys(struct thread *current);

#endif
