/* SPDX-License-Identifier: MIT */
/*
 * Loads a Linux bzImage of a protocol from 2.02 to 2.09 as the loaders of its time
 * did: its setup code starts in real mode and asks the BIOS (bios.h) for the rest.
 * Programs that only look like Linux, so that any boot loader can start them, are such.
 *
 *   0x10000  setup code, at most 32 KiB, then its heap
 *   0x1e000  its stack, downward
 *   0x20000  command line
 *   1 MiB    the kernel
 *
 * Source: Linux, Documentation/arch/x86/boot.rst, "Memory Layout", "Details of Header
 * Fields", "Running the Kernel".
 */
#ifndef VMM_LOAD_LINUX_REAL_H
#define VMM_LOAD_LINUX_REAL_H

#include "vmm/load/loader.h"

#define LINUX_REAL_SETUP 0x10000ull
#define LINUX_REAL_STACK 0xe000u /* offset from there */

/* As loader_load(); linux_header_check() has passed. */
enum load_error linux_real_load(const struct guest_memory *mem, const struct load_request *request,
	struct boot_entry *entry) MUST_CHECK;

#endif
