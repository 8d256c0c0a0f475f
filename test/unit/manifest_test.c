/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/manifest.c tools/carrel/files.c tools/carrel/alloc.c */
/* The list of what an installation wrote, and what it must never name. */
#include "carrel/manifest.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "carrel/alloc.h"
#include "carrel/files.h"

static enum status parse(struct manifest *manifest, const char *text)
{
	char *copy = alloc_text("%s", text);
	enum status status = manifest_parse(manifest, copy);

	free(copy);
	return status;
}

static void what_is_printed_can_be_read(void **state)
{
	static const char text[] = "carrel manifest 1\n"
				   "directory boot/carrel\n"
				   "file 0000abcd boot/carrel/plan\n"
				   "file ffffffff etc/grub.d/42_carrel\n";
	struct manifest manifest;
	char *printed;
	size_t size;

	(void)state;
	assert_int_equal(parse(&manifest, text), STATUS_OK);
	assert_int_equal(manifest.count, 3);
	assert_true(manifest.entry[0].directory);
	assert_int_equal(manifest.entry[1].crc, 0xabcd);
	FILE *out = open_memstream(&printed, &size);
	manifest_print(&manifest, out);
	fclose(out);
	assert_string_equal(printed, text);
	free(printed);
	manifest_free(&manifest);
}

static void bad_manifests_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"carrel manifest 2\n",
		"something else\n",
		"carrel manifest 1\nfile 0000abcd\n",
		"carrel manifest 1\nfile abcd boot/carrel/plan\n",
		"carrel manifest 1\nfile 0000ABCD boot/carrel/plan\n",
		"carrel manifest 1\nfile 0000abcd /etc/passwd\n",
		"carrel manifest 1\nfile 0000abcd etc/passwd\n",
		"carrel manifest 1\nfile 0000abcd boot/vmlinuz\n",
		"carrel manifest 1\nfile 0000abcd boot/carrel/../vmlinuz\n",
		"carrel manifest 1\nfile 0000abcd boot/carrel/..\n",
		"carrel manifest 1\nfile 0000abcd boot/carrel/\n",
		"carrel manifest 1\nfile 0000abcd boot/carrel/a/b\n",
		"carrel manifest 1\nfile 0000abcd etc/grub.d/40_custom\n",
		"carrel manifest 1\ndirectory usr\n",
		"carrel manifest 1\ndirectory ../boot\n",
		"carrel manifest 1\nlink 0000abcd boot/carrel/plan\n",
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		struct manifest manifest;
		if (parse(&manifest, bad[i]) != STATUS_BAD_ARG)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(manifest.count, 0);
	}
}

static void state_of_each_file_is_told(void **state)
{
	char root[] = "/tmp/carrel-test-XXXXXX";
	struct manifest manifest = {0};
	uint32_t crc;

	(void)state;
	assert_non_null(mkdtemp(root));
	char *boot = alloc_text("%s/boot/carrel", root), *etc = alloc_text("%s/etc/grub.d", root);
	char *plan = alloc_text("%s/plan", boot), *script = alloc_text("%s/42_carrel", etc);
	assert_int_equal(file_make_directory(boot), STATUS_OK);
	assert_int_equal(file_make_directory(etc), STATUS_OK);
	assert_int_equal(manifest_look(&manifest, root, "boot/carrel/plan"), MANIFEST_ABSENT);
	assert_int_equal(file_write(plan, "one", 3, 0644), STATUS_OK);
	assert_int_equal(manifest_look(&manifest, root, "boot/carrel/plan"), MANIFEST_FOREIGN);
	assert_int_equal(file_crc(plan, &crc), STATUS_OK);
	manifest_add(&manifest, false, crc + 1, "boot/carrel/plan");
	assert_int_equal(manifest_look(&manifest, root, "boot/carrel/plan"), MANIFEST_CHANGED);
	manifest_add(&manifest, false, crc, "boot/carrel/plan");
	assert_int_equal(manifest_look(&manifest, root, "boot/carrel/plan"), MANIFEST_OWN);
	/* A link to a file with the same contents is not the file we wrote. */
	assert_int_equal(symlink(plan, script), 0);
	manifest_add(&manifest, false, crc, "etc/grub.d/42_carrel");
	assert_int_equal(manifest_look(&manifest, root, "etc/grub.d/42_carrel"), MANIFEST_CHANGED);
	manifest_free(&manifest);
	file_remove_directory(boot);
	file_remove_directory(etc);
	free(script);
	free(plan);
	free(etc);
	free(boot);
	for (unsigned i = 0; i < 3; i++) {
		static const char *const left[] = {"/boot", "/etc", ""};
		char *path = alloc_text("%s%s", root, left[i]);
		assert_int_equal(rmdir(path), 0);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_can_be_read),
		cmocka_unit_test(bad_manifests_are_refused),
		cmocka_unit_test(state_of_each_file_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
