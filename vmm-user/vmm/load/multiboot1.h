/* SPDX-License-Identifier: MIT */
/*
 * Loads a multiboot 1 kernel: ELF32, ELF64, or any file with the address
 * fields. 32-bit protected mode, paging off, EAX the magic, EBX the information.
 *
 * Source: Multiboot Specification 0.6.96, sections 3.1 "OS image format", 3.2
 * "Machine state", 3.3 "Boot information format". Physical entry of ELF kernels
 * linked high as GRUB computes it.
 * Missing: section headers, APM, drives and video information; a boot device.
 */
#ifndef VMM_LOAD_MULTIBOOT1_H
#define VMM_LOAD_MULTIBOOT1_H

#include "vmm/load/loader.h"

/* Whether a file has a multiboot 1 header. */
bool multiboot1_is(const uint8_t *data, uint64_t size);

/* As loader_load(). */
enum load_error multiboot1_load(const struct guest_memory *mem, const struct load_request *request,
	struct boot_entry *entry) MUST_CHECK;

#endif
