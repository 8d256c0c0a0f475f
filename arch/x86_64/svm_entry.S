/* SPDX-License-Identifier: MIT */
/*
 * Into a guest and out of it. RIP, RSP, RFLAGS and RAX travel in the VMCB; the other
 * general registers between the CPU and the state page, here. VMRUN goes on behind
 * itself after an exit, with the host's RSP, on the kernel's stack:
 *
 *   RSP + 8   physical address of the host's state
 *   RSP       the guest's state page
 *
 * From CLGI to STGI no interrupt, NMI or machine check comes; GS, TR and the MSRs of
 * SYSCALL are the guest's in between. VMRUN wants RFLAGS.IF set: with VIRQ_MASKING it
 * says whether interrupts exit.
 *
 * Behind the guest's STI no interrupt comes before the next instruction. VMRUN loads this
 * shadow; QEMU's TCG, which does not, leaves what VMRUN itself is in: the shadow of an STI
 * before it. To other CPUs that STI is nothing, for interrupts are on already.
 *
 * Source: AMD APM vol. 2 sections 15.5.1 "Basic Operation", 15.21.1 "Masking Interrupts
 * in Guests (V_INTR_MASKING)", 15.21.5 "Interrupt Shadows"; vol. 3 "VMRUN", "VMLOAD", "VMSAVE".
 */
#include "guest-macros.h"

	.text
/* void svm_entry(struct guest *, uint64_t vmcb, uint64_t host) */
	.globl svm_entry
	.balign 16
svm_entry:
	movq %gs:PERCPU_KERNEL_STACK, %rsp
	movq GUEST_CONTROL(%rdi), %rcx
	movq GUEST_STATE(%rdi), %rdi
	movq %rsi, %rax
	pushq %rdx
	pushq %rdi
	testb $SHADOW_ACTIVE_BIT, VMCB_SHADOW(%rcx)
	clgi
	sti
	vmload %rax
	load_guest %rdi, rcx, rdx, rbx, rbp, rsi, r8, r9, r10, r11, r12, r13, r14, r15, rdi
	jz 1f
	sti
1:	vmrun %rax
	pushq %rdi
	movq 8(%rsp), %rdi
	save_guest %rdi, rcx, rdx, rbx, rbp, rsi, r8, r9, r10, r11, r12, r13, r14, r15
	popq STATE_rdi(%rdi)
	vmsave %rax
	movq 8(%rsp), %rax
	vmload %rax
	cli
	stgi
	movq %gs:PERCPU_KERNEL_STACK, %rsp
	to_host
	xorl %eax, %eax
	call svm_exited
	resume_from_guest

	.section .note.GNU-stack, "", @progbits
