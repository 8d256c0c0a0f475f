/* SPDX-License-Identifier: MIT */
/*
 * Where a thread begins that a component made for itself (rt/thread.h).
 *
 *   rsp+8  argument
 *   rsp+0  function      16-byte aligned; nothing else is defined
 */
	.section .text.thread_entry, "ax", @progbits
	.globl thread_entry
	.type thread_entry, @object
thread_entry:
	cld
	xorl	%ebp, %ebp
	popq	%rax
	popq	%rdi
	call	*%rax
	ud2
	.size thread_entry, . - thread_entry
	.section .note.GNU-stack, "", @progbits
