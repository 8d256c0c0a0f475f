/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/alu.c */
/*
 * The oracle is the CPU that runs the test: each operation is executed for real,
 * on the same operands and flags.
 */
#include "vmm/alu.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define FLAGS (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)

static const uint64_t values[] = {0, 1, 2, 7, 8, 0xf, 0x10, 0x7e, 0x7f, 0x80, 0x81, 0xff, 0x100,
	0x7fff, 0x8000, 0xffff, 0x12345678, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
	0x123456789abcdef0, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffffe,
	0xffffffffffffffff};
#define VALUES (sizeof values / sizeof values[0])

/* PUSHF after the operation; the red zone is stepped over. */
#define REAL(text, a, flags, ...)                                                                  \
	__asm__ volatile("sub $128, %%rsp; push %1; popf; " text                                   \
			 "; pushf; pop %1; add $128, %%rsp"                                        \
			 : "+q"(a), "+r"(flags)                                                    \
			 : __VA_ARGS__                                                             \
			 : "cc", "memory")

#define REAL_TWO(name)                                                                             \
	static uint64_t name##_real(unsigned bytes, uint64_t a, uint64_t b, uint64_t *flags)       \
	{                                                                                          \
		uint64_t f = *flags;                                                               \
		switch (bytes) {                                                                   \
		case 1:                                                                            \
			REAL(#name " %b2, %b0", a, f, "q"(b));                                     \
			break;                                                                     \
		case 2:                                                                            \
			REAL(#name " %w2, %w0", a, f, "q"(b));                                     \
			break;                                                                     \
		case 4:                                                                            \
			REAL(#name " %k2, %k0", a, f, "q"(b));                                     \
			break;                                                                     \
		default:                                                                           \
			REAL(#name " %q2, %q0", a, f, "q"(b));                                     \
		}                                                                                  \
		*flags = f;                                                                        \
		return a & cpu_mask(bytes);                                                        \
	}
#define REAL_ONE(name)                                                                             \
	static uint64_t name##_real(unsigned bytes, uint64_t a, uint64_t b, uint64_t *flags)       \
	{                                                                                          \
		uint64_t f = *flags;                                                               \
		switch (bytes) {                                                                   \
		case 1:                                                                            \
			REAL(#name " %b0", a, f, "q"(b));                                          \
			break;                                                                     \
		case 2:                                                                            \
			REAL(#name " %w0", a, f, "q"(b));                                          \
			break;                                                                     \
		case 4:                                                                            \
			REAL(#name " %k0", a, f, "q"(b));                                          \
			break;                                                                     \
		default:                                                                           \
			REAL(#name " %q0", a, f, "q"(b));                                          \
		}                                                                                  \
		*flags = f;                                                                        \
		return a & cpu_mask(bytes);                                                        \
	}
#define REAL_SHIFT(name)                                                                           \
	static uint64_t name##_real(unsigned bytes, uint64_t a, uint64_t b, uint64_t *flags)       \
	{                                                                                          \
		uint64_t f = *flags;                                                               \
		switch (bytes) {                                                                   \
		case 1:                                                                            \
			REAL(#name " %%cl, %b0", a, f, "c"(b));                                    \
			break;                                                                     \
		case 2:                                                                            \
			REAL(#name " %%cl, %w0", a, f, "c"(b));                                    \
			break;                                                                     \
		case 4:                                                                            \
			REAL(#name " %%cl, %k0", a, f, "c"(b));                                    \
			break;                                                                     \
		default:                                                                           \
			REAL(#name " %%cl, %q0", a, f, "c"(b));                                    \
		}                                                                                  \
		*flags = f;                                                                        \
		return a & cpu_mask(bytes);                                                        \
	}

REAL_TWO(add)
REAL_TWO(or)
REAL_TWO(adc)
REAL_TWO(sbb)
REAL_TWO(and)
REAL_TWO(sub)
REAL_TWO(xor)
REAL_TWO(cmp)
REAL_TWO(test)
REAL_ONE(not )
REAL_ONE(neg)
REAL_ONE(inc)
REAL_ONE(dec)
REAL_SHIFT(rol)
REAL_SHIFT(ror)
REAL_SHIFT(rcl)
REAL_SHIFT(rcr)
REAL_SHIFT(shl)
REAL_SHIFT(shr)
REAL_SHIFT(sar)

struct row {
	enum insn_op op;
	const char *name;
	uint64_t (*real)(unsigned bytes, uint64_t a, uint64_t b, uint64_t *flags);
	uint64_t undefined; /* flags that the manual leaves open */
};

static const struct row two[] = {
	{INSN_ADD, "add", add_real, 0},
	{INSN_OR, "or", or_real, RFLAGS_AF},
	{INSN_ADC, "adc", adc_real, 0},
	{INSN_SBB, "sbb", sbb_real, 0},
	{INSN_AND, "and", and_real, RFLAGS_AF},
	{INSN_SUB, "sub", sub_real, 0},
	{INSN_XOR, "xor", xor_real, RFLAGS_AF},
	{INSN_CMP, "cmp", cmp_real, 0},
	{INSN_TEST, "test", test_real, RFLAGS_AF},
	{INSN_NOT, "not", not_real, 0},
	{INSN_NEG, "neg", neg_real, 0},
	{INSN_INC, "inc", inc_real, 0},
	{INSN_DEC, "dec", dec_real, 0},
};

static void compare(const struct row *row, unsigned bytes, uint64_t a, uint64_t b,
	uint64_t undefined, uint64_t result, uint64_t before, uint64_t after)
{
	uint64_t flags = before, want = row->real(bytes, a, b, &flags);

	if (result != want)
		fail_msg("%s %u %#lx %#lx: %#lx, not %#lx", row->name, bytes, (long)a, (long)b,
			(long)result, (long)want);
	if ((flags ^ after) & FLAGS & ~undefined)
		fail_msg("%s %u %#lx %#lx: flags %#lx, not %#lx", row->name, bytes, (long)a,
			(long)b, (long)(after & FLAGS), (long)(flags & FLAGS));
}

static void test_two(void **state)
{
	(void)state;
	for (size_t r = 0; r < sizeof two / sizeof two[0]; r++)
		for (unsigned bytes = 1; bytes <= 8; bytes *= 2)
			for (size_t i = 0; i < VALUES * VALUES * 2; i++) {
				uint64_t a = values[i / 2 % VALUES] & cpu_mask(bytes);
				uint64_t b = values[i / 2 / VALUES], after;
				uint64_t before = RFLAGS_FIXED | (i & 1 ? FLAGS : 0);
				uint64_t result;

				after = before;
				result = alu_compute(two[r].op, bytes, a, b, &after);
				compare(&two[r], bytes, a, b, two[r].undefined, result, before,
					after);
			}
}

static const struct row shifts[] = {
	{INSN_ROL, "rol", rol_real, 0},
	{INSN_ROR, "ror", ror_real, 0},
	{INSN_RCL, "rcl", rcl_real, 0},
	{INSN_RCR, "rcr", rcr_real, 0},
	{INSN_SHL, "shl", shl_real, RFLAGS_AF},
	{INSN_SHR, "shr", shr_real, RFLAGS_AF},
	{INSN_SAL, "sal", shl_real, RFLAGS_AF},
	{INSN_SAR, "sar", sar_real, RFLAGS_AF},
};

/* OF is defined for a count of 1 only; CF of SHL and SHR for counts that do not
 * exceed the operand. */
static uint64_t shift_undefined(const struct row *row, unsigned bytes, unsigned count)
{
	unsigned masked = count & (bytes == 8 ? 63 : 31);
	uint64_t undefined = row->undefined;

	if (masked > 1)
		undefined |= RFLAGS_OF;
	if (masked >= 8 * bytes)
		undefined |= RFLAGS_CF;
	return masked ? undefined : 0;
}

static void test_shifts(void **state)
{
	(void)state;
	for (size_t r = 0; r < sizeof shifts / sizeof shifts[0]; r++)
		for (unsigned bytes = 1; bytes <= 8; bytes *= 2)
			for (size_t i = 0; i < VALUES * 70 * 2; i++) {
				uint64_t a = values[i / 2 % VALUES] & cpu_mask(bytes);
				unsigned count = (unsigned)(i / 2 / VALUES);
				uint64_t before = RFLAGS_FIXED | (i & 1 ? FLAGS : 0);
				uint64_t after = before, result;

				result = alu_shift(shifts[r].op, bytes, a, count, &after);
				compare(&shifts[r], bytes, a, count,
					shift_undefined(&shifts[r], bytes, count), result, before,
					after);
			}
}

static void test_multiply(void **state)
{
	(void)state;
	for (size_t i = 0; i < VALUES * VALUES; i++) {
		uint64_t a = values[i % VALUES], b = values[i / VALUES];
		uint64_t real = a, flags = RFLAGS_FIXED, got = RFLAGS_FIXED;

		REAL("imul %k2, %k0", real, flags, "q"(b));
		assert_int_equal(alu_multiply(4, a, b, &got), real & UINT32_MAX);
		assert_int_equal(got & (RFLAGS_CF | RFLAGS_OF), flags & (RFLAGS_CF | RFLAGS_OF));
		real = a;
		REAL("imul %w2, %w0", real, flags, "q"(b));
		assert_int_equal(alu_multiply(2, a, b, &got), real & UINT16_MAX);
		assert_int_equal(got & (RFLAGS_CF | RFLAGS_OF), flags & (RFLAGS_CF | RFLAGS_OF));
		real = a;
		REAL("imul %q2, %q0", real, flags, "q"(b));
		assert_int_equal(alu_multiply(8, a, b, &got), real);
		assert_int_equal(got & (RFLAGS_CF | RFLAGS_OF), flags & (RFLAGS_CF | RFLAGS_OF));
	}
}

static void test_bits(void **state)
{
	static const struct {
		enum insn_op op;
		uint64_t a, result;
		unsigned bit;
		bool carry;
	} rows[] = {
		{INSN_BT, 0x10, 0x10, 4, true},
		{INSN_BT, 0x10, 0x10, 5, false},
		{INSN_BTS, 0x10, 0x30, 5, false},
		{INSN_BTS, 0x10, 0x10, 4, true},
		{INSN_BTR, 0x10, 0, 4, true},
		{INSN_BTR, 0x10, 0x10, 3, false},
		{INSN_BTC, 0x10, 0, 4, true},
		{INSN_BTC, 0, 1ull << 63, 63, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t flags = RFLAGS_ZF | (rows[i].carry ? 0 : RFLAGS_CF);

		assert_int_equal(
			alu_bit(rows[i].op, rows[i].a, rows[i].bit, &flags), rows[i].result);
		assert_int_equal(flags, RFLAGS_ZF | (rows[i].carry ? RFLAGS_CF : 0));
	}
	assert_int_equal(alu_scan(INSN_BSF, 0x50), 4);
	assert_int_equal(alu_scan(INSN_BSR, 0x50), 6);
	assert_int_equal(alu_scan(INSN_BSR, 1ull << 63), 63);
}

#define SETCC(code, cc)                                                                            \
	case code:                                                                                 \
		__asm__("lea -128(%%rsp), %%rsp; push %1; popf; set" cc " %0;"                     \
			"lea 128(%%rsp), %%rsp"                                                    \
			: "=q"(set)                                                                \
			: "r"(flags)                                                               \
			: "cc", "memory");                                                         \
		break

static bool condition_real(unsigned code, uint64_t flags)
{
	uint8_t set = 0;

	switch (code) {
		SETCC(0, "o");
		SETCC(1, "no");
		SETCC(2, "b");
		SETCC(3, "ae");
		SETCC(4, "e");
		SETCC(5, "ne");
		SETCC(6, "be");
		SETCC(7, "a");
		SETCC(8, "s");
		SETCC(9, "ns");
		SETCC(10, "p");
		SETCC(11, "np");
		SETCC(12, "l");
		SETCC(13, "ge");
		SETCC(14, "le");
		SETCC(15, "g");
	}
	return set;
}

static void test_conditions(void **state)
{
	static const uint64_t flag[] = {RFLAGS_CF, RFLAGS_PF, RFLAGS_ZF, RFLAGS_SF, RFLAGS_OF};

	(void)state;
	for (unsigned code = 0; code < 16; code++)
		for (unsigned set = 0; set < 32; set++) {
			uint64_t flags = RFLAGS_FIXED;

			for (unsigned i = 0; i < 5; i++)
				flags |= set >> i & 1 ? flag[i] : 0;
			assert_int_equal(alu_condition(code, flags), condition_real(code, flags));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_shifts),
		cmocka_unit_test(test_multiply),
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_conditions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
