/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/near.c tools/carrel/keys.c tools/carrel/alloc.c */
/* "Did you mean": distances, near words, and what the keys of others are here. */
#include "carrel/near.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "carrel/keys.h"
#include "lib/compiler.h"

static void distances(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} rows[] = {
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"kernel", "kernel", 0},
		{"kernel", "KERNEL", 0},
		{"kernel", "kernl", 1},   /* left out */
		{"kernel", "kernnel", 1}, /* doubled */
		{"kernel", "kermel", 1},  /* mistyped */
		{"kernel", "kernle", 1},  /* swapped */
		{"kernel", "ekrnle", 2},
		{"memory", "vcpus", 6},
		{"ca", "abc", 3}, /* a swapped pair is not changed again */
		{"x", "0123456789012345678901234567890123456789x", NEAR_MAX},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(near_distance(rows[i].a, rows[i].b), rows[i].distance);
		assert_int_equal(near_distance(rows[i].b, rows[i].a), rows[i].distance);
	}
}

static void near_words(void **state)
{
	static const char *const words[] = {
		"kernel", "initrd", "memory", "vcpus", "on-crash", "log"};
	static const struct {
		const char *word, *near;
	} rows[] = {
		{"kernle", "kernel"},
		{"kern", "kernel"},
		{"innitrd", "initrd"},
		{"mem", "memory"},
		{"mory", NULL},
		{"on-carsh", "on-crash"},
		{"on_crush", "on-crash"},
		{"lgo", "log"},
		{"l", NULL},
		{"lo", "log"},
		{"cat", NULL},
		{"", NULL},
		{"xyzzy", NULL},
		{"MEMORY", "memory"},
		{"vcpu", "vcpus"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *near = near_word(rows[i].word, words, ARRAY_SIZE(words));
		if (rows[i].near)
			assert_string_equal(near ? near : "(none)", rows[i].near);
		else
			assert_null(near);
	}
}

static void words_of_others(void **state)
{
	static const struct {
		const char *word, *key;
	} rows[] = {
		{"ramdisk", "initrd"},
		{"initramfs", "initrd"},
		{"extra", "cmdline"},
		{"root", "cmdline"},
		{"append", "cmdline"},
		{"maxmem", "memory"},
		{"ram", "memory"},
		{"cpus", "vcpus"},
		{"smp", "vcpus"},
		{"on_crash", "on-crash"},
		{"on_reboot", "on-crash"},
		{"image", "kernel"},
		{"modules", "module"},
		{"debug_exit", "debug-exit"},
		{"Kernel", "kernel"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(key_suggest(rows[i].word), rows[i].key);
	assert_null(key_suggest("colour"));
	assert_string_equal(key_suggest_block("vn"), "vm");
	assert_string_equal(key_suggest_block("domain"), "vm");
	assert_string_equal(key_suggest_block("dsik"), "disk");
	assert_null(key_suggest_block("printer"));
}

static void every_key_is_found_by_its_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VM_KEY_COUNT; i++) {
		assert_int_equal(key_find(key_vm[i].name), i);
		assert_non_null(key_vm[i].expected);
		assert_non_null(key_vm[i].meaning);
	}
	assert_int_equal(key_find("kernle"), VM_KEY_COUNT);
	assert_int_equal(key_find(""), VM_KEY_COUNT);
	for (unsigned i = 0; i < BLOCK_COUNT; i++)
		assert_ptr_equal(key_find_block(key_blocks[i].name), &key_blocks[i]);
	assert_null(key_find_block("vn"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances),
		cmocka_unit_test(near_words),
		cmocka_unit_test(words_of_others),
		cmocka_unit_test(every_key_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
