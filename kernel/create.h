/* SPDX-License-Identifier: MIT */
/* SYS_CREATE: one argument decoder per type of object. */
#ifndef KERNEL_CREATE_H
#define KERNEL_CREATE_H

struct regs;
struct thread;

struct regs *create_sys(struct thread *current);

#endif
