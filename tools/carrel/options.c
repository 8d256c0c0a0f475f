/* SPDX-License-Identifier: MIT */
/*
 * Reading the command line; see options.h. One function per option, in a table;
 * each returns NULL or what it expected.
 */
#include "options.h"
#include "help.h"
#include "near.h"
#include "value.h"

#include <string.h>

static const char *set_emulator(struct options *options, const char *value)
{
	if (strcmp(value, "bochs") != 0 && strcmp(value, "qemu") != 0)
		return "bochs or qemu";
	options->emulator = value[0] == 'q' ? EMULATOR_QEMU : EMULATOR_BOCHS;
	return NULL;
}

static const char *set_headless(struct options *options, const char *value)
{
	(void)value;
	options->headless = true;
	return NULL;
}

static const char *set_count(const char *value, unsigned limit, unsigned *count)
{
	uint64_t number;

	if (value_number(value, &number) != STATUS_OK || number < 1 || number > limit)
		return "bad";
	*count = (unsigned)number;
	return NULL;
}

static const char *set_timeout(struct options *options, const char *value)
{
	return set_count(value, OPTION_TIMEOUT_MAX, &options->timeout)
		       ? "a number of seconds from 1 to 86400"
		       : NULL;
}

static const char *set_status(struct options *options, const char *value)
{
	return set_count(value, OPTION_STATUS_MAX, &options->status)
		       ? "a number of seconds from 1 to 3600"
		       : NULL;
}

static const char *set_cpus(struct options *options, const char *value)
{
	return set_count(value, OPTION_CPUS, &options->cpus) ? "a number from 1 to 32" : NULL;
}

static const char *set_log(struct options *options, const char *value)
{
	options->log = value;
	return *value ? NULL : "a directory";
}

static const char *set_memory(struct options *options, const char *value)
{
	if (value_size(value, &options->memory) != STATUS_OK || options->memory < 64ull << 20 ||
		options->memory > 1ull << 40 || options->memory % (1u << 20))
		return "a size from 64M to 1024G, such as 512M";
	return NULL;
}

static const char *set_cpu(struct options *options, const char *value)
{
	options->cpu = value;
	return *value && !strpbrk(value, " \n") ? NULL : "a CPU model of the emulator";
}

static const char *set_bios(struct options *options, const char *value)
{
	if (strcmp(value, "bios") != 0 && strcmp(value, "uefi") != 0)
		return "bios or uefi";
	options->uefi = value[0] == 'u';
	return NULL;
}

static const char *set_output(struct options *options, const char *value)
{
	options->output = value;
	return *value ? NULL : "a file";
}

static const char *set_root(struct options *options, const char *value)
{
	options->root = value;
	return *value ? NULL : "a directory";
}

static const char *set_remove(struct options *options, const char *value)
{
	(void)value;
	options->remove = true;
	return NULL;
}

static const char *set_kernel_args(struct options *options, const char *value)
{
	options->kernel_args = value;
	return strchr(value, '\n') ? "one line of text" : NULL;
}

static const char *set_root_task(struct options *options, const char *value)
{
	options->root_task = value;
	return *value ? NULL : "a file";
}

static const char *set_module(struct options *options, const char *value)
{
	if (options->modules == OPTION_MODULES)
		return "at most 8 modules";
	options->module[options->modules++] = value;
	return *value ? NULL : "a file";
}

static const char *set_disk(struct options *options, const char *value)
{
	static const char *const kinds[DISK_KINDS] = {"ahci:", "nvme:", "virtio:"};

	if (options->disks == OPTION_DISKS)
		return "at most 3 disks";
	for (unsigned i = 0; i < DISK_KINDS; i++) {
		if (strncmp(value, kinds[i], strlen(kinds[i])) != 0)
			continue;
		options->disk_kind[options->disks] = (enum disk_kind)i;
		value += strlen(kinds[i]);
		break;
	}
	options->disk[options->disks++] = value;
	return *value ? NULL : "a file";
}

static const char *set_net(struct options *options, const char *value)
{
	static const char *const models[] = {"e1000", "e1000e"};
	const char *model = strcmp(value, "user") == 0 ? "user:e1000" : value;

	if (options->nets == OPTION_NETS)
		return "at most 4 network cards";
	for (unsigned i = 0; i < ARRAY_SIZE(models); i++)
		if (strncmp(model, "user:", 5) == 0 && strcmp(model + 5, models[i]) == 0) {
			options->net[options->nets++] = models[i];
			return NULL;
		}
	return "user, user:e1000 or user:e1000e";
}

static const char *(*const setters[])(struct options *, const char *) = {
	[OPTION_EMULATOR] = set_emulator,
	[OPTION_HEADLESS] = set_headless,
	[OPTION_TIMEOUT] = set_timeout,
	[OPTION_LOG] = set_log,
	[OPTION_STATUS] = set_status,
	[OPTION_NCPUS] = set_cpus,
	[OPTION_MEMORY] = set_memory,
	[OPTION_CPU] = set_cpu,
	[OPTION_BIOS] = set_bios,
	[OPTION_OUTPUT] = set_output,
	[OPTION_ROOT] = set_root,
	[OPTION_REMOVE] = set_remove,
	[OPTION_KERNEL_ARGS] = set_kernel_args,
	[OPTION_ROOT_TASK] = set_root_task,
	[OPTION_MODULE] = set_module,
	[OPTION_DISK] = set_disk,
	[OPTION_NET] = set_net,
};

/* The option that `word` (without dashes, up to an equals sign) names. */
static unsigned find_option(const char *word, size_t length)
{
	unsigned i = 0;

	while (i < OPTION_COUNT && (strlen(help_options[i].name) != length ||
					   strncmp(help_options[i].name, word, length) != 0))
		i++;
	return i;
}

static enum options_result unknown_option(enum verb verb, const char *word)
{
	const char *names[OPTION_COUNT];
	unsigned count = 0;

	for (unsigned i = 0; i < OPTION_COUNT; i++)
		if (help_options[i].verbs & 1u << verb)
			names[count++] = help_options[i].name;
	const char *near = near_word(word + strspn(word, "-"), names, count);
	fprintf(stderr, "carrel: `%s` has no option %s%s%s%s; `carrel %s --help` lists them\n",
		help_verbs[verb].name, word, near ? ": did you mean --" : "", near ? near : "",
		near ? "?" : "", help_verbs[verb].name);
	return OPTIONS_WRONG;
}

/* Reads the option at argv[*at], and leaves `*at` at its last word. */
static enum options_result read_option(struct options *options, int argc, char **argv, int *at)
{
	const char *word = argv[*at], *value = strchr(word, '=');
	size_t length = value ? (size_t)(value - word) : strlen(word);
	unsigned id =
		strncmp(word, "--", 2) == 0 ? find_option(word + 2, length - 2) : OPTION_COUNT;

	if (strcmp(word, "-h") == 0 || id == OPTION_HELP) {
		help_print_verb(options->verb, stdout);
		return OPTIONS_HELP;
	}
	if (strcmp(word, "-o") == 0)
		id = OPTION_OUTPUT;
	if (id == OPTION_COUNT || !(help_options[id].verbs & 1u << options->verb))
		return unknown_option(options->verb, word);
	const struct help_option *option = &help_options[id];
	if (value && option->argument)
		value++;
	else if (!value && option->argument)
		value = ++*at < argc ? argv[*at] : NULL;
	if (!value != !option->argument) {
		fprintf(stderr, "carrel: --%s: expected %s\n", option->name,
			option->argument ? option->argument : "nothing behind it");
		return OPTIONS_WRONG;
	}
	const char *expected = setters[id](options, value);
	if (!expected)
		return OPTIONS_RUN;
	fprintf(stderr, "carrel: --%s: expected %s, got `%s`\n", option->name, expected, value);
	return OPTIONS_WRONG;
}

static enum options_result wrong(const struct options *options, const char *text)
{
	fprintf(stderr, "carrel: %s; `carrel %s --help` tells more\n", text,
		help_verbs[options->verb].name);
	return OPTIONS_WRONG;
}

/* What the options must be together. */
static enum options_result check_together(const struct options *options)
{
	if (!options->config && !options->root_task && !options->remove)
		return wrong(options, "expected a CONFIG file");
	if (options->uefi && options->emulator == EMULATOR_BOCHS)
		return wrong(options, "--bios uefi needs QEMU");
	for (unsigned i = 0; i < options->nets; i++)
		if (options->emulator == EMULATOR_BOCHS && strcmp(options->net[i], "e1000") != 0)
			return wrong(options, "--net user:e1000e needs QEMU");
	if (options_need_qemu(options) && options->emulator == EMULATOR_BOCHS)
		return wrong(options, "--disk nvme:FILE and virtio:FILE need QEMU");
	if (options->modules && !options->root_task)
		return wrong(options, "--module needs --root-task");
	if (options->verb == VERB_IMAGE && !options->config && !options->output)
		return wrong(options, "expected --output FILE where there is no CONFIG");
	return OPTIONS_RUN;
}

static enum options_result read_verb(struct options *options, const char *word)
{
	const char *names[VERB_COUNT];

	for (unsigned i = 0; i < VERB_COUNT; i++) {
		names[i] = help_verbs[i].name;
		if (strcmp(names[i], word) == 0) {
			options->verb = (enum verb)i;
			return OPTIONS_RUN;
		}
	}
	const char *near = near_word(word, names, VERB_COUNT);
	fprintf(stderr, "carrel: unknown verb `%s`: %s%s%s\n", word,
		near ? "did you mean `" : "expected check, plan, image, run or install",
		near ? near : "", near ? "`?" : "");
	return OPTIONS_WRONG;
}

enum options_result options_read(struct options *options, int argc, char **argv)
{
	*options = (struct options){.kernel_args = "", .root = "/"};
	if (argc < 2) {
		help_print(stderr);
		return OPTIONS_WRONG;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		help_print(stdout);
		return OPTIONS_HELP;
	}
	enum options_result result = read_verb(options, argv[1]);
	for (int i = 2; i < argc && result == OPTIONS_RUN; i++) {
		if (argv[i][0] == '-' && argv[i][1])
			result = read_option(options, argc, argv, &i);
		else if (options->config)
			result = wrong(options, "expected one CONFIG file only");
		else
			options->config = argv[i];
	}
	return result == OPTIONS_RUN ? check_together(options) : result;
}

_Static_assert(ARRAY_SIZE(setters) == OPTION_HELP, "each option but --help has a setter");
