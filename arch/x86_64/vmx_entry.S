/* SPDX-License-Identifier: MIT */
/*
 * Into a guest and out of it. RIP, RSP and RFLAGS travel in the VMCS; the other
 * general registers between the CPU and the state page, here. At an exit RSP
 * points behind them in the page (HOST_RSP), so that they are pushed to their
 * places: no trap but NMI and machine check, which have stacks of their own, can
 * come before RSP is the kernel's.
 *
 * Source: Intel SDM vol. 3C chapter 30, "VMLAUNCH/VMRESUME: Launch/Resume
 * Virtual Machine"; section 27.5.3 "Loading Host RIP, RSP, and RFLAGS".
 */
#include "asm-offsets.h"
#include "regs-constants.h"

/* The order of enum vcpu_gpr. RAX holds the address of the state page. */
	.macro load register, index
	movq STATE_GPR + 8 * \index(%rax), %\register
	.endm
	.macro load_all
	movq GUEST_STATE(%rdi), %rax
	load rcx, 1
	load rdx, 2
	load rbx, 3
	load rbp, 5
	load rsi, 6
	load rdi, 7
	load r8, 8
	load r9, 9
	load r10, 10
	load r11, 11
	load r12, 12
	load r13, 13
	load r14, 14
	load r15, 15
	load rax, 0
	.endm

/* Nothing of a guest stays in a register that C might use by speculation. Those
 * that C keeps get what the VMM had in them, as in a system call. */
	.macro to_host
	movq %gs:PERCPU_REGS, %rdi
	movq REGS_RBX(%rdi), %rbx
	movq REGS_RBP(%rdi), %rbp
	movq REGS_R12(%rdi), %r12
	movq REGS_R13(%rdi), %r13
	movq REGS_R14(%rdi), %r14
	movq REGS_R15(%rdi), %r15
	.irp register, ecx, edx, esi, r8d, r9d, r10d, r11d
	xorl %\register, %\register
	.endr
	movq %gs:PERCPU_INSIDE, %rdi
	.endm

	.text
/* void vmx_entry_first(struct guest *) */
	.globl vmx_entry_first
vmx_entry_first:
	load_all
	vmlaunch
	jmp 1f
/* void vmx_entry(struct guest *) */
	.globl vmx_entry
	.balign 16
vmx_entry:
	load_all
	vmresume
/* Still here: ZF says that the VMCS has an error number. */
1:	setz %al
	to_host
	movzbl %al, %esi
	jmp vmx_entry_failed

/* Every exit, failed entries with a reason included. */
	.globl vmx_exit_stub
	.balign 16
vmx_exit_stub:
	.irp register, r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp
	pushq %\register
	.endr
	leaq -8(%rsp), %rsp		/* RSP is in the VMCS */
	.irp register, rbx, rdx, rcx, rax
	pushq %\register
	.endr
	movq %gs:PERCPU_KERNEL_STACK, %rsp
	to_host
	xorl %eax, %eax
	call vmx_exited
	cmpq %gs:PERCPU_REGS, %rax
	jne 2f
	cmpq $RESUME_SYSRET_NUMBER, REGS_RESUME(%rax)
	je sysret_short
2:	movq %rax, %rdi
	jmp resume

	.section .note.GNU-stack, "", @progbits
