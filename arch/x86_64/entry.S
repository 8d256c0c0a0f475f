/* SPDX-License-Identifier: MIT */
/*
 * All ways into ring 0 but the VM exit, and the one way out.
 *
 * The kernel is event driven: one stack per CPU, empty at each entry. An entry
 * saves what it must into the frame of the current thread (percpu.regs), calls
 * one C function, and resumes the frame that this returns.
 *
 *   SYSCALL saves RIP, RSP, RFLAGS and the argument registers. RBX, RBP and
 *   R12 to R15 stay where they are: C keeps them. Only if another frame is to
 *   go on, or another way, they are saved then.
 *
 * On the stack of a trap from ring 3:     percpu.stack_top
 *                                          SS RSP RFLAGS CS RIP
 *                                          error code
 *                                          vector            <- RSP at trap
 *
 * Source: Intel SDM vol. 3A section 6.14 "Exception and Interrupt Handling in
 * 64-bit Mode"; vol. 2B "SYSCALL", "SYSRET", "SWAPGS".
 */
#include "asm-offsets.h"
#include "regs-constants.h"
#include "segments.h"

	.text
	.globl syscall_entry
	.balign 16
syscall_entry:
	swapgs
	movq %rsp, %gs:PERCPU_USER_RSP
	movq %gs:PERCPU_KERNEL_STACK, %rsp
	movq %gs:PERCPU_REGS, %rax
	movq %rcx, REGS_RIP(%rax)
	movq %gs:PERCPU_USER_RSP, %rcx
	movq %r11, REGS_RFLAGS(%rax)
	movq %rcx, REGS_RSP(%rax)
	movq %rdi, REGS_RDI(%rax)
	movq %rsi, REGS_RSI(%rax)
	movq %rdx, REGS_RDX(%rax)
	movq %r10, REGS_R10(%rax)
	movq %r8, REGS_R8(%rax)
	movq %r9, REGS_R9(%rax)
	movq $RESUME_SYSRET_NUMBER, REGS_RESUME(%rax)
	movq %rax, %rdi
	call kernel_syscall
	movq %gs:PERCPU_REGS, %rdi
	cmpq %rax, %rdi
	jne 1f
	cmpq $RESUME_SYSRET_NUMBER, REGS_RESUME(%rax)
	je sysret_short
1:	movq %rbx, REGS_RBX(%rdi)
	movq %rbp, REGS_RBP(%rdi)
	movq %r12, REGS_R12(%rdi)
	movq %r13, REGS_R13(%rdi)
	movq %r14, REGS_R14(%rdi)
	movq %r15, REGS_R15(%rdi)
	movq %rax, %rdi

/* Goes on with frame %rdi. The stack is empty, whatever is on it. */
	.globl resume
resume:
	movq %gs:PERCPU_KERNEL_STACK, %rsp
	movq %rdi, %gs:PERCPU_REGS
	movq REGS_RESUME(%rdi), %rax
	cmpq $RESUME_GUEST_NUMBER, %rax
	je resume_guest
	ja resume_other
	movq %rdi, %rax
	movq REGS_RBX(%rax), %rbx
	movq REGS_RBP(%rax), %rbp
	movq REGS_R12(%rax), %r12
	movq REGS_R13(%rax), %r13
	movq REGS_R14(%rax), %r14
	movq REGS_R15(%rax), %r15
	.globl sysret_short
sysret_short:
	movq REGS_RIP(%rax), %rcx
	movq REGS_RFLAGS(%rax), %r11
	movq REGS_RSP(%rax), %rsp
	movq REGS_RDI(%rax), %rdi
	movq REGS_RSI(%rax), %rsi
	movq REGS_RDX(%rax), %rdx
	movq REGS_R10(%rax), %r10
	movq REGS_R8(%rax), %r8
	movq REGS_R9(%rax), %r9
	movq REGS_RAX(%rax), %rax
	swapgs
	sysretq

resume_guest:
	movq REGS_GUEST(%rdi), %rdi
	movq virt(%rip), %rax
	call *VIRT_ENTER(%rax)
	movq %rax, %rdi			/* back: refused */
	jmp resume

resume_other:
	cmpq $RESUME_IRET_NUMBER, %rax
	jne idle
	pushq $SEL_USER_DATA
	pushq REGS_RSP(%rdi)
	pushq REGS_RFLAGS(%rdi)
	pushq $SEL_USER_CODE
	pushq REGS_RIP(%rdi)
	movq REGS_RAX(%rdi), %rax
	movq REGS_RCX(%rdi), %rcx
	movq REGS_RDX(%rdi), %rdx
	movq REGS_RBX(%rdi), %rbx
	movq REGS_RBP(%rdi), %rbp
	movq REGS_RSI(%rdi), %rsi
	movq REGS_R8(%rdi), %r8
	movq REGS_R9(%rdi), %r9
	movq REGS_R10(%rdi), %r10
	movq REGS_R11(%rdi), %r11
	movq REGS_R12(%rdi), %r12
	movq REGS_R13(%rdi), %r13
	movq REGS_R14(%rdi), %r14
	movq REGS_R15(%rdi), %r15
	movq REGS_RDI(%rdi), %rdi
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
	movq %rax, REGS_RAX(%rdi)
	popq %rax
	movq %rax, REGS_RDI(%rdi)
	movq %rcx, REGS_RCX(%rdi)
	movq %rdx, REGS_RDX(%rdi)
	movq %rbx, REGS_RBX(%rdi)
	movq %rbp, REGS_RBP(%rdi)
	movq %rsi, REGS_RSI(%rdi)
	movq %r8, REGS_R8(%rdi)
	movq %r9, REGS_R9(%rdi)
	movq %r10, REGS_R10(%rdi)
	movq %r11, REGS_R11(%rdi)
	movq %r12, REGS_R12(%rdi)
	movq %r13, REGS_R13(%rdi)
	movq %r14, REGS_R14(%rdi)
	movq %r15, REGS_R15(%rdi)
	popq %rsi			/* vector */
	popq %rdx			/* error code */
	movq (%rsp), %rax
	movq %rax, REGS_RIP(%rdi)
	movq 16(%rsp), %rax
	movq %rax, REGS_RFLAGS(%rdi)
	movq 24(%rsp), %rax
	movq %rax, REGS_RSP(%rdi)
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
