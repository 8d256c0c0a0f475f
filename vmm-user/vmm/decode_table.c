/* SPDX-License-Identifier: MIT */
/* The opcode maps of the decoder: see decode_table.h. */
#include "vmm/decode_table.h"

/* clang-format off */
#define ALU8(op) [op - INSN_ADD] = {op, FORM_MEM_IMM, IMM8 | BYTE, NULL}
#define ALUZ(op) [op - INSN_ADD] = {op, FORM_MEM_IMM, IMM, NULL}
#define ALUB(op) [op - INSN_ADD] = {op, FORM_MEM_IMM, IMM8, NULL}

static const struct opcode group_80[8] = {
	ALU8(INSN_ADD), ALU8(INSN_OR), ALU8(INSN_ADC), ALU8(INSN_SBB),
	ALU8(INSN_AND), ALU8(INSN_SUB), ALU8(INSN_XOR), ALU8(INSN_CMP),
};
static const struct opcode group_81[8] = {
	ALUZ(INSN_ADD), ALUZ(INSN_OR), ALUZ(INSN_ADC), ALUZ(INSN_SBB),
	ALUZ(INSN_AND), ALUZ(INSN_SUB), ALUZ(INSN_XOR), ALUZ(INSN_CMP),
};
static const struct opcode group_83[8] = {
	ALUB(INSN_ADD), ALUB(INSN_OR), ALUB(INSN_ADC), ALUB(INSN_SBB),
	ALUB(INSN_AND), ALUB(INSN_SUB), ALUB(INSN_XOR), ALUB(INSN_CMP),
};
#define SHIFTS(flags) \
	{INSN_ROL, FORM_MEM_IMM, flags, NULL}, {INSN_ROR, FORM_MEM_IMM, flags, NULL}, \
	{INSN_RCL, FORM_MEM_IMM, flags, NULL}, {INSN_RCR, FORM_MEM_IMM, flags, NULL}, \
	{INSN_SHL, FORM_MEM_IMM, flags, NULL}, {INSN_SHR, FORM_MEM_IMM, flags, NULL}, \
	{INSN_SAL, FORM_MEM_IMM, flags, NULL}, {INSN_SAR, FORM_MEM_IMM, flags, NULL}
static const struct opcode group_c0[8] = {SHIFTS(IMM8 | BYTE)};
static const struct opcode group_c1[8] = {SHIFTS(IMM8)};
static const struct opcode group_d0[8] = {SHIFTS(ONE | BYTE)};
static const struct opcode group_d1[8] = {SHIFTS(ONE)};
static const struct opcode group_d2[8] = {SHIFTS(CL | BYTE)};
static const struct opcode group_d3[8] = {SHIFTS(CL)};
static const struct opcode group_8f[8] = {[0] = {INSN_POP, FORM_MEM, STACK, NULL}};
static const struct opcode group_c6[8] = {[0] = {INSN_MOV, FORM_MEM_IMM, IMM8 | BYTE, NULL}};
static const struct opcode group_c7[8] = {[0] = {INSN_MOV, FORM_MEM_IMM, IMM, NULL}};
static const struct opcode group_f6[8] = {
	{INSN_TEST, FORM_MEM_IMM, IMM8 | BYTE, NULL}, {INSN_TEST, FORM_MEM_IMM, IMM8 | BYTE, NULL},
	{INSN_NOT, FORM_MEM, BYTE, NULL}, {INSN_NEG, FORM_MEM, BYTE, NULL},
};
static const struct opcode group_f7[8] = {
	{INSN_TEST, FORM_MEM_IMM, IMM, NULL}, {INSN_TEST, FORM_MEM_IMM, IMM, NULL},
	{INSN_NOT, FORM_MEM, 0, NULL}, {INSN_NEG, FORM_MEM, 0, NULL},
};
static const struct opcode group_fe[8] = {
	{INSN_INC, FORM_MEM, BYTE, NULL}, {INSN_DEC, FORM_MEM, BYTE, NULL},
};
static const struct opcode group_ff[8] = {
	[0] = {INSN_INC, FORM_MEM, 0, NULL}, [1] = {INSN_DEC, FORM_MEM, 0, NULL},
	[6] = {INSN_PUSH, FORM_MEM, STACK, NULL},
};
static const struct opcode group_0fba[8] = {
	[4] = {INSN_BT, FORM_MEM_IMM, IMM8, NULL}, [5] = {INSN_BTS, FORM_MEM_IMM, IMM8, NULL},
	[6] = {INSN_BTR, FORM_MEM_IMM, IMM8, NULL}, [7] = {INSN_BTC, FORM_MEM_IMM, IMM8, NULL},
};

#define ALU_ROW(op) \
	[8 * (op - INSN_ADD)] = {op, FORM_MEM_REG, BYTE, NULL}, \
	[8 * (op - INSN_ADD) + 1] = {op, FORM_MEM_REG, 0, NULL}, \
	[8 * (op - INSN_ADD) + 2] = {op, FORM_REG_MEM, BYTE, NULL}, \
	[8 * (op - INSN_ADD) + 3] = {op, FORM_REG_MEM, 0, NULL}
#define STRING_ROW(at, op) \
	[at] = {op, FORM_STRING, STRING | BYTE, NULL}, [at + 1] = {op, FORM_STRING, STRING, NULL}
#define GROUP_ROW(at, table) [at] = {INSN_NONE, FORM_MEM, GROUP, table}

const struct opcode opcode_one_byte[256] = {
	ALU_ROW(INSN_ADD), ALU_ROW(INSN_OR), ALU_ROW(INSN_ADC), ALU_ROW(INSN_SBB),
	ALU_ROW(INSN_AND), ALU_ROW(INSN_SUB), ALU_ROW(INSN_XOR), ALU_ROW(INSN_CMP),
	[0x63] = {INSN_MOVSX, FORM_REG_MEM, FROM32, NULL},
	GROUP_ROW(0x80, group_80), GROUP_ROW(0x81, group_81), GROUP_ROW(0x83, group_83),
	[0x82] = {INSN_NONE, FORM_MEM, GROUP | NOT_64, group_80},
	[0x84] = {INSN_TEST, FORM_MEM_REG, BYTE, NULL}, [0x85] = {INSN_TEST, FORM_MEM_REG, 0, NULL},
	[0x86] = {INSN_XCHG, FORM_MEM_REG, BYTE, NULL}, [0x87] = {INSN_XCHG, FORM_MEM_REG, 0, NULL},
	[0x88] = {INSN_MOV, FORM_MEM_REG, BYTE, NULL}, [0x89] = {INSN_MOV, FORM_MEM_REG, 0, NULL},
	[0x8a] = {INSN_MOV, FORM_REG_MEM, BYTE, NULL}, [0x8b] = {INSN_MOV, FORM_REG_MEM, 0, NULL},
	[0x69] = {INSN_IMUL, FORM_REG_MEM, IMM, NULL},
	[0x6b] = {INSN_IMUL, FORM_REG_MEM, IMM8, NULL},
	GROUP_ROW(0x8f, group_8f),
	[0xa0] = {INSN_MOV, FORM_REG_MEM, MOFFS | BYTE, NULL},
	[0xa1] = {INSN_MOV, FORM_REG_MEM, MOFFS, NULL},
	[0xa2] = {INSN_MOV, FORM_MEM_REG, MOFFS | BYTE, NULL},
	[0xa3] = {INSN_MOV, FORM_MEM_REG, MOFFS, NULL},
	STRING_ROW(0xa4, INSN_MOVS), STRING_ROW(0xa6, INSN_CMPS), STRING_ROW(0xaa, INSN_STOS),
	STRING_ROW(0xac, INSN_LODS), STRING_ROW(0xae, INSN_SCAS),
	GROUP_ROW(0xc0, group_c0), GROUP_ROW(0xc1, group_c1),
	GROUP_ROW(0xd0, group_d0), GROUP_ROW(0xd1, group_d1),
	GROUP_ROW(0xd2, group_d2), GROUP_ROW(0xd3, group_d3),
	GROUP_ROW(0xc6, group_c6), GROUP_ROW(0xc7, group_c7),
	GROUP_ROW(0xf6, group_f6), GROUP_ROW(0xf7, group_f7),
	GROUP_ROW(0xfe, group_fe), GROUP_ROW(0xff, group_ff),
};

const struct opcode opcode_two_byte[256] = {
	[0x40 ... 0x4f] = {INSN_CMOV, FORM_REG_MEM, 0, NULL},
	[0x90 ... 0x9f] = {INSN_SET, FORM_MEM, BYTE, NULL},
	[0xaf] = {INSN_IMUL, FORM_REG_MEM, 0, NULL},
	[0xbc] = {INSN_BSF, FORM_REG_MEM, NO_REP, NULL},
	[0xbd] = {INSN_BSR, FORM_REG_MEM, NO_REP, NULL},
	[0xa3] = {INSN_BT, FORM_MEM_REG, 0, NULL}, [0xab] = {INSN_BTS, FORM_MEM_REG, 0, NULL},
	[0xb0] = {INSN_CMPXCHG, FORM_MEM_REG, BYTE, NULL},
	[0xb1] = {INSN_CMPXCHG, FORM_MEM_REG, 0, NULL},
	[0xb3] = {INSN_BTR, FORM_MEM_REG, 0, NULL},
	[0xb6] = {INSN_MOVZX, FORM_REG_MEM, FROM8, NULL},
	[0xb7] = {INSN_MOVZX, FORM_REG_MEM, FROM16, NULL},
	GROUP_ROW(0xba, group_0fba),
	[0xbb] = {INSN_BTC, FORM_MEM_REG, 0, NULL},
	[0xbe] = {INSN_MOVSX, FORM_REG_MEM, FROM8, NULL},
	[0xbf] = {INSN_MOVSX, FORM_REG_MEM, FROM16, NULL},
	[0xc0] = {INSN_XADD, FORM_MEM_REG, BYTE, NULL}, [0xc1] = {INSN_XADD, FORM_MEM_REG, 0, NULL},
	[0xc3] = {INSN_MOV, FORM_MEM_REG, WIDE, NULL}, /* MOVNTI */
};
/* clang-format on */
