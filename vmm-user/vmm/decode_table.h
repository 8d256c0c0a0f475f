/* SPDX-License-Identifier: MIT */
/*
 * The opcode maps of the decoder (decode.c): one row per opcode. Constant.
 * Source: Intel SDM vol. 2D appendix A "Opcode Map", tables.
 */
#ifndef VMM_DECODE_TABLE_H
#define VMM_DECODE_TABLE_H

#include "vmm/decode.h"

/* Attributes of an opcode. */
#define BYTE 1u       /* operands are bytes */
#define IMM 2u        /* immediate of the operand's size, at most 4 bytes */
#define IMM8 4u       /* immediate of one byte */
#define MOFFS 8u      /* no ModRM: the address follows, the register is rAX */
#define STRING 16u    /* no ModRM: rSI, rDI */
#define GROUP 32u     /* ModRM.reg selects the row in a group table */
#define STACK 64u     /* 64-bit operands are the default in 64-bit mode */
#define FROM8 128u    /* the memory operand is a byte */
#define FROM16 256u   /* ... a word */
#define FROM32 512u   /* ... a doubleword; 64-bit mode only */
#define WIDE 1024u    /* no 16-bit form */
#define ONE 2048u     /* the immediate is 1 */
#define CL 4096u      /* the count is in CL */
#define NO_REP 8192u  /* another instruction after F3 or F2 */
#define NOT_64 16384u /* not in 64-bit mode */

struct opcode {
	enum insn_op op;
	enum insn_form form;
	unsigned flags;
	const struct opcode *group;
};

/* Rows with op INSN_NONE and no GROUP are not supported. */
extern const struct opcode opcode_one_byte[256];
extern const struct opcode opcode_two_byte[256]; /* after 0F */

#endif
