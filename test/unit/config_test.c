/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/config_disk.c tools/carrel/config_device.c tools/carrel/config_net.c */
/* LINK: tools/carrel/config.c tools/carrel/config_set.c tools/carrel/check.c tools/carrel/ini.c */
/* LINK: tools/carrel/keys.c tools/carrel/near.c tools/carrel/value.c tools/carrel/diag.c */
/* LINK: tools/carrel/files.c tools/carrel/facts.c tools/carrel/alloc.c tools/carrel/plan.c tools/carrel/plan_net.c */
/* LINK: tools/carrel/cpus.c */
/* LINK: tools/carrel/plan_disk.c tools/carrel/plan_read.c tools/carrel/drivers.c */
/*
 * Configuration files: every NNN-name.conf in test/unit/config is wrong and must
 * give exactly the messages in NNN-name.err; every good-name.conf is right.
 */
#include "carrel/config.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "carrel/alloc.h"
#include "carrel/plan.h"

#define DIRECTORY "test/unit/config/"
#define BAD_AT_LEAST 130u

/* Reads and compiles like `carrel check`; the messages, to be freed. */
static char *check(const char *path, struct config *config)
{
	struct plan_programs programs = {0};
	struct plan plan = {0};
	struct diag diag = {0};
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	enum status status = config_read(config, path, &diag);

	if (status == STATUS_OK)
		status = plan_compile(config, &programs, &plan, &diag);
	assert_int_equal(status == STATUS_OK, diag.count == 0);
	diag_print(&diag, out);
	fclose(out);
	plan_free(&plan);
	diag_free(&diag);
	return text;
}

static void bad_files_give_their_messages(void **state)
{
	unsigned wrong = 0;
	glob_t files;

	(void)state;
	assert_int_equal(glob(DIRECTORY "[0-9]*.conf", 0, NULL, &files), 0);
	assert_true(files.gl_pathc >= BAD_AT_LEAST);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *path = files.gl_pathv[i];
		char *err = alloc_text("%.*s.err", (int)(strlen(path) - 5), path), *want;
		struct config config;
		size_t size;
		char *got = check(path, &config);
		config_free(&config);
		assert_int_equal(file_read(err, 1 << 20, &want, &size), STATUS_OK);
		assert_true(size > 0);
		if (strcmp(got, want) != 0) {
			print_error("%s\n--- expected\n%s--- got\n%s", path, want, got);
			wrong++;
		}
		free(want);
		free(err);
		free(got);
	}
	globfree(&files);
	assert_int_equal(wrong, 0);
}

/* Each message names its file and line, and says what is expected or wrong. */
static void messages_have_a_file_and_a_line(void **state)
{
	glob_t files;

	(void)state;
	assert_int_equal(glob(DIRECTORY "[0-9]*.conf", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct config config;
		char *got = check(files.gl_pathv[i], &config), *rest = NULL;
		size_t length = strlen(files.gl_pathv[i]);
		config_free(&config);
		for (char *line = strtok_r(got, "\n", &rest); line;
			line = strtok_r(NULL, "\n", &rest)) {
			assert_memory_equal(line, files.gl_pathv[i], length);
			assert_int_equal(line[length], ':');
			assert_true(strtoul(line + length + 1, &line, 10) >= 1);
			assert_memory_equal(line, ": ", 2);
		}
		free(got);
	}
	globfree(&files);
}

static void good_files_give_none(void **state)
{
	glob_t files;

	(void)state;
	assert_int_equal(glob(DIRECTORY "good-*.conf", 0, NULL, &files), 0);
	assert_true(files.gl_pathc >= 8);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct config config;
		char *got = check(files.gl_pathv[i], &config);
		assert_string_equal(got, "");
		assert_true(config.vms >= 1);
		config_free(&config);
		free(got);
	}
	globfree(&files);
}

static void read_good(struct config *config, const char *name)
{
	char *path = alloc_text(DIRECTORY "%s", name);
	char *got = check(path, config);

	assert_string_equal(got, "");
	free(got);
	free(path); /* config->path is not looked at any more */
}

static void values_arrive(void **state)
{
	struct config config;

	(void)state;
	read_good(&config, "good-two.conf");
	assert_int_equal(config.vms, 2);
	const struct config_vm *web = &config.vm[0], *vault = &config.vm[1];
	assert_string_equal(web->name, "web");
	assert_string_equal(web->kernel.path, DIRECTORY "files/bzimage");
	assert_string_equal(web->initrd.path, DIRECTORY "files/initrd");
	assert_int_equal(web->initrd.facts.size, 8192);
	assert_string_equal(web->cmdline, "console=ttyS0");
	assert_int_equal(web->memory, 256u << 20);
	assert_int_equal(web->vcpus, 1);
	assert_false(web->debug_exit);
	assert_false(web->restart);
	assert_string_equal(vault->name, "vault");
	assert_null(vault->initrd.path);
	assert_string_equal(vault->cmdline, "  two spaces first, # and ; inside");
	assert_int_equal(vault->memory, 1u << 30);
	assert_true(vault->debug_exit);
	assert_true(vault->restart);
	config_free(&config);
}

static void presets_hold(void **state)
{
	struct config config;

	(void)state;
	read_good(&config, "good-one.conf");
	assert_null(config.vm[0].initrd.path);
	assert_null(config.vm[0].cmdline);
	assert_int_equal(config.vm[0].memory, 128u << 20);
	assert_int_equal(config.vm[0].vcpus, 1);
	assert_int_equal(config.vm[0].cpus, 0);
	assert_int_equal(config.vm[0].priority, 20);
	assert_int_equal(config.vm[0].budget, 0);
	assert_int_equal(config.vm[0].modules, 0);
	assert_false(config.vm[0].debug_exit);
	assert_false(config.vm[0].restart);
	config_free(&config);
}

static void shares_arrive(void **state)
{
	struct config config;

	(void)state;
	read_good(&config, "good-shares.conf");
	const struct config_vm *few = &config.vm[0], *all = &config.vm[1], *not0 = &config.vm[2],
			       *list = &config.vm[3];
	assert_int_equal(few->vcpus, 4);
	assert_int_equal(few->cpus, 0xe);
	assert_int_equal(few->priority, 31);
	assert_int_equal(few->budget, 5000);
	assert_int_equal(few->period, 20000);
	assert_int_equal(all->cpus, 0);
	assert_int_equal(all->priority, 0);
	assert_int_equal(all->budget, 2500); /* a part of the usual period */
	assert_int_equal(all->period, 10000);
	assert_int_equal(not0->vcpus, 32);
	assert_true(not0->cpus == ~0x39ull);
	assert_int_equal(not0->budget, 100);
	assert_int_equal(list->cpus, 0x4d);
	assert_int_equal(list->budget, 1000000);
	config_free(&config);
}

static void modules_keep_their_order_and_words(void **state)
{
	struct config config;

	(void)state;
	read_good(&config, "good-multiboot.conf");
	const struct config_vm *vm = &config.vm[0];
	assert_int_equal(vm->modules, 2);
	assert_string_equal(vm->module[0].path, DIRECTORY "files/text");
	assert_string_equal(vm->module[0].args, "first one");
	assert_string_equal(vm->module[1].path, DIRECTORY "files/initrd");
	assert_string_equal(vm->module[1].args, "");
	assert_int_equal(vm->memory, 4u << 20);
	config_free(&config);
}

static void missing_file_is_an_error(void **state)
{
	struct config config;
	char *got;

	(void)state;
	got = check(DIRECTORY "there-is-none.conf", &config);
	assert_string_equal(got, DIRECTORY
		"there-is-none.conf:1: cannot read the file: No such file or directory\n");
	free(got);
	config_free(&config);
	got = check("test/unit", &config);
	assert_string_equal(got, "test/unit:1: cannot read the file: Is a directory\n");
	free(got);
	config_free(&config);
}

/* Root may read everything, so the test asks as somebody else. */
static void unreadable_kernel_is_an_error(void **state)
{
	char directory[] = "/tmp/carrel-test-XXXXXX";
	uid_t self = geteuid();

	(void)state;
	assert_non_null(mkdtemp(directory));
	char *conf = alloc_text("%s/a.conf", directory), *kernel = alloc_text("%s/k", directory);
	char *want = alloc_text(
		"%s:2: `kernel`: cannot use the file %s: Permission denied\n", conf, kernel);
	static const char text[] = "[vm web]\nkernel = k\n";
	assert_int_equal(file_write(conf, text, sizeof(text) - 1, 0644), STATUS_OK);
	assert_int_equal(file_write(kernel, text, sizeof(text) - 1, 0), STATUS_OK);
	assert_int_equal(chmod(directory, 0755), 0);
	if (self == 0)
		assert_int_equal(setresuid(65534, 65534, 0), 0);
	struct config config;
	char *got = check(conf, &config);
	config_free(&config);
	if (self == 0)
		assert_int_equal(setresuid(0, 0, 0), 0);
	assert_string_equal(got, want);
	file_remove_directory(directory);
	free(got);
	free(want);
	free(kernel);
	free(conf);
}

/* Any bytes at all: no crash, and no success without a guest. */
static void noise_is_survived(void **state)
{
	static const char *const words[] = {"[", "]", "vm", " ", "\n", "=", "\"", "kernel",
		"memory", "web", "#", "module", "4M", "\r\n", "\t", "\x01", "files/bzimage", "disk",
		":", "\xff"};
	char *path = alloc_text("/tmp/carrel-noise-%d.conf", (int)getpid());
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		char text[400] = "";
		for (unsigned i = 0; i < 30; i++) {
			seed = seed * 1664525 + 1013904223;
			strcat(text, words[(seed >> 16) % ARRAY_SIZE(words)]);
		}
		struct config config;
		struct diag diag = {0};
		assert_int_equal(file_write(path, text, strlen(text), 0644), STATUS_OK);
		enum status status = config_read(&config, path, &diag);
		assert_int_equal(status == STATUS_OK, diag.count == 0);
		assert_true(status != STATUS_OK || config.vms > 0);
		config_free(&config);
		diag_free(&diag);
	}
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_files_give_their_messages),
		cmocka_unit_test(messages_have_a_file_and_a_line),
		cmocka_unit_test(good_files_give_none),
		cmocka_unit_test(values_arrive),
		cmocka_unit_test(presets_hold),
		cmocka_unit_test(shares_arrive),
		cmocka_unit_test(modules_keep_their_order_and_words),
		cmocka_unit_test(missing_file_is_an_error),
		cmocka_unit_test(unreadable_kernel_is_an_error),
		cmocka_unit_test(noise_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
