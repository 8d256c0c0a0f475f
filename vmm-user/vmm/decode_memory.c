/* SPDX-License-Identifier: MIT */
/* Memory operands of instructions: see decode_memory.h. */
#include "vmm/decode_memory.h"

#include "vmm/decode_cursor.h"

void memory_init(struct insn_memory *memory, const struct cursor *c)
{
	*memory = (struct insn_memory){.address_bytes = cursor_address_bytes(c),
		.segment = c->override != INSN_NO_REG ? c->override : SEG_DS,
		.base = INSN_NO_REG,
		.index = INSN_NO_REG};
}

/* Table 2-1 "16-Bit Addressing Forms with the ModR/M Byte". */
static void forms_16(struct insn_memory *m, struct cursor *c, unsigned mod, unsigned rm)
{
	static const uint8_t base[8] = {
		GPR_RBX, GPR_RBX, GPR_RBP, GPR_RBP, GPR_RSI, GPR_RDI, GPR_RBP, GPR_RBX};
	static const uint8_t index[8] = {GPR_RSI, GPR_RDI, GPR_RSI, GPR_RDI, INSN_NO_REG,
		INSN_NO_REG, INSN_NO_REG, INSN_NO_REG};

	if (mod == 0 && rm == 6) {
		m->displacement = cursor_number(c, 2);
		return;
	}
	m->base = base[rm];
	m->index = index[rm];
	if (mod)
		m->displacement = cursor_number(c, mod == 1 ? 1 : 2);
}

/* Table 2-3 "32-Bit Addressing Forms with the SIB Byte". */
static void sib_take(struct insn_memory *m, struct cursor *c, unsigned mod)
{
	uint8_t sib = cursor_byte(c);
	unsigned base = sib & 7;
	unsigned index = (sib >> 3 & 7) | (c->rex & REX_X ? 8 : 0);

	m->scale = sib >> 6;
	if (index != GPR_RSP)
		m->index = index;
	if (base == GPR_RBP && mod == 0)
		m->displacement = cursor_number(c, 4);
	else
		m->base = base | (c->rex & REX_B ? 8 : 0);
}

/* Table 2-2 "32-Bit Addressing Forms with the ModR/M Byte"; section 2.2.1.6
 * "RIP-Relative Addressing". */
static void forms_32(struct insn_memory *m, struct cursor *c, unsigned mod, unsigned rm)
{
	if (rm == GPR_RSP) {
		sib_take(m, c, mod);
	} else if (mod == 0 && rm == GPR_RBP) {
		m->displacement = cursor_number(c, 4);
		m->rip_relative = c->mode == CODE_64;
	} else {
		m->base = rm | (c->rex & REX_B ? 8 : 0);
	}
	if (mod)
		m->displacement = cursor_number(c, mod == 1 ? 1 : 4);
}

void memory_take(struct insn_memory *memory, struct cursor *c, uint8_t modrm)
{
	unsigned mod = modrm >> 6, rm = modrm & 7;

	if (memory->address_bytes == 2)
		forms_16(memory, c, mod, rm);
	else
		forms_32(memory, c, mod, rm);
	if (c->override == INSN_NO_REG && (memory->base == GPR_RSP || memory->base == GPR_RBP))
		memory->segment = SEG_SS;
}

void memory_take_offset(struct insn_memory *memory, struct cursor *c)
{
	memory->displacement = cursor_number(c, memory->address_bytes);
}

uint64_t memory_address(
	const struct insn_memory *memory, unsigned length, const struct vcpu_state *state)
{
	uint64_t address = memory->displacement;

	if (memory->base != INSN_NO_REG)
		address += state->gpr[memory->base];
	if (memory->index != INSN_NO_REG)
		address += state->gpr[memory->index] << memory->scale;
	if (memory->rip_relative)
		address += state->rip + length;
	return address & cpu_mask(memory->address_bytes);
}
