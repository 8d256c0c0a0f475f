/* SPDX-License-Identifier: MIT */
/*
 * Into a guest and out of it. RIP, RSP and RFLAGS travel in the VMCS; the other
 * general registers between the CPU and the state page, here.
 *
 *   stack at an exit:  percpu.stack_top    guest's RAX   <- RSP, for a moment
 *
 * Source: Intel SDM vol. 3C chapter 30, "VMLAUNCH/VMRESUME: Launch/Resume
 * Virtual Machine"; section 27.5.3 "Loading Host RIP, RSP, and RFLAGS".
 */
#include "asm-offsets.h"
#include "virt-offsets.h"

/* The order of enum vcpu_gpr. RAX holds the address of the state page. */
	.macro each_gpr move
	\move rcx, 1
	\move rdx, 2
	\move rbx, 3
	\move rbp, 5
	\move rsi, 6
	\move rdi, 7
	\move r8, 8
	\move r9, 9
	\move r10, 10
	\move r11, 11
	\move r12, 12
	\move r13, 13
	\move r14, 14
	\move r15, 15
	.endm
	.macro load register, index
	movq STATE_GPR + 8 * \index(%rax), %\register
	.endm
	.macro store register, index
	movq %\register, STATE_GPR + 8 * \index(%rax)
	.endm
/* Nothing of a guest stays in a register that C might use by speculation. */
	.macro scrub_all
	.irp register, ecx, edx, ebx, ebp, esi, edi, r8d, r9d, r10d, r11d, r12d, r13d, r14d, r15d
	xorl %\register, %\register
	.endr
	.endm

	.text
/* void vmx_entry(struct guest *) */
	.globl vmx_entry
	.balign 16
vmx_entry:
	movq GUEST_STATE(%rdi), %rax
	cmpb $0, GUEST_LAUNCHED(%rdi)
	each_gpr load
	movq STATE_GPR(%rax), %rax	/* MOV keeps the flags */
	je 1f
	vmresume
	jmp 2f
1:	vmlaunch
/* Still here: ZF says that the VMCS has an error number. */
2:	setz %al
	scrub_all
	movzbl %al, %esi
	xorl %eax, %eax
	movq %gs:PERCPU_REGS, %rdi
	movq REGS_GUEST(%rdi), %rdi
	call vmx_entry_failed
	movq %rax, %rdi
	jmp resume

/* Every exit, failed entries with a reason included. */
	.globl vmx_exit_stub
	.balign 16
vmx_exit_stub:
	pushq %rax
	movq %gs:PERCPU_REGS, %rax
	movq REGS_GUEST(%rax), %rax
	movq GUEST_STATE(%rax), %rax
	each_gpr store
	popq STATE_GPR(%rax)
	scrub_all
	movq %gs:PERCPU_REGS, %rdi
	movq REGS_GUEST(%rdi), %rdi
	call virt_exited
	movq %rax, %rdi
	jmp resume

	.section .note.GNU-stack, "", @progbits
