/* SPDX-License-Identifier: MIT */
/*
 * The beginning: what bios.S describes is set up, then the kernel is entered.
 *
 *   in   BX   segment of the kernel's setup code
 *        SP   its stack, in that segment
 *
 * The kernel gets DS ES FS GS SS = BX and starts at offset 0 of the segment 512 bytes
 * on, with interrupts off. Source: Linux, Documentation/arch/x86/boot.rst, "Running
 * the Kernel".
 */
entry:
	cli
	cld
	mov	%bx, %ss
	mov	%cr0, %eax
	and	$0x9fffffff, %eax       /* a reset leaves the caches off: CD, NW */
	mov	%eax, %cr0
	call	vectors_set
	call	data_set
	call	controllers_set
	call	com1_set
	mov	%bx, %ds
	mov	%bx, %es
	mov	%bx, %fs
	mov	%bx, %gs
	add	$0x20, %bx
	push	%bx
	push	$0
	xor	%eax, %eax
	mov	%eax, %ebx
	mov	%eax, %ecx
	mov	%eax, %edx
	mov	%eax, %esi
	mov	%eax, %edi
	mov	%eax, %ebp
	lret

/* Rows of the table: first vector, how many, handler. Later rows win. */
vectors_set:
	xor	%ax, %ax
	mov	%ax, %es
	push	%cs
	pop	%ds
	mov	$AT(vectors), %si
1:	lodsw
	mov	%ax, %di
	shl	$2, %di
	lodsw
	mov	%ax, %cx
	lodsw
2:	stosw
	movw	$BIOS_SEGMENT, %es:(%di)
	add	$2, %di
	loop	2b
	cmp	$AT(vectors_end), %si
	jb	1b
	ret

vectors:
	.word	0x00, 256, AT(ignore)
	.word	0x08, 8, AT(irq_first)
	.word	0x70, 8, AT(irq_second)
	.word	0x08, 1, AT(tick)
	.word	0x10, 1, AT(video)
	.word	0x11, 1, AT(equipment)
	.word	0x12, 1, AT(base_memory)
	.word	0x13, 1, AT(disk)
	.word	0x15, 1, AT(system)
	.word	0x16, 1, AT(keyboard)
	.word	0x18, 1, AT(nothing_to_boot)
	.word	0x19, 1, AT(reset)
	.word	0x1a, 1, AT(time)
vectors_end:

/* The loader has already written what every guest finds (layout.c). */
data_set:
	push	$BDA
	pop	%ds
	movw	$EQUIPMENT, BDA_EQUIPMENT
	movw	$BDA_KEYS, BDA_KEY_HEAD
	movw	$BDA_KEYS, BDA_KEY_TAIL
	movw	$BDA_KEYS, BDA_KEYS_START
	movw	$BDA_KEYS_END, BDA_KEYS_STOP
	movb	$3, BDA_MODE
	movw	$COLUMNS, BDA_COLUMNS
	movw	$0x1000, BDA_PAGE_SIZE
	movw	$0x0607, BDA_SHAPE
	movb	$LAST_ROW, BDA_LAST_ROW
	ret

/* Intel 8259A data sheet, "Initialization Command Words"; Intel 8254 data sheet,
 * "Control Word Format": counter 0, mode 3, 65536. IRQ0 and the cascade are let in. */
controllers_set:
	push	%cs
	pop	%ds
	mov	$AT(controllers), %si
	xor	%dx, %dx
1:	lodsb
	mov	%al, %dl
	lodsb
	out	%al, %dx
	cmp	$AT(controllers_end), %si
	jb	1b
	ret

controllers:
	.byte	0x20, 0x11, 0x21, 0x08, 0x21, 0x04, 0x21, 0x01
	.byte	0xa0, 0x11, 0xa1, 0x70, 0xa1, 0x02, 0xa1, 0x01
	.byte	0x21, 0xfa, 0xa1, 0xff
	.byte	0x43, 0x36, 0x40, 0x00, 0x40, 0x00
controllers_end:

/* PC16550D data sheet, section 8.0 "Registers": 115200 baud, 8N1, no interrupts. */
com1_set:
	mov	$AT(com1), %si
1:	lodsb
	mov	$BIOS_COM1, %dx
	or	%al, %dl
	lodsb
	out	%al, %dx
	cmp	$AT(com1_end), %si
	jb	1b
	ret

com1:
	.byte	3, 0x80, 0, 1, 1, 0, 3, 3, 1, 0, 2, 1, 4, 3
com1_end:
