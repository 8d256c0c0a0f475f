/* SPDX-License-Identifier: MIT */
/*
 * The VMX instructions. All of them report failure in the flags: CF set for
 * VMfailInvalid, ZF set for VMfailValid, so "below or equal" is failure (Intel
 * SDM vol. 3C section 30.2 "Conventions").
 */
#ifndef ARCH_VMX_INSN_H
#define ARCH_VMX_INSN_H

#include "lib/addr.h"
#include "lib/compiler.h"
#include "vmcs.h"

#include <stdbool.h>
#include <stdint.h>

/* Panics: every field that we name exists on every CPU that passed cpu_init(),
 * so an access that fails is a slip of ours. */
NORETURN void vmx_access_failed(uint32_t field);

/* Any field, zero-extended. */
static inline uint64_t vmread(uint32_t field)
{
	uint64_t value;
	bool failed;
	__asm__ volatile("vmread %2, %0" : "=r"(value), "=@ccbe"(failed) : "r"((uint64_t)field));
	if (unlikely(failed))
		vmx_access_failed(field);
	return value;
}

/* Any field; bits beyond its width are dropped. */
static inline void vmwrite(uint32_t field, uint64_t value)
{
	bool failed;
	__asm__ volatile("vmwrite %1, %2" : "=@ccbe"(failed) : "rm"(value), "r"((uint64_t)field));
	if (unlikely(failed))
		vmx_access_failed(field);
}

/* The rest return true for success. */
#define VMX_INSN_ADDRESS(name)                                                                     \
	static inline bool name(hpa_t address)                                                     \
	{                                                                                          \
		bool failed;                                                                       \
		__asm__ volatile(#name " %1" : "=@ccbe"(failed) : "m"(address.raw) : "memory");    \
		return !failed;                                                                    \
	}

VMX_INSN_ADDRESS(vmxon)
VMX_INSN_ADDRESS(vmclear)
VMX_INSN_ADDRESS(vmptrld)

#define VMX_INSN_INVALIDATE(name)                                                                  \
	static inline bool name(uint64_t type, uint64_t first)                                     \
	{                                                                                          \
		const uint64_t descriptor[2] = {first, 0};                                         \
		bool failed;                                                                       \
		__asm__ volatile(#name " %1, %2"                                                   \
				 : "=@ccbe"(failed)                                                \
				 : "m"(descriptor), "r"(type)                                      \
				 : "memory");                                                      \
		return !failed;                                                                    \
	}

VMX_INSN_INVALIDATE(invept)
VMX_INSN_INVALIDATE(invvpid)

#endif
