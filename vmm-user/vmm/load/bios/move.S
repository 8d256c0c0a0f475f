/* SPDX-License-Identifier: MIT */
/*
 * INT 15h, AH=87h: CX words between any two places below 4 GiB. ES:SI is a table of
 * descriptors; of these the source's at 10h and the destination's at 18h matter.
 *
 * DS and ES get a limit of 4 GiB in protected mode and keep it back in real mode, for
 * the move alone and, as is usual, beyond it. Source: RBIL INT 15/AH=87h; Intel SDM
 * vol. 3A section 3.4.3 "Segment Registers".
 *
 *   stack while it moves:   sp+0  the caller's GDTR   +6 ES   +8 DS   then PUSHAL
 */
#define MOVE_SOURCE 0x10
#define MOVE_DESTINATION 0x18

/* The base address in a descriptor: bytes 2 to 4 and 7. */
	.macro	BASE descriptor, register
	mov	%es:\descriptor + 2(%si), \register
	shl	$8, \register
	shr	$8, \register
	movzbl	%es:\descriptor + 7(%si), %eax
	shl	$24, %eax
	or	%eax, \register
	.endm

block_move:
	pushal
	push	%ds
	push	%es
	sub	$6, %sp
	mov	%sp, %bp
	sgdtl	(%bp)
	movzwl	%cx, %ecx
	BASE	MOVE_DESTINATION, %edi
	BASE	MOVE_SOURCE, %edx
	mov	%edx, %esi
	lgdtl	%cs:AT(flat_pointer)
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	mov	$8, %dx
	mov	%dx, %ds
	mov	%dx, %es
	and	$~1, %al
	mov	%eax, %cr0
	cld
	rep movsw (%esi), %es:(%edi)
	lgdtl	(%bp)
	add	$6, %sp
	pop	%es
	pop	%ds
	popal
	xor	%ah, %ah
	jmp	return_yes

	.balign	8
flat_table:
	.quad	0, 0x00cf93000000ffff   /* data, from 0 to 4 GiB */
flat_pointer:
	.word	. - flat_table - 1
	.long	(BIOS_SEGMENT << 4) + AT(flat_table)
