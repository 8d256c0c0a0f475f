/* SPDX-License-Identifier: MIT */
/*
 * INT 16h. A byte from the serial port becomes a key in the BIOS data area's ring,
 * where programs may look for it themselves; full is one less than all.
 */
keyboard:
	push	%ds
	push	$BDA
	pop	%ds
	and	$~0x10, %ah             /* 10 to 12 are 00 to 02 of larger keyboards */
	jz	key_take
	cmp	$1, %ah
	je	key_look
	cmp	$2, %ah
	jne	1f
	xor	%al, %al                /* no shift key is ever down */
1:	pop	%ds
	iret

/* Interrupts end each wait at the next tick. */
key_take:
	push	%bx
1:	cli
	call	keys_collect
	mov	BDA_KEY_HEAD, %bx
	cmp	BDA_KEY_TAIL, %bx
	jne	2f
	sti
	hlt
	jmp	1b
2:	mov	(%bx), %ax
	call	key_next
	mov	%bx, BDA_KEY_HEAD
	pop	%bx
	pop	%ds
	iret

/* ZF says that there is none: stack is BP, DS, IP, CS, flags. */
key_look:
	push	%bp
	mov	%sp, %bp
	orb	$ZERO, 8(%bp)
	push	%bx
	call	keys_collect
	mov	BDA_KEY_HEAD, %bx
	cmp	BDA_KEY_TAIL, %bx
	je	1f
	mov	(%bx), %ax
	andb	$~ZERO, 8(%bp)
1:	pop	%bx
	pop	%bp
	pop	%ds
	iret

key_next:
	add	$2, %bx
	cmp	$BDA_KEYS_END, %bx
	jb	1f
	mov	$BDA_KEYS, %bx
1:	ret

keys_collect:
	push	%ax
	push	%bx
	push	%dx
1:	mov	$BIOS_COM1 + 5, %dx
	in	%dx, %al
	test	$1, %al                 /* LSR: a byte is there */
	jz	2f
	mov	BDA_KEY_TAIL, %bx
	call	key_next
	cmp	BDA_KEY_HEAD, %bx
	je	2f                      /* full: the rest waits in the port */
	mov	$BIOS_COM1, %dx
	in	%dx, %al
	call	key_of
	xchg	%bx, BDA_KEY_TAIL
	mov	%ax, (%bx)
	jmp	1b
2:	pop	%dx
	pop	%bx
	pop	%ax
	ret

/* AL, a byte of a terminal, to AX, scan code and character. */
key_of:
	push	%bx
	cmp	$0x7f, %al              /* what terminals send for backspace */
	jne	1f
	mov	$'\b', %al
1:	cmp	$'\n', %al              /* and what ends the lines of files */
	jne	2f
	mov	$'\r', %al
2:	xor	%ah, %ah
	test	%al, %al
	js	3f
	movzbw	%al, %bx
	mov	%cs:AT(scan_codes)(%bx), %ah
3:	pop	%bx
	ret

/* Of a keyboard of the United States, by character. */
scan_codes:
	.byte	0x03, 0x1e, 0x30, 0x2e, 0x20, 0x12, 0x21, 0x22 /* ^@ ^A to ^G */
	.byte	0x0e, 0x0f, 0x24, 0x25, 0x26, 0x1c, 0x31, 0x18 /* BS TAB ^J ^K ^L CR ^N ^O */
	.byte	0x19, 0x10, 0x13, 0x1f, 0x14, 0x16, 0x2f, 0x11 /* ^P to ^W */
	.byte	0x2d, 0x15, 0x2c, 0x01, 0x2b, 0x1b, 0x07, 0x0c /* ^X ^Y ^Z ESC ^\ ^] ^^ ^_ */
	.byte	0x39, 0x02, 0x28, 0x04, 0x05, 0x06, 0x08, 0x28 /* space ! " # $ % & ' */
	.byte	0x0a, 0x0b, 0x09, 0x0d, 0x33, 0x0c, 0x34, 0x35 /* ( ) * + , - . / */
	.byte	0x0b, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08 /* 0 to 7 */
	.byte	0x09, 0x0a, 0x27, 0x27, 0x33, 0x0d, 0x34, 0x35 /* 8 9 : ; < = > ? */
	.byte	0x03, 0x1e, 0x30, 0x2e, 0x20, 0x12, 0x21, 0x22 /* @ A to G */
	.byte	0x23, 0x17, 0x24, 0x25, 0x26, 0x32, 0x31, 0x18 /* H to O */
	.byte	0x19, 0x10, 0x13, 0x1f, 0x14, 0x16, 0x2f, 0x11 /* P to W */
	.byte	0x2d, 0x15, 0x2c, 0x1a, 0x2b, 0x1b, 0x07, 0x0c /* X Y Z [ \ ] ^ _ */
	.byte	0x29, 0x1e, 0x30, 0x2e, 0x20, 0x12, 0x21, 0x22 /* ` a to g */
	.byte	0x23, 0x17, 0x24, 0x25, 0x26, 0x32, 0x31, 0x18 /* h to o */
	.byte	0x19, 0x10, 0x13, 0x1f, 0x14, 0x16, 0x2f, 0x11 /* p to w */
	.byte	0x2d, 0x15, 0x2c, 0x1a, 0x2b, 0x1b, 0x29, 0x0e /* x y z { | } ~ DEL */
