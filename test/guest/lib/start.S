/* SPDX-License-Identifier: MIT */
/*
 * Entry of every guest test: from 32-bit protected mode, without paging, to
 * 64-bit long mode with the first 4 GiB mapped to themselves.
 *
 * States: entered by a PVH loader (ebx: start_info) or a multiboot 1 loader
 * (eax: its magic, ebx: its information); both leave a flat 32-bit code and
 * data segment, interrupts off and paging off. Everything else is set here.
 *
 *   boot_pml4 -> boot_pdpt -> boot_pd (4 tables of 512 pages of 2 MiB)
 *
 * All mappings allow ring 3, so that a test may run any function there.
 *
 * Source: Xen docs/misc/pvh.pandoc; Multiboot Specification 0.6.96, "Machine
 * state"; Intel SDM vol. 3, 10.8.5 "Initializing IA-32e Mode".
 */
#define STACK_BYTES 32768

	.code32
	.section .text.start, "ax"
	.global start_pvh, start_multiboot
start_pvh:
	movl	$1, boot_protocol
	movl	%ebx, boot_information
	jmp	start_common

start_multiboot:
	movl	%eax, boot_magic
	movl	$2, boot_protocol
	movl	%ebx, boot_information

start_common:
	cld
	movl	$stack_top, %esp
	pushfl
	popl	boot_eflags			/* as we were entered, DF apart */
	cli
	movl	%cr0, %eax
	movl	%eax, boot_cr0
	movl	%cr4, %eax
	movl	%eax, boot_cr4
	movl	$boot_pdpt + 7, boot_pml4
	xorl	%ecx, %ecx
1:	movl	%ecx, %eax
	shll	$12, %eax
	addl	$boot_pd + 7, %eax
	movl	%eax, boot_pdpt(, %ecx, 8)
	incl	%ecx
	cmpl	$4, %ecx
	jne	1b
	xorl	%ecx, %ecx
2:	movl	%ecx, %eax
	shll	$21, %eax
	orl	$0x87, %eax			/* present, writable, user, 2 MiB */
	movl	%eax, boot_pd(, %ecx, 8)
	incl	%ecx
	cmpl	$2048, %ecx
	jne	2b

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
	lgdt	boot_gdt_pointer
	ljmp	$0x08, $start_long

	.align	8
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff		/* 08: 64-bit code */
	.quad	0x00cf93000000ffff		/* 10: data */
boot_gdt_pointer:
	.word	. - boot_gdt - 1
	.long	boot_gdt

	.code64
start_long:
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	movl	$stack_top, %esp
	xorl	%ebp, %ebp
	call	guest_start
3:	cli
	hlt
	jmp	3b

	.section .bss
	.align	4096
	.global boot_pml4, boot_pdpt, boot_pd, stack_top
	.global boot_protocol, boot_magic, boot_information, boot_eflags, boot_cr0, boot_cr4
boot_pml4:	.skip 4096
boot_pdpt:	.skip 4096
boot_pd:	.skip 4 * 4096
stack_bottom:	.skip STACK_BYTES
stack_top:
boot_protocol:	.skip 4
boot_magic:	.skip 4
boot_information: .skip 4
boot_eflags:	.skip 4
boot_cr0:	.skip 4
boot_cr4:	.skip 4
	.section .note.GNU-stack, "", @progbits
