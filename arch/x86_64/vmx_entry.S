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
#include "guest-macros.h"

	.macro load_all
	movq GUEST_STATE(%rdi), %rax
	load_guest %rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15, rax
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
	resume_from_guest

	.section .note.GNU-stack, "", @progbits
