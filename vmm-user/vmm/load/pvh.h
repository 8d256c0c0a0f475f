/* SPDX-License-Identifier: MIT */
/*
 * Loads an ELF kernel that has a PVH entry point: 32-bit protected mode, paging
 * off, EBX at a struct hvm_start_info.
 *
 * Source: Xen, docs/misc/pvh.pandoc "PVH Specification" and
 * xen/include/public/arch-x86/hvm/start_info.h (layout); elfnote.h for
 * XEN_ELFNOTE_PHYS32_ENTRY.
 */
#ifndef VMM_LOAD_PVH_H
#define VMM_LOAD_PVH_H

#include "vmm/load/loader.h"

/* As loader_load(). */
enum load_error pvh_load(const struct guest_memory *mem, const struct load_request *request,
	struct boot_entry *entry) MUST_CHECK;

#endif
