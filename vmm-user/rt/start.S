/* SPDX-License-Identifier: MIT */
/*
 * Where every ring-3 program starts: components and the root task alike.
 * State: RSP is the top of the stack, 16-byte aligned; nothing else is defined.
 * The information page lies at the same address for both (abi/start.h,
 * abi/boot.h).
 */
	.section .text.start, "ax", @progbits
	.globl _start
	.type _start, @function
_start:
	xorl	%ebp, %ebp
	movl	$0x10000, %edi          /* START_INFO_ADDR == BOOT_INFO_ADDR */
	call	component_main
	ud2                             /* a component never returns */
	.size _start, . - _start
	/* Initialized data comes first, so that .bss behind it is kept in the file. */
	.section .data.start, "aw", @progbits
	.quad	0
	.section .note.GNU-stack, "", @progbits
