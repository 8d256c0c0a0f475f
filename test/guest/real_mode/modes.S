/* SPDX-License-Identifier: MIT */
/*
 * void modes_run(void): from 64-bit mode down to real mode and up again:
 *
 *   64-bit -> 32-bit compatibility -> 32-bit, no paging -> 16-bit protected ->
 *   real mode (the blob, copied to 0x8000 by the caller) -> 32-bit, no paging
 *   -> 32-bit, 4 MiB pages -> 32-bit, PAE -> 64-bit
 *
 * Each mode leaves its findings in struct low_results (0x7000, real mode) or
 * in modes_results (one row of four words per 32-bit mode). Stack: the
 * caller's, in real mode 0x7c00 downward.
 * Source: Intel SDM vol. 3, 9.9.2 "Switching Back to Real-Address Mode", 9.8.5
 * "Initializing IA-32e Mode".
 */
#define LOW 0x8000
#define RESULTS 0x7000
#define SCRATCH 0x3ff
#define VIRTUAL_APIC 0x90200030		/* 0x90000000 is mapped to 0xfec00000 */
#define VIRTUAL_LOW 0x94000000		/* to 0 */

	.text
	.code64
	.global modes_run
modes_run:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	pushfq
	cli
	mov	%rsp, modes_rsp
	sidt	modes_idt
	pushq	$0x28
	pushq	$modes_compat
	lretq

	.code32
modes_compat:
	mov	%cr0, %eax
	and	$0x7fffffff, %eax
	mov	%eax, %cr0
	mov	$0xc0000080, %ecx
	rdmsr
	and	$~0x100, %eax
	wrmsr
	xor	%eax, %eax
	mov	%eax, %cr4
	ljmp	$0x30, $LOW + blob_protected - blob

/* Stores a row: CPUID maximum, APIC version, scratch register, CR0. */
	.macro	MODE_ROW row, apic
	xor	%eax, %eax
	xor	%ecx, %ecx
	cpuid
	mov	%eax, modes_results + 16 * \row
	mov	\apic, %eax
	mov	%eax, modes_results + 16 * \row + 4
	mov	$SCRATCH, %edx
	in	%dx, %al
	movzbl	%al, %eax
	mov	%eax, modes_results + 16 * \row + 8
	mov	%cr0, %eax
	mov	%eax, modes_results + 16 * \row + 12
	.endm

modes_protected:
	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	%eax, %fs
	mov	%eax, %gs
	mov	modes_rsp, %esp
	mov	$SCRATCH, %edx
	mov	$0x31, %al
	out	%al, %dx
	MODE_ROW 0, 0xfee00030

	mov	$0x10, %eax			/* 4 MiB pages */
	mov	%eax, %cr4
	mov	$modes_directory, %eax
	mov	%eax, %cr3
	mov	%cr0, %eax
	or	$0x80000000, %eax
	mov	%eax, %cr0
	mov	$SCRATCH, %edx
	mov	$VIRTUAL_LOW + RESULTS + 0x100, %esi
	mov	$3, %ecx
	rep outsb				/* "ABC" */
	MODE_ROW 1, VIRTUAL_APIC
	and	$0x7fffffff, %eax
	mov	%eax, %cr0

	mov	$0x20, %eax			/* PAE */
	mov	%eax, %cr4
	mov	$modes_pdpt, %eax
	mov	%eax, %cr3
	mov	%cr0, %eax
	or	$0x80000000, %eax
	mov	%eax, %cr0
	mov	$SCRATCH, %edx
	mov	$RESULTS + 0x102, %esi
	mov	$2, %ecx
	rep outsb				/* "CD" */
	MODE_ROW 2, 0xfee00030
	and	$0x7fffffff, %eax
	mov	%eax, %cr0

	mov	$0x620, %eax
	mov	%eax, %cr4
	mov	$boot_pml4, %eax
	mov	%eax, %cr3
	mov	$0xc0000080, %ecx
	rdmsr
	or	$0x100, %eax
	wrmsr
	mov	%cr0, %eax
	or	$0x80010022, %eax
	mov	%eax, %cr0
	ljmp	$0x08, $modes_long

	.code64
modes_long:
	mov	modes_rsp, %rsp
	lidt	modes_idt
	popfq
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

/* ---- copied to 0x8000; everything in it is addressed from there ---- */
	.global blob, blob_end
	.code16
blob:
blob_protected:
	mov	$0x10, %ax			/* FS keeps a 4 GiB limit in real mode */
	mov	%ax, %fs
	mov	$0x38, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	lidtl	LOW + blob_ivt - blob
	mov	%cr0, %eax
	and	$~1, %al
	mov	%eax, %cr0
	ljmp	$0, $LOW + blob_real - blob

blob_real:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x7c00, %sp
	mov	%cr0, %eax
	mov	%eax, RESULTS			/* cr0 */

	int	$0x60
blob_after_int:
	xor	%cx, %cx
	mov	$1, %ax
	xor	%dx, %dx
blob_divide:
	div	%cx				/* 2 bytes: skipped by vector 0 */
blob_undefined:
	ud2					/* 2 bytes: skipped by vector 6 */
blob_limit:
	movw	(0xffff), %bx			/* 4 bytes: skipped by vector 13 */
	xor	%eax, %eax
	xor	%ecx, %ecx
	cpuid
	mov	%eax, RESULTS + 4		/* cpuid */
	mov	$0x1b, %ecx
	rdmsr
	mov	%eax, RESULTS + 8		/* apic_base */
	mov	$0xfee00030, %ebx
	addr32 mov %fs:(%ebx), %eax
	mov	%eax, RESULTS + 12		/* apic_version, beyond 1 MiB */
	mov	$0xffff, %ax
	mov	%ax, %es
	mov	%es:0x10, %al
	mov	%al, RESULTS + 16		/* above: the byte at 1 MiB */

	mov	$SCRATCH, %dx			/* strings through segments */
	mov	$RESULTS / 16 + 0x10, %ax
	mov	%ax, %ds
	xor	%si, %si
	mov	$2, %cx
	cld
	rep outsb				/* "AB" */
	mov	$RESULTS / 16 + 0x20, %ax
	mov	%ax, %es
	mov	$4, %di
	mov	$3, %cx
	rep insb				/* "BBB" to 0x7204 */
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%di, RESULTS + 20		/* di */

	mov	$0x30, %al			/* IRQ0 soon; it comes by the IVT */
	out	%al, $0x43
	mov	$0x10, %al
	out	%al, $0x40
	out	%al, $0x40
	mov	$0xfe, %al
	out	%al, $0x21
	sti
	hlt
	cli
	mov	$0xff, %al
	out	%al, $0x21

	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$0x28, $modes_protected

/* Handlers keep the IP that was pushed and skip the instruction. */
	.macro	HANDLER name, where, skip
blob_\name:
	push	%bp
	mov	%sp, %bp
	push	%ax
	mov	2(%bp), %ax
	sub	$LOW, %ax
	mov	%ax, RESULTS + \where
	addw	$\skip, 2(%bp)
	pop	%ax
	pop	%bp
	iret
	.endm
	HANDLER int60, 24, 0
	HANDLER vector0, 26, 2
	HANDLER vector6, 28, 2
	HANDLER vector13, 30, 4
blob_irq0:
	push	%ax
	incw	RESULTS + 32
	mov	$0x20, %al
	out	%al, $0x20
	pop	%ax
	iret

blob_ivt:
	.word	0x3ff
	.long	0
blob_end:

/* Offsets in the blob, for the caller. */
	.section .rodata
	.global blob_offsets
blob_offsets:
	.word	blob_int60 - blob, blob_vector0 - blob, blob_vector6 - blob
	.word	blob_vector13 - blob, blob_irq0 - blob
	.word	blob_after_int - blob, blob_divide - blob, blob_undefined - blob, blob_limit - blob

	.section .bss
	.align	16
	.global modes_results
modes_rsp:	.skip 8
modes_idt:	.skip 16
modes_results:	.skip 48
	.section .note.GNU-stack, "", @progbits
