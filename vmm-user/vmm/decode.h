/* SPDX-License-Identifier: MIT */
/*
 * Decoder for the x86 instructions that compilers and kernels use on device
 * registers: those of the integer set with a memory operand. Pure: bytes and
 * code size to struct insn. Anything else is refused, never guessed.
 *
 * Missing: register-only forms, x87, SSE and later, double shifts, MUL, IMUL, DIV of
 * rDX:rAX, CMPXCHG8B, BMI, far transfers, segment register moves.
 * Source: Intel SDM vol. 2A chapter 2 "Instruction Format" and vol. 2D appendix
 * A "Opcode Map".
 */
#ifndef VMM_DECODE_H
#define VMM_DECODE_H

#include "abi/status.h"
#include "vmm/decode_memory.h"

#include <stddef.h>

/* clang-format off */
enum insn_op {
	INSN_NONE = 0,
	/* in the order of opcodes 00 to 3F and of group 1 */
	INSN_ADD, INSN_OR, INSN_ADC, INSN_SBB, INSN_AND, INSN_SUB, INSN_XOR, INSN_CMP,
	INSN_MOV, INSN_TEST, INSN_XCHG, INSN_NOT, INSN_NEG, INSN_INC, INSN_DEC,
	INSN_MOVZX, INSN_MOVSX, INSN_CMPXCHG, INSN_XADD,
	/* in the order of group 8 */
	INSN_BT, INSN_BTS, INSN_BTR, INSN_BTC,
	INSN_PUSH, INSN_POP,
	/* in the order of group 2 */
	INSN_ROL, INSN_ROR, INSN_RCL, INSN_RCR, INSN_SHL, INSN_SHR, INSN_SAL, INSN_SAR,
	INSN_IMUL, INSN_BSF, INSN_BSR, INSN_CMOV, INSN_SET,
	INSN_MOVS, INSN_CMPS, INSN_STOS, INSN_LODS, INSN_SCAS,
	INSN_OP_COUNT
};
/* clang-format on */

/* Which operand is which: first the destination. */
enum insn_form {
	FORM_MEM_REG = 0, /* memory, register */
	FORM_REG_MEM,     /* register, memory */
	FORM_MEM_IMM,     /* memory, immediate */
	FORM_MEM,         /* memory alone */
	FORM_STRING       /* rSI and rDI */
};

struct insn {
	enum insn_op op;
	enum insn_form form;
	uint8_t length;        /* bytes, 1 to 15 */
	uint8_t operand_bytes; /* of the operation and of the register: 1, 2, 4, 8 */
	uint8_t memory_bytes;  /* of the memory operand; differs for MOVZX and MOVSX */
	uint8_t reg;           /* enum vcpu_gpr of the register operand */
	bool reg_high;         /* AH, CH, DH, BH: bits 15..8 of that register */
	uint8_t condition;     /* CMOV, SET: the low four bits of the opcode */
	bool count_in_cl;      /* shifts: else immediate is the count */
	bool three_operands;   /* IMUL: register = memory * immediate */
	bool rep, repne, lock;
	struct insn_memory memory; /* strings: size of addresses, segment of rSI */
	uint64_t immediate;        /* sign-extended */
};

/* STATUS_OK: *insn is filled. STATUS_BAD_ARG: `size` bytes end before the
 * instruction does, or it is longer than 15 bytes. STATUS_NO_FEATURE: an
 * instruction or form that is not among the above. */
enum status insn_decode(
	struct insn *insn, const uint8_t *bytes, size_t size, enum code_size mode) MUST_CHECK;

/* Effective address (offset in insn->memory.segment) of the memory operand of a form
 * other than FORM_STRING; bit-test offsets in a register are not in it. Needs
 * GROUP_RSP. */
static inline uint64_t insn_address(const struct insn *insn, const struct vcpu_state *state)
{
	return memory_address(&insn->memory, insn->length, state);
}

#endif
