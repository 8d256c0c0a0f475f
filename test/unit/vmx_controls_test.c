/* SPDX-License-Identifier: MIT */
/* The control words: what is set, what is reported by name. */
/* LINK: arch/x86_64/vmx_controls.c arch/x86_64/feature.c */
#include "vmx.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define EVERYTHING (0xffffffffull << 32)

/* With everything allowed and nothing demanded: the exact words. */
static const struct {
	enum vmx_control control;
	uint32_t value;
} rows[] = {
	{CONTROL_PIN, 0x00000069},
	{CONTROL_PRIMARY, 0xb1980c88},
	{CONTROL_SECONDARY, 0x001010ea},
	{CONTROL_EXIT, 0x003c8204},
	{CONTROL_ENTRY, 0x0000c004},
};

static void test_words(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		char missing[BOOT_FEATURE_TEXT] = "";
		uint32_t value;

		assert_true(vmx_control_compute(
			&vmx_control_words[rows[i].control], EVERYTHING, &value, missing));
		assert_int_equal(value, rows[i].value);
		assert_string_equal(missing, "");
	}
}

/* Bits that the CPU demands are set, whoever wants them. */
static void test_demanded(void **unused)
{
	char missing[BOOT_FEATURE_TEXT] = "";
	uint32_t value;

	(void)unused;
	assert_true(vmx_control_compute(
		&vmx_control_words[CONTROL_PIN], EVERYTHING | 0x16, &value, missing));
	assert_int_equal(value, 0x69 | 0x16);
}

/* Bits that we only want are left out without a word. */
static void test_wanted(void **unused)
{
	char missing[BOOT_FEATURE_TEXT] = "";
	uint32_t value;

	(void)unused;
	assert_true(vmx_control_compute(&vmx_control_words[CONTROL_SECONDARY],
		(uint64_t)(0x001010ea & ~0x00101008u) << 32, &value, missing));
	assert_int_equal(value, 0x000000e2);
	assert_string_equal(missing, "");
}

/* Each needed bit of each word, absent alone, is reported by its own name alone. */
static void test_each_missing(void **unused)
{
	unsigned checked = 0;

	(void)unused;
	for (unsigned c = 0; c < CONTROL_COUNT; c++)
		for (const struct feature *f = vmx_control_words[c].must; f->mask; f++) {
			char missing[BOOT_FEATURE_TEXT] = "";
			uint32_t value;

			assert_false(vmx_control_compute(&vmx_control_words[c],
				EVERYTHING & ~(f->mask << 32), &value, missing));
			assert_string_equal(missing, f->name);
			assert_false(value & f->mask);
			checked++;
		}
	assert_int_equal(checked, 29);
}

static void test_all_missing_are_listed(void **unused)
{
	char missing[BOOT_FEATURE_TEXT] = "";
	uint32_t value;

	(void)unused;
	assert_false(
		vmx_control_compute(&vmx_control_words[CONTROL_SECONDARY], 0, &value, missing));
	assert_string_equal(missing, "EPT, VPID, WBINVD exiting, unrestricted guest");
}

/* A text that is full takes no more, and stays a text. */
static void test_text_is_bounded(void **unused)
{
	struct {
		char text[BOOT_FEATURE_TEXT];
		char canary[16];
	} room = {"", "canary"};

	(void)unused;
	for (unsigned i = 0; i < 100; i++)
		feature_missing(room.text, i & 1 ? "eleven char" : "seven c");
	assert_string_equal(room.canary, "canary");
	assert_true(strlen(room.text) < BOOT_FEATURE_TEXT);
	assert_true(strlen(room.text) > BOOT_FEATURE_TEXT - 20);
}

static void test_text_exact_fit(void **unused)
{
	char text[BOOT_FEATURE_TEXT] = "", name[BOOT_FEATURE_TEXT + 1];

	(void)unused;
	memset(name, 'x', sizeof(name));
	name[BOOT_FEATURE_TEXT] = 0;
	feature_missing(text, name);
	assert_string_equal(text, "");
	name[BOOT_FEATURE_TEXT - 1] = 0;
	feature_missing(text, name);
	assert_string_equal(text, name);
}

static void test_other_lists(void **unused)
{
	char missing[BOOT_FEATURE_TEXT] = "";

	(void)unused;
	assert_true(features_check(vmx_basic_features, BIT(55), missing));
	assert_true(features_check(vmx_ept_features, ~0ull, missing));
	assert_string_equal(missing, "");
	assert_false(features_check(vmx_basic_features, 0, missing));
	assert_false(features_check(vmx_ept_features, ~BIT(16), missing));
	assert_string_equal(missing, "true VMX controls, EPT 2 MiB pages");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_demanded),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_each_missing),
		cmocka_unit_test(test_all_missing_are_listed),
		cmocka_unit_test(test_text_is_bounded),
		cmocka_unit_test(test_text_exact_fit),
		cmocka_unit_test(test_other_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
