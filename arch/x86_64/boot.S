/* SPDX-License-Identifier: MIT */
/*
 * From GRUB's multiboot2 hand-over (32-bit, paging off) to start() in long mode.
 *
 * Tables made here: the first 4 GiB one to one, the first GiB again at
 * KERNEL_BASE, and an empty directory for the pool that start() fills. start()
 * replaces the first two by tables with proper rights.
 *
 * Source: Multiboot2 Specification 2.0, sections 3.1 "OS image format" and 3.2
 * "Machine state" (i386); Intel SDM vol. 3A section 9.8.5 "Initializing IA-32e
 * Mode".
 */
#include "layout.h"

#define MULTIBOOT2_MAGIC 0xe85250d6
#define MULTIBOOT2_LOADED 0x36d76289
#define PAGE_RW 3
#define PAGE_LARGE_RW 0x83

	.section .multiboot, "a"
	.balign 8
header:
	.long MULTIBOOT2_MAGIC, 0, header_end - header
	.long -(MULTIBOOT2_MAGIC + (header_end - header))
	.balign 8
	.short 4, 1		/* console flags, optional: text screen welcome */
	.long 12, 2
	.balign 8
	.short 5, 1		/* frame buffer, optional: any size, 32 bits */
	.long 20, 0, 0, 32
	.balign 8
	.short 6, 0		/* modules are page aligned */
	.long 8
	.balign 8
	.short 0, 0
	.long 8
header_end:

	.section .boot, "ax"
	.code32
	.globl boot_entry
boot_entry:
	cli
	cld
	cmpl $MULTIBOOT2_LOADED, %eax
	jne dead
	movl %ebx, %esi			/* the boot information */
	movl $boot_stack_top, %esp

	/* Long mode at all? */
	movl $0x80000000, %eax
	cpuid
	cmpl $0x80000001, %eax
	jb dead
	movl $0x80000001, %eax
	cpuid
	btl $29, %edx
	jnc dead
	btl $20, %edx			/* NX: W^X needs it */
	jnc dead

	movl $boot_pml4, %edi
	movl $(boot_pdpt_low + PAGE_RW), (%edi)
	movl $(boot_pdpt_pool + PAGE_RW), 256 * 8(%edi)
	movl $(boot_pdpt_high + PAGE_RW), 511 * 8(%edi)
	movl $(boot_pd + PAGE_RW), boot_pdpt_high + 510 * 8
	movl $(boot_pd_pool + PAGE_RW), boot_pdpt_pool
	movl $(boot_pd + PAGE_RW), %eax
	movl $4, %ecx
	movl $boot_pdpt_low, %edi
1:	movl %eax, (%edi)
	addl $0x1000, %eax
	addl $8, %edi
	loop 1b
	movl $PAGE_LARGE_RW, %eax
	movl $(4 * 512), %ecx
	movl $boot_pd, %edi
2:	movl %eax, (%edi)
	addl $0x200000, %eax
	addl $8, %edi
	loop 2b

	xorl %ebp, %ebp			/* the first CPU */
boot_paging:
	movl $boot_pml4, %eax
	movl %eax, %cr3
	movl $0x20, %eax		/* CR4.PAE */
	movl %eax, %cr4
	movl $0xc0000080, %ecx		/* EFER: LME, NXE, SCE */
	movl $0x901, %eax
	xorl %edx, %edx
	wrmsr
	movl $0x80010033, %eax		/* CR0: PG WP NE ET MP PE */
	movl %eax, %cr0
	lgdt boot_gdt_pointer
	ljmp $8, $boot_long

/* No console exists yet: at least show it on a text screen. */
dead:
	movl $0xb8000, %edi
	movl $dead_text, %esi
	movb $0x4f, %ah
3:	lodsb
	testb %al, %al
	jz 4f
	stosw
	jmp 3b
4:	hlt
	jmp 4b

	.code64
boot_long:
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	testl %ebp, %ebp
	jz 5f
	movabs $ap_entry, %rax
	jmp *%rax
5:	movl %esi, %edi
	movabs $start_stack_top, %rsp
	movabs $start, %rax
	call *%rax
6:	hlt
	jmp 6b

/* Where the other CPUs start, in real mode: ap.c copies this to a page below
 * 1 MiB. CS is that page. */
	.code16
	.globl ap_trampoline, ap_trampoline_end
ap_trampoline:
	cli
	lgdtl %cs:(ap_gdt_pointer - ap_trampoline)
	movl %cr0, %eax
	orb $1, %al
	movl %eax, %cr0
	ljmpl $0x10, $ap_protected
ap_gdt_pointer:
	.short boot_gdt_end - boot_gdt - 1
	.long boot_gdt
ap_trampoline_end:

	.code32
ap_protected:
	movl $0x18, %eax
	movl %eax, %ds
	movl %eax, %ss
	movl $1, %ebp			/* not the first CPU */
	jmp boot_paging

	.section .boot.data, "aw"
	.balign 8
boot_gdt:
	.quad 0, 0x00209b0000000000	/* 64-bit code */
	.quad 0x00cf9b000000ffff, 0x00cf93000000ffff	/* 32-bit code, data */
boot_gdt_end:
boot_gdt_pointer:
	.short boot_gdt_end - boot_gdt - 1
	.long boot_gdt
dead_text:
	.asciz "Carrel needs GRUB's multiboot2 and a 64-bit CPU with NX."
	.balign 16
	.skip 256
boot_stack_top:

	.section .boot.tables, "aw", @nobits
	.globl boot_pd_pool
boot_pml4:	.skip 4096
boot_pdpt_low:	.skip 4096
boot_pdpt_high:	.skip 4096
boot_pdpt_pool:	.skip 4096
boot_pd_pool:	.skip 4096
boot_pd:	.skip 4 * 4096

	.bss
	.balign 16
	.skip 8192
start_stack_top:
	.section .note.GNU-stack, "", @progbits
