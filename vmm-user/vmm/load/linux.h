/* SPDX-License-Identifier: MIT */
/*
 * Loads a Linux bzImage by the 64-bit boot protocol; kernels without a 64-bit
 * entry point by the 32-bit one. Protocols before 2.10 do not say where and how large
 * a kernel will be while it unpacks itself; they are entered in real mode (linux_real.h).
 *
 * Source: Linux, Documentation/arch/x86/boot.rst: "The Real-Mode Kernel Header",
 * "32-bit Boot Protocol", "64-bit Boot Protocol"; zero-page.rst "Zero Page".
 */
#ifndef VMM_LOAD_LINUX_H
#define VMM_LOAD_LINUX_H

#include "vmm/load/loader.h"

/* Whether a file has a setup header. */
bool linux_is(const uint8_t *data, uint64_t size);

/* As loader_load(). */
enum load_error linux_load(const struct guest_memory *mem, const struct load_request *request,
	struct boot_entry *entry) MUST_CHECK;

#endif
