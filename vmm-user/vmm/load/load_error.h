/* SPDX-License-Identifier: MIT */
/*
 * Why a guest could not be built: one reason per check, each with one line of
 * text for people and the enum guest_kill that init reports.
 */
#ifndef VMM_LOAD_LOAD_ERROR_H
#define VMM_LOAD_LOAD_ERROR_H

#include "abi/start.h"

enum load_error {
	LOAD_OK = 0,
	/* what kind of file it is */
	LOAD_KERNEL_EMPTY,
	LOAD_KERNEL_UNKNOWN,
	LOAD_KERNEL_COMPRESSED,
	LOAD_KERNEL_MULTIBOOT2,
	LOAD_KERNEL_NO_ENTRY,
	/* Linux bzImage */
	LOAD_LINUX_TRUNCATED,
	LOAD_LINUX_HEADER,
	LOAD_LINUX_OLD,
	LOAD_LINUX_ZIMAGE,
	LOAD_LINUX_SETUP_SIZE,
	LOAD_LINUX_ALIGNMENT,
	LOAD_LINUX_PAYLOAD,
	LOAD_LINUX_INIT_SIZE,
	LOAD_LINUX_TOO_LARGE,
	LOAD_LINUX_MODULES,
	/* ELF */
	LOAD_ELF_TRUNCATED,
	LOAD_ELF_CLASS,
	LOAD_ELF_VERSION,
	LOAD_ELF_TYPE,
	LOAD_ELF_MACHINE,
	LOAD_ELF_HEADER_SIZE,
	LOAD_ELF_HEADER_COUNT,
	LOAD_ELF_HEADERS_OUTSIDE,
	LOAD_ELF_SEGMENT_OUTSIDE,
	LOAD_ELF_SEGMENT_SIZE,
	LOAD_ELF_SEGMENT_WRAPS,
	LOAD_ELF_NO_SEGMENT,
	LOAD_ELF_NOTE,
	LOAD_ELF_ENTRY,
	/* segments of any kernel, in the guest's memory */
	LOAD_SEGMENT_OUTSIDE_RAM,
	LOAD_SEGMENT_OVERLAP,
	/* PVH */
	LOAD_PVH_NOTE_SIZE,
	LOAD_PVH_ENTRY,
	/* multiboot 1 */
	LOAD_MULTIBOOT_FLAGS,
	LOAD_MULTIBOOT_VIDEO,
	LOAD_MULTIBOOT_FORMAT,
	LOAD_MULTIBOOT_TRUNCATED,
	LOAD_MULTIBOOT_ADDRESS,
	LOAD_MULTIBOOT_ENTRY,
	/* what comes with the kernel */
	LOAD_CMDLINE_TOO_LONG,
	LOAD_INITRD_TOO_LARGE,
	LOAD_MODULE_TOO_LARGE,
	LOAD_MODULE_EMPTY,
	LOAD_MODULE_COUNT,
	/* the guest */
	LOAD_GUEST_TOO_SMALL,
	LOAD_WRITE_FAILED,
	LOAD_ERROR_COUNT
};

/* One line without a newline, never NULL; for values out of range as well. */
const char *load_error_text(enum load_error error);

/* What to tell init with INIT_ENDED: KILL_BAD_KERNEL, _INITRD, _MODULE or
 * KILL_NO_MEMORY; KILL_NONE for LOAD_OK. */
enum guest_kill load_error_kill(enum load_error error);

#endif
