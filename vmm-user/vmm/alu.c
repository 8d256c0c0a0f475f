/* SPDX-License-Identifier: MIT */
/* Arithmetic with the CPU's flags: see alu.h. */
#include "vmm/alu.h"

#define STATUS_FLAGS (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)

uint64_t alu_sign_extend(uint64_t value, unsigned bytes)
{
	unsigned shift = 64 - 8 * bytes;

	return (uint64_t)((int64_t)(value << shift) >> shift);
}

static bool sign_of(uint64_t value, unsigned bytes)
{
	return value >> (8 * bytes - 1) & 1;
}

/* PF counts the low byte only. */
static uint64_t flags_of_result(uint64_t result, unsigned bytes)
{
	uint64_t flags = __builtin_parity((unsigned)result & 0xff) ? 0 : RFLAGS_PF;

	if (!(result & cpu_mask(bytes)))
		flags |= RFLAGS_ZF;
	if (sign_of(result, bytes))
		flags |= RFLAGS_SF;
	return flags;
}

/* Carry out of each bit is the majority of a, b and the inverted sum. */
static uint64_t add(unsigned bytes, uint64_t a, uint64_t b, bool carry, uint64_t *flags)
{
	uint64_t sum = a + b + carry;
	uint64_t carries = (a & b) | ((a | b) & ~sum);

	*flags = flags_of_result(sum, bytes);
	if (sign_of(carries, bytes))
		*flags |= RFLAGS_CF;
	if (carries & 8)
		*flags |= RFLAGS_AF;
	if (sign_of((a ^ sum) & (b ^ sum), bytes))
		*flags |= RFLAGS_OF;
	return sum;
}

/* a - b - borrow is a + ~b + !borrow with carries inverted. */
static uint64_t subtract(unsigned bytes, uint64_t a, uint64_t b, bool borrow, uint64_t *flags)
{
	uint64_t difference = add(bytes, a, ~b, !borrow, flags);

	*flags ^= RFLAGS_CF | RFLAGS_AF;
	return difference;
}

static uint64_t logic(unsigned bytes, uint64_t result, uint64_t *flags)
{
	*flags = flags_of_result(result, bytes);
	return result;
}

uint64_t alu_compute(enum insn_op op, unsigned bytes, uint64_t a, uint64_t b, uint64_t *rflags)
{
	bool carry = *rflags & RFLAGS_CF;
	uint64_t keep = *rflags & ~STATUS_FLAGS, result = a, flags = 0;

	switch (op) {
	case INSN_ADD:
		result = add(bytes, a, b, false, &flags);
		break;
	case INSN_ADC:
		result = add(bytes, a, b, carry, &flags);
		break;
	case INSN_SUB:
		result = subtract(bytes, a, b, false, &flags);
		break;
	case INSN_SBB:
		result = subtract(bytes, a, b, carry, &flags);
		break;
	case INSN_CMP:
		subtract(bytes, a, b, false, &flags);
		break;
	case INSN_OR:
		result = logic(bytes, a | b, &flags);
		break;
	case INSN_AND:
		result = logic(bytes, a & b, &flags);
		break;
	case INSN_XOR:
		result = logic(bytes, a ^ b, &flags);
		break;
	case INSN_TEST:
		logic(bytes, a & b, &flags);
		break;
	case INSN_NEG:
		result = subtract(bytes, 0, a, false, &flags);
		break;
	case INSN_INC: /* INC and DEC keep CF */
		result = add(bytes, a, 1, false, &flags);
		flags = (flags & ~RFLAGS_CF) | (carry ? RFLAGS_CF : 0);
		break;
	case INSN_DEC:
		result = subtract(bytes, a, 1, false, &flags);
		flags = (flags & ~RFLAGS_CF) | (carry ? RFLAGS_CF : 0);
		break;
	case INSN_NOT: /* no flags */
		return ~a & cpu_mask(bytes);
	default:
		return a;
	}
	*rflags = keep | flags;
	return result & cpu_mask(bytes);
}

uint64_t alu_bit(enum insn_op op, uint64_t a, unsigned bit, uint64_t *rflags)
{
	uint64_t mask = BIT(bit);

	*rflags = (*rflags & ~RFLAGS_CF) | (a & mask ? RFLAGS_CF : 0);
	switch (op) {
	case INSN_BTS:
		return a | mask;
	case INSN_BTR:
		return a & ~mask;
	case INSN_BTC:
		return a ^ mask;
	default:
		return a;
	}
}
