/* SPDX-License-Identifier: MIT */
/* What Zydis makes of a sample: see oracle.h. */
#include "oracle.h"

#include "names.h"

static ZydisDecoder decoder_16, decoder_32, decoder_64;

void reference_init(void)
{
	ZydisDecoderInit(&decoder_16, ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_STACK_WIDTH_16);
	ZydisDecoderInit(&decoder_32, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
	ZydisDecoderInit(&decoder_64, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
}

void reference_take(struct reference *r, const struct sample *sample)
{
	const ZydisDecoder *decoder = sample->mode == CODE_64   ? &decoder_64
				      : sample->mode == CODE_32 ? &decoder_32
								: &decoder_16;

	r->status =
		ZydisDecoderDecodeFull(decoder, sample->bytes, SAMPLE_BYTES, &r->insn, r->operand);
	r->valid = ZYAN_SUCCESS(r->status);
}

/* The first operand of the type that the instruction shows, or NULL. */
static const ZydisDecodedOperand *shown(const struct reference *r, ZydisOperandType type)
{
	for (unsigned i = 0; i < r->insn.operand_count_visible; i++)
		if (r->operand[i].type == type)
			return &r->operand[i];
	return NULL;
}

static uint8_t number_of(ZydisRegister reg)
{
	return reg == ZYDIS_REGISTER_NONE ? INSN_NO_REG : (uint8_t)ZydisRegisterGetId(reg);
}

static bool same_base(ZydisRegister base, const struct insn_memory *m)
{
	if (base == ZYDIS_REGISTER_RIP || base == ZYDIS_REGISTER_EIP)
		return m->rip_relative && m->base == INSN_NO_REG;
	return !m->rip_relative && number_of(base) == m->base;
}

static bool same_segment(ZydisRegister segment, uint8_t ours)
{
	static const ZydisRegister theirs[] = {ZYDIS_REGISTER_ES, ZYDIS_REGISTER_CS,
		ZYDIS_REGISTER_SS, ZYDIS_REGISTER_DS, ZYDIS_REGISTER_FS, ZYDIS_REGISTER_GS};

	return ours < ARRAY_SIZE(theirs) && segment == theirs[ours];
}

/* Displacements count modulo the size of addresses. */
static const char *compare_memory(const ZydisDecodedOperand *o, const struct insn_memory *m)
{
	uint64_t apart = (uint64_t)o->mem.disp.value ^ m->displacement;

	if (apart & cpu_mask(m->address_bytes))
		return "displacement";
	if (!same_base(o->mem.base, m))
		return "base";
	if (number_of(o->mem.index) != m->index)
		return "index";
	if (m->index != INSN_NO_REG && o->mem.scale != 1u << m->scale)
		return "scale";
	return same_segment(o->mem.segment, m->segment) ? NULL : "segment";
}

/* Where the instruction shows none: the memory of a string instruction, at rSI
 * (`source`) or rDI. */
static const ZydisDecodedOperand *string_operand(const struct reference *r, bool source)
{
	for (unsigned i = 0; i < r->insn.operand_count; i++)
		if (r->operand[i].type == ZYDIS_OPERAND_TYPE_MEMORY &&
			number_of(r->operand[i].mem.base) == (source ? GPR_RSI : GPR_RDI))
			return &r->operand[i];
	return NULL;
}

static const char *compare_string(const struct reference *r, unsigned bytes, bool rep, bool repne,
	const struct insn_memory *m)
{
	const ZydisDecodedOperand *source = string_operand(r, true);
	const ZydisDecodedOperand *target = string_operand(r, false);
	ZydisInstructionAttributes f3 = ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE;

	if (source && !same_segment(source->mem.segment, m->segment))
		return "segment of the source";
	if ((source && source->size != 8 * bytes) || (target && target->size != 8 * bytes))
		return "size of an element";
	if (rep != !!(r->insn.attributes & f3))
		return "REP";
	return repne == !!(r->insn.attributes & ZYDIS_ATTRIB_HAS_REPNE) ? NULL : "REPNE";
}

/* Counts and numbers of bits are not signed. */
static bool same_immediate(const ZydisDecodedOperand *o, uint64_t ours)
{
	uint64_t apart = o->imm.value.u ^ ours;

	return !(o->imm.is_signed ? apart : apart & cpu_mask(o->size / 8));
}

static const char *compare_immediate(const struct insn *insn, const struct reference *r)
{
	const ZydisDecodedOperand *o = shown(r, ZYDIS_OPERAND_TYPE_IMMEDIATE);
	bool want = (insn->form == FORM_MEM_IMM && !insn->count_in_cl) || insn->three_operands;

	if (want != !!o)
		return "whether there is an immediate";
	return !o || same_immediate(o, insn->immediate) ? NULL : "immediate";
}

static const char *compare_register(const struct insn *insn, const struct reference *r)
{
	const ZydisDecodedOperand *o = shown(r, ZYDIS_OPERAND_TYPE_REGISTER);
	bool want = insn->form == FORM_MEM_REG || insn->form == FORM_REG_MEM;

	if (insn->form == FORM_MEM_IMM)
		return insn->count_in_cl == (o && o->reg.value == ZYDIS_REGISTER_CL) ? NULL : "CL";
	if (want != !!o)
		return "whether there is a register";
	if (!want)
		return NULL;
	if (o->size != 8 * insn->operand_bytes)
		return "size of the register";
	if (insn->reg_high)
		return o->reg.value == ZYDIS_REGISTER_AH + (ZydisRegister)insn->reg ? NULL
										    : "high byte";
	if (ZYDIS_REGISTER_AH <= o->reg.value && o->reg.value <= ZYDIS_REGISTER_BH)
		return "not a high byte";
	/* In the class of byte registers SPL follows BH. */
	if (ZYDIS_REGISTER_SPL <= o->reg.value && o->reg.value <= ZYDIS_REGISTER_R15B)
		return o->reg.value - ZYDIS_REGISTER_SPL + 4 == insn->reg ? NULL : "byte register";
	return number_of(o->reg.value) == insn->reg ? NULL : "register";
}

static const char *compare_operands(const struct insn *insn, const struct reference *r)
{
	const ZydisDecodedOperand *o = shown(r, ZYDIS_OPERAND_TYPE_MEMORY);
	const char *differs;

	if (!o)
		return "no memory";
	if (o->size != 8 * insn->memory_bytes)
		return "size of the memory operand";
	if ((o == &r->operand[0]) == (insn->form == FORM_REG_MEM))
		return "order of the operands";
	differs = compare_memory(o, &insn->memory);
	if (!differs)
		differs = compare_register(insn, r);
	return differs ? differs : compare_immediate(insn, r);
}

static bool is_named(const struct names *names, const struct reference *r)
{
	return r->insn.mnemonic == names->zydis[0] || r->insn.mnemonic == names->zydis[1];
}

const char *compare_insn(const struct insn *insn, const struct reference *r)
{
	if (!r->valid)
		return "Zydis refuses";
	if (r->insn.length != insn->length)
		return "length";
	if (!is_named(names_insn(insn), r))
		return "mnemonic";
	if (r->insn.address_width != 8 * insn->memory.address_bytes)
		return "size of addresses";
	if (insn->lock != !!(r->insn.attributes & ZYDIS_ATTRIB_HAS_LOCK))
		return "LOCK";
	if (insn->form == FORM_STRING)
		return compare_string(
			r, insn->operand_bytes, insn->rep, insn->repne, &insn->memory);
	return compare_operands(insn, r);
}

static bool is_special(const ZydisDecodedOperand *o)
{
	ZydisRegisterClass class;

	if (o->type != ZYDIS_OPERAND_TYPE_REGISTER)
		return false;
	class = ZydisRegisterGetClass(o->reg.value);
	return class == ZYDIS_REGCLASS_CONTROL || class == ZYDIS_REGCLASS_DEBUG;
}

static const char *compare_special(const struct insn_system *insn, const struct reference *r)
{
	bool write = insn->op == SYSTEM_WRITE_CR || insn->op == SYSTEM_WRITE_DR;
	bool control = insn->op == SYSTEM_READ_CR || insn->op == SYSTEM_WRITE_CR;
	const ZydisDecodedOperand *special = &r->operand[!write], *general = &r->operand[write];

	if (!is_special(special) || is_special(general))
		return "direction";
	if (control != (ZydisRegisterGetClass(special->reg.value) == ZYDIS_REGCLASS_CONTROL))
		return "control or debug register";
	if (number_of(special->reg.value) != insn->number)
		return "its number";
	if (number_of(general->reg.value) != insn->gpr)
		return "general register";
	return general->size == 8 * insn->operand_bytes ? NULL : "size";
}

static const char *compare_port(const struct insn_system *insn, const struct reference *r)
{
	const ZydisDecodedOperand *value = &r->operand[insn->op == SYSTEM_OUT];
	const ZydisDecodedOperand *port = &r->operand[insn->op == SYSTEM_IN];

	if (value->type != ZYDIS_OPERAND_TYPE_REGISTER || value->size != 8 * insn->operand_bytes)
		return "size";
	if (insn->has_immediate != (port->type == ZYDIS_OPERAND_TYPE_IMMEDIATE))
		return "whether the port is in DX";
	return !insn->has_immediate || port->imm.value.u == insn->immediate ? NULL : "port";
}

/* What ModRM names, if it names something. */
static const char *compare_modrm(const struct insn_system *insn, const struct reference *r)
{
	const ZydisDecodedOperand *o = shown(r, ZYDIS_OPERAND_TYPE_MEMORY);

	if (o && insn->gpr != INSN_NO_REG)
		return "a register in place of memory";
	if (o && insn->op != SYSTEM_INVLPG && o->size != 8 * insn->operand_bytes)
		return "size of the memory operand";
	if (o)
		return compare_memory(o, &insn->memory);
	if (insn->gpr == INSN_NO_REG)
		return insn->operand_bytes ? "no memory" : NULL;
	o = shown(r, ZYDIS_OPERAND_TYPE_REGISTER);
	if (!o || number_of(o->reg.value) != insn->gpr)
		return "register";
	return o->size == 8 * insn->operand_bytes ? NULL : "size of the register";
}

const char *compare_system(const struct insn_system *insn, const struct reference *r)
{
	if (!r->valid)
		return "Zydis refuses";
	if (r->insn.length != insn->length)
		return "length";
	if (!is_named(names_system(insn), r))
		return "mnemonic";
	if (r->insn.address_width != 8 * insn->memory.address_bytes)
		return "size of addresses";
	switch (insn->op) {
	case SYSTEM_READ_CR:
	case SYSTEM_WRITE_CR:
	case SYSTEM_READ_DR:
	case SYSTEM_WRITE_DR:
		return compare_special(insn, r);
	case SYSTEM_IN:
	case SYSTEM_OUT:
		return compare_port(insn, r);
	case SYSTEM_INT:
		return insn->has_immediate && r->operand[0].imm.value.u == insn->immediate
			       ? NULL
			       : "vector";
	case SYSTEM_INS:
	case SYSTEM_OUTS: {
		bool f2 = r->insn.attributes & ZYDIS_ATTRIB_HAS_REPNE;

		return compare_string(r, insn->operand_bytes, insn->rep && !f2, f2, &insn->memory);
	}
	default:
		return compare_modrm(insn, r);
	}
}

/* SSE has a MOVSD and a CMPSD, too. */
bool reference_is_insn(const struct reference *r)
{
	if (!r->valid || r->insn.encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY)
		return false;
	if (r->insn.meta.category == ZYDIS_CATEGORY_STRINGOP)
		return names_have_string(r->insn.mnemonic);
	return names_have_insn(r->insn.mnemonic) && shown(r, ZYDIS_OPERAND_TYPE_MEMORY);
}

bool reference_is_system(const struct reference *r)
{
	if (!r->valid || r->insn.encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY ||
		!names_have_system(r->insn.mnemonic))
		return false;
	if (r->insn.mnemonic == ZYDIS_MNEMONIC_MOV)
		return is_special(&r->operand[0]) || is_special(&r->operand[1]);
	return true;
}
