/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/decode_system.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c */
/* clang-format on */
#include "vmm/decode_system.h"

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
	struct insn_system want;
} rows[] = {
#define AT(address, seg, base_, index_, scale_, disp)                                              \
	.memory = {address, SEG_##seg, GPR_##base_, GPR_##index_, scale_, false, disp}
#define AT_RIP(address, seg, disp)                                                                 \
	.memory = {address, SEG_##seg, INSN_NO_REG, INSN_NO_REG, 0, true, disp}
#define BYTE(value) .has_immediate = true, .immediate = value
#define ROW(text, mode_, bytes, op_, length_, operand, number_, gpr_, ...)                         \
	{text, CODE_##mode_, bytes,                                                                \
		{.op = SYSTEM_##op_,                                                               \
			.length = length_,                                                         \
			.operand_bytes = operand,                                                  \
			.number = number_,                                                         \
			.gpr = GPR_##gpr_,                                                         \
			##__VA_ARGS__}},
#include "decode_system_rows.h"
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
	if (!b->address_bytes)
		return true;
	return a->address_bytes == b->address_bytes && a->segment == b->segment &&
	       a->base == b->base && a->index == b->index && a->scale == b->scale &&
	       a->rip_relative == b->rip_relative && a->displacement == b->displacement;
}

static void test_rows(void **state)
{
	bool seen[SYSTEM_OP_COUNT] = {true};

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct insn_system *want = &rows[i].want;
		struct insn_system got;

		load(&rows[i]);
		if (insn_system_decode(&got, code, sizeof code, rows[i].mode))
			fail_msg("%s: refused", rows[i].text);
		if (got.op != want->op || got.length != want->length)
			fail_msg("%s: op %u length %u", rows[i].text, got.op, got.length);
		if (got.operand_bytes != want->operand_bytes || got.number != want->number ||
			got.gpr != want->gpr)
			fail_msg("%s: operand %u number %u register %u", rows[i].text,
				got.operand_bytes, got.number, got.gpr);
		if (got.has_immediate != want->has_immediate || got.immediate != want->immediate ||
			got.rep != want->rep || !same_memory(&got.memory, &want->memory))
			fail_msg("%s: immediate, REP or memory", rows[i].text);
		seen[got.op] = true;
	}
	for (unsigned op = 0; op < SYSTEM_OP_COUNT; op++)
		if (!seen[op])
			fail_msg("operation %u has no row", op);
}

/* Every shorter piece of each is refused as cut, never read over its end. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		for (unsigned size = 0; size < rows[i].want.length; size++) {
			uint8_t *piece = test_malloc(size + 1);
			struct insn_system got;

			memcpy(piece, rows[i].bytes, size);
			if (insn_system_decode(&got, piece, size, rows[i].mode) != STATUS_BAD_ARG)
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
	{"nop", "\x90", CODE_64, 1, STATUS_NO_FEATURE},
	{"repne nop", "\xf3\xf2\x90", CODE_64, 3, STATUS_NO_FEATURE},
	{"mov", "\x89\xc8", CODE_64, 2, STATUS_NO_FEATURE},
	{"lock hlt", "\xf0\xf4", CODE_64, 2, STATUS_NO_FEATURE},
	{"lock invlpg", "\xf0\x0f\x01\x38", CODE_64, 4, STATUS_NO_FEATURE},
	{"lock mov of cr3", "\xf0\x0f\x20\xd8", CODE_64, 4, STATUS_NO_FEATURE},
	{"lock mov of cr8", "\xf0\x44\x0f\x20\xc0", CODE_64, 5, STATUS_NO_FEATURE},
	{"lock mov of dr0", "\xf0\x0f\x21\xc0", CODE_64, 4, STATUS_NO_FEATURE},
	{"mov of cr1", "\x0f\x20\xc8", CODE_64, 3, STATUS_NO_FEATURE},
	{"mov of cr5", "\x0f\x22\xe8", CODE_64, 3, STATUS_NO_FEATURE},
	{"mov of cr9", "\x44\x0f\x20\xc8", CODE_64, 4, STATUS_NO_FEATURE},
	{"mov of dr8", "\x44\x0f\x23\xc0", CODE_64, 4, STATUS_NO_FEATURE},
	{"into in 64-bit mode", "\xce", CODE_64, 1, STATUS_NO_FEATURE},
	{"66 xsetbv", "\x66\x0f\x01\xd1", CODE_64, 4, STATUS_NO_FEATURE},
	{"rep vmcall", "\xf3\x0f\x01\xc1", CODE_64, 4, STATUS_NO_FEATURE},
	{"repne monitor", "\xf2\x0f\x01\xc8", CODE_64, 4, STATUS_NO_FEATURE},
	{"xgetbv", "\x0f\x01\xd0", CODE_64, 3, STATUS_NO_FEATURE},
	{"swapgs", "\x0f\x01\xf8", CODE_64, 3, STATUS_NO_FEATURE},
	{"vmlaunch", "\x0f\x01\xc2", CODE_64, 3, STATUS_NO_FEATURE},
	{"group 7, no member", "\x0f\x01\x28", CODE_64, 3, STATUS_NO_FEATURE},
	{"verr", "\x0f\x00\xe0", CODE_64, 3, STATUS_NO_FEATURE},
	{"syscall", "\x0f\x05", CODE_64, 2, STATUS_NO_FEATURE},
	{"0f 0f", "\x0f\x0f\xa2", CODE_64, 3, STATUS_NO_FEATURE},
	{"REX in 32-bit mode", "\x48\x0f\xa2", CODE_32, 3, STATUS_NO_FEATURE},
	{"only prefixes", "\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66", CODE_64,
		15, STATUS_BAD_ARG},
	{"16 bytes", "\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x0f\xa2", CODE_64,
		16, STATUS_BAD_ARG},
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct insn_system got;

		if (insn_system_decode(&got, (const uint8_t *)bad[i].bytes, bad[i].length,
			    bad[i].mode) != bad[i].status)
			fail_msg("%s", bad[i].text);
	}
}

/* The longest that there is. */
static void test_15_bytes(void **state)
{
	static const uint8_t bytes[15] = {0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
		0x66, 0x66, 0x66, 0x66, 0x0f, 0xa2};
	struct insn_system got;

	(void)state;
	assert_int_equal(insn_system_decode(&got, bytes, sizeof bytes, CODE_64), STATUS_OK);
	assert_int_equal(got.op, SYSTEM_CPUID);
	assert_int_equal(got.length, 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_15_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
