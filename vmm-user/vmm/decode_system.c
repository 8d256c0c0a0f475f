/* SPDX-License-Identifier: MIT */
/* Decoder of instructions that exit: see decode_system.h. One table row per opcode. */
#include "vmm/decode_system.h"

#include "vmm/decode_cursor.h"

#define TWO_BYTE 0x0f00u

enum operand {
	NOTHING = 0,
	VECTOR,  /* a byte follows */
	PORT,    /* in a byte that follows; bit 0 of the opcode: not a byte at that port */
	PORT_DX, /* in DX; bit 0 likewise */
	STRING,  /* DX and memory; bit 0 likewise */
	CONTROL, /* ModRM.reg is a control register, ModRM.rm a general one */
	DEBUG,   /* ... a debug register */
	ADDRESS, /* memory, of which only the address counts */
	TABLE,   /* memory: limit and base */
	WORD,    /* 16 bits of a register or memory */
	STORE    /* a register of any size, or 16 bits of memory */
};

#define PLAIN 1u   /* 66, F2 and F3 make it another instruction or none */
#define WITH_F3 2u /* ... without F3 it is another */
#define NOT_64 4u  /* not in 64-bit mode */

struct row {
	uint16_t opcode;     /* with TWO_BYTE: after 0F */
	uint8_t mask, modrm; /* these bits of ModRM are so */
	enum system_op op;
	enum operand operand;
	unsigned flags;
};

/* clang-format off */
#define ONE(opcode, op, ...) {opcode, 0, 0, SYSTEM_##op, __VA_ARGS__}
#define TWO(opcode, op, ...) {TWO_BYTE | (opcode), 0, 0, SYSTEM_##op, __VA_ARGS__}
/* Groups 6 and 7: ModRM as a whole, or its field reg, is part of the opcode. */
#define ALL(modrm, op, ...) {TWO_BYTE | 0x01, 0xff, modrm, SYSTEM_##op, __VA_ARGS__}
#define REG(opcode, reg, op, ...) \
	{TWO_BYTE | (opcode), 0x38, (reg) << 3, SYSTEM_##op, __VA_ARGS__}

/* Of two rows that fit the first counts. */
static const struct row rows[] = {
	ONE(0x6c, INS, STRING, 0), ONE(0x6d, INS, STRING, 0),
	ONE(0x6e, OUTS, STRING, 0), ONE(0x6f, OUTS, STRING, 0),
	ONE(0x90, PAUSE, NOTHING, WITH_F3),
	ONE(0xcc, INT3, NOTHING, 0),
	ONE(0xcd, INT, VECTOR, 0),
	ONE(0xce, INTO, NOTHING, NOT_64),
	ONE(0xe4, IN, PORT, 0), ONE(0xe5, IN, PORT, 0),
	ONE(0xe6, OUT, PORT, 0), ONE(0xe7, OUT, PORT, 0),
	ONE(0xec, IN, PORT_DX, 0), ONE(0xed, IN, PORT_DX, 0),
	ONE(0xee, OUT, PORT_DX, 0), ONE(0xef, OUT, PORT_DX, 0),
	ONE(0xf1, INT1, NOTHING, 0),
	ONE(0xf4, HLT, NOTHING, 0),
	REG(0x00, 0, SLDT, STORE, 0), REG(0x00, 1, STR, STORE, 0),
	REG(0x00, 2, LLDT, WORD, 0), REG(0x00, 3, LTR, WORD, 0),
	ALL(0xc1, VMCALL, NOTHING, PLAIN),
	ALL(0xc8, MONITOR, NOTHING, PLAIN), ALL(0xc9, MWAIT, NOTHING, PLAIN),
	ALL(0xd1, XSETBV, NOTHING, PLAIN),
	ALL(0xd8, VMRUN, NOTHING, 0), ALL(0xd9, VMMCALL, NOTHING, 0),
	ALL(0xda, VMLOAD, NOTHING, 0), ALL(0xdb, VMSAVE, NOTHING, 0),
	ALL(0xdc, STGI, NOTHING, 0), ALL(0xdd, CLGI, NOTHING, 0),
	ALL(0xde, SKINIT, NOTHING, 0), ALL(0xdf, INVLPGA, NOTHING, 0),
	ALL(0xf9, RDTSCP, NOTHING, 0),
	REG(0x01, 0, SGDT, TABLE, 0), REG(0x01, 1, SIDT, TABLE, 0),
	REG(0x01, 2, LGDT, TABLE, 0), REG(0x01, 3, LIDT, TABLE, 0),
	REG(0x01, 4, SMSW, STORE, 0),
	REG(0x01, 6, LMSW, WORD, 0),
	REG(0x01, 7, INVLPG, ADDRESS, 0),
	TWO(0x06, CLTS, NOTHING, 0),
	TWO(0x08, INVD, NOTHING, 0), TWO(0x09, WBINVD, NOTHING, 0),
	TWO(0x20, READ_CR, CONTROL, 0), TWO(0x21, READ_DR, DEBUG, 0),
	TWO(0x22, WRITE_CR, CONTROL, 0), TWO(0x23, WRITE_DR, DEBUG, 0),
	TWO(0x30, WRMSR, NOTHING, 0), TWO(0x31, RDTSC, NOTHING, 0),
	TWO(0x32, RDMSR, NOTHING, 0), TWO(0x33, RDPMC, NOTHING, 0),
	TWO(0xa2, CPUID, NOTHING, 0),
};
/* clang-format on */

static bool has_modrm(unsigned opcode)
{
	return opcode == (TWO_BYTE | 0x00) || opcode == (TWO_BYTE | 0x01) ||
	       (opcode & ~3u) == (TWO_BYTE | 0x20);
}

static bool prefixes_fit(const struct row *row, const struct cursor *c)
{
	if (row->flags & PLAIN && (c->operand_prefix || c->rep || c->repne))
		return false;
	if (row->flags & WITH_F3 && !c->rep)
		return false;
	return !(row->flags & NOT_64) || c->mode != CODE_64;
}

static const struct row *row_find(const struct cursor *c, unsigned opcode, uint8_t modrm)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].opcode == opcode && (modrm & rows[i].mask) == rows[i].modrm)
			return prefixes_fit(&rows[i], c) ? &rows[i] : NULL;
	}
	return NULL;
}

/* The field mod counts for nothing here. Source: SDM vol. 2B "MOV--Move to/from
 * Control Registers"; AMD APM vol. 3 "MOV CRn" for LOCK. */
static enum status control_take(struct insn_system *insn, const struct cursor *c, uint8_t modrm)
{
	insn->operand_bytes = c->mode == CODE_64 ? 8 : 4;
	insn->gpr = (modrm & 7) | (c->rex & REX_B ? 8 : 0);
	insn->number = (modrm >> 3 & 7) | (c->rex & REX_R ? 8 : 0);
	if (c->lock && insn->number != 0)
		return STATUS_NO_FEATURE;
	if (c->lock)
		insn->number = 8;
	switch (insn->number) {
	case 0:
	case 2:
	case 3:
	case 4:
	case 8:
		return STATUS_OK;
	default:
		return STATUS_NO_FEATURE;
	}
}

static enum status debug_take(struct insn_system *insn, const struct cursor *c, uint8_t modrm)
{
	insn->operand_bytes = c->mode == CODE_64 ? 8 : 4;
	insn->gpr = (modrm & 7) | (c->rex & REX_B ? 8 : 0);
	insn->number = modrm >> 3 & 7;
	return c->rex & REX_R ? STATUS_NO_FEATURE : STATUS_OK;
}

/* The operand that ModRM.rm names. */
static enum status modrm_take(
	struct insn_system *insn, struct cursor *c, enum operand operand, uint8_t modrm)
{
	if (modrm >> 6 == 3) {
		insn->gpr = (modrm & 7) | (c->rex & REX_B ? 8 : 0);
		insn->operand_bytes = operand == STORE ? cursor_operand_bytes(c) : 2;
		return operand == STORE || operand == WORD ? STATUS_OK : STATUS_NO_FEATURE;
	}
	memory_take(&insn->memory, c, modrm);
	if (operand == STORE || operand == WORD)
		insn->operand_bytes = 2;
	else if (operand == TABLE)
		insn->operand_bytes = c->mode == CODE_64 ? 10 : 6;
	return STATUS_OK;
}

static uint8_t port_bytes(const struct cursor *c, unsigned opcode)
{
	if (!(opcode & 1))
		return 1;
	return cursor_operand_bytes(c) == 2 ? 2 : 4;
}

static void immediate_take(struct insn_system *insn, struct cursor *c)
{
	insn->has_immediate = true;
	insn->immediate = cursor_byte(c);
}

static enum status operand_take(
	struct insn_system *insn, struct cursor *c, const struct row *row, uint8_t modrm)
{
	switch (row->operand) {
	case NOTHING:
		return STATUS_OK;
	case VECTOR:
		immediate_take(insn, c);
		return STATUS_OK;
	case PORT:
		immediate_take(insn, c);
		insn->operand_bytes = port_bytes(c, row->opcode);
		return STATUS_OK;
	case STRING:
		insn->rep = c->rep || c->repne;
		insn->operand_bytes = port_bytes(c, row->opcode);
		return STATUS_OK;
	case PORT_DX:
		insn->operand_bytes = port_bytes(c, row->opcode);
		return STATUS_OK;
	case CONTROL:
		return control_take(insn, c, modrm);
	case DEBUG:
		return debug_take(insn, c, modrm);
	default:
		return modrm_take(insn, c, row->operand, modrm);
	}
}

enum status insn_system_decode(
	struct insn_system *insn, const uint8_t *bytes, size_t size, enum code_size mode)
{
	const struct row *row;
	enum status status;
	struct cursor c;
	unsigned opcode;
	uint8_t modrm;

	cursor_init(&c, bytes, size, mode);
	opcode = cursor_prefixes(&c);
	if (opcode == 0x0f)
		opcode = TWO_BYTE | cursor_byte(&c);
	modrm = has_modrm(opcode) ? cursor_byte(&c) : 0;
	*insn = (struct insn_system){.gpr = INSN_NO_REG};
	if (c.short_of)
		return STATUS_BAD_ARG;
	row = row_find(&c, opcode, modrm);
	if (!row || (c.lock && row->operand != CONTROL))
		return STATUS_NO_FEATURE;
	memory_init(&insn->memory, &c);
	status = operand_take(insn, &c, row, modrm);
	if (status)
		return status;
	if (c.short_of)
		return STATUS_BAD_ARG;
	insn->op = row->op;
	insn->length = (uint8_t)(c.at - bytes);
	return STATUS_OK;
}
