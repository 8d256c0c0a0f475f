/* SPDX-License-Identifier: MIT */
/*
 * The BIOS that a guest gets whose kernel starts in real mode. What it can do is said
 * in bios.S; here it is put into the guest's memory and told what memory there is.
 */
#ifndef VMM_LOAD_BIOS_H
#define VMM_LOAD_BIOS_H

#include "vmm/guest_memory.h"
#include "vmm/load/boot_entry.h"
#include "vmm/load/load_error.h"

/* Writes it to F000:F000. LOAD_WRITE_FAILED: the guest has no RAM there. */
enum load_error bios_put(const struct guest_memory *mem) MUST_CHECK;

/* A start in the BIOS, which goes on to the setup code at `setup`, a multiple of 16
 * below 1 MiB, with the stack at offset `stack` from there. */
struct boot_entry bios_entry(uint64_t setup, uint16_t stack);

#endif
