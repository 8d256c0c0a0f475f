/* SPDX-License-Identifier: MIT */
/* Interrupts without a device of their own, memory, time, and the ends. */

/* How a call ends that answers by a flag: stack then BP, IP, CS, flags. */
return_no:
	push	%bp
	mov	%sp, %bp
	orb	$CARRY, 6(%bp)
	pop	%bp
	iret
return_yes:
	push	%bp
	mov	%sp, %bp
	andb	$~CARRY, 6(%bp)
	pop	%bp
ignore:
	iret

irq_second:
	push	%ax
	mov	$0x20, %al
	out	%al, $0xa0
	jmp	irq_end
irq_first:
	push	%ax
irq_end:
	mov	$0x20, %al
	out	%al, $0x20
	pop	%ax
	iret

/* INT 08h: 1573040 ticks are a day. */
tick:
	push	%ds
	push	$BDA
	pop	%ds
	incl	BDA_TICKS
	cmpl	$0x1800b0, BDA_TICKS
	jb	1f
	movl	$0, BDA_TICKS
	incb	BDA_MIDNIGHT
1:	pop	%ds
	int	$0x1c
	push	%ax
	jmp	irq_end

time:
	cmp	$1, %ah
	ja	return_no
	push	%ds
	push	$BDA
	pop	%ds
	je	1f
	mov	BDA_TICKS, %dx
	mov	BDA_TICKS + 2, %cx
	mov	BDA_MIDNIGHT, %al
	jmp	2f
1:	mov	%dx, BDA_TICKS
	mov	%cx, BDA_TICKS + 2
2:	movb	$0, BDA_MIDNIGHT
	pop	%ds
	jmp	return_yes

equipment:
	push	%ds
	push	$BDA
	pop	%ds
	mov	BDA_EQUIPMENT, %ax
	pop	%ds
	iret

base_memory:
	push	%ds
	push	$BDA
	pop	%ds
	mov	BDA_BASE_MEMORY, %ax
	pop	%ds
	iret

/* There are no drives, so every call has a wrong parameter. */
disk:
	mov	$1, %ah
	jmp	return_no

system:
	cmp	$0xe820, %ax
	je	memory_map
	cmp	$0xe801, %ax
	je	memory_sizes
	cmp	$0x87, %ah
	je	block_move
	cmp	$0x88, %ah
	je	memory_extended
	cmp	$0x24, %ah
	je	a20
unsupported:
	mov	$0x86, %ah
	jmp	return_no

#define MEMORY(field) %cs:BIOS_MEMORY + BIOS_MEMORY_##field

memory_map:
	cmp	$0x534d4150, %edx       /* "SMAP" */
	jne	unsupported
	cmp	$BIOS_RANGE_SIZE, %ecx
	jb	unsupported
	movzwl	MEMORY(RANGES), %eax
	cmp	%eax, %ebx
	jae	unsupported
	push	%ds
	push	%si
	push	%di
	push	%cs
	pop	%ds
	imul	$BIOS_RANGE_SIZE, %bx, %si
	add	$BIOS_MEMORY + BIOS_MEMORY_RANGE, %si
	mov	$BIOS_RANGE_SIZE / 4, %cx
	cld
	rep movsl
	pop	%di
	pop	%si
	pop	%ds
	inc	%ebx
	cmp	%eax, %ebx
	jb	1f
	xor	%ebx, %ebx              /* that was the last */
1:	mov	$BIOS_RANGE_SIZE, %ecx
	mov	%edx, %eax
	jmp	return_yes

memory_sizes:
	mov	MEMORY(BELOW_16M), %ax
	mov	MEMORY(ABOVE_16M), %bx
	mov	%ax, %cx
	mov	%bx, %dx
	jmp	return_yes

memory_extended:
	mov	MEMORY(EXTENDED), %ax
	jmp	return_yes

/* A20 is open and stays so. */
a20:
	cmp	$0x01, %al
	je	2f
	cmp	$0x02, %al
	je	1f
	jmp	unsupported
1:	mov	$1, %al
2:	xor	%ah, %ah
	jmp	return_yes

nothing_to_boot:
	mov	$AT(nothing_text), %si
1:	lodsb	%cs:(%si), %al
	mov	$0x0e, %ah
	int	$0x10
	cmp	$'\n', %al
	jne	1b
	mov	$BIOS_POWER_PORT, %dx
	mov	$BIOS_POWER_VALUE, %ax
	out	%ax, %dx
	jmp	stop
nothing_text:
	.ascii	"Nothing left to boot: power off\r\n"

reset:
	mov	$BIOS_RESET_PORT, %dx
	mov	$BIOS_RESET_VALUE, %al
	out	%al, %dx
stop:
	cli
	hlt
	jmp	stop
