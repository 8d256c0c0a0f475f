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

/* One step to the left or right; the bit that falls out goes to CF. */
static uint64_t shift_once(enum insn_op op, unsigned bytes, uint64_t a, bool *carry)
{
	unsigned top = 8 * bytes - 1;
	bool high = a >> top & 1, low = a & 1, in = *carry;

	*carry = op == INSN_ROL || op == INSN_RCL || op == INSN_SHL || op == INSN_SAL ? high : low;
	switch (op) {
	case INSN_ROL:
		return a << 1 | high;
	case INSN_RCL:
		return a << 1 | in;
	case INSN_SHL:
	case INSN_SAL:
		return a << 1;
	case INSN_ROR:
		return a >> 1 | (uint64_t)low << top;
	case INSN_RCR:
		return a >> 1 | (uint64_t)in << top;
	case INSN_SAR:
		return a >> 1 | (uint64_t)high << top;
	default:
		return a >> 1;
	}
}

/* OF: left, whether the sign differs from CF; right, whether it has changed. */
static bool shift_overflow(
	enum insn_op op, unsigned bytes, uint64_t before, uint64_t result, bool carry)
{
	bool sign = sign_of(result, bytes);

	switch (op) {
	case INSN_ROL:
	case INSN_RCL:
	case INSN_SHL:
	case INSN_SAL:
		return sign != carry;
	case INSN_SAR:
		return false;
	case INSN_SHR:
		return sign_of(before, bytes);
	default:
		return sign != (result >> (8 * bytes - 2) & 1);
	}
}

static uint64_t flag_if(bool condition, uint64_t flag)
{
	return condition ? flag : 0;
}

uint64_t alu_shift(enum insn_op op, unsigned bytes, uint64_t a, unsigned count, uint64_t *rflags)
{
	uint64_t before = a &= cpu_mask(bytes), changed = RFLAGS_CF | RFLAGS_OF, flags;
	bool carry = *rflags & RFLAGS_CF;

	count &= bytes == 8 ? 63 : 31;
	if (!count)
		return a;
	for (unsigned i = 0; i < count; i++) {
		before = a;
		a = shift_once(op, bytes, a, &carry) & cpu_mask(bytes);
	}
	flags = flag_if(carry, RFLAGS_CF) |
		flag_if(shift_overflow(op, bytes, before, a, carry), RFLAGS_OF);
	if (op >= INSN_SHL) { /* rotates keep the others */
		flags |= flags_of_result(a, bytes);
		changed |= RFLAGS_SF | RFLAGS_ZF | RFLAGS_PF;
	}
	*rflags = (*rflags & ~changed) | flags;
	return a;
}

uint64_t alu_multiply(unsigned bytes, uint64_t a, uint64_t b, uint64_t *rflags)
{
	__int128 product =
		(__int128)(int64_t)alu_sign_extend(a, bytes) * (int64_t)alu_sign_extend(b, bytes);
	uint64_t result = (uint64_t)product & cpu_mask(bytes);
	bool cut = product != (int64_t)alu_sign_extend(result, bytes);

	*rflags &= ~(RFLAGS_CF | RFLAGS_OF);
	*rflags |= flag_if(cut, RFLAGS_CF | RFLAGS_OF);
	return result;
}

unsigned alu_scan(enum insn_op op, uint64_t a)
{
	return op == INSN_BSF ? (unsigned)__builtin_ctzll(a) : 63 - (unsigned)__builtin_clzll(a);
}

bool alu_condition(unsigned code, uint64_t rflags)
{
	bool less = !(rflags & RFLAGS_SF) != !(rflags & RFLAGS_OF);
	const bool holds[8] = {
		rflags & RFLAGS_OF,
		rflags & RFLAGS_CF,
		rflags & RFLAGS_ZF,
		rflags & (RFLAGS_CF | RFLAGS_ZF),
		rflags & RFLAGS_SF,
		rflags & RFLAGS_PF,
		less,
		less || rflags & RFLAGS_ZF,
	};

	return holds[code >> 1 & 7] != (code & 1);
}
