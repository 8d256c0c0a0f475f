/* SPDX-License-Identifier: MIT */
/* Decoder of memory instructions: see decode.h. One table row per opcode. */
#include "vmm/decode.h"

#include "vmm/decode_table.h"
#include "lib/string.h"

#define INSN_BYTES 15u

/* The bytes not yet read, and what the prefixes said. */
struct cursor {
	const uint8_t *at;
	size_t left;
	bool short_of; /* a byte was wanted that is not there */
	enum code_size mode;
	uint8_t rex;
	bool operand_prefix, address_prefix;
	uint8_t override; /* enum vcpu_seg or INSN_NO_REG */
};

#define REX_W 8u
#define REX_R 4u
#define REX_X 2u
#define REX_B 1u

static uint8_t cursor_byte(struct cursor *c)
{
	if (!c->left) {
		c->short_of = true;
		return 0;
	}
	c->left--;
	return *c->at++;
}

/* A little-endian number of 1, 2, 4 or 8 bytes, sign-extended. */
static uint64_t cursor_number(struct cursor *c, unsigned bytes)
{
	uint64_t value = 0;
	unsigned shift = 64 - 8 * bytes;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)cursor_byte(c) << (8 * i);
	return (uint64_t)((int64_t)(value << shift) >> shift);
}

static bool prefix_segment(struct cursor *c, uint8_t byte)
{
	static const struct {
		uint8_t byte, segment;
	} row[] = {{0x26, SEG_ES}, {0x2e, SEG_CS}, {0x36, SEG_SS}, {0x3e, SEG_DS}, {0x64, SEG_FS},
		{0x65, SEG_GS}};

	for (unsigned i = 0; i < ARRAY_SIZE(row); i++) {
		if (row[i].byte != byte)
			continue;
		/* In 64-bit mode only FS and GS have a base; the others are ignored. */
		if (c->mode != CODE_64 || row[i].segment == SEG_FS || row[i].segment == SEG_GS)
			c->override = row[i].segment;
		return true;
	}
	return false;
}

static bool prefix_take(struct cursor *c, struct insn *insn, uint8_t byte)
{
	switch (byte) {
	case 0x66:
		c->operand_prefix = true;
		return true;
	case 0x67:
		c->address_prefix = true;
		return true;
	case 0xf0:
		insn->lock = true;
		return true;
	case 0xf2:
		insn->repne = true;
		insn->rep = false;
		return true;
	case 0xf3:
		insn->rep = true;
		insn->repne = false;
		return true;
	default:
		return prefix_segment(c, byte);
	}
}

/* Returns the first byte of the opcode. A REX counts only right before it. */
static uint8_t prefixes_take(struct cursor *c, struct insn *insn)
{
	for (;;) {
		uint8_t byte = cursor_byte(c);

		if (c->mode == CODE_64 && (byte & 0xf0) == 0x40)
			c->rex = byte;
		else if (prefix_take(c, insn, byte))
			c->rex = 0;
		else
			return byte;
		if (c->short_of)
			return 0;
	}
}

static unsigned operand_size(const struct cursor *c, unsigned flags)
{
	bool small = c->operand_prefix != (c->mode == CODE_16);

	if (flags & BYTE)
		return 1;
	if (c->rex & REX_W)
		return 8;
	if (flags & STACK && c->mode == CODE_64)
		return c->operand_prefix ? 2 : 8;
	return small && !(flags & WIDE) ? 2 : 4;
}

static unsigned address_size(const struct cursor *c)
{
	if (c->mode == CODE_64)
		return c->address_prefix ? 4 : 8;
	return c->address_prefix != (c->mode == CODE_16) ? 2 : 4;
}

/* Table 2-1 "16-Bit Addressing Forms with the ModR/M Byte". */
static void modrm_16(struct insn *insn, struct cursor *c, unsigned mod, unsigned rm)
{
	static const uint8_t base[8] = {
		GPR_RBX, GPR_RBX, GPR_RBP, GPR_RBP, GPR_RSI, GPR_RDI, GPR_RBP, GPR_RBX};
	static const uint8_t index[8] = {GPR_RSI, GPR_RDI, GPR_RSI, GPR_RDI, INSN_NO_REG,
		INSN_NO_REG, INSN_NO_REG, INSN_NO_REG};

	if (mod == 0 && rm == 6) {
		insn->displacement = cursor_number(c, 2);
		return;
	}
	insn->base = base[rm];
	insn->index = index[rm];
	if (insn->base == GPR_RBP)
		insn->segment = SEG_SS;
	if (mod)
		insn->displacement = cursor_number(c, mod == 1 ? 1 : 2);
}

/* Table 2-3 "32-Bit Addressing Forms with the SIB Byte". */
static void sib_take(struct insn *insn, struct cursor *c, unsigned mod)
{
	uint8_t sib = cursor_byte(c);
	unsigned base = sib & 7;
	unsigned index = (sib >> 3 & 7) | (c->rex & REX_X ? 8 : 0);

	insn->scale = sib >> 6;
	if (index != GPR_RSP)
		insn->index = index;
	if (base == GPR_RBP && mod == 0)
		insn->displacement = cursor_number(c, 4);
	else
		insn->base = base | (c->rex & REX_B ? 8 : 0);
}

/* Table 2-2 "32-Bit Addressing Forms with the ModR/M Byte"; section 2.2.1.6
 * "RIP-Relative Addressing". */
static void modrm_32(struct insn *insn, struct cursor *c, unsigned mod, unsigned rm)
{
	if (rm == GPR_RSP) {
		sib_take(insn, c, mod);
	} else if (mod == 0 && rm == GPR_RBP) {
		insn->displacement = cursor_number(c, 4);
		insn->rip_relative = c->mode == CODE_64;
	} else {
		insn->base = rm | (c->rex & REX_B ? 8 : 0);
	}
	if (insn->base == GPR_RSP || insn->base == GPR_RBP)
		insn->segment = SEG_SS;
	if (mod)
		insn->displacement = cursor_number(c, mod == 1 ? 1 : 4);
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
	unsigned mod = modrm >> 6, reg = modrm >> 3 & 7, rm = modrm & 7;

	if ((*op)->flags & GROUP)
		*op = &(*op)->group[reg];
	if (mod == 3 || (*op)->op == INSN_NONE)
		return STATUS_NO_FEATURE;
	insn->operand_bytes = operand_size(c, (*op)->flags);
	if (insn->address_bytes == 2)
		modrm_16(insn, c, mod, rm);
	else
		modrm_32(insn, c, mod, rm);
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
	insn->address_bytes = address_size(c);
	if (op->flags & MOFFS) {
		insn->displacement = cursor_number(c, insn->address_bytes);
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
	struct cursor c = {.at = bytes, .mode = mode, .override = INSN_NO_REG};
	const struct opcode *table = opcode_one_byte;
	enum status status;
	uint8_t opcode;

	c.left = size < INSN_BYTES ? size : INSN_BYTES;
	memset(insn, 0, sizeof *insn);
	insn->segment = SEG_DS;
	insn->base = insn->index = INSN_NO_REG;
	opcode = prefixes_take(&c, insn);
	if (opcode == 0x0f) {
		table = opcode_two_byte;
		opcode = cursor_byte(&c);
	}
	if (c.short_of)
		return STATUS_BAD_ARG;
	if (table[opcode].op == INSN_NONE && !(table[opcode].flags & GROUP))
		return STATUS_NO_FEATURE;
	insn->condition = opcode & 0xf;
	status = operands_take(insn, &c, &table[opcode]);
	if (c.short_of)
		return STATUS_BAD_ARG;
	if (status)
		return status;
	if (c.override != INSN_NO_REG)
		insn->segment = c.override;
	if (insn->lock && !lock_allowed(insn))
		return STATUS_NO_FEATURE;
	insn->length = (uint8_t)(c.at - bytes);
	return STATUS_OK;
}

uint64_t insn_address(const struct insn *insn, const struct vcpu_state *state)
{
	uint64_t address = insn->displacement;

	if (insn->base != INSN_NO_REG)
		address += state->gpr[insn->base];
	if (insn->index != INSN_NO_REG)
		address += state->gpr[insn->index] << insn->scale;
	if (insn->rip_relative)
		address += state->rip + insn->length;
	return address & cpu_mask(insn->address_bytes);
}
