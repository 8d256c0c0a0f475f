/* SPDX-License-Identifier: MIT */
/*
 * Control registers of a guest: which bits it may change by itself, and what a
 * write does that the kernel handed to us. Debug registers and XCR0 as well.
 *
 *   CR0   the guest's own: PE MP EM TS WP AM PG
 *         ours: CD NW (shown, never real: the caches stay on), NE ET and the rest
 *   CR4   the guest's own: what does not concern us and its CPUID has
 *         ours: OSXSAVE (CPUID shows it), MCE (real: always on), the rest
 *
 * Source: Intel SDM vol. 3A section 2.5 "Control Registers", section 2.6
 * "Extended Control Registers (Including XCR0)", section 4.1.2 "Paging-Mode
 * Enabling"; vol. 1 section 13.3 "Enabling the XSAVE Feature Set and
 * XSAVE-Enabled Features".
 */
#ifndef VMM_CR_H
#define VMM_CR_H

#include "vmm/cpu.h"
#include "vmm/guest_memory.h"

#define CR0_FREE (CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_WP | CR0_AM | CR0_PG)
#define CR0_KNOWN (CR0_FREE | CR0_ET | CR0_NE | CR0_NW | CR0_CD)

/* XCR0 */
#define XCR0_X87 BIT(0)
#define XCR0_SSE BIT(1)
#define XCR0_AVX BIT(2)
#define XCR0_AVX512 BITS(7, 5)
#define XCR0_KNOWN (XCR0_X87 | XCR0_SSE | XCR0_AVX | XCR0_AVX512)

/* Sets CR0 and CR4 of a guest that does not run yet, with masks and shadows.
 * `cr4_free`: see cr4_allowed(). */
void cr_init(struct vcpu_state *state, uint64_t cr0, uint64_t cr4, uint64_t cr4_allowed);

/* The bits of CR4 that a guest with these CPUID words may set: leaf 1 ECX and
 * EDX, leaf 7 EBX and ECX. */
uint64_t cr4_allowed(
	uint32_t leaf1_ecx, uint32_t leaf1_edx, uint32_t leaf7_ebx, uint32_t leaf7_ecx);

/* The guest's MOV to CR0, CR3 or CR4, with all its effects (EFER.LMA, PDPTEs).
 * false: *fault; nothing changed. Needs GROUP_CR, GROUP_EFER, GROUP_CS_SS. */
bool cr_write(struct guest_cpu *cpu, unsigned cr, uint64_t value, uint64_t cr4_allowed,
	struct fault *fault) MUST_CHECK;

/* What LMSW makes of CR0. */
uint64_t cr0_lmsw(uint64_t cr0, uint16_t source);

/* Whether the guest may load XCR0 with `value`; `supported`: what it may have. */
bool xcr0_valid(uint64_t value, uint64_t supported);

/* The guest's EFER write. false: *fault. Needs GROUP_CR, GROUP_EFER. */
bool efer_write(struct vcpu_state *state, uint64_t value, struct fault *fault) MUST_CHECK;

#endif
