/* SPDX-License-Identifier: MIT */
/*
 * A VMCS for the tests of the VMX back end, which include the sources under test after
 * this header: its fields are an array here, and the instructions count.
 */
#ifndef TEST_UNIT_VMX_FAKE_H
#define TEST_UNIT_VMX_FAKE_H

#include "fake_cpu.h"

/* The real headers, with the privileged functions out of the way. */
#define vmread hw_vmread
#define vmwrite hw_vmwrite
#define vmxon hw_vmxon
#define vmclear hw_vmclear
#define vmptrld hw_vmptrld
#define invept hw_invept
#define invvpid hw_invvpid
#include "vmx_insn.h"
#undef vmread
#undef vmwrite
#undef vmxon
#undef vmclear
#undef vmptrld
#undef invept
#undef invvpid

#define FAKE_FIELDS 0x7000u

static struct {
	uint64_t field[FAKE_FIELDS];
	bool written[FAKE_FIELDS];
	unsigned reads, writes, flushes;
	uint64_t current;        /* as VMPTRLD left it */
	uint64_t cleared;        /* by the last VMCLEAR */
	uint64_t invalidated[2]; /* type and operand of the last INVEPT or INVVPID */
} vmcs;

static inline uint64_t vmread(uint32_t field)
{
	vmcs.reads++;
	return vmcs.field[field];
}

static inline void vmwrite(uint32_t field, uint64_t value)
{
	static const uint64_t mask[] = {0xffff, ~0ull, 0xffffffff, ~0ull};

	vmcs.writes++;
	vmcs.written[field] = true;
	vmcs.field[field] = value & mask[vmcs_width(field)];
}

static inline bool vmclear(hpa_t address)
{
	vmcs.cleared = address.raw;
	return true;
}

static inline bool vmptrld(hpa_t address)
{
	vmcs.current = address.raw;
	return true;
}

static inline bool invept(uint64_t type, uint64_t first)
{
	vmcs.invalidated[0] = type;
	vmcs.invalidated[1] = first;
	return true;
}

static inline bool invvpid(uint64_t type, uint64_t first)
{
	vmcs.flushes++;
	return invept(type, first);
}

#endif
