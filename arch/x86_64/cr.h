/* SPDX-License-Identifier: MIT */
/*
 * Control registers (their bits: hw/control.h), XCR0, descriptor-table registers,
 * and the other one-instruction helpers of ring 0.
 *
 * Source: Intel SDM vol. 3A section 2.6 "Extended Control Registers (Including
 * XCR0)".
 */
#ifndef ARCH_CR_H
#define ARCH_CR_H

#include "hw/control.h"

#include <stdint.h>

#define CR3_PCID BITS(11, 0)
#define CR3_NO_FLUSH BIT(63)

/* XCR0 */
#define XCR0_X87 BIT(0)
#define XCR0_SSE BIT(1)
#define XCR0_AVX BIT(2)
#define XCR0_OPMASK BIT(5)
#define XCR0_ZMM_HI256 BIT(6)
#define XCR0_HI16_ZMM BIT(7)
#define XCR0_AVX512 (XCR0_OPMASK | XCR0_ZMM_HI256 | XCR0_HI16_ZMM)

/* Operand of LGDT, LIDT, SGDT and SIDT. */
struct table_register {
	uint16_t limit;
	uint64_t base;
} PACKED;

#define CR_ACCESSORS(n)                                                                            \
	static inline uint64_t readcr##n(void)                                                     \
	{                                                                                          \
		uint64_t value;                                                                    \
		__asm__ volatile("movq %%cr" #n ", %0" : "=r"(value));                             \
		return value;                                                                      \
	}                                                                                          \
	static inline void writecr##n(uint64_t value)                                              \
	{                                                                                          \
		__asm__ volatile("movq %0, %%cr" #n : : "r"(value) : "memory");                    \
	}

CR_ACCESSORS(0)
CR_ACCESSORS(2)
CR_ACCESSORS(3)
CR_ACCESSORS(4)

#define DR_ACCESSOR(n)                                                                             \
	static inline void writedr##n(uint64_t value)                                              \
	{                                                                                          \
		__asm__ volatile("movq %0, %%dr" #n : : "r"(value));                               \
	}

DR_ACCESSOR(0)
DR_ACCESSOR(1)
DR_ACCESSOR(2)
DR_ACCESSOR(3)

/* #GP if the CPU refuses the value; fpu.h has the check. */
static inline void xsetbv0(uint64_t value)
{
	__asm__ volatile("xsetbv"
			 :
			 : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline uint64_t xgetbv0(void)
{
	uint32_t low, high;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

#define INSTRUCTION(name)                                                                          \
	static inline void name(void)                                                              \
	{                                                                                          \
		__asm__ volatile(#name : : : "memory");                                            \
	}

INSTRUCTION(clts) /* clears CR0.TS */
INSTRUCTION(cli)
INSTRUCTION(hlt)

static inline void invlpg(uint64_t address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* For an NMI that an exit from a guest has taken, but no handler: that of vector 2
 * runs, and its IRET lets the next one come. */
static inline void int_nmi(void)
{
	__asm__ volatile("int $2" : : : "memory");
}

/* SVM: what VMLOAD gives back, into the page at physical address `pa`. */
static inline void vmsave(uint64_t pa)
{
	__asm__ volatile("vmsave %%rax" : : "a"(pa) : "memory");
}

static inline void lgdt(const struct table_register *table)
{
	__asm__ volatile("lgdt %0" : : "m"(*table));
}

static inline void lidt(const struct table_register *table)
{
	__asm__ volatile("lidt %0" : : "m"(*table));
}

static inline struct table_register sidt(void)
{
	struct table_register table;
	__asm__ volatile("sidt %0" : "=m"(table));
	return table;
}

static inline void lldt(uint16_t selector)
{
	__asm__ volatile("lldt %0" : : "r"(selector) : "memory");
}

static inline void ltr(uint16_t selector)
{
	__asm__ volatile("ltr %0" : : "r"(selector) : "memory");
}

#endif
