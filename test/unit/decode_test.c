/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/decode.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/decode_table.c */
/* clang-format on */
#include "vmm/decode.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define GPR_NONE INSN_NO_REG

static const struct row {
	const char *text;
	enum code_size mode;
	const char *bytes;
	struct insn want;
} rows[] = {
#define ROW(text, mode_, bytes, op_, form_, length_, operand, accessed, address, seg, reg_, base_, \
	index_, scale_, disp, imm, ...)                                                            \
	{text, CODE_##mode_, bytes,                                                                \
		{.op = INSN_##op_,                                                                 \
			.form = FORM_##form_,                                                      \
			.length = length_,                                                         \
			.operand_bytes = operand,                                                  \
			.memory_bytes = accessed,                                                  \
			.reg = GPR_##reg_,                                                         \
			.memory.address_bytes = address,                                           \
			.memory.segment = SEG_##seg,                                               \
			.memory.base = GPR_##base_,                                                \
			.memory.index = GPR_##index_,                                              \
			.memory.scale = scale_,                                                    \
			.memory.displacement = (uint64_t)disp,                                     \
			.immediate = (uint64_t)imm,                                                \
			##__VA_ARGS__}},
#include "decode_rows.h"
};
#define ROWS (sizeof rows / sizeof rows[0])

static uint8_t code[15];

static void load(const struct row *row)
{
	memset(code, 0xcc, sizeof code);
	memcpy(code, row->bytes, row->want.length);
}

static bool same_memory(const struct insn_memory *a, const struct insn_memory *b)
{
	uint64_t mask = cpu_mask(b->address_bytes);

	return a->base == b->base && a->index == b->index && a->scale == b->scale &&
	       a->rip_relative == b->rip_relative &&
	       (a->displacement & mask) == (b->displacement & mask);
}

static bool same_register(const struct insn *a, const struct insn *b)
{
	if (b->reg == INSN_NO_REG)
		return true;
	return a->reg == b->reg && a->reg_high == b->reg_high;
}

static bool same_rest(const struct insn *a, const struct insn *b)
{
	bool conditional = b->op == INSN_CMOV || b->op == INSN_SET;

	return a->immediate == b->immediate && a->rep == b->rep && a->repne == b->repne &&
	       a->lock == b->lock && a->count_in_cl == b->count_in_cl &&
	       a->three_operands == b->three_operands &&
	       (!conditional || a->condition == b->condition);
}

static void test_rows(void **state)
{
	(void)state;
	assert_true(ROWS >= 100);
	for (size_t i = 0; i < ROWS; i++) {
		const struct insn *want = &rows[i].want;
		struct insn got;

		load(&rows[i]);
		if (insn_decode(&got, code, sizeof code, rows[i].mode))
			fail_msg("%s: refused", rows[i].text);
		if (got.op != want->op || got.form != want->form || got.length != want->length)
			fail_msg("%s: op %u form %u length %u", rows[i].text, got.op, got.form,
				got.length);
		if (got.operand_bytes != want->operand_bytes ||
			got.memory_bytes != want->memory_bytes ||
			got.memory.address_bytes != want->memory.address_bytes ||
			got.memory.segment != want->memory.segment)
			fail_msg("%s: operand %u memory %u address %u segment %u", rows[i].text,
				got.operand_bytes, got.memory_bytes, got.memory.address_bytes,
				got.memory.segment);
		if (!same_memory(&got.memory, &want->memory) || !same_register(&got, want) ||
			!same_rest(&got, want))
			fail_msg("%s: operands", rows[i].text);
	}
}

/* Every shorter piece of each is refused as cut, never read over its end. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		for (unsigned size = 0; size < rows[i].want.length; size++) {
			uint8_t *piece = test_malloc(size + 1);
			struct insn got;

			memcpy(piece, rows[i].bytes, size);
			if (insn_decode(&got, piece, size, rows[i].mode) != STATUS_BAD_ARG)
				fail_msg("%s, %u bytes", rows[i].text, size);
			test_free(piece);
		}
	}
}

static const struct {
	const char *text, *bytes;
	enum code_size mode;
	unsigned length;
	enum status status;
} bad[] = {
	{"register form", "\x89\xc8", CODE_64, 2, STATUS_NO_FEATURE},
	{"nop", "\x90", CODE_64, 1, STATUS_NO_FEATURE},
	{"call", "\xff\x10", CODE_64, 2, STATUS_NO_FEATURE},
	{"pop group, other member", "\x8f\x48\x00", CODE_64, 3, STATUS_NO_FEATURE},
	{"mul", "\xf7\x20", CODE_64, 2, STATUS_NO_FEATURE},
	{"movaps", "\x0f\x28\x00", CODE_64, 3, STATUS_NO_FEATURE},
	{"82 in 64-bit mode", "\x82\x20\xfe", CODE_64, 3, STATUS_NO_FEATURE},
	{"arpl", "\x63\x00", CODE_32, 2, STATUS_NO_FEATURE},
	{"tzcnt", "\xf3\x0f\xbc\x00", CODE_64, 4, STATUS_NO_FEATURE},
	{"movnti with 66", "\x66\x0f\xc3\x00", CODE_64, 4, STATUS_NO_FEATURE},
	{"lock mov", "\xf0\x89\x08", CODE_64, 3, STATUS_NO_FEATURE},
	{"lock add r, m", "\xf0\x03\x08", CODE_64, 3, STATUS_NO_FEATURE},
	{"lock cmp", "\xf0\x39\x08", CODE_64, 3, STATUS_NO_FEATURE},
	{"lock bt", "\xf0\x0f\xa3\x08", CODE_64, 4, STATUS_NO_FEATURE},
	{"lock shl", "\xf0\xd1\x20", CODE_64, 3, STATUS_NO_FEATURE},
	{"lock movs", "\xf0\xa4", CODE_64, 2, STATUS_NO_FEATURE},
	{"bit group, not a member", "\x0f\xba\x00\x00", CODE_64, 4, STATUS_NO_FEATURE},
	{"only prefixes", "\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66", CODE_64,
		15, STATUS_BAD_ARG},
	{"16 bytes", "\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x89\x08", CODE_64,
		16, STATUS_BAD_ARG},
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct insn got;

		if (insn_decode(&got, (const uint8_t *)bad[i].bytes, bad[i].length, bad[i].mode) !=
			bad[i].status)
			fail_msg("%s", bad[i].text);
	}
}

/* A REX that is not right before the opcode counts for nothing; the last of F2
 * and F3 counts; the last segment override counts. */
static void test_prefixes(void **state)
{
	struct insn got;

	(void)state;
	assert_int_equal(insn_decode(&got, (const uint8_t *)"\x48\x66\x89\x08", 4, CODE_64), 0);
	assert_int_equal(got.operand_bytes, 2);
	assert_int_equal(insn_decode(&got, (const uint8_t *)"\x66\x48\x89\x08", 4, CODE_64), 0);
	assert_int_equal(got.operand_bytes, 8);
	assert_int_equal(insn_decode(&got, (const uint8_t *)"\xf2\xf3\xa6", 3, CODE_64), 0);
	assert_true(got.rep && !got.repne);
	assert_int_equal(insn_decode(&got, (const uint8_t *)"\xf3\xf2\xa6", 3, CODE_64), 0);
	assert_true(got.repne && !got.rep);
	assert_int_equal(insn_decode(&got, (const uint8_t *)"\x26\x64\x8b\x00", 4, CODE_32), 0);
	assert_int_equal(got.memory.segment, SEG_FS);
	assert_int_equal(insn_decode(&got, (const uint8_t *)"\x64\x26\x8b\x00", 4, CODE_32), 0);
	assert_int_equal(got.memory.segment, SEG_ES);
	assert_int_equal(insn_decode(&got, (const uint8_t *)"\x64\x26\x8b\x00", 4, CODE_64), 0);
	assert_int_equal(got.memory.segment, SEG_FS);
}

static void test_address(void **state)
{
	struct vcpu_state s = {.rip = 0x1000};
	struct insn insn = {.length = 7,
		.memory.address_bytes = 8,
		.memory.base = GPR_RBX,
		.memory.index = GPR_R9,
		.memory.scale = 3,
		.memory.displacement = (uint64_t)-8};

	(void)state;
	s.gpr[GPR_RBX] = 0xffffffff00000000;
	s.gpr[GPR_R9] = 0x20000001;
	assert_int_equal(insn_address(&insn, &s), 0xffffffff00000000 + 0x100000008 - 8);
	insn.memory.address_bytes = 4;
	assert_int_equal(insn_address(&insn, &s), 0);
	insn = (struct insn){.length = 7,
		.memory.address_bytes = 8,
		.memory.base = INSN_NO_REG,
		.memory.index = INSN_NO_REG,
		.memory.displacement = 0x20,
		.memory.rip_relative = true};
	assert_int_equal(insn_address(&insn, &s), 0x1027);
	insn = (struct insn){.length = 2,
		.memory.address_bytes = 2,
		.memory.base = GPR_RBX,
		.memory.index = GPR_RSI};
	s.gpr[GPR_RBX] = 0x1234ffff;
	s.gpr[GPR_RSI] = 2;
	assert_int_equal(insn_address(&insn, &s), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
