/* SPDX-License-Identifier: MIT */
/*
 * System calls, and the ways back that are theirs alone.
 *
 * SYSCALL saves RIP, RSP, RFLAGS and the argument registers. RBX, RBP and R12 to
 * R15 stay where they are: C keeps them. Only if another frame is to go on, or
 * another way, they are saved then.
 *
 * A call and its answer take the message from the frame of who sends it. A server
 * that replies waits for the next call, which finds those six empty, so they are
 * not saved for it.
 *
 * On the stack: nothing but the return address of the one C function.
 *
 * Source: Intel SDM vol. 2B "SYSCALL", "SYSRET", "SWAPGS".
 */
#include "frame-macros.h"

	.text
	.globl syscall_entry
	.balign 16
syscall_entry:
	swapgs
	movq %gs:PERCPU_REGS, %rax
	movq %rsp, REGS_rsp(%rax)
	movq %gs:PERCPU_KERNEL_STACK, %rsp
	movq %rcx, REGS_RIP(%rax)
	movq %r11, REGS_RFLAGS(%rax)
	save %rax, rdi, rsi, rdx, r10, r8, r9
	movzbl %dil, %ecx		/* every number has its entry */
	movq %rax, %rdi
	call *kernel_syscalls(, %rcx, 8)
	cmpq %gs:PERCPU_REGS, %rax
	jne leave
	cmpq $RESUME_SYSRET_NUMBER, REGS_RESUME(%rax)
	jne leave
	.globl sysret_short
sysret_short:
	movq REGS_RIP(%rax), %rcx
	movq REGS_RFLAGS(%rax), %r11
	load %rax, rsp, rdi, rsi, rdx, r10, r8, r9, rax
	leave_by_sysret

/* From a system call, to frame %rax: another one, or another way. */
leave:
	movq %gs:PERCPU_REGS, %rdi
	cmpq $RESUME_ANSWERED_NUMBER, REGS_RESUME(%rax)
	je answered
	save %rdi, rbx, rbp, r12, r13, r14, r15
	jb called			/* MOV keeps the flags */
	movq %rax, %rdi
	jmp resume

/* The thread of frame %rax starts at its entry, called by the one of frame %rdi.
 * All else is cleared: it has old values of its own at best. */
called:
	movq %rax, %gs:PERCPU_REGS
	movq $RESUME_SYSRET_NUMBER, REGS_RESUME(%rax)
	movq REGS_ENTRY(%rax), %r11
	movq REGS_STACK(%rax), %rsp
	movq ENTRY_IP(%r11), %rcx
	load %rdi, rsi, rdx, r10, r8, r9
	movq ENTRY_ID(%r11), %rdi
	movl $RFLAGS_START, %r11d
	clear eax, ebx, ebp, r12d, r13d, r14d, r15d
	leave_by_sysret

/* The thread of frame %rax has the answer of the one of frame %rdi. */
answered:
	movq %rax, %gs:PERCPU_REGS
	movq $RESUME_SYSRET_NUMBER, REGS_RESUME(%rax)
	movq REGS_RIP(%rax), %rcx
	movq REGS_RFLAGS(%rax), %r11
	load %rax, rsp, rbx, rbp, r12, r13, r14, r15
	load %rdi, rsi, rdx, r10, r8, r9
	load %rax, rdi
	clear eax			/* STATUS_OK */
	leave_by_sysret

	.section .note.GNU-stack, "", @progbits
