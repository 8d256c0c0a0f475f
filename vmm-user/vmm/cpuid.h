/* SPDX-License-Identifier: MIT */
/*
 * What CPUID tells the guest: a table with one row per leaf that says, register
 * by register, which bits of the host pass, which are forced, and what is
 * computed from the guest's own state. A leaf without a row reads zero.
 *
 * A feature passes only if the guest can use it without help: no state that the
 * kernel does not switch, no MSR that msr.c does not have.
 * Source: Intel SDM vol. 2A, instruction "CPUID: CPU Identification"; AMD APM
 * vol. 3 appendix E "Obtaining Processor Information Via the CPUID Instruction".
 */
#ifndef VMM_CPUID_H
#define VMM_CPUID_H

#include <stdbool.h>
#include <stdint.h>

enum cpuid_reg { CPUID_EAX = 0, CPUID_EBX, CPUID_ECX, CPUID_EDX, CPUID_REGS };

struct cpuid_regs {
	uint32_t reg[CPUID_REGS];
};

/* Features that others ask for by name. */
#define CPUID_1_ECX_XSAVE (1u << 26)
#define CPUID_1_ECX_OSXSAVE (1u << 27)
#define CPUID_1_EDX_APIC (1u << 9)

#define CPUID_HYPERVISOR 0x40000000u
#define CPUID_SIGNATURE "CarrelCarrel"

struct cpuid_guest {
	/* The host's CPUID, or a stand-in. */
	void (*host)(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out);
	uint32_t apic_id, vcpus;
	uint64_t tsc_khz;
	uint64_t xcr0_allowed; /* cpuid_xcr0() */
	/* What the guest has set; kept up to date by the owner. */
	uint64_t xcr0;
	bool osxsave, apic_enabled;
};

/* The host's own CPUID instruction. */
void cpuid_native(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out);

/* Components of XCR0 that a guest may enable on a host with this CPUID: of x87,
 * SSE, AVX and AVX-512 those whose state fits into a page, as the kernel does. */
uint64_t cpuid_xcr0(const struct cpuid_guest *guest);

/* The answer for one leaf and subleaf. */
void cpuid_guest_read(
	const struct cpuid_guest *guest, uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out);

/* numerator / denominator closest to khz / 10^6 such that 10^6 * numerator fits
 * into 32 bits, as Linux multiplies them. `khz` 1 to 4 * 10^9. */
void cpuid_tsc_ratio(uint64_t khz, uint32_t *numerator, uint32_t *denominator);

#endif
