/* SPDX-License-Identifier: MIT */
/*
 * Reading a configuration file; see config.h. What a value must be is set by
 * one function per key, in a table; how lines are cut is in ini.c.
 */
#include "carrel/config.h"
#include "carrel/alloc.h"
#include "carrel/ini.h"
#include "carrel/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_BYTES_MAX (1u << 20)

/* Where the reader stands. */
struct parse {
	struct config *config;
	struct diag *diag;
	struct config_vm *vm;  /* the block's guest; NULL: skip its keys */
	bool in_block;         /* a block has begun, even one that is skipped */
	struct config_vm spare; /* stands for a guest that is in error itself */
};

static void expected(struct parse *parse, unsigned line, enum vm_key key, const char *value)
{
	const struct key *k = &key_vm[key];
	bool comment = strstr(value, " #") || strstr(value, " ;");

	if (*value == '\0')
		diag_add(parse->diag, line, "`%s`: expected %s, got nothing", k->name, k->expected);
	else
		diag_add(parse->diag, line, "`%s`: expected %s, got `%s`%s", k->name, k->expected, value,
			comment ? " (a comment needs a line of its own)" : "");
}

static void set_path(struct parse *parse, struct config_file *file, enum vm_key key, unsigned line,
	const char *value)
{
	const char *problem;

	file->line = line;
	if (*value == '\0') {
		expected(parse, line, key, value);
		return;
	}
	char *path = file_beside(parse->config->path, value);
	if (file_look(path, &file->facts, &problem) == STATUS_OK) {
		file->path = path;
		return;
	}
	diag_add(parse->diag, line, "`%s`: cannot use the file %s: %s", key_vm[key].name, path, problem);
	free(path);
}

static void set_kernel(struct parse *parse, unsigned line, const char *value)
{
	struct config_vm *vm = parse->vm;

	set_path(parse, &vm->kernel, VM_KERNEL, line, value);
	if (!vm->kernel.path)
		return;
	struct file_kernel kernel = file_kernel_at(vm->kernel.path);
	vm->kernel_needs = kernel.needs;
	if (kernel.problem)
		diag_add(parse->diag, line, "`kernel`: %s is no kernel that can be loaded: %s",
			vm->kernel.path, kernel.problem);
}

static void set_initrd(struct parse *parse, unsigned line, const char *value)
{
	set_path(parse, &parse->vm->initrd, VM_INITRD, line, value);
}

static void set_cmdline(struct parse *parse, unsigned line, const char *value)
{
	(void)line;
	parse->vm->cmdline = alloc_text("%s", value);
}

static void set_memory(struct parse *parse, unsigned line, const char *value)
{
	uint64_t size, number;

	if (value_size(value, &size) == STATUS_OK && size >= CONFIG_MEMORY_MIN &&
		size <= CONFIG_MEMORY_MAX && size % 4096 == 0)
		parse->vm->memory = size;
	else if (value_number(value, &number) == STATUS_OK)
		diag_add(parse->diag, line, "`memory`: expected %s, got `%s`: did you mean `%sM`?",
			key_vm[VM_MEMORY].expected, value, value);
	else
		expected(parse, line, VM_MEMORY, value);
}

static void set_vcpus(struct parse *parse, unsigned line, const char *value)
{
	uint64_t number;

	if (value_number(value, &number) != STATUS_OK || number < 1 || number > CONFIG_VCPUS)
		expected(parse, line, VM_VCPUS, value);
	else if (number > 1)
		diag_add(parse->diag, line,
			"`vcpus`: more than one virtual CPU is not supported yet: expected 1, got `%s`",
			value);
	else
		parse->vm->vcpus = (unsigned)number;
}

static void set_module(struct parse *parse, unsigned line, const char *value)
{
	struct config_vm *vm = parse->vm;

	if (vm->modules == CONFIG_MODULES) {
		diag_add(parse->diag, line, "`module`: expected at most %u of them", CONFIG_MODULES);
		return;
	}
	struct config_file *file = &vm->module[vm->modules++];
	size_t length = strcspn(value, " \t");
	char *path = alloc_copy(value, length);
	file->args = alloc_text("%s", value + length + strspn(value + length, " \t"));
	set_path(parse, file, VM_MODULE, line, path);
	free(path);
}

static void set_debug_exit(struct parse *parse, unsigned line, const char *value)
{
	if (value_yes_no(value, &parse->vm->debug_exit) != STATUS_OK)
		expected(parse, line, VM_DEBUG_EXIT, value);
}

static void set_on_crash(struct parse *parse, unsigned line, const char *value)
{
	if (strcmp(value, "stop") != 0 && strcmp(value, "restart") != 0)
		expected(parse, line, VM_ON_CRASH, value);
	parse->vm->restart = strcmp(value, "restart") == 0;
}

static void (*const setters[VM_KEY_COUNT])(struct parse *, unsigned, const char *) = {
	[VM_KERNEL] = set_kernel,
	[VM_INITRD] = set_initrd,
	[VM_CMDLINE] = set_cmdline,
	[VM_MEMORY] = set_memory,
	[VM_VCPUS] = set_vcpus,
	[VM_MODULE] = set_module,
	[VM_DEBUG_EXIT] = set_debug_exit,
	[VM_ON_CRASH] = set_on_crash,
};

static void unknown_key(struct parse *parse, const struct ini_item *item)
{
	const char *near = key_suggest(item->name);
	char *list = key_list();

	if (near)
		diag_add(parse->diag, item->line, "unknown key `%s` in [vm %s]: did you mean `%s`?",
			item->name, parse->vm->name, near);
	else
		diag_add(parse->diag, item->line, "unknown key `%s` in [vm %s]: expected one of %s",
			item->name, parse->vm->name, list);
	free(list);
}

static void read_pair(struct parse *parse, const struct ini_item *item)
{
	enum vm_key key = key_find(item->name);

	if (!parse->in_block) {
		diag_add(parse->diag, item->line,
			"`%s` stands before any block: expected a line such as [vm NAME] first",
			item->name);
		return;
	}
	if (!parse->vm)
		return;
	if (key == VM_KEY_COUNT) {
		unknown_key(parse, item);
		return;
	}
	if (parse->vm->seen[key] && !key_vm[key].repeatable) {
		diag_add(parse->diag, item->line, "`%s` is given twice: expected it once, on line %u",
			item->name, parse->vm->seen[key]);
		return;
	}
	parse->vm->seen[key] = item->line;
	setters[key](parse, item->line, item->value);
}

/* Names that are those of other components, or of other logs than a guest's. */
static bool name_is_taken(const char *name)
{
	static const char *const taken[] = {
		"init", "serial", "power", "kernel", "com1", "screen", "emulator"};
	const char *dot = strrchr(name, '.');

	if (dot && strcmp(dot, ".monitor") == 0)
		return true;
	for (unsigned i = 0; i < ARRAY_SIZE(taken); i++)
		if (strcmp(taken[i], name) == 0)
			return true;
	return false;
}

/* Whether a guest may be called this; if not, the reason is reported. */
static bool check_name(struct parse *parse, unsigned line, const char *name)
{
	const struct config *config = parse->config;

	if (*name == '\0') {
		diag_add(parse->diag, line, "[vm] has no name: expected [vm NAME]");
		return false;
	}
	if (!value_is_name(name)) {
		diag_add(parse->diag, line,
			"[vm %s]: expected a name of 1 to %u letters, digits, `-`, `_` and `.`, "
			"beginning with a letter or digit",
			name, PLAN_NAME - 1);
		return false;
	}
	if (name_is_taken(name)) {
		diag_add(parse->diag, line, "[vm %s]: Carrel itself uses this name: expected another one",
			name);
		return false;
	}
	for (unsigned i = 0; i < config->vms; i++) {
		if (strcmp(config->vm[i].name, name) != 0)
			continue;
		diag_add(parse->diag, line, "[vm %s] is given twice: expected it once, on line %u", name,
			config->vm[i].line);
		return false;
	}
	return true;
}

static void config_free_vm(struct config_vm *vm)
{
	free(vm->kernel.path);
	free(vm->initrd.path);
	free(vm->cmdline);
	for (unsigned i = 0; i < vm->modules; i++) {
		free(vm->module[i].path);
		free(vm->module[i].args);
	}
}

/* A guest whose name is wrong is read all the same, for the errors in it. */
static void begin_vm(struct parse *parse, unsigned line, const char *name)
{
	struct config *config = parse->config;
	bool good = check_name(parse, line, name);

	if (good && config->vms == CONFIG_VMS) {
		diag_add(parse->diag, line, "[vm %s]: expected at most %u guests", name, CONFIG_VMS);
		good = false;
	}
	config_free_vm(&parse->spare);
	parse->vm = good ? &config->vm[config->vms++] : &parse->spare;
	*parse->vm = (struct config_vm){.line = line, .memory = 128ull << 20, .vcpus = 1};
	strncpy(parse->vm->name, name, PLAN_NAME - 1);
}

static void begin_block(struct parse *parse, const struct ini_item *item)
{
	size_t length = strcspn(item->name, " \t:");
	char *kind = alloc_copy(item->name, length);
	const char *name = item->name + length + strspn(item->name + length, " \t");
	const struct block *block = key_find_block(kind);
	const char *near = block ? NULL : key_suggest_block(kind);

	parse->in_block = true;
	parse->vm = NULL;
	if (!block && near)
		diag_add(parse->diag, item->line, "unknown block [%s]: did you mean [%s%s%s]?", item->name,
			near, *name ? " " : "", name);
	else if (!block)
		diag_add(parse->diag, item->line, "unknown block [%s]: expected [vm NAME]", item->name);
	else if (block->missing)
		diag_add(parse->diag, item->line, "[%s]: %s are not supported yet: expected [vm NAME]",
			item->name, block->missing);
	else
		begin_vm(parse, item->line, name);
	free(kind);
}

static void end_block(struct parse *parse)
{
	if (parse->vm)
		config_check_vm(parse->vm, parse->diag);
}

static void bad_line(struct parse *parse, const struct ini_item *item)
{
	size_t length = strcspn(item->name, " \t=:");
	char *word = alloc_copy(item->name, length);
	enum vm_key key = key_find(word);

	if (key != VM_KEY_COUNT && parse->vm)
		parse->vm->seen[key] = item->line; /* meant, if not well said */
	if (item->name[0] == '[') {
		end_block(parse);
		parse->in_block = true;
		parse->vm = NULL;
	}
	if (*item->name == '\0' || strstr(item->problem, "control"))
		diag_add(parse->diag, item->line, "%s", item->problem);
	else if (strstr(item->problem, "key = value") && key_suggest(word))
		diag_add(parse->diag, item->line, "%s, got `%s`: did you mean `%s = ...`?",
			item->problem, item->name, key_suggest(word));
	else
		diag_add(parse->diag, item->line, "%s, got `%s`", item->problem, item->name);
	free(word);
}

static unsigned read_lines(struct parse *parse, char *text, size_t size)
{
	struct ini_reader reader;
	struct ini_item item;

	ini_start(&reader, text, size);
	for (ini_next(&reader, &item); item.kind != INI_END; ini_next(&reader, &item)) {
		if (item.kind == INI_PAIR) {
			read_pair(parse, &item);
		} else if (item.kind == INI_BAD) {
			bad_line(parse, &item);
		} else {
			end_block(parse);
			begin_block(parse, &item);
		}
	}
	end_block(parse);
	return item.line;
}

enum status config_read(struct config *config, const char *path, struct diag *diag)
{
	struct parse parse = {.config = config, .diag = diag};
	char *text;
	size_t size;

	*config = (struct config){.path = path};
	diag->path = path;
	if (file_read(path, CONFIG_BYTES_MAX, &text, &size) != STATUS_OK) {
		diag_add(diag, 1, "cannot read the file: %s", strerror(errno));
		return STATUS_BAD_ARG;
	}
	unsigned last = read_lines(&parse, text, size);
	if (config->vms == 0 && diag->count == 0)
		diag_add(diag, last, "there is no guest: expected a block [vm NAME]");
	config_free_vm(&parse.spare);
	free(text);
	return diag->count ? STATUS_BAD_ARG : STATUS_OK;
}

void config_free(struct config *config)
{
	for (unsigned i = 0; i < config->vms; i++)
		config_free_vm(&config->vm[i]);
	config->vms = 0;
}

_Static_assert(ARRAY_SIZE(setters) == VM_KEY_COUNT, "each key has a setter");
