/* SPDX-License-Identifier: MIT */
/* Decoder of memory instructions: see decode.h. One table row per opcode. */
#include "vmm/decode.h"

#include "vmm/decode_cursor.h"
#include "vmm/decode_table.h"
#include "lib/string.h"

static unsigned operand_size(const struct cursor *c, unsigned flags)
{
	unsigned bytes = cursor_operand_bytes(c);

	if (flags & BYTE)
		return 1;
	if (flags & STACK && c->mode == CODE_64)
		return bytes == 2 ? 2 : 8;
	return flags & WIDE && bytes == 2 ? 4 : bytes;
}

static void register_set(struct insn *insn, const struct cursor *c, unsigned reg)
{
	insn->reg = reg | (c->rex & REX_R ? 8 : 0);
	if (insn->operand_bytes == 1 && !c->rex && reg >= 4) {
		insn->reg = reg - 4;
		insn->reg_high = true;
	}
}

static enum status modrm_take(struct insn *insn, struct cursor *c, const struct opcode **op)
{
	uint8_t modrm = cursor_byte(c);
	unsigned mod = modrm >> 6, reg = modrm >> 3 & 7;

	if ((*op)->flags & GROUP)
		*op = &(*op)->group[reg];
	if (mod == 3 || (*op)->op == INSN_NONE)
		return STATUS_NO_FEATURE;
	insn->operand_bytes = operand_size(c, (*op)->flags);
	memory_take(&insn->memory, c, modrm);
	register_set(insn, c, reg);
	return STATUS_OK;
}

static unsigned memory_size(const struct insn *insn, unsigned flags)
{
	if (flags & FROM8)
		return 1;
	if (flags & FROM16)
		return 2;
	if (flags & FROM32 && insn->operand_bytes == 8)
		return 4;
	return insn->operand_bytes;
}

static enum status operands_take(struct insn *insn, struct cursor *c, const struct opcode *op)
{
	insn->operand_bytes = operand_size(c, op->flags);
	memory_init(&insn->memory, c);
	if (op->flags & MOFFS) {
		memory_take_offset(&insn->memory, c);
		insn->reg = GPR_RAX;
	} else if (op->flags & STRING) {
		insn->reg = GPR_RAX;
	} else if (modrm_take(insn, c, &op)) {
		return STATUS_NO_FEATURE;
	}
	if (op->flags & FROM32 && c->mode != CODE_64)
		return STATUS_NO_FEATURE; /* ARPL there */
	if (op->flags & WIDE && (c->operand_prefix || insn->rep || insn->repne))
		return STATUS_NO_FEATURE; /* undefined */
	if (op->flags & NO_REP && insn->rep)
		return STATUS_NO_FEATURE; /* TZCNT, LZCNT */
	insn->op = op->op;
	insn->form = op->form;
	insn->memory_bytes = memory_size(insn, op->flags);
	insn->count_in_cl = op->flags & CL;
	insn->three_operands = op->op == INSN_IMUL && op->flags & (IMM | IMM8);
	if (op->flags & ONE)
		insn->immediate = 1;
	else if (op->flags & IMM8)
		insn->immediate = cursor_number(c, 1);
	else if (op->flags & IMM)
		insn->immediate = cursor_number(c, insn->operand_bytes == 2 ? 2 : 4);
	return STATUS_OK;
}

/* LOCK is an invalid opcode but on these, with a memory destination. */
static bool lock_allowed(const struct insn *insn)
{
	if (insn->form == FORM_REG_MEM || insn->form == FORM_STRING)
		return false;
	switch (insn->op) {
	case INSN_MOV:
	case INSN_CMP:
	case INSN_TEST:
	case INSN_BT:
	case INSN_PUSH:
	case INSN_POP:
	case INSN_SET:
		return false;
	default:
		return insn->op < INSN_ROL || insn->op > INSN_SAR;
	}
}

enum status insn_decode(struct insn *insn, const uint8_t *bytes, size_t size, enum code_size mode)
{
	struct cursor c;
	const struct opcode *table = opcode_one_byte;
	enum status status;
	uint8_t opcode;

	memset(insn, 0, sizeof *insn);
	cursor_init(&c, bytes, size, mode);
	opcode = cursor_prefixes(&c);
	insn->rep = c.rep;
	insn->repne = c.repne;
	insn->lock = c.lock;
	if (opcode == 0x0f) {
		table = opcode_two_byte;
		opcode = cursor_byte(&c);
	}
	if (c.short_of)
		return STATUS_BAD_ARG;
	if (table[opcode].op == INSN_NONE && !(table[opcode].flags & GROUP))
		return STATUS_NO_FEATURE;
	if (table[opcode].flags & NOT_64 && mode == CODE_64)
		return STATUS_NO_FEATURE;
	insn->condition = opcode & 0xf;
	status = operands_take(insn, &c, &table[opcode]);
	if (c.short_of)
		return STATUS_BAD_ARG;
	if (status)
		return status;
	if (insn->lock && !lock_allowed(insn))
		return STATUS_NO_FEATURE;
	insn->length = (uint8_t)(c.at - bytes);
	return STATUS_OK;
}
