/* SPDX-License-Identifier: MIT */
/* General registers between the CPU and the state page of a guest, for assembly. */
/* clang-format off */
#ifndef ARCH_GUEST_MACROS_H
#define ARCH_GUEST_MACROS_H

#include "frame-macros.h"

/* The order of enum vcpu_gpr; `state` is a register with the address of the page. */
	.set index, 0
	.irp register, rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
	.set STATE_\register, STATE_GPR + 8 * index
	.set index, index + 1
	.endr
	.macro load_guest state, registers:vararg
	.irp register, \registers
	movq STATE_\register(\state), %\register
	.endr
	.endm
	.macro save_guest state, registers:vararg
	.irp register, \registers
	movq %\register, STATE_\register(\state)
	.endr
	.endm

/* Nothing of a guest stays in a register that C might use by speculation. Those
 * that C keeps get what the VMM had in them, as in a system call. */
	.macro to_host
	movq %gs:PERCPU_REGS, %rdi
	load %rdi, rbx, rbp, r12, r13, r14, r15
	clear ecx, edx, esi, r8d, r9d, r10d, r11d
	movq %gs:PERCPU_INSIDE, %rdi
	.endm

/* Goes on with frame %rax: mostly the VMM's, whose system call the exit ends. */
	.macro resume_from_guest
	cmpq %gs:PERCPU_REGS, %rax
	jne 2f
	cmpq $RESUME_SYSRET_NUMBER, REGS_RESUME(%rax)
	je sysret_short
2:	movq %rax, %rdi
	jmp resume
	.endm

#endif
