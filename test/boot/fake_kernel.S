/* SPDX-License-Identifier: MIT */
/*
 * Stands in for the kernel in the tests of `carrel run`: a multiboot2 kernel that
 * does what the letters behind do= on its command line say, one after another.
 * 32-bit, no interrupts; one stack of 4 KiB. Speaks as the tap (abi/tap.h) does.
 *
 *   n NAME of guest 2       o OUTPUT of guest 2     g a line of garbage on COM2
 *   e END poweroff          z END debug-exit 0      d END debug-exit 3
 *   k END killed            r END killed, but started again
 *   E END poweroff of guest 3                       D DONE
 *   c a line on COM1        l a line on COM3        p a panic on COM3
 *   s switch off            t triple fault          h hang
 */
#define COM1 0x3f8
#define COM2 0x2f8
#define COM3 0x3e8

	.section .multiboot, "a"
	.balign 8
header:
	.long 0xe85250d6, 0, header_end - header, -(0xe85250d6 + header_end - header)
	.word 0, 0
	.long 8
header_end:

	.text
	.globl _start
_start:
	mov $stack_top, %esp
	mov %ebx, %edi          /* boot information */
	mov $COM1, %dx
	call uart_start
	mov $COM2, %dx
	call uart_start
	mov $COM3, %dx
	call uart_start
	add $8, %edi

/* Tag 1 is the command line: { type, size, text }, 8-byte aligned. */
find_tag:
	cmpl $1, (%edi)
	je find_word
	cmpl $0, (%edi)
	je hang
	mov 4(%edi), %eax
	add $7, %eax
	and $~7, %eax
	add %eax, %edi
	jmp find_tag
find_word:
	add $8, %edi
1:	cmpb $0, (%edi)
	je hang
	cmpl $0x3d6f64, (%edi)  /* "do=" at the end of the text */
	je 2f
	mov (%edi), %eax
	and $0xffffff, %eax
	cmp $0x3d6f64, %eax
	je 2f
	inc %edi
	jmp 1b
2:	add $3, %edi

/* edi: the next letter. */
next:
	movzbl (%edi), %eax
	inc %edi
	cmp $'s', %al
	je switch_off
	cmp $'t', %al
	je triple_fault
	mov $table, %ebx
1:	cmpb $0, (%ebx)
	je hang
	cmp (%ebx), %al
	je 2f
	add $12, %ebx
	jmp 1b
2:	movzwl 2(%ebx), %edx
	mov 4(%ebx), %esi
	mov 8(%ebx), %ecx
	call write
	jmp next

switch_off:
	mov $shutdown, %esi
	mov $0x8900, %dx
	mov $8, %ecx
	rep outsb
	mov $0x604, %dx
	mov $0x2000, %ax
	outw %ax, %dx
hang:	cli
	hlt
	jmp hang

triple_fault:
	lidt no_idt
	ud2

/* edx: port. 115200 baud, 8N1. */
uart_start:
	add $3, %dx
	mov $0x83, %al
	outb %al, %dx
	sub $3, %dx
	mov $1, %al
	outb %al, %dx
	inc %dx
	mov $0, %al
	outb %al, %dx
	add $2, %dx
	mov $3, %al
	outb %al, %dx
	ret

/* Writes ecx bytes at esi to port edx, and waits until they are out. */
write:
	add $5, %dx
1:	inb %dx, %al
	test $0x20, %al
	jz 1b
	sub $5, %dx
	outsb
	add $5, %dx
	sub $5, %dx
	dec %ecx
	jz 2f
	add $5, %dx
	jmp 1b
2:	add $5, %dx
3:	inb %dx, %al
	test $0x40, %al
	jz 3b
	ret

	.section .rodata
	.macro row letter, port, label
	.byte \letter, 0
	.word \port
	.long \label, \label\()_end - \label
	.endm
table:
	row 'n', COM2, name
	row 'o', COM2, output
	row 'g', COM2, garbage
	row 'e', COM2, end_poweroff
	row 'E', COM2, end_other
	row 'z', COM2, end_debug_0
	row 'd', COM2, end_debug_3
	row 'k', COM2, end_killed
	row 'r', COM2, end_restarted
	row 'D', COM2, done
	row 'c', COM1, console
	row 'l', COM3, log
	row 'p', COM3, panic
	.long 0
name:	.byte 0xc5, 1, 2, 3
	.ascii "web"
name_end:
output:	.byte 0xc5, 2, 2, 14
	.ascii "hello at 42 # "
output_end:
garbage: .ascii "\033[2J\305 not a frame \305\002\r\n"
garbage_end:
end_poweroff: .byte 0xc5, 4, 2, 8, 1, 0, 0, 0, 0, 0, 0, 0
end_poweroff_end:
end_other: .byte 0xc5, 4, 3, 8, 1, 0, 0, 0, 0, 0, 0, 0
end_other_end:
end_debug_0: .byte 0xc5, 4, 2, 8, 3, 0, 0, 0, 0, 0, 0, 0
end_debug_0_end:
end_debug_3: .byte 0xc5, 4, 2, 8, 3, 0, 0, 0, 3, 0, 0, 0
end_debug_3_end:
end_killed: .byte 0xc5, 4, 2, 8, 5, 0, 0, 0, 1, 0, 0, 0
end_killed_end:
end_restarted: .byte 0xc5, 4, 2, 8, 5, 1, 0, 0, 1, 0, 0, 0
end_restarted_end:
done:	.byte 0xc5, 5, 0, 0
done_end:
console: .ascii "carrel: a line on the console\r\n"
console_end:
log:	.ascii "fake: a line of the log\r\n"
log_end:
panic:	.ascii "fake: PANIC on purpose\r\nfake: the line after it\r\n"
panic_end:
shutdown: .ascii "Shutdown"
no_idt:	.word 0
	.long 0

	.bss
	.balign 16
	.skip 4096
stack_top:
