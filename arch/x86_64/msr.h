/* SPDX-License-Identifier: MIT */
/*
 * Model-specific registers: the numbers that ring 0 uses, and RDMSR and WRMSR. The
 * bits of EFER are in hw/control.h.
 *
 * Source: Intel SDM vol. 4 chapter 2 "Model-Specific Registers (MSRs)"; for the
 * VMX ones also vol. 3D appendix A "VMX Capability Reporting Facility".
 */
#ifndef ARCH_MSR_H
#define ARCH_MSR_H

#include "hw/control.h"

#include <stdint.h>

#define MSR_TSC 0x10u
#define MSR_APIC_BASE 0x1bu
#define MSR_FEATURE_CONTROL 0x3au
#define MSR_SYSENTER_CS 0x174u
#define MSR_SYSENTER_ESP 0x175u
#define MSR_SYSENTER_EIP 0x176u
#define MSR_PAT 0x277u
#define MSR_VMX_BASIC 0x480u
#define MSR_VMX_MISC 0x485u
#define MSR_VMX_CR0_FIXED0 0x486u
#define MSR_VMX_CR0_FIXED1 0x487u
#define MSR_VMX_CR4_FIXED0 0x488u
#define MSR_VMX_CR4_FIXED1 0x489u
#define MSR_VMX_PROCBASED2 0x48bu
#define MSR_VMX_EPT_VPID_CAP 0x48cu
#define MSR_VMX_TRUE_PINBASED 0x48du
#define MSR_VMX_TRUE_PROCBASED 0x48eu
#define MSR_VMX_TRUE_EXIT 0x48fu
#define MSR_VMX_TRUE_ENTRY 0x490u
#define MSR_TSC_DEADLINE 0x6e0u
#define MSR_X2APIC_BASE 0x800u /* + offset of the xAPIC register / 16 */
#define MSR_EFER 0xc0000080u
#define MSR_STAR 0xc0000081u
#define MSR_LSTAR 0xc0000082u
#define MSR_CSTAR 0xc0000083u
#define MSR_FMASK 0xc0000084u
#define MSR_FS_BASE 0xc0000100u
#define MSR_GS_BASE 0xc0000101u
#define MSR_KERNEL_GS_BASE 0xc0000102u
#define MSR_VM_CR 0xc0010114u
#define MSR_VM_HSAVE_PA 0xc0010117u

/* IA32_APIC_BASE */
#define APIC_BASE_X2APIC BIT(10)
#define APIC_BASE_ENABLE BIT(11)
#define APIC_BASE_ADDRESS BITS(51, 12)

/* IA32_FEATURE_CONTROL */
#define FEATURE_CONTROL_LOCK BIT(0)
#define FEATURE_CONTROL_VMX_OUTSIDE_SMX BIT(2)

/* VM_CR: AMD APM vol. 2 section 15.30.1 "VM_CR MSR (C001_0114h)" */
#define VM_CR_SVMDIS BIT(4)

/* #GP if the CPU has no such register. */
static inline uint64_t rdmsr(uint32_t number)
{
	uint32_t low, high;
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
	return (uint64_t)high << 32 | low;
}

/* #GP if the CPU has no such register or refuses the value. */
static inline void wrmsr(uint32_t number, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

/* The same, straight into memory and out of it. */
static inline void rdmsr_into(uint32_t number, uint64_t *place)
{
	uint32_t *half = (uint32_t *)place;
	__asm__ volatile("rdmsr" : "=a"(half[0]), "=d"(half[1]) : "c"(number));
}

static inline void wrmsr_from(uint32_t number, const uint64_t *place)
{
	const uint32_t *half = (const uint32_t *)place;
	__asm__ volatile("wrmsr" : : "c"(number), "a"(half[0]), "d"(half[1]) : "memory");
}

#endif
