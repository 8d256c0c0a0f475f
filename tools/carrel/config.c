/* SPDX-License-Identifier: MIT */
/*
 * Reading a configuration file; see config.h. How lines are cut is in ini.c, what
 * a value must be in config_set.c, what must hold for a guest in check.c.
 */
#include "config_set.h"
#include "alloc.h"
#include "config_disk.h"
#include "config_net.h"
#include "ini.h"
#include "value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_BYTES_MAX (1u << 20)

static void unknown_key(struct config_parse *parse, const struct ini_item *item)
{
	const char *near = key_suggest(item->name);
	char *list = key_list();

	if (near) {
		parse->vm->meant[key_find(near)] = true;
		diag_add(parse->diag, item->line, "unknown key `%s` in [vm %s]: did you mean `%s`?",
			item->name, parse->vm->name, near);
	} else {
		diag_add(parse->diag, item->line, "unknown key `%s` in [vm %s]: expected one of %s",
			item->name, parse->vm->name, list);
	}
	free(list);
}

static void read_pair(struct config_parse *parse, const struct ini_item *item)
{
	enum vm_key key = key_find(item->name);

	if (!parse->in_block) {
		diag_add(parse->diag, item->line,
			"`%s` stands before any block: expected a line such as [vm NAME] first",
			item->name);
		return;
	}
	if (parse->disk) {
		config_disk_pair(parse, item);
		return;
	}
	if (parse->net) {
		config_net_pair(parse, item);
		return;
	}
	if (!parse->vm)
		return;
	if (key == VM_KEY_COUNT) {
		unknown_key(parse, item);
		return;
	}
	if (parse->vm->seen[key] && !key_vm[key].repeatable) {
		diag_add(parse->diag, item->line,
			"`%s` is given twice: expected it once, on line %u", item->name,
			parse->vm->seen[key]);
		return;
	}
	parse->vm->seen[key] = item->line;
	config_set[key](parse, item->line, item->value);
}

/* Names that are those of other components, or of other logs than a guest's. */
static bool name_is_taken(const char *name)
{
	static const char *const taken[] = {
		"init", "serial", "power", "disk", "kernel", "com1", "screen", "emulator"};
	const char *dot = strrchr(name, '.');

	if (dot && strcmp(dot, ".monitor") == 0)
		return true;
	for (unsigned i = 0; i < ARRAY_SIZE(taken); i++)
		if (strcmp(taken[i], name) == 0)
			return true;
	return false;
}

/* Whether a guest may be called this; if not, the reason is reported. */
static bool check_name(struct config_parse *parse, unsigned line, const char *name)
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
		diag_add(parse->diag, line,
			"[vm %s]: Carrel itself uses this name: expected another one", name);
		return false;
	}
	for (unsigned i = 0; i < config->vms; i++) {
		if (strcmp(config->vm[i].name, name) != 0)
			continue;
		diag_add(parse->diag, line, "[vm %s] is given twice: expected it once, on line %u",
			name, config->vm[i].line);
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
	for (unsigned i = 0; i < vm->disks; i++)
		free(vm->disk[i].name);
	for (unsigned i = 0; i < vm->nets; i++)
		free(vm->net[i].name);
}

/* A guest whose name is wrong is read all the same, for the errors in it. */
static void begin_vm(struct config_parse *parse, unsigned line, const char *name)
{
	struct config *config = parse->config;
	bool good = check_name(parse, line, name);

	if (good && config->vms == CONFIG_VMS) {
		diag_add(
			parse->diag, line, "[vm %s]: expected at most %u guests", name, CONFIG_VMS);
		good = false;
	}
	config_free_vm(&parse->spare);
	parse->spare = (struct config_vm){0};
	parse->vm = good ? &config->vm[config->vms++] : &parse->spare;
	*parse->vm = (struct config_vm){.line = line,
		.memory = 128ull << 20,
		.vcpus = 1,
		.priority = CONFIG_PRIORITY,
		.period = CONFIG_PERIOD};
	strncpy(parse->vm->name, name, PLAN_NAME - 1);
}

static void begin_block(struct config_parse *parse, const struct ini_item *item)
{
	size_t length = strcspn(item->name, " \t:");
	char *kind = alloc_copy(item->name, length);
	const char *name = item->name + length + strspn(item->name + length, " \t");
	const struct block *block = key_find_block(kind);
	const char *near = block ? NULL : key_suggest_block(kind);

	parse->in_block = true;
	parse->vm = NULL;
	parse->disk = NULL;
	parse->net = NULL;
	if (!block && near)
		diag_add(parse->diag, item->line, "unknown block [%s]: did you mean [%s%s%s]?",
			item->name, near, *name ? " " : "", name);
	else if (!block)
		diag_add(parse->diag, item->line,
			"unknown block [%s]: expected [vm NAME], [disk NAME] or [net NAME]",
			item->name);
	else if (block->missing)
		diag_add(parse->diag, item->line,
			"[%s]: %s are not supported yet: expected [vm NAME]", item->name,
			block->missing);
	else if (strcmp(block->name, "disk") == 0)
		config_disk_begin(parse, item->line, name);
	else if (strcmp(block->name, "net") == 0)
		config_net_begin(parse, item->line, name);
	else
		begin_vm(parse, item->line, name);
	free(kind);
}

static void end_block(struct config_parse *parse)
{
	if (parse->vm)
		config_check_vm(parse->vm, parse->diag);
	if (parse->disk)
		config_disk_end(parse);
	if (parse->net)
		config_net_end(parse);
}

/* A line that is no `key = value` may have been meant as one. */
static void bad_pair(struct config_parse *parse, const struct ini_item *item)
{
	char *word = alloc_copy(item->name, strcspn(item->name, " \t=:"));
	const char *near = key_suggest(word);

	if (near && parse->vm)
		parse->vm->meant[key_find(near)] = true;
	diag_add(parse->diag, item->line,
		near ? "%s, got `%s`: did you mean `%s = ...`?" : "%s, got `%s`", item->problem,
		item->name, near);
	free(word);
}

static void bad_line(struct config_parse *parse, const struct ini_item *item)
{
	if (item->kind == INI_BAD_VALUE) {
		enum vm_key key = key_find(item->name);
		if (key != VM_KEY_COUNT && parse->vm)
			parse->vm->meant[key] = true;
		diag_add(parse->diag, item->line, "`%s`: %s", item->name, item->problem);
	} else if (item->problem == ini_no_text) {
		diag_add(parse->diag, item->line, "%s", item->problem);
	} else if (item->name[0] == '[') {
		diag_add(parse->diag, item->line, "%s, got `%s`", item->problem, item->name);
		end_block(parse);
		parse->disk = NULL;
		parse->net = NULL;
		parse->in_block = true; /* of whom, is not known */
		parse->vm = NULL;
	} else {
		bad_pair(parse, item);
	}
}

static unsigned read_lines(struct config_parse *parse, char *text, size_t size)
{
	struct ini_reader reader;
	struct ini_item item;

	ini_start(&reader, text, size);
	for (ini_next(&reader, &item); item.kind != INI_END; ini_next(&reader, &item)) {
		if (item.kind == INI_PAIR) {
			read_pair(parse, &item);
		} else if (item.kind == INI_BLOCK) {
			end_block(parse);
			begin_block(parse, &item);
		} else {
			bad_line(parse, &item);
		}
	}
	end_block(parse);
	return item.line;
}

enum status config_read(struct config *config, const char *path, struct diag *diag)
{
	struct config_parse parse = {.config = config, .diag = diag};
	char *text;
	size_t size;

	*config = (struct config){.path = path};
	diag->path = path;
	if (file_read(path, CONFIG_BYTES_MAX, &text, &size) != STATUS_OK) {
		diag_add(diag, 1, "cannot read the file: %s", strerror(errno));
		return STATUS_BAD_ARG;
	}
	unsigned last = read_lines(&parse, text, size);
	config_disk_resolve(config, diag);
	config_net_resolve(config, diag);
	if (config->vms == 0 && diag->count == 0)
		diag_add(diag, last, "there is no guest: expected a block [vm NAME]");
	config_free_vm(&parse.spare);
	config_disk_free(&parse.spare_disk);
	free(text);
	return diag->count ? STATUS_BAD_ARG : STATUS_OK;
}

void config_free(struct config *config)
{
	for (unsigned i = 0; i < config->vms; i++)
		config_free_vm(&config->vm[i]);
	for (unsigned i = 0; i < config->disks; i++)
		config_disk_free(&config->disk[i]);
	config->vms = config->disks = config->nets = 0;
}
