/* SPDX-License-Identifier: MIT */
/*
 * Portal entry of a server thread.
 *
 *   in   RDI          id of the portal
 *        RSI RDX R10 R8 R9   words 1 to 5 of the caller
 *        RSP          the fixed top of this thread's stack, 16-byte aligned
 *
 *   stack while the handler runs:
 *        rsp+40  (padding)
 *        rsp+32  word 5      struct ipc_words, read and written by the handler
 *        ...
 *        rsp+0   word 1
 *
 * The handler's result is the flag byte of SYS_REPLY. SYS_REPLY does not come
 * back here: the next call starts at the entry again with a fresh stack.
 */
	.section .text.server_entry, "ax", @progbits
	.globl server_entry
	.type server_entry, @function
	.weak server_handle
server_entry:
	cld
	xorl	%ebp, %ebp
	subq	$48, %rsp
	movq	%rsi, 0(%rsp)
	movq	%rdx, 8(%rsp)
	movq	%r10, 16(%rsp)
	movq	%r8, 24(%rsp)
	movq	%r9, 32(%rsp)
	movq	%rsp, %rsi
	call	server_handle           /* (RDI = id, RSI = words) */
	movzbl	%al, %edi
	shll	$8, %edi
	orl	$1, %edi                /* SYS_WORD(SYS_REPLY, flags, 0) */
	movq	0(%rsp), %rsi
	movq	8(%rsp), %rdx
	movq	16(%rsp), %r10
	movq	24(%rsp), %r8
	movq	32(%rsp), %r9
	syscall
	ud2
	.size server_entry, . - server_entry
	.section .note.GNU-stack, "", @progbits
