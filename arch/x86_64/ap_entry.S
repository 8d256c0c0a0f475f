/* SPDX-License-Identifier: MIT */
/*
 * Where the other CPUs enter the kernel's half, from boot.S, on boot.S's tables.
 * A CPU that finds no ticket has answered too late, and halts.
 */
#include "layout.h"

	.text
	.globl ap_entry
ap_entry:
	movq ap_root(%rip), %rax
	movq %rax, %cr3
	xorl %eax, %eax
	xchgl %eax, ap_ticket(%rip)
	testl %eax, %eax
	jz 1f
	movl %eax, %edi			/* its number */
	imulq $PERCPU_STRIDE, %rax, %rax
	movabs $(PERCPU_BASE + PERCPU_STACK_TOP), %rsp
	addq %rax, %rsp
	call ap_main
1:	cli
	hlt
	jmp 1b

	.section .note.GNU-stack, "", @progbits
