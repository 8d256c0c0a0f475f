/* SPDX-License-Identifier: MIT */
/*
 * The memory operand of an instruction: what ModRM, SIB and displacement say of it.
 * Source: Intel SDM vol. 2A section 2.1.5 "Addressing-Mode Encoding of ModR/M and
 * SIB Bytes" and section 2.2.1 "REX Prefixes".
 */
#ifndef VMM_DECODE_MEMORY_H
#define VMM_DECODE_MEMORY_H

#include "vmm/cpu.h"

#define INSN_NO_REG 0xffu

struct cursor;

struct insn_memory {
	uint8_t address_bytes; /* 2, 4 or 8 */
	uint8_t segment;       /* enum vcpu_seg */
	uint8_t base, index;   /* enum vcpu_gpr or INSN_NO_REG */
	uint8_t scale;         /* shift of the index: 0 to 3 */
	bool rip_relative;
	uint64_t displacement; /* sign-extended */
};

/* No operand yet: the segment and the size of addresses that the prefixes give. */
void memory_init(struct insn_memory *memory, const struct cursor *c);

/* Reads what follows the byte `modrm`, whose mod is not 3. */
void memory_take(struct insn_memory *memory, struct cursor *c, uint8_t modrm);

/* Reads an address that stands in the instruction without a ModRM byte. */
void memory_take_offset(struct insn_memory *memory, struct cursor *c);

/* Effective address (offset in memory->segment) of the operand of an instruction
 * of `length` bytes at state->rip. Needs GROUP_RSP. */
uint64_t memory_address(
	const struct insn_memory *memory, unsigned length, const struct vcpu_state *state);

#endif
