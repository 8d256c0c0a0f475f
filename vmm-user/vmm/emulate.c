/* SPDX-License-Identifier: MIT */
/*
 * Executes instructions: see emulate.h. One function per family, chosen by a
 * table; registers change last, so that a fault leaves everything as it was.
 */
#include "vmm/emulate.h"

#include "vmm/access.h"
#include "vmm/alu.h"
#include "vmm/emulate_string.h"

/* One instruction under way. */
struct run {
	struct guest_cpu *cpu;
	const struct insn *insn;
	struct fault *fault;
	uint64_t address; /* of the memory operand */
};

static uint64_t reg_get(const struct run *r)
{
	uint64_t value = r->cpu->state->gpr[r->insn->reg];

	return (r->insn->reg_high ? value >> 8 : value) & cpu_mask(r->insn->operand_bytes);
}

static void reg_set(const struct run *r, uint64_t value)
{
	struct vcpu_state *s = r->cpu->state;

	if (r->insn->reg_high)
		cpu_set_gpr(
			s, r->insn->reg, 2, (s->gpr[r->insn->reg] & 0xff) | (value & 0xff) << 8);
	else
		cpu_set_gpr(s, r->insn->reg, r->insn->operand_bytes, value);
}

static bool mem_get(const struct run *r, uint64_t *value)
{
	return access_read(r->cpu, r->insn->memory.segment, r->address, r->insn->memory_bytes,
		value, r->fault);
}

static bool mem_set(const struct run *r, uint64_t value)
{
	return access_write(r->cpu, r->insn->memory.segment, r->address, r->insn->memory_bytes,
		value, r->fault);
}

/* For what is read first and then written: the write must not fault after a
 * device has seen the read. */
static bool mem_get_to_change(const struct run *r, uint64_t *value)
{
	return access_writable(r->cpu, r->insn->memory.segment, r->address, r->insn->memory_bytes,
		       r->fault) &&
	       mem_get(r, value);
}

static void flags_set(const struct run *r, uint64_t rflags)
{
	r->cpu->state->rflags = rflags;
	r->cpu->state->dirty |= GROUP_RFLAGS;
}

static bool run_mov(struct run *r)
{
	uint64_t value;

	if (r->insn->form != FORM_REG_MEM)
		return mem_set(r, r->insn->form == FORM_MEM_IMM ? r->insn->immediate : reg_get(r));
	if (!mem_get(r, &value))
		return false;
	reg_set(r, value);
	return true;
}

static bool run_extend(struct run *r)
{
	uint64_t value;

	if (!mem_get(r, &value))
		return false;
	reg_set(r,
		r->insn->op == INSN_MOVSX ? alu_sign_extend(value, r->insn->memory_bytes) : value);
	return true;
}

static bool is_compare(enum insn_op op)
{
	return op == INSN_CMP || op == INSN_TEST;
}

/* Destination in a register. */
static bool run_alu_register(struct run *r)
{
	uint64_t flags = r->cpu->state->rflags, value, result;

	if (!mem_get(r, &value))
		return false;
	result = alu_compute(r->insn->op, r->insn->operand_bytes, reg_get(r), value, &flags);
	if (!is_compare(r->insn->op))
		reg_set(r, result);
	flags_set(r, flags);
	return true;
}

static bool run_alu(struct run *r)
{
	const struct insn *i = r->insn;
	uint64_t flags = r->cpu->state->rflags, value, result;
	uint64_t source = i->form == FORM_MEM_IMM ? i->immediate : reg_get(r);

	if (i->form == FORM_REG_MEM)
		return run_alu_register(r);
	if (is_compare(i->op) ? !mem_get(r, &value) : !mem_get_to_change(r, &value))
		return false;
	result = alu_compute(i->op, i->operand_bytes, value, source, &flags);
	if (!is_compare(i->op) && !mem_set(r, result))
		return false;
	flags_set(r, flags);
	return true;
}

/* A bit number in a register reaches beyond the operand, in both directions. */
static bool run_bit(struct run *r)
{
	const struct insn *i = r->insn;
	unsigned bits = 8 * i->operand_bytes, bit;
	uint64_t flags = r->cpu->state->rflags, value, result;
	int64_t number = (int64_t)i->immediate;

	if (i->form == FORM_MEM_REG) {
		number = (int64_t)alu_sign_extend(reg_get(r), i->operand_bytes);
		r->address += (uint64_t)(number >> __builtin_ctz(bits)) * i->operand_bytes;
		r->address &= cpu_mask(i->memory.address_bytes);
	}
	bit = (uint64_t)number & (bits - 1);
	if (i->op == INSN_BT ? !mem_get(r, &value) : !mem_get_to_change(r, &value))
		return false;
	result = alu_bit(i->op, value, bit, &flags);
	if (i->op != INSN_BT && !mem_set(r, result))
		return false;
	flags_set(r, flags);
	return true;
}

static bool run_xchg(struct run *r)
{
	uint64_t value;

	if (!mem_get_to_change(r, &value) || !mem_set(r, reg_get(r)))
		return false;
	reg_set(r, value);
	return true;
}

static bool run_xadd(struct run *r)
{
	uint64_t flags = r->cpu->state->rflags, value, sum;

	if (!mem_get_to_change(r, &value))
		return false;
	sum = alu_compute(INSN_ADD, r->insn->operand_bytes, value, reg_get(r), &flags);
	if (!mem_set(r, sum))
		return false;
	reg_set(r, value);
	flags_set(r, flags);
	return true;
}

/* Writes the destination in both cases, as the CPU does. */
static bool run_cmpxchg(struct run *r)
{
	struct vcpu_state *s = r->cpu->state;
	unsigned bytes = r->insn->operand_bytes;
	uint64_t flags = s->rflags, value;

	if (!mem_get_to_change(r, &value))
		return false;
	alu_compute(INSN_CMP, bytes, s->gpr[GPR_RAX] & cpu_mask(bytes), value, &flags);
	if (!mem_set(r, flags & RFLAGS_ZF ? reg_get(r) : value))
		return false;
	if (!(flags & RFLAGS_ZF))
		cpu_set_gpr(s, GPR_RAX, bytes, value);
	flags_set(r, flags);
	return true;
}

static bool run_shift(struct run *r)
{
	const struct insn *i = r->insn;
	struct vcpu_state *s = r->cpu->state;
	unsigned count = (unsigned)(i->count_in_cl ? s->gpr[GPR_RCX] : i->immediate) & 0xff;
	uint64_t flags = s->rflags, value;

	if (!mem_get_to_change(r, &value))
		return false;
	value = alu_shift(i->op, i->operand_bytes, value, count, &flags);
	if (!mem_set(r, value))
		return false;
	flags_set(r, flags);
	return true;
}

static bool run_imul(struct run *r)
{
	uint64_t flags = r->cpu->state->rflags, value, other;

	if (!mem_get(r, &value))
		return false;
	other = r->insn->three_operands ? r->insn->immediate : reg_get(r);
	reg_set(r, alu_multiply(r->insn->operand_bytes, value, other, &flags));
	flags_set(r, flags);
	return true;
}

/* Without a set bit the destination stays as it is, as all CPUs do it. */
static bool run_scan(struct run *r)
{
	uint64_t flags = r->cpu->state->rflags & ~RFLAGS_ZF, value;

	if (!mem_get(r, &value))
		return false;
	if (value)
		reg_set(r, alu_scan(r->insn->op, value));
	else
		flags |= RFLAGS_ZF;
	flags_set(r, flags);
	return true;
}

/* Reads in any case, and clears the upper half of a 32-bit register in any case. */
static bool run_cmov(struct run *r)
{
	uint64_t value;

	if (!mem_get(r, &value))
		return false;
	reg_set(r, alu_condition(r->insn->condition, r->cpu->state->rflags) ? value : reg_get(r));
	return true;
}

static bool run_set(struct run *r)
{
	return mem_set(r, alu_condition(r->insn->condition, r->cpu->state->rflags));
}

/* Bytes of the stack pointer: SDM vol. 1 section 6.2.3 "Address-Size Attributes
 * for Stack Accesses". */
static unsigned stack_bytes(const struct vcpu_state *s)
{
	if (cpu_code_size(s) == CODE_64)
		return 8;
	return s->segment[SEG_SS].ar & AR_DB ? 4 : 2;
}

static bool run_push(struct run *r)
{
	struct vcpu_state *s = r->cpu->state;
	unsigned width = stack_bytes(s), bytes = r->insn->operand_bytes;
	uint64_t top = (s->gpr[GPR_RSP] - bytes) & cpu_mask(width), value;

	if (!mem_get(r, &value) || !access_write(r->cpu, SEG_SS, top, bytes, value, r->fault))
		return false;
	cpu_set_gpr(s, GPR_RSP, width, top);
	return true;
}

/* A destination that is addressed by RSP uses the value after the pop. */
static bool run_pop(struct run *r)
{
	struct vcpu_state *s = r->cpu->state;
	unsigned width = stack_bytes(s), bytes = r->insn->operand_bytes;
	uint64_t old = s->gpr[GPR_RSP], top = old & cpu_mask(width), value;

	if (!access_read(r->cpu, SEG_SS, top, bytes, &value, r->fault))
		return false;
	cpu_set_gpr(s, GPR_RSP, width, top + bytes);
	r->address = insn_address(r->insn, s);
	if (mem_set(r, value))
		return true;
	s->gpr[GPR_RSP] = old;
	return false;
}

static bool (*const family[INSN_OP_COUNT])(struct run *) = {
	[INSN_ADD... INSN_CMP] = run_alu,
	[INSN_MOV] = run_mov,
	[INSN_TEST] = run_alu,
	[INSN_XCHG] = run_xchg,
	[INSN_NOT... INSN_DEC] = run_alu,
	[INSN_MOVZX... INSN_MOVSX] = run_extend,
	[INSN_CMPXCHG] = run_cmpxchg,
	[INSN_XADD] = run_xadd,
	[INSN_BT... INSN_BTC] = run_bit,
	[INSN_PUSH] = run_push,
	[INSN_POP] = run_pop,
	[INSN_ROL... INSN_SAR] = run_shift,
	[INSN_IMUL] = run_imul,
	[INSN_BSF... INSN_BSR] = run_scan,
	[INSN_CMOV] = run_cmov,
	[INSN_SET] = run_set,
};

enum emulate_result emulate_insn(
	struct guest_cpu *cpu, const struct insn *insn, struct fault *fault)
{
	struct run r = {.cpu = cpu, .insn = insn, .fault = fault};

	if (insn->form == FORM_STRING)
		return emulate_string(cpu, insn, fault);
	if (insn->op >= INSN_OP_COUNT || !family[insn->op])
		return EMULATE_UNKNOWN;
	r.address = insn_address(insn, cpu->state);
	if (!family[insn->op](&r))
		return EMULATE_FAULT;
	cpu_skip(cpu->state, insn->length);
	return EMULATE_DONE;
}

enum emulate_result emulate_step(struct guest_cpu *cpu, struct fault *fault)
{
	uint8_t bytes[INSN_BYTES_MAX];
	struct insn insn;
	size_t size;

	if (!access_fetch(cpu, bytes, &size, fault))
		return EMULATE_FAULT;
	if (insn_decode(&insn, bytes, size, cpu_code_size(cpu->state)))
		return EMULATE_UNKNOWN;
	return emulate_insn(cpu, &insn, fault);
}
