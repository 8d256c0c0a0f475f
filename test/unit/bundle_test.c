/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/bundle.c tools/carrel/files.c tools/carrel/alloc.c */
/* What GRUB is told to load: names, quoting, order. */
#include "carrel/bundle.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static char *print(const struct bundle *bundle)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	bundle_print_grub(bundle, "/boot/carrel", "  ", out);
	fclose(out);
	return text;
}

static void commands_are_exact(void **state)
{
	struct plan plan = {.bytes = (uint8_t *)"plan", .size = 4, .files = 2};
	struct bundle bundle;

	(void)state;
	plan.file[0] = (struct plan_file){.path = "build/bin/vmm", .name = "vmm"};
	plan.file[1] = (struct plan_file){.path = "web.cpio.gz", .name = "03-web.cpio.gz"};
	bundle_start(&bundle, "build/carrel.elf", "log=com3  console=com1", "build/bin/init");
	bundle_add_plan(&bundle, &plan);
	char *text = print(&bundle);
	assert_string_equal(text, "  if [ \"$grub_platform\" = efi ]; then\n"
				  "  \tinsmod all_video\n"
				  "  fi\n"
				  "  multiboot2 /boot/carrel/carrel.elf 'log=com3' 'console=com1'\n"
				  "  module2 --nounzip /boot/carrel/init init\n"
				  "  module2 --nounzip /boot/carrel/plan plan\n"
				  "  module2 --nounzip /boot/carrel/vmm vmm\n"
				  "  module2 --nounzip /boot/carrel/03-web.cpio.gz 03-web.cpio.gz\n"
				  "  if [ \"$grub_platform\" = pc ]; then\n"
				  "  \tset gfxpayload=text\n"
				  "  fi\n");
	free(text);
	bundle_free(&bundle);
}

static void kernel_arguments_are_quoted(void **state)
{
	static const struct {
		const char *args, *want;
	} rows[] = {
		{"", "carrel.elf\n"},
		{"  ", "carrel.elf\n"},
		{"a", "carrel.elf 'a'\n"},
		{"a  b\tc", "carrel.elf 'a' 'b' 'c'\n"},
		{"$x;{}\"#", "carrel.elf '$x;{}\"#'\n"},
		{"it's", "carrel.elf 'it'\\''s'\n"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bundle bundle;
		bundle_start(&bundle, "k", rows[i].args, "r");
		char *text = print(&bundle);
		assert_non_null(strstr(text, rows[i].want));
		free(text);
		bundle_free(&bundle);
	}
}

static void extra_files_keep_safe_names(void **state)
{
	struct bundle bundle;

	(void)state;
	bundle_start(&bundle, "k", "", "r");
	assert_int_equal(bundle_add_file(&bundle, "/a dir/b $c;d.elf"), STATUS_OK);
	assert_string_equal(bundle.module[1].name, "b__c_d.elf");
	assert_string_equal(bundle.module[1].path, "/a dir/b $c;d.elf");
	assert_int_equal(bundle_add_file(&bundle, "other/b__c_d.elf"), STATUS_IN_USE);
	assert_int_equal(bundle_add_file(&bundle, "x/init"), STATUS_IN_USE);
	assert_int_equal(bundle_add_file(&bundle, "x/carrel.elf"), STATUS_IN_USE);
	assert_int_equal(bundle.modules, 2);
	while (bundle.modules < BUNDLE_MODULES) {
		char name[16];
		snprintf(name, sizeof(name), "f%u", bundle.modules);
		assert_int_equal(bundle_add_file(&bundle, name), STATUS_OK);
	}
	assert_int_equal(bundle_add_file(&bundle, "last"), STATUS_NO_MEMORY);
	bundle_free(&bundle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_exact),
		cmocka_unit_test(kernel_arguments_are_quoted),
		cmocka_unit_test(extra_files_keep_safe_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
