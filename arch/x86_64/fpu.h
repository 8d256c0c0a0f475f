/* SPDX-License-Identifier: MIT */
/*
 * The vector state (x87, SSE, AVX, AVX-512) of guests.
 *
 * Ring 0 and host threads use none of it: CR0.TS is set while they run. The
 * registers stay in the CPU until another guest needs them; that one switches
 * them, whole and at once. Lazy switching would save little and leaks the
 * registers speculatively (CVE-2018-3665).
 *
 * Source: Intel SDM vol. 1 chapter 13 "Managing State Using the XSAVE Feature Set".
 */
#ifndef ARCH_FPU_H
#define ARCH_FPU_H

#include <stdbool.h>
#include <stdint.h>

struct guest;

/* Sets up CR0, CR4 and XCR0 of this CPU; CR0.TS is set after it. False, and the
 * names in `missing`, if the CPU lacks XSAVE. */
bool fpu_cpu_init(char *missing);

/* The parts of `supported` (CPUID leaf 0xd) that guests get, AVX-512 in all its
 * three parts or not at all. */
uint64_t fpu_components_choose(uint64_t supported);

/* Whether XSETBV takes `xcr0` on a machine with `components`: SDM vol. 1 section
 * 13.3 "Enabling the XSAVE Feature Set and XSAVE-Enabled Features". */
bool fpu_xcr0_valid(uint64_t xcr0, uint64_t components);

/* What guests get on this machine. */
uint64_t fpu_components(void);

/* Writes the state after reset into a zeroed page. */
void fpu_area_init(void *area);

/* The guest's registers and XCR0 are in the CPU after this. guest->fpu is set,
 * guest->xcr0 valid. */
void fpu_load(struct guest *guest);

/* The guest's XCR0 now. It is what the VMM has loaded, but in QEMU's TCG, where XSETBV is
 * not intercepted. */
uint64_t fpu_xcr0(const struct guest *guest);

/* The guest's registers are in guest->fpu after this, and no longer its own in the CPU. */
void fpu_unload(struct guest *guest);

#endif
