/* SPDX-License-Identifier: MIT */
/* Texts for people, one per reason. Stateless. */
#include "vmm/load/load_error.h"
#include "lib/compiler.h"

#include <stdbool.h>

struct reason {
	const char *text;
	enum guest_kill kill;
};

/* clang-format off */
static const struct reason reasons[LOAD_ERROR_COUNT] = {
	[LOAD_OK] = {"loaded", KILL_NONE},
	[LOAD_KERNEL_EMPTY] = {"the kernel file is empty", KILL_BAD_KERNEL},
	[LOAD_KERNEL_UNKNOWN] = {"the kernel file is no Linux bzImage, no ELF file with a PVH note "
		"and no multiboot 1 kernel", KILL_BAD_KERNEL},
	[LOAD_KERNEL_COMPRESSED] = {"the kernel file is a compressed file: unpack it first",
		KILL_BAD_KERNEL},
	[LOAD_KERNEL_MULTIBOOT2] = {"the kernel has a multiboot 2 header only: it needs multiboot 1 "
		"or a PVH note", KILL_BAD_KERNEL},
	[LOAD_KERNEL_NO_ENTRY] = {"the kernel is an ELF file with neither a PVH note nor a "
		"multiboot 1 header", KILL_BAD_KERNEL},
	[LOAD_LINUX_TRUNCATED] = {"the bzImage is truncated: it is shorter than its header says",
		KILL_BAD_KERNEL},
	[LOAD_LINUX_HEADER] = {"the bzImage's setup header is corrupt: its length is impossible",
		KILL_BAD_KERNEL},
	[LOAD_LINUX_OLD] = {"the bzImage speaks a boot protocol older than 2.02", KILL_BAD_KERNEL},
	[LOAD_LINUX_ZIMAGE] = {"the kernel is a zImage that loads below 1 MiB: make it a bzImage",
		KILL_BAD_KERNEL},
	[LOAD_LINUX_SETUP_SIZE] = {"the bzImage's setup code is larger than 32 KiB", KILL_BAD_KERNEL},
	[LOAD_LINUX_ALIGNMENT] = {"the bzImage's kernel_alignment is not a power of two from 4 KiB "
		"to 1 GiB", KILL_BAD_KERNEL},
	[LOAD_LINUX_PAYLOAD] = {"the bzImage's compressed payload lies outside the file",
		KILL_BAD_KERNEL},
	[LOAD_LINUX_INIT_SIZE] = {"the bzImage's init_size is smaller than its code",
		KILL_BAD_KERNEL},
	[LOAD_LINUX_TOO_LARGE] = {"the guest's memory is too small for the bzImage to unpack itself",
		KILL_BAD_KERNEL},
	[LOAD_LINUX_MODULES] = {"a Linux bzImage takes no modules, only an initrd", KILL_BAD_MODULE},
	[LOAD_ELF_TRUNCATED] = {"the ELF file is truncated: its header is not whole",
		KILL_BAD_KERNEL},
	[LOAD_ELF_CLASS] = {"the ELF file is neither 32-bit nor 64-bit little endian",
		KILL_BAD_KERNEL},
	[LOAD_ELF_VERSION] = {"the ELF file has an unknown version", KILL_BAD_KERNEL},
	[LOAD_ELF_TYPE] = {"the ELF file is not an executable", KILL_BAD_KERNEL},
	[LOAD_ELF_MACHINE] = {"the ELF file is not for i386 or x86-64", KILL_BAD_KERNEL},
	[LOAD_ELF_HEADER_SIZE] = {"the ELF file's program headers have an unknown size",
		KILL_BAD_KERNEL},
	[LOAD_ELF_HEADER_COUNT] = {"the ELF file has no program headers, or too many",
		KILL_BAD_KERNEL},
	[LOAD_ELF_HEADERS_OUTSIDE] = {"the ELF file's program headers lie outside the file",
		KILL_BAD_KERNEL},
	[LOAD_ELF_SEGMENT_OUTSIDE] = {"a segment of the ELF file lies outside the file",
		KILL_BAD_KERNEL},
	[LOAD_ELF_SEGMENT_SIZE] = {"a segment of the ELF file is larger in the file than in memory",
		KILL_BAD_KERNEL},
	[LOAD_ELF_SEGMENT_WRAPS] = {"a segment of the ELF file wraps around the end of memory",
		KILL_BAD_KERNEL},
	[LOAD_ELF_NO_SEGMENT] = {"the ELF file has nothing to load", KILL_BAD_KERNEL},
	[LOAD_ELF_NOTE] = {"a note of the ELF file is longer than its segment", KILL_BAD_KERNEL},
	[LOAD_ELF_ENTRY] = {"the ELF file's entry point lies in none of its segments",
		KILL_BAD_KERNEL},
	[LOAD_SEGMENT_OUTSIDE_RAM] = {"a segment of the kernel lies outside the guest's memory",
		KILL_BAD_KERNEL},
	[LOAD_SEGMENT_OVERLAP] = {"a segment of the kernel overlaps another or memory set aside for "
		"firmware tables and boot information", KILL_BAD_KERNEL},
	[LOAD_PVH_NOTE_SIZE] = {"the PVH note's entry address is neither 4 nor 8 bytes",
		KILL_BAD_KERNEL},
	[LOAD_PVH_ENTRY] = {"the PVH entry point lies in none of the kernel's segments",
		KILL_BAD_KERNEL},
	[LOAD_MULTIBOOT_FLAGS] = {"the multiboot header demands a feature that does not exist here",
		KILL_BAD_KERNEL},
	[LOAD_MULTIBOOT_VIDEO] = {"the multiboot header demands a video mode, and the machine has no "
		"screen", KILL_BAD_KERNEL},
	[LOAD_MULTIBOOT_FORMAT] = {"the multiboot kernel is no ELF file and its header has no address "
		"fields", KILL_BAD_KERNEL},
	[LOAD_MULTIBOOT_TRUNCATED] = {"the multiboot kernel is truncated: its header says more than "
		"the file holds", KILL_BAD_KERNEL},
	[LOAD_MULTIBOOT_ADDRESS] = {"the multiboot header's address fields contradict each other",
		KILL_BAD_KERNEL},
	[LOAD_MULTIBOOT_ENTRY] = {"the multiboot entry point lies outside the kernel",
		KILL_BAD_KERNEL},
	[LOAD_CMDLINE_TOO_LONG] = {"the command line is longer than the kernel can take",
		KILL_BAD_KERNEL},
	[LOAD_INITRD_TOO_LARGE] = {"the initrd does not fit into the guest's memory",
		KILL_BAD_INITRD},
	[LOAD_MODULE_TOO_LARGE] = {"a module does not fit into the guest's memory", KILL_BAD_MODULE},
	[LOAD_MODULE_EMPTY] = {"a module file is empty", KILL_BAD_MODULE},
	[LOAD_MODULE_COUNT] = {"there are too many modules", KILL_BAD_MODULE},
	[LOAD_GUEST_TOO_SMALL] = {"the guest has less than 2 MiB of memory", KILL_NO_MEMORY},
	[LOAD_WRITE_FAILED] = {"a checked write to the guest's memory failed", KILL_NO_MEMORY},
};
/* clang-format on */

static const struct reason unknown = {"unknown load error", KILL_BAD_KERNEL};

static const struct reason *reason_of(enum load_error error)
{
	bool known = (unsigned)error < ARRAY_SIZE(reasons) && reasons[error].text;
	return known ? &reasons[error] : &unknown;
}

const char *load_error_text(enum load_error error)
{
	return reason_of(error)->text;
}

enum guest_kill load_error_kill(enum load_error error)
{
	return reason_of(error)->kill;
}
