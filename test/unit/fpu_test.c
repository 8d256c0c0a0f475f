/* SPDX-License-Identifier: MIT */
/* Which vector state guests get, and which values of XCR0 they may have. */
/* LINK: arch/x86_64/fpu.c arch/x86_64/feature.c */
#include "fpu.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "lib/compiler.h"

#define ALL 0xe7ull

static const struct {
	uint64_t xcr0, allowed;
	bool valid;
} xcr0_rows[] = {
	{0, ALL, false},    /* x87 always */
	{1, ALL, true},     /* x87 */
	{2, ALL, false},    /* SSE without x87 */
	{3, ALL, true},     /* SSE */
	{4, ALL, false},    /* AVX alone */
	{5, ALL, false},    /* AVX without SSE */
	{6, ALL, false},    /* no x87 */
	{7, ALL, true},     /* AVX */
	{7, 3, false},      /* AVX where there is none */
	{0xe7, ALL, true},  /* AVX-512 */
	{0xe7, 7, false},   /* AVX-512 where there is none */
	{0x27, ALL, false}, /* one part of AVX-512 */
	{0x47, ALL, false},
	{0x87, ALL, false},
	{0x67, ALL, false}, /* two parts */
	{0xa7, ALL, false},
	{0xc7, ALL, false},
	{0xe3, ALL, false}, /* AVX-512 without AVX */
	{0xe1, ALL, false},
	{0xe6, ALL, false},
	{0x0b, ALL, false},    /* MPX, a half */
	{0x1b, ALL, false},    /* MPX */
	{0x107, ALL, false},   /* supervisor state */
	{0x207, ALL, false},   /* PKRU */
	{0x60007, ALL, false}, /* AMX */
	{BIT(63) | 7, ALL, false},
	{~0ull, ALL, false},
};

static void test_xcr0(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(xcr0_rows); i++)
		if (fpu_xcr0_valid(xcr0_rows[i].xcr0, xcr0_rows[i].allowed) != xcr0_rows[i].valid)
			fail_msg("xcr0 %lx", (unsigned long)xcr0_rows[i].xcr0);
}

static const struct {
	uint64_t supported, chosen;
} component_rows[] = {
	{0x3, 0x3}, {0x7, 0x7}, {0xe7, 0xe7}, {0x1f, 0x7}, {0x2ff, 0xe7}, {0x602e7, 0xe7},
	{0x67, 0x7}, /* AVX-512 not whole */
	{0xe3, 0x3}, /* AVX-512 without AVX */
};

static void test_components(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(component_rows); i++) {
		uint64_t chosen = fpu_components_choose(component_rows[i].supported);

		assert_int_equal(chosen, component_rows[i].chosen);
		assert_true(fpu_xcr0_valid(chosen, chosen));
	}
}

/* After reset: MXCSR 1f80; a header of zeroes says that the rest is initial. */
static void test_area(void **unused)
{
	static ALIGNED(64) uint8_t area[4096], expected[4096];

	(void)unused;
	expected[24] = 0x80;
	expected[25] = 0x1f;
	fpu_area_init(area);
	assert_memory_equal(area, expected, sizeof(area));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xcr0),
		cmocka_unit_test(test_components),
		cmocka_unit_test(test_area),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
