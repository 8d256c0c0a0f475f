/* SPDX-License-Identifier: MIT */
/*
 * INT 10h: a screen of 80 by 25 characters on a terminal of at least that size.
 *
 * Two cursors: the screen's, which programs set, and the terminal's, which moves as
 * bytes are sent. They are brought together, by relative movement only, so that it
 * does not matter where on the terminal the screen began. Call 09 leaves the screen's
 * where it is, and programs often follow with 0E or 02, so it leaves them apart.
 *
 *   stack in a call:  bp+16 AX  +14 CX  +12 DX  +10 BX  ...  +0 DS
 */
#define COLUMN_UNKNOWN 0xff /* behind the last one */
#define FRAME_AX 16
#define FRAME_CX 14
#define FRAME_DX 12
#define FRAME_BX 10
#define BELL 0x07
#define ESC 0x1b

video:
	pusha
	push	%ds
	mov	%sp, %bp
	push	$BDA
	pop	%ds
	cld
	cmp	$(video_calls_end - video_calls) / 2, %ah
	jae	video_done
	movzbw	%ah, %bx
	shl	$1, %bx
	call	*%cs:AT(video_calls)(%bx)
video_done:
	pop	%ds
	popa
	iret

video_calls:
	.word	AT(mode_set), AT(shape_set), AT(cursor_set), AT(cursor_get)
	.word	AT(nothing), AT(nothing), AT(window_clear), AT(nothing)
	.word	AT(character_get), AT(character_put), AT(character_put), AT(nothing)
	.word	AT(nothing), AT(nothing), AT(teletype), AT(mode_get)
video_calls_end:

mode_set:
	movw	$0, BDA_CURSOR
	jmp	screen_clear
shape_set:
	mov	%cx, BDA_SHAPE
nothing:
	ret
cursor_set:
	mov	%dx, BDA_CURSOR
	jmp	cursor_show
cursor_get:
	mov	BDA_CURSOR, %ax
	mov	%ax, FRAME_DX(%bp)
	mov	BDA_SHAPE, %ax
	mov	%ax, FRAME_CX(%bp)
	ret
character_get:
	movw	$0x0720, FRAME_AX(%bp)  /* a grey space */
	ret
mode_get:
	movb	$COLUMNS, FRAME_AX + 1(%bp)
	mov	BDA_MODE, %al
	mov	%al, FRAME_AX(%bp)
	movb	$0, FRAME_BX + 1(%bp)
	ret

/* Any clearing is of the whole screen. */
window_clear:
	test	%al, %al
	jnz	nothing
screen_clear:
	mov	$AT(text_clear), %si
	call	text_send
	movw	$0, BDA_TERMINAL
	movb	$0, BDA_SHOWN
	ret

/* CX times AL from the cursor on, which stays. Codes that control a terminal are
 * pictures on a screen. */
character_put:
	call	cursor_show
	jcxz	nothing
	cmp	$' ', %al
	ja	1f
	mov	$' ', %al
	cmp	$1, %cx
	ja	spaces_put
1:	mov	%al, %bl
2:	mov	%bl, %al
	call	character_send
	loop	2b
	cmpw	$1, FRAME_CX(%bp)
	jne	nothing
	mov	%bl, BDA_SHOWN
	ret

/* Many spaces are a piece of the line, or all the rest of the screen. */
spaces_put:
	movzbw	BDA_CURSOR, %ax
	add	%cx, %ax
	jc	1f
	cmp	$COLUMNS, %ax
	ja	1f
	mov	%cl, %al
	mov	$'X', %ah               /* ECH, erase character */
	jmp	control_send
1:	mov	$AT(text_erase), %si
	jmp	text_send

teletype:
	cmp	$BELL, %al              /* the assembler knows no '\a' */
	je	byte_send
	cmp	BDA_SHOWN, %al
	jne	1f
	test	%al, %al
	jz	1f
	movb	$0, BDA_SHOWN           /* call 09 has sent it */
	jmp	cursor_advance
1:	call	cursor_show
	cmp	$'\b', %al
	je	cursor_back
	cmp	$'\n', %al
	je	cursor_down
	cmp	$'\r', %al
	je	cursor_home
	call	character_send
cursor_advance:
	incb	BDA_CURSOR
	cmpb	$COLUMNS, BDA_CURSOR
	jb	cursor_show
	movb	$0, BDA_CURSOR
	call	cursor_show
cursor_down:
	cmpb	$LAST_ROW, BDA_CURSOR + 1
	jb	1f
	mov	$'\n', %al              /* both scroll */
	jmp	byte_send
1:	incb	BDA_CURSOR + 1
	jmp	cursor_show
cursor_home:
	movb	$0, BDA_CURSOR
	jmp	cursor_show
cursor_back:
	cmpb	$0, BDA_CURSOR
	je	cursor_show
	decb	BDA_CURSOR
/* Brings the terminal's cursor to the screen's. Keeps all registers. */
cursor_show:
	pusha
	movb	$0, BDA_SHOWN
	mov	BDA_CURSOR, %dx
	mov	BDA_TERMINAL, %cx
	mov	%dx, BDA_TERMINAL
	test	%dl, %dl
	jnz	1f
	cmp	%dl, %cl
	je	1f
	mov	$'\r', %al
	call	byte_send
	mov	%dl, %cl
1:	cmp	%dh, %ch
	je	3f
	ja	2f
	mov	$'\n', %al              /* downward so that the terminal scrolls */
	call	byte_send
	inc	%ch
	jmp	1b
2:	mov	%ch, %al
	sub	%dh, %al
	mov	$'A', %ah               /* CUU, cursor up */
	call	control_send
3:	cmp	%dl, %cl
	je	4f
	mov	%dl, %al
	inc	%al
	mov	$'G', %ah               /* CHA, cursor character absolute */
	call	control_send
4:	popa
	ret

/* AL where the terminal's cursor is. */
character_send:
	call	byte_send
	incb	BDA_TERMINAL
	cmpb	$COLUMNS, BDA_TERMINAL
	jb	1f
	movb	$COLUMN_UNKNOWN, BDA_TERMINAL
1:	ret

/* ESC [ AL AH: a control function with a number from 1 to 99. */
control_send:
	push	%ax
	mov	$ESC, %al
	call	byte_send
	mov	$'[', %al
	call	byte_send
	pop	%ax
	push	%ax
	aam
	add	$0x3030, %ax            /* "00" */
	xchg	%al, %ah
	call	byte_send
	mov	%ah, %al
	call	byte_send
	pop	%ax
	mov	%ah, %al
	jmp	byte_send

/* The text at CS:SI, up to a zero. */
text_send:
	lodsb	%cs:(%si), %al
	test	%al, %al
	jz	1f
	call	byte_send
	jmp	text_send
1:	ret
text_clear:
	.asciz	"\033[H\033[2J"
text_erase:
	.asciz	"\033[J"

/* AL to the serial port. Keeps all registers. */
byte_send:
	push	%dx
	push	%ax
	mov	$BIOS_COM1 + 5, %dx
1:	in	%dx, %al
	test	$0x20, %al              /* LSR: room for a byte */
	jz	1b
	mov	$BIOS_COM1, %dx
	pop	%ax
	out	%al, %dx
	pop	%dx
	ret
