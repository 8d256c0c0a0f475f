/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/decode.c vmm-user/vmm/decode_system.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/decode_table.c */
/* clang-format on */
/* RUNS: 200000 */
/* MAX: 24 */
/*
 * Bytes that a hostile guest has where it exits, before its monitor's two decoders.
 * What they accept is in its ranges, does not depend on what follows it, and is not
 * there with a byte less.
 *
 *   byte 0  mode, then the code
 */
#include "vmm/decode.h"
#include "vmm/decode_system.h"
#include "fuzz.h"

#define INSN_BYTES 15u

static bool is_register(uint8_t gpr)
{
	return gpr < GPR_COUNT || gpr == INSN_NO_REG;
}

static void check_memory(const struct insn_memory *m)
{
	MUST(m->address_bytes == 2 || m->address_bytes == 4 || m->address_bytes == 8);
	MUST(m->segment <= SEG_GS && m->scale <= 3);
	MUST(is_register(m->base) && is_register(m->index));
	MUST(!m->rip_relative || (m->base == INSN_NO_REG && m->index == INSN_NO_REG));
}

static void check_insn(const struct insn *i, size_t size)
{
	struct vcpu_state state = {.rip = ~0ull};

	MUST(i->op > INSN_NONE && i->op < INSN_OP_COUNT && i->form <= FORM_STRING);
	MUST(i->length >= 1 && i->length <= INSN_BYTES && i->length <= size);
	MUST(__builtin_popcount(i->operand_bytes) == 1 && i->operand_bytes <= 8);
	MUST(__builtin_popcount(i->memory_bytes) == 1 && i->memory_bytes <= i->operand_bytes);
	MUST(i->reg < GPR_COUNT && (!i->reg_high || (i->reg < 4 && i->operand_bytes == 1)));
	MUST(i->condition < 16 && !(i->rep && i->repne));
	check_memory(&i->memory);
	MUST(insn_address(i, &state) <= cpu_mask(i->memory.address_bytes));
}

static void check_system(const struct insn_system *i, size_t size)
{
	static const uint16_t sizes = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 | 1 << 6 | 1 << 8 | 1 << 10;

	MUST(i->op > SYSTEM_NONE && i->op < SYSTEM_OP_COUNT);
	MUST(i->length >= 1 && i->length <= INSN_BYTES && i->length <= size);
	MUST(i->operand_bytes <= 10 && sizes >> i->operand_bytes & 1);
	MUST(i->number <= 8 && is_register(i->gpr));
	check_memory(&i->memory);
}

/* The same code as the only thing there is, and with other bytes behind it. */
static void check_alone(const struct insn *i, const uint8_t *code, enum code_size mode)
{
	uint8_t *alone = exact_copy(code, i->length), *cut = exact_copy(code, i->length - 1u);
	uint8_t followed[INSN_BYTES + 1];
	struct insn again, more;

	memset(followed, 0x5a, sizeof followed);
	memcpy(followed, code, i->length);
	MUST(insn_decode(&again, alone, i->length, mode) == STATUS_OK);
	MUST(insn_decode(&more, followed, sizeof followed, mode) == STATUS_OK);
	MUST(again.op == i->op && again.length == i->length && again.reg == i->reg);
	MUST(again.memory.displacement == i->memory.displacement);
	MUST(more.op == i->op && more.length == i->length && more.reg == i->reg);
	MUST(more.immediate == i->immediate && more.memory.base == i->memory.base);
	MUST(insn_decode(&again, cut, i->length - 1u, mode) == STATUS_BAD_ARG);
	free(alone);
	free(cut);
}

static void check_system_alone(
	const struct insn_system *i, const uint8_t *code, enum code_size mode)
{
	uint8_t *alone = exact_copy(code, i->length), *cut = exact_copy(code, i->length - 1u);
	uint8_t followed[INSN_BYTES + 1];
	struct insn_system again;

	memset(followed, 0x5a, sizeof followed);
	memcpy(followed, code, i->length);
	MUST(insn_system_decode(&again, alone, i->length, mode) == STATUS_OK);
	MUST(again.op == i->op && again.length == i->length && again.gpr == i->gpr);
	MUST(again.memory.displacement == i->memory.displacement);
	MUST(insn_system_decode(&again, followed, sizeof followed, mode) == STATUS_OK);
	MUST(again.op == i->op && again.length == i->length && again.gpr == i->gpr);
	MUST(again.immediate == i->immediate && again.number == i->number);
	MUST(insn_system_decode(&again, cut, i->length - 1u, mode) == STATUS_BAD_ARG);
	free(alone);
	free(cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum code_size modes[4] = {CODE_16, CODE_32, CODE_64, CODE_64};
	enum code_size mode = modes[size ? data[0] & 3 : 0];
	size_t left = size ? size - 1 : 0;
	uint8_t *code = exact_copy(data + !!size, left);
	enum status memory, system;
	struct insn_system exits;
	struct insn insn;

	memory = insn_decode(&insn, code, left, mode);
	system = insn_system_decode(&exits, code, left, mode);
	MUST(memory == STATUS_OK || memory == STATUS_BAD_ARG || memory == STATUS_NO_FEATURE);
	MUST(system == STATUS_OK || system == STATUS_BAD_ARG || system == STATUS_NO_FEATURE);
	MUST(memory != STATUS_OK || system != STATUS_OK);
	if (memory == STATUS_OK) {
		check_insn(&insn, left);
		check_alone(&insn, code, mode);
	}
	if (system == STATUS_OK) {
		check_system(&exits, left);
		check_system_alone(&exits, code, mode);
	}
	free(code);
	return 0;
}
