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
#include "frame-macros.h"

/* The order of enum vcpu_gpr. RAX holds the address of the state page. */
	.macro load_gpr register, index
	movq STATE_GPR + 8 * \index(%rax), %\register
	.endm
	.macro load_all
	movq GUEST_STATE(%rdi), %rax
	load_gpr rcx, 1
	load_gpr rdx, 2
	load_gpr rbx, 3
	load_gpr rbp, 5
	load_gpr rsi, 6
	load_gpr rdi, 7
	load_gpr r8, 8
	load_gpr r9, 9
	load_gpr r10, 10
	load_gpr r11, 11
	load_gpr r12, 12
	load_gpr r13, 13
	load_gpr r14, 14
	load_gpr r15, 15
	load_gpr rax, 0
	.endm

/* Nothing of a guest stays in a register that C might use by speculation. Those
 * that C keeps get what the VMM had in them, as in a system call. */
	.macro to_host
	movq %gs:PERCPU_REGS, %rdi
	load %rdi, rbx, rbp, r12, r13, r14, r15
	clear ecx, edx, esi, r8d, r9d, r10d, r11d
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
