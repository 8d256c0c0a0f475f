/* SPDX-License-Identifier: MIT */
/*
 * Where a further processor begins: copied to a page below 1 MiB, entered in real mode
 * at its start by a STARTUP message with that page's number, and on to long mode with
 * the first processor's tables.
 *
 *   stack of number n = 1, 2, ..: smp_stacks + n * 16 KiB downwards
 *
 * Source: Intel SDM vol. 3, 9.4.4 "MP Initialization Example", 10.8.5 "Initializing
 * IA-32e Mode".
 */
#define STACK_SHIFT 14
#define STACKS 33

	.code16
	.section .text
	.global smp_trampoline, smp_trampoline_end
	.align	16
smp_trampoline:
	cli
	cld
	movl	%cr0, %ebx			/* both as STARTUP found them */
	movl	%edx, %esi
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	smp_gdt_pointer - smp_trampoline
	movl	$0x11, %eax			/* ET, PE */
	movl	%eax, %cr0
	ljmpl	$0x08, $0x8000 + smp_protected - smp_trampoline

	.code32
smp_protected:
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$0x620, %eax			/* PAE, OSFXSR, OSXMMEXCPT */
	movl	%eax, %cr4
	movl	$boot_pml4, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx		/* EFER.LME */
	rdmsr
	orl	$0x100, %eax
	wrmsr
	movl	$0x80010033, %eax		/* PG, WP, NE, ET, MP, PE */
	movl	%eax, %cr0
	ljmp	$0x18, $smp_long

	.align	8
smp_gdt:
	.quad	0
	.quad	0x00cf9b000000ffff		/* 08: code, 32-bit */
	.quad	0x00cf93000000ffff		/* 10: data */
	.quad	0x00af9b000000ffff		/* 18: code, 64-bit */
smp_gdt_pointer:
	.word	. - smp_gdt - 1
	.long	0x8000 + smp_gdt - smp_trampoline
smp_trampoline_end:

	.code64
smp_long:
	movl	$1, %edi
	lock xaddl %edi, smp_arrivals
	incl	%edi				/* arrivals count from 1 */
	movl	%edi, %eax
	andl	$31, %eax
	incl	%eax
	shll	$STACK_SHIFT, %eax
	leal	smp_stacks(%rax), %esp
	movl	%esi, %edx
	movl	%ebx, %esi
	xorl	%ebp, %ebp
	call	smp_arrive			/* (number, CR0, RDX) */
1:	cli
	hlt
	jmp	1b

	.section .bss
	.align	16
	.global smp_arrivals
smp_stacks:	.skip	STACKS << STACK_SHIFT
smp_arrivals:	.skip	4
	.section .note.GNU-stack, "", @progbits
