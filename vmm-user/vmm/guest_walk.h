/* SPDX-License-Identifier: MIT */
/*
 * A walk through the guest's own page tables: linear address to guest-physical,
 * with the rights checked as the CPU would.
 *
 * Formats: no paging, 32-bit (with PSE), PAE, 4-level. Sets accessed and dirty
 * bits. Missing: 5-level paging and protection keys, which CPUID hides; reserved
 * bits other than a large page where none may be, NX while it is off, and
 * address bits from 48 on.
 * Source: Intel SDM vol. 3A chapter 4 "Paging".
 */
#ifndef VMM_GUEST_WALK_H
#define VMM_GUEST_WALK_H

#include "vmm/cpu.h"
#include "vmm/guest_memory.h"

/* Translates `at` for an access described by PF_WRITE, PF_USER and PF_FETCH in
 * `access`. true: *out is the address. false: *fault is the #PF to raise. Tables
 * that lie outside RAM read as all ones, where 8-byte entries are reserved.
 * Needs GROUP_CR, GROUP_EFER, GROUP_RFLAGS. */
bool guest_walk(const struct guest_memory *mem, const struct vcpu_state *state, gva_t at,
	unsigned access, gpa_t *out, struct fault *fault) MUST_CHECK;

#endif
