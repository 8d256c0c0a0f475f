/* SPDX-License-Identifier: MIT */
/*
 * A CPU for the tests of the back ends, which include the sources under test after this
 * header: MSRs and control registers are memory here, and the instructions count.
 */
#ifndef TEST_UNIT_FAKE_CPU_H
#define TEST_UNIT_FAKE_CPU_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The real headers, with the privileged functions out of the way. */
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
#define vmsave hw_vmsave
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
#undef vmsave
#define percpu(arguments) hw_percpu(arguments)
#include "percpu.h"
#undef percpu

#define FAKE_MSRS 64u

static struct fake {
	struct percpu cpu;
	unsigned msr_writes, nmis;
	uint64_t cr2, dr[4];
	uint64_t saved; /* operand of the last VMSAVE */
	struct {
		uint32_t number;
		uint64_t value;
	} msr[FAKE_MSRS];
} fake;

static inline struct percpu *percpu(void)
{
	return &fake.cpu;
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

static inline void vmsave(uint64_t pa)
{
	fake.saved = pa;
}

static inline struct table_register sidt(void)
{
	return (struct table_register){0xfff, 0x1d70000};
}

#endif
