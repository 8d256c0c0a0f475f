/* SPDX-License-Identifier: MIT */
/*
 * The multiboot 1 header. Linked or left out; nothing refers to it.
 *
 * guest.ld puts it into the last 16 bytes of the file's first 8 KiB: there
 * GRUB finds it, while QEMU (which stops 48 bytes before the end, and refuses
 * 64-bit multiboot files) does not and takes the PVH note instead.
 * Source: Multiboot Specification 0.6.96, "The layout of Multiboot header".
 */
	.section .multiboot, "a"
	.align	4
	.long	0x1badb002
	.long	3				/* align modules, give memory information */
	.long	-(0x1badb002 + 3)
	.section .note.GNU-stack, "", @progbits
