/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/options.c tools/carrel/help.c tools/carrel/near.c tools/carrel/value.c */
/* The command line: what is read, what is refused and with which words. */
#include "carrel/options.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "carrel/help.h"

static char said[8192];

/* Reads a line of words; `said` is what came out on both streams. */
static enum options_result run(struct options *options, const char *line)
{
	static char words[512];
	char *argv[40] = {"carrel"}, *rest = NULL;
	int argc = 1, out = dup(1), error = dup(2);
	FILE *capture = tmpfile();

	snprintf(words, sizeof(words), "%s", line);
	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	fflush(stdout);
	dup2(fileno(capture), 1);
	dup2(fileno(capture), 2);
	enum options_result result = options_read(options, argc, argv);
	fflush(stdout);
	dup2(out, 1);
	dup2(error, 2);
	close(out);
	close(error);
	rewind(capture);
	said[fread(said, 1, sizeof(said) - 1, capture)] = '\0';
	fclose(capture);
	return result;
}

static void wrong_lines_are_refused(void **state)
{
	static const struct {
		const char *line, *said;
	} rows[] = {
		{"chekc a", "carrel: unknown verb `chekc`: did you mean `check`?\n"},
		{"frobnicate a",
			"carrel: unknown verb `frobnicate`: expected check, plan, image, run or "
			"install\n"},
		{"check", "carrel: expected a CONFIG file; `carrel check --help` tells more\n"},
		{"check a b", "carrel: expected one CONFIG file only; `carrel check --help` tells "
			      "more\n"},
		{"run --headles a",
			"carrel: `run` has no option --headles: did you mean --headless?; "
			"`carrel run --help` lists them\n"},
		{"check --headless a",
			"carrel: `check` has no option --headless; `carrel check --help` "
			"lists them\n"},
		{"run -x a", "carrel: `run` has no option -x; `carrel run --help` lists them\n"},
		{"run --timeout 0 a",
			"carrel: --timeout: expected a number of seconds from 1 to 86400, "
			"got `0`\n"},
		{"run --timeout 5s a",
			"carrel: --timeout: expected a number of seconds from 1 to 86400, "
			"got `5s`\n"},
		{"run --status 3601 a",
			"carrel: --status: expected a number of seconds from 1 to 3600, "
			"got `3601`\n"},
		{"run --timeout", "carrel: --timeout: expected SECONDS\n"},
		{"run --headless=yes a", "carrel: --headless: expected nothing behind it\n"},
		{"run --emulator xen a", "carrel: --emulator: expected bochs or qemu, got `xen`\n"},
		{"run --memory 1024 a",
			"carrel: --memory: expected a size from 64M to 1024G, such as "
			"512M, got `1024`\n"},
		{"run --memory 65537K a",
			"carrel: --memory: expected a size from 64M to 1024G, such as "
			"512M, got `65537K`\n"},
		{"run --cpus 33 a", "carrel: --cpus: expected a number from 1 to 32, got `33`\n"},
		{"run --bios coreboot a",
			"carrel: --bios: expected bios or uefi, got `coreboot`\n"},
		{"run --bios uefi --emulator bochs a",
			"carrel: --bios uefi needs QEMU; `carrel run --help` tells more\n"},
		{"run --net tap a",
			"carrel: --net: expected user, user:e1000 or user:e1000e, got `tap`\n"},
		{"run --net user: a",
			"carrel: --net: expected user, user:e1000 or user:e1000e, got `user:`\n"},
		{"run --net user:ne2k a", "carrel: --net: expected user, user:e1000 or "
					  "user:e1000e, got `user:ne2k`\n"},
		{"run --net user --net user --net user --net user --net user a",
			"carrel: --net: expected at most 4 network cards, got `user`\n"},
		{"run --net user --net user:e1000e --emulator bochs a",
			"carrel: --net user:e1000e needs QEMU; `carrel run --help` tells more\n"},
		{"check --net user a",
			"carrel: `check` has no option --net; `carrel check --help` lists them\n"},
		{"run --disk nvme:x --emulator bochs a",
			"carrel: --disk nvme:FILE and virtio:FILE need QEMU; `carrel run --help` "
			"tells more\n"},
		{"run --disk virtio: a", "carrel: --disk: expected a file, got `virtio:`\n"},
		{"run --disk a --disk b --disk c --disk d e",
			"carrel: --disk: expected at most 3 disks, got `d`\n"},
		{"run --module x a",
			"carrel: --module needs --root-task; `carrel run --help` tells "
			"more\n"},
		{"image --root-task x", "carrel: expected --output FILE where there is no CONFIG; "
					"`carrel image --help` tells more\n"},
	};
	struct options options;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(run(&options, rows[i].line), OPTIONS_WRONG);
		assert_string_equal(said, rows[i].said);
	}
	assert_int_equal(run(&options, ""), OPTIONS_WRONG);
	assert_non_null(strstr(said, "usage: carrel VERB"));
}

static void all_of_run_arrives(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(run(&options, "run --emulator qemu --headless --timeout=90 --log logs "
				       "--status 5 --cpus 2 "
				       "--memory 2G --cpu EPYC --bios uefi --kernel-args a=b "
				       "--net user --net user:e1000e --net=user:e1000 "
				       "--root-task r --module m --module n x.conf"),
		OPTIONS_RUN);
	assert_string_equal(said, "");
	assert_int_equal(options.verb, VERB_RUN);
	assert_int_equal(options.emulator, EMULATOR_QEMU);
	assert_true(options.headless);
	assert_int_equal(options.timeout, 90);
	assert_string_equal(options.log, "logs");
	assert_int_equal(options.status, 5);
	assert_int_equal(options.cpus, 2);
	assert_int_equal(options.memory, 2ull << 30);
	assert_string_equal(options.cpu, "EPYC");
	assert_true(options.uefi);
	assert_string_equal(options.kernel_args, "a=b");
	assert_string_equal(options.root_task, "r");
	assert_int_equal(options.modules, 2);
	assert_string_equal(options.module[1], "n");
	assert_int_equal(options.nets, 3);
	assert_string_equal(options.net[0], "e1000");
	assert_string_equal(options.net[1], "e1000e");
	assert_string_equal(options.net[2], "e1000");
	assert_string_equal(options.config, "x.conf");
}

static void disks_have_kinds(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(
		run(&options, "run --disk nvme:a --disk b:c --disk virtio:/d x.conf"), OPTIONS_RUN);
	assert_int_equal(options.disks, 3);
	assert_int_equal(options.disk_kind[0], DISK_NVME);
	assert_string_equal(options.disk[0], "a");
	assert_int_equal(options.disk_kind[1], DISK_AHCI);
	assert_string_equal(options.disk[1], "b:c");
	assert_int_equal(options.disk_kind[2], DISK_VIRTIO);
	assert_string_equal(options.disk[2], "/d");
	assert_int_equal(
		run(&options, "run --emulator bochs --disk ahci:nvme:a x.conf"), OPTIONS_RUN);
	assert_int_equal(options.disk_kind[0], DISK_AHCI);
	assert_string_equal(options.disk[0], "nvme:a");
}

static void presets(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(run(&options, "run x.conf"), OPTIONS_RUN);
	assert_int_equal(options.emulator, EMULATOR_AUTO);
	assert_false(options.headless);
	assert_int_equal(options.timeout, 0);
	assert_null(options.log);
	assert_int_equal(options.cpus, 0);
	assert_int_equal(options.memory, 0);
	assert_false(options.uefi);
	assert_string_equal(options.kernel_args, "");
	assert_int_equal(run(&options, "run --bios uefi x.conf"), OPTIONS_RUN);
	assert_int_equal(options.emulator, EMULATOR_AUTO);
	assert_true(options.uefi);
	assert_int_equal(run(&options, "run --emulator bochs x.conf"), OPTIONS_RUN);
	assert_int_equal(options.emulator, EMULATOR_BOCHS);
	assert_int_equal(run(&options, "install --remove"), OPTIONS_RUN);
	assert_string_equal(options.root, "/");
	assert_true(options.remove);
	assert_int_equal(run(&options, "image -o y.iso x.conf"), OPTIONS_RUN);
	assert_string_equal(options.output, "y.iso");
}

/* Each option stands in the help of the verbs that take it, and in no other. */
static void help_is_complete(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(run(&options, "--help"), OPTIONS_HELP);
	for (unsigned v = 0; v < VERB_COUNT; v++)
		assert_non_null(strstr(said, help_verbs[v].summary));
	for (unsigned v = 0; v < VERB_COUNT; v++) {
		char line[40];
		snprintf(line, sizeof(line), "%s --help", help_verbs[v].name);
		assert_int_equal(run(&options, line), OPTIONS_HELP);
		for (unsigned i = 0; i < OPTION_COUNT; i++) {
			snprintf(line, sizeof(line), "\n  --%s ", help_options[i].name);
			bool taken = help_options[i].verbs & 1u << v;
			assert_int_equal(strstr(said, line) != NULL, taken);
		}
		for (char *text = strtok(said, "\n"); text; text = strtok(NULL, "\n"))
			assert_true(strlen(text) <= 79);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_lines_are_refused),
		cmocka_unit_test(all_of_run_arrives),
		cmocka_unit_test(disks_have_kinds),
		cmocka_unit_test(presets),
		cmocka_unit_test(help_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
