/* SPDX-License-Identifier: MIT */
/*
 * A CPU for the tests of the VMX back end, which include the sources under test
 * after this header: VMCS fields, MSRs and control registers are arrays here,
 * and the instructions count.
 */
#ifndef TEST_VMX_FAKE_H
#define TEST_VMX_FAKE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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
#define rdmsr hw_rdmsr
#define wrmsr hw_wrmsr
#define rdmsr_into hw_rdmsr_into
#define wrmsr_from hw_wrmsr_from
#include "msr.h"
#undef rdmsr
#undef wrmsr
#undef rdmsr_into
#undef wrmsr_from
#define readcr0 hw_readcr0
#define readcr2 hw_readcr2
#define readcr4 hw_readcr4
#define writecr2 hw_writecr2
#define writedr0 hw_writedr0
#define writedr1 hw_writedr1
#define writedr2 hw_writedr2
#define writedr3 hw_writedr3
#define sidt hw_sidt
#define int_nmi hw_int_nmi
#include "cr.h"
#undef readcr0
#undef readcr2
#undef readcr4
#undef writecr2
#undef writedr0
#undef writedr1
#undef writedr2
#undef writedr3
#undef sidt
#undef int_nmi
#define percpu(arguments) hw_percpu(arguments)
#include "percpu.h"
#undef percpu

#define FAKE_FIELDS 0x7000u
#define FAKE_MSRS 64u

static struct fake {
	struct percpu cpu;
	uint64_t field[FAKE_FIELDS];
	bool written[FAKE_FIELDS];
	unsigned reads, writes, flushes, msr_writes, nmis;
	uint64_t current;        /* as VMPTRLD left it */
	uint64_t cleared;        /* by the last VMCLEAR */
	uint64_t invalidated[2]; /* type and operand of the last INVEPT or INVVPID */
	uint64_t cr2, dr[4];
	struct {
		uint32_t number;
		uint64_t value;
	} msr[FAKE_MSRS];
} fake;

static inline struct percpu *percpu(void)
{
	return &fake.cpu;
}

static inline uint64_t vmread(uint32_t field)
{
	fake.reads++;
	return fake.field[field];
}

static inline void vmwrite(uint32_t field, uint64_t value)
{
	static const uint64_t mask[] = {0xffff, ~0ull, 0xffffffff, ~0ull};

	fake.writes++;
	fake.written[field] = true;
	fake.field[field] = value & mask[vmcs_width(field)];
}

static inline bool vmclear(hpa_t address)
{
	fake.cleared = address.raw;
	return true;
}

static inline bool vmptrld(hpa_t address)
{
	fake.current = address.raw;
	return true;
}

static inline bool invept(uint64_t type, uint64_t first)
{
	fake.invalidated[0] = type;
	fake.invalidated[1] = first;
	return true;
}

static inline bool invvpid(uint64_t type, uint64_t first)
{
	fake.flushes++;
	return invept(type, first);
}

static inline uint64_t *fake_msr(uint32_t number)
{
	unsigned i = 0;

	while (fake.msr[i].number && fake.msr[i].number != number)
		i++;
	fake.msr[i].number = number;
	return &fake.msr[i].value;
}

static inline uint64_t rdmsr(uint32_t number)
{
	return *fake_msr(number);
}

static inline void wrmsr(uint32_t number, uint64_t value)
{
	fake.msr_writes++;
	*fake_msr(number) = value;
}

static inline void rdmsr_into(uint32_t number, uint64_t *place)
{
	*place = rdmsr(number);
}

static inline void wrmsr_from(uint32_t number, const uint64_t *place)
{
	wrmsr(number, *place);
}

static inline uint64_t readcr0(void)
{
	return CR0_PE | CR0_PG | CR0_NE | CR0_MP;
}

static inline uint64_t readcr4(void)
{
	return CR4_PAE | CR4_VMXE;
}

static inline uint64_t readcr2(void)
{
	return fake.cr2;
}

static inline void writecr2(uint64_t value)
{
	fake.cr2 = value;
}

#define FAKE_DR(n)                                                                                 \
	static inline void writedr##n(uint64_t value)                                              \
	{                                                                                          \
		fake.dr[n] = value;                                                                \
	}
FAKE_DR(0)
FAKE_DR(1)
FAKE_DR(2)
FAKE_DR(3)

static inline void int_nmi(void)
{
	fake.nmis++;
}

static inline struct table_register sidt(void)
{
	return (struct table_register){0xfff, 0x1d70000};
}

#endif
