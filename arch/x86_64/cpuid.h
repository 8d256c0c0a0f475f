/* SPDX-License-Identifier: MIT */
/*
 * CPUID, and the feature bits that ring 0 asks for.
 *
 * Source: Intel SDM vol. 2A, instruction "CPUID: CPU Identification".
 */
#ifndef ARCH_CPUID_H
#define ARCH_CPUID_H

#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

enum cpuid_register { CPUID_EAX = 0, CPUID_EBX, CPUID_ECX, CPUID_EDX };

struct cpuid {
	uint32_t reg[4]; /* by enum cpuid_register */
};

static inline struct cpuid cpuid_read(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;
	__asm__ volatile("cpuid"
			 : "=a"(r.reg[CPUID_EAX]), "=b"(r.reg[CPUID_EBX]), "=c"(r.reg[CPUID_ECX]),
			 "=d"(r.reg[CPUID_EDX])
			 : "a"(leaf), "c"(subleaf));
	return r;
}

/* A feature: its leaf (subleaf 0), register and bit in one word. */
#define CPUID_FEATURE(leaf, reg, bit) ((uint64_t)(leaf) << 32 | (uint64_t)(reg) << 8 | (bit))

#define FEATURE_VMX CPUID_FEATURE(1, CPUID_ECX, 5)
#define FEATURE_PCID CPUID_FEATURE(1, CPUID_ECX, 17)
#define FEATURE_X2APIC CPUID_FEATURE(1, CPUID_ECX, 21)
#define FEATURE_TSC_DEADLINE CPUID_FEATURE(1, CPUID_ECX, 24)
#define FEATURE_XSAVE CPUID_FEATURE(1, CPUID_ECX, 26)
#define FEATURE_APIC CPUID_FEATURE(1, CPUID_EDX, 9)
#define FEATURE_PAT CPUID_FEATURE(1, CPUID_EDX, 16)
#define FEATURE_SMEP CPUID_FEATURE(7, CPUID_EBX, 7)
#define FEATURE_SMAP CPUID_FEATURE(7, CPUID_EBX, 20)
#define FEATURE_UMIP CPUID_FEATURE(7, CPUID_ECX, 2)
#define FEATURE_SVM CPUID_FEATURE(0x80000001u, CPUID_ECX, 2)
#define FEATURE_SYSCALL CPUID_FEATURE(0x80000001u, CPUID_EDX, 11)
#define FEATURE_NX CPUID_FEATURE(0x80000001u, CPUID_EDX, 20)
#define FEATURE_PAGE_1G CPUID_FEATURE(0x80000001u, CPUID_EDX, 26)

/* True if the CPU has `feature`; a leaf that the CPU lacks means no. */
static inline bool cpuid_has(uint64_t feature)
{
	uint32_t leaf = (uint32_t)(feature >> 32);
	unsigned reg = (unsigned)(feature >> 8 & 3), bit = (unsigned)(feature & 31);
	if (cpuid_read(leaf & 0x80000000u, 0).reg[CPUID_EAX] < leaf)
		return false;
	return cpuid_read(leaf, 0).reg[reg] >> bit & 1;
}

#endif
