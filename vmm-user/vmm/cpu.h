/* SPDX-License-Identifier: MIT */
/*
 * A guest's processor as the emulation sees it: the state page that the kernel
 * filled, the guest's memory and its two buses; and small questions to it.
 *
 * Whoever writes to *state sets the group's bit in state->dirty; the setters
 * here do. Which groups must be valid is said per function of the users.
 * Locks: none; one thread runs a vCPU.
 */
#ifndef VMM_CPU_H
#define VMM_CPU_H

#include "abi/vcpu.h"
#include "hw/control.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

struct guest_memory;
struct bus;

/* A translation that the hardware just made, so that it need not be made again:
 * one page, for reads, and for writes if `write`. */
struct known_page {
	bool valid, write;
	uint64_t linear, physical; /* page aligned */
};

struct guest_cpu {
	struct vcpu_state *state;
	const struct guest_memory *memory;
	struct bus *ports, *mmio;
	struct known_page known; /* for one instruction only */
};

/* An exception that an instruction raises in the guest. */
struct fault {
	uint8_t vector;
	bool has_error;
	uint32_t error;
	uint64_t address; /* #PF: goes to CR2 */
};

/* Intel SDM vol. 3A section 6.3.1 "External Interrupts", table 6-1 */
#define VECTOR_DB 1u
#define VECTOR_NMI 2u
#define VECTOR_UD 6u
#define VECTOR_DF 8u
#define VECTOR_SS 12u
#define VECTOR_GP 13u
#define VECTOR_PF 14u

/* Intel SDM vol. 3A section 4.7 "Page-Fault Exceptions" */
#define PF_PRESENT BIT(0)
#define PF_WRITE BIT(1)
#define PF_USER BIT(2)
#define PF_RESERVED BIT(3)
#define PF_FETCH BIT(4)

/* Intel SDM vol. 1 section 3.4.3 "EFLAGS Register"; the other bits: hw/control.h */
#define RFLAGS_CF BIT(0)
#define RFLAGS_PF BIT(2)
#define RFLAGS_AF BIT(4)
#define RFLAGS_ZF BIT(6)
#define RFLAGS_SF BIT(7)
#define RFLAGS_OF BIT(11)
#define RFLAGS_RF BIT(16)
#define RFLAGS_VM BIT(17)

/* Access rights of a segment: Intel SDM vol. 3C section 24.4.1, table 24-2
 * "Format of Access Rights" */
#define AR_TYPE(ar) ((ar)&0xf)
#define AR_ACCESSED BIT(0)
#define AR_WRITABLE BIT(1) /* data; code: readable */
#define AR_DOWN BIT(2)     /* data: expand-down */
#define AR_CODE BIT(3)
#define AR_S BIT(4)
#define AR_DPL(ar) ((ar) >> 5 & 3)
#define AR_P BIT(7)
#define AR_L BIT(13)
#define AR_DB BIT(14)
#define AR_UNUSABLE BIT(16)

/* Size of code: how addresses and operands default. */
enum code_size { CODE_16 = 2, CODE_32 = 4, CODE_64 = 8 };

/* CR0 and CR4 as the guest reads them: what we own comes from the shadow. */
static inline uint64_t cpu_cr0(const struct vcpu_state *s)
{
	return (s->cr0 & ~s->cr0_mask) | (s->cr0_shadow & s->cr0_mask);
}

static inline uint64_t cpu_cr4(const struct vcpu_state *s)
{
	return (s->cr4 & ~s->cr4_mask) | (s->cr4_shadow & s->cr4_mask);
}

/* Needs GROUP_EFER. */
static inline bool cpu_long_mode(const struct vcpu_state *s)
{
	return s->efer & EFER_LMA;
}

/* Needs GROUP_EFER, GROUP_CS_SS. */
static inline enum code_size cpu_code_size(const struct vcpu_state *s)
{
	uint32_t ar = s->segment[SEG_CS].ar;

	if (cpu_long_mode(s) && ar & AR_L)
		return CODE_64;
	return ar & AR_DB ? CODE_32 : CODE_16;
}

/* Current privilege level: always SS.DPL under VMX and SVM. Needs GROUP_CS_SS. */
static inline unsigned cpu_cpl(const struct vcpu_state *s)
{
	return AR_DPL(s->segment[SEG_SS].ar);
}

static inline struct fault fault_plain(uint8_t vector)
{
	return (struct fault){.vector = vector};
}

static inline struct fault fault_error(uint8_t vector, uint32_t error)
{
	return (struct fault){.vector = vector, .has_error = true, .error = error};
}

static inline struct fault fault_page(uint64_t address, uint32_t error)
{
	return (struct fault){VECTOR_PF, true, error, address};
}

/* The low `bytes` (1, 2, 4, 8) of all ones. */
static inline uint64_t cpu_mask(unsigned bytes)
{
	return bytes >= 8 ? ~0ull : BIT(8 * bytes) - 1;
}

/* Writes `bytes` of a general register as the CPU does: 4 clear the upper half,
 * 1 and 2 keep the rest. Source: Intel SDM vol. 1 section 3.4.1.1
 * "General-Purpose Registers in 64-Bit Mode". */
static inline void cpu_set_gpr(struct vcpu_state *s, unsigned gpr, unsigned bytes, uint64_t value)
{
	uint64_t keep = bytes >= 4 ? 0 : ~cpu_mask(bytes);

	gpr &= GPR_COUNT - 1;
	s->gpr[gpr] = (s->gpr[gpr] & keep) | (value & cpu_mask(bytes));
	if (gpr == GPR_RSP)
		s->dirty |= GROUP_RSP;
}

/* Ends an instruction of `length` bytes that was emulated: RIP moves on, RF and
 * the blocking by STI and MOV SS end. Needs GROUP_RFLAGS, GROUP_INTR. A
 * single-step trap (TF) is left to the caller. */
void cpu_skip(struct vcpu_state *state, unsigned length);

#endif
