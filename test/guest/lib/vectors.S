/* SPDX-License-Identifier: MIT */
/*
 * The 256 interrupt entries and the calls that can be unwound by them.
 *
 * Stack as trap_dispatch(struct trap_frame *) sees it, lowest address first:
 *
 *   r15 r14 r13 r12 r11 r10 r9 r8 rbp rdi rsi rdx rcx rbx rax
 *   vector  error  rip  cs  rflags  rsp  ss
 */
#define ERROR_CODE_VECTORS 0x60227d00		/* 8, 10-14, 17, 21, 29, 30 */

	.text
	.align	16
	.global vector_entries
vector_entries:
	vector = 0
	.rept	256
	.align	16
	.if	(vector > 31) || (((ERROR_CODE_VECTORS >> (vector & 31)) & 1) == 0)
	push	$0
	.endif
	pushq	$vector
	jmp	vector_common
	vector = vector + 1
	.endr

vector_common:
	push	%rax
	push	%rbx
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%rbp
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	cld
	mov	%rsp, %rdi
	call	trap_dispatch
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rbp
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rbx
	pop	%rax
	add	$16, %rsp
	iretq

	.macro	SAVE_CALLER
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	pushfq
	pushq	trap_catch_rsp
	mov	%rsp, trap_catch_rsp
	.endm

/* int trap_enter(void (*fn)(void *), void *arg): 0, or 1 when it was unwound. */
	.global trap_enter
trap_enter:
	SAVE_CALLER
	mov	%rdi, %rax
	mov	%rsi, %rdi
	sub	$8, %rsp
	call	*%rax
	xor	%eax, %eax
	jmp	trap_leave

/*
 * int trap_enter_user(void (*fn)(void *), void *arg): the same in ring 3, on a
 * stack of its own; fn returns to an int $0x80, so the result is always 1.
 */
	.global trap_enter_user
trap_enter_user:
	SAVE_CALLER
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rsp, trap_tss + 4		/* RSP0: entries go below us */
	push	$0x1b
	push	$user_stack_top - 8
	movq	$user_return, user_stack_top - 8
	push	$0x202
	push	$0x23
	push	%rax
	iretq
user_return:
	int	$0x80
	ud2

/* void trap_unwind(void): out of a handler, back to trap_enter's caller. */
	.global trap_unwind
trap_unwind:
	mov	$0x10, %eax
	mov	%eax, %ss
	mov	trap_catch_rsp, %rsp
	mov	$1, %eax
	cld
trap_leave:
	mov	trap_catch_rsp, %rsp
	popq	trap_catch_rsp
	popfq
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret

	.section .bss
	.align	16
	.global trap_catch_rsp, user_stack_top
trap_catch_rsp:	.skip 8
	.align	16
	.skip	8192
user_stack_top:
	.section .note.GNU-stack, "", @progbits
