/* SPDX-License-Identifier: MIT */
/* String instructions: see emulate_string.h. */
#include "vmm/emulate_string.h"

#include "vmm/access.h"
#include "vmm/alu.h"

uint64_t string_count(const struct vcpu_state *state, unsigned address_bytes)
{
	return state->gpr[GPR_RCX] & cpu_mask(address_bytes);
}

void string_count_down(struct vcpu_state *state, unsigned address_bytes)
{
	cpu_set_gpr(state, GPR_RCX, address_bytes, state->gpr[GPR_RCX] - 1);
}

void string_advance(struct vcpu_state *state, unsigned gpr, unsigned address_bytes, unsigned bytes)
{
	uint64_t step = state->rflags & RFLAGS_DF ? -(uint64_t)bytes : bytes;

	cpu_set_gpr(state, gpr, address_bytes, state->gpr[gpr] + step);
}

static uint64_t index_of(const struct guest_cpu *cpu, const struct insn *insn, unsigned gpr)
{
	return cpu->state->gpr[gpr] & cpu_mask(insn->memory.address_bytes);
}

static bool source_get(
	struct guest_cpu *cpu, const struct insn *insn, uint64_t *value, struct fault *fault)
{
	return access_read(cpu, insn->memory.segment, index_of(cpu, insn, GPR_RSI),
		insn->operand_bytes, value, fault);
}

/* The destination is in ES; no prefix changes that. */
static bool target_get(
	struct guest_cpu *cpu, const struct insn *insn, uint64_t *value, struct fault *fault)
{
	return access_read(
		cpu, SEG_ES, index_of(cpu, insn, GPR_RDI), insn->operand_bytes, value, fault);
}

static bool target_set(
	struct guest_cpu *cpu, const struct insn *insn, uint64_t value, struct fault *fault)
{
	return access_write(
		cpu, SEG_ES, index_of(cpu, insn, GPR_RDI), insn->operand_bytes, value, fault);
}

static void compare(struct guest_cpu *cpu, unsigned bytes, uint64_t a, uint64_t b)
{
	alu_compute(INSN_CMP, bytes, a & cpu_mask(bytes), b, &cpu->state->rflags);
	cpu->state->dirty |= GROUP_RFLAGS;
}

/* The transfer of one element; nothing has changed when it faults. */
static bool string_element(struct guest_cpu *cpu, const struct insn *insn, struct fault *fault)
{
	struct vcpu_state *s = cpu->state;
	uint64_t a, b;

	switch (insn->op) {
	case INSN_MOVS:
		return source_get(cpu, insn, &a, fault) && target_set(cpu, insn, a, fault);
	case INSN_STOS:
		return target_set(cpu, insn, s->gpr[GPR_RAX], fault);
	case INSN_LODS:
		if (!source_get(cpu, insn, &a, fault))
			return false;
		cpu_set_gpr(s, GPR_RAX, insn->operand_bytes, a);
		return true;
	case INSN_CMPS:
		if (!source_get(cpu, insn, &a, fault) || !target_get(cpu, insn, &b, fault))
			return false;
		compare(cpu, insn->operand_bytes, a, b);
		return true;
	default:
		if (!target_get(cpu, insn, &b, fault))
			return false;
		compare(cpu, insn->operand_bytes, s->gpr[GPR_RAX], b);
		return true;
	}
}

static bool uses_source(enum insn_op op)
{
	return op == INSN_MOVS || op == INSN_CMPS || op == INSN_LODS;
}

static bool string_once(struct guest_cpu *cpu, const struct insn *insn, struct fault *fault)
{
	if (!string_element(cpu, insn, fault))
		return false;
	if (uses_source(insn->op))
		string_advance(
			cpu->state, GPR_RSI, insn->memory.address_bytes, insn->operand_bytes);
	if (insn->op != INSN_LODS)
		string_advance(
			cpu->state, GPR_RDI, insn->memory.address_bytes, insn->operand_bytes);
	return true;
}

/* REPE goes on while equal, REPNE while not; only comparisons ask. */
static bool string_ends(const struct guest_cpu *cpu, const struct insn *insn)
{
	bool equal = cpu->state->rflags & RFLAGS_ZF;

	if (insn->op != INSN_CMPS && insn->op != INSN_SCAS)
		return false;
	return insn->rep ? !equal : equal;
}

enum emulate_result emulate_string(
	struct guest_cpu *cpu, const struct insn *insn, struct fault *fault)
{
	bool repeat = insn->rep || insn->repne;

	for (unsigned done = 0; !repeat || string_count(cpu->state, insn->memory.address_bytes);
		done++) {
		if (done == EMULATE_REP_MAX)
			return EMULATE_AGAIN;
		if (!string_once(cpu, insn, fault))
			return EMULATE_FAULT;
		if (!repeat)
			break;
		string_count_down(cpu->state, insn->memory.address_bytes);
		if (string_ends(cpu, insn))
			break;
	}
	cpu_skip(cpu->state, insn->length);
	return EMULATE_DONE;
}
