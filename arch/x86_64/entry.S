/* SPDX-License-Identifier: MIT */
/*
 * Traps, and the way out of ring 0. System calls come in by syscall_entry.S, VM
 * exits by vmx_entry.S.
 *
 * The kernel is event driven: one stack per CPU, empty at each entry. An entry
 * saves what it must into the frame of the current thread (percpu.regs), calls
 * one C function, and resumes the frame that this returns. While a thread is in
 * ring 3 its frame says RESUME_SYSRET.
 *
 * On the stack of a trap from ring 3:     percpu.stack_top
 *                                          SS RSP RFLAGS CS RIP
 *                                          error code
 *                                          vector            <- RSP at trap
 *
 * Source: Intel SDM vol. 3A section 6.14 "Exception and Interrupt Handling in
 * 64-bit Mode"; vol. 2B "SWAPGS".
 */
#include "frame-macros.h"
#include "segments.h"

	.text
/* Goes on with frame %rdi. The stack is empty, whatever is on it. */
	.globl resume
resume:
	movq %gs:PERCPU_KERNEL_STACK, %rsp
	movq %rdi, %gs:PERCPU_REGS
	movq REGS_RESUME(%rdi), %rax
	cmpq $RESUME_GUEST_NUMBER, %rax
	je resume_guest
	ja resume_other
	load %rdi, rbx, rbp, r12, r13, r14, r15
	movq %rdi, %rax
	jmp sysret_short

resume_guest:
	movq REGS_GUEST(%rdi), %rdi
	movq virt(%rip), %rax
	call *VIRT_ENTER(%rax)
	movq %rax, %rdi			/* back: refused */
	jmp resume

resume_other:
	cmpq $RESUME_IRET_NUMBER, %rax
	jne idle
	movq $RESUME_SYSRET_NUMBER, REGS_RESUME(%rdi)
	pushq $SEL_USER_DATA
	pushq REGS_rsp(%rdi)
	pushq REGS_RFLAGS(%rdi)
	pushq $SEL_USER_CODE
	pushq REGS_RIP(%rdi)
	load %rdi, rax, rcx, rdx, rbx, rbp, rsi, r8, r9, r10, r11, r12, r13, r14, r15, rdi
	swapgs
	iretq

/* No thread: an interrupt ends the halt and finds nothing worth keeping. */
idle:
	sti
	hlt
	jmp idle

/* Lets the interrupts in that wait; without one the current frame goes on. */
	.globl resume_open
resume_open:
	sti
	nop
	cli
	movq %gs:PERCPU_REGS, %rdi
	jmp resume

/* One stub per vector, 16 bytes each: vectors without an error code push 0. */
	.globl trap_stubs
	.balign 16
trap_stubs:
	.set vector, 0
	.rept 256
	.balign 16
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
	pushq $0
	.endif
	pushq $vector
	jmp trap
	.set vector, vector + 1
	.endr

trap:
	testb $3, 24(%rsp)
	jz trap_kernel
	swapgs
	pushq %rdi
	movq %gs:PERCPU_REGS, %rdi
	movq %rax, REGS_rax(%rdi)
	popq %rax
	movq %rax, REGS_rdi(%rdi)
	save %rdi, rcx, rdx, rbx, rbp, rsi, r8, r9, r10, r11, r12, r13, r14, r15
	popq %rsi			/* vector */
	popq %rdx			/* error code */
	popq REGS_RIP(%rdi)
	movq 8(%rsp), %rax
	movq %rax, REGS_RFLAGS(%rdi)
	movq 16(%rsp), %rax
	movq %rax, REGS_rsp(%rdi)
	movq $RESUME_IRET_NUMBER, REGS_RESUME(%rdi)
	pushq $2			/* DF, and AC, which would switch SMAP off */
	popfq
	movq %gs:PERCPU_KERNEL_STACK, %rsp
	call trap_user
	movq %rax, %rdi
	jmp resume

/* From ring 0: an interrupt of the idle loop, or a bug of the kernel's. */
trap_kernel:
	movq (%rsp), %rsi
	cmpq $32, %rsi
	jb trap_bug
	cmpq $idle, 16(%rsp)
	jb trap_bug
	cmpq $trap_stubs, 16(%rsp)
	jae trap_bug
	movq %gs:PERCPU_KERNEL_STACK, %rsp
	movq %gs:PERCPU_REGS, %rdi
	call interrupt_dispatch
	movq %rax, %rdi
	jmp resume
trap_bug:
	movq %rsp, %rdi			/* vector, error code, RIP, CS, RFLAGS, RSP, SS */
	andq $-16, %rsp
	call trap_panic

/* NMI, on its own stack, at any instruction: counted, nothing else touched. */
	.globl nmi_entry
nmi_entry:
	lock incq nmi_count(%rip)
	cmpb $0, panicking(%rip)
	jne 1f
	iretq
1:	hlt
	jmp 1b

	.section .note.GNU-stack, "", @progbits
