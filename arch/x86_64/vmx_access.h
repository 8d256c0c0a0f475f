/* SPDX-License-Identifier: MIT */
/* Typed access to the fields of the current VMCS. */
#ifndef ARCH_VMX_ACCESS_H
#define ARCH_VMX_ACCESS_H

#include "vmcs.h"
#include "vmx_insn.h"

#define VMCS_ACCESSORS(suffix, tag, type)                                                          \
	static inline type vmread##suffix(enum tag field)                                          \
	{                                                                                          \
		return (type)vmread(field);                                                        \
	}                                                                                          \
	static inline void vmwrite##suffix(enum tag field, type value)                             \
	{                                                                                          \
		vmwrite(field, value);                                                             \
	}

VMCS_ACCESSORS(32, vmcs32, uint32_t)
VMCS_ACCESSORS(64, vmcs64, uint64_t)
VMCS_ACCESSORS(_natural, vmcs_natural, uint64_t)

#endif
