/* SPDX-License-Identifier: MIT */
/*
 * The ELF note that makes an image bootable by PVH: XEN_ELFNOTE_PHYS32_ENTRY.
 * Linked or left out; nothing refers to it.
 * Source: Xen xen/include/public/elfnote.h.
 */
	.section .note.pvh, "a", @note
	.align	4
	.long	4				/* length of the name */
	.long	8				/* length of the value */
	.long	18				/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.quad	start_pvh
	.section .note.GNU-stack, "", @progbits
