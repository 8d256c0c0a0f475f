/* SPDX-License-Identifier: MIT */
/* What the value of each key must be; see config_set.h. No state. */
#include "config_set.h"
#include "alloc.h"
#include "config_disk.h"
#include "config_net.h"
#include "cpus.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void expected(struct config_parse *parse, unsigned line, enum vm_key key, const char *value)
{
	const struct key *k = &key_vm[key];
	bool comment = strstr(value, " #") || strstr(value, " ;");

	if (*value == '\0')
		diag_add(parse->diag, line, "`%s`: expected %s, got nothing", k->name, k->expected);
	else
		diag_add(parse->diag, line, "`%s`: expected %s, got `%s`%s", k->name, k->expected,
			value, comment ? " (a comment needs a line of its own)" : "");
}

/* As expected(), with what was probably meant: freed here, may be NULL. */
static void expected_near(struct config_parse *parse, unsigned line, enum vm_key key,
	const char *value, char *suggestion)
{
	if (suggestion && strcmp(suggestion, value) != 0)
		diag_add(parse->diag, line, "`%s`: expected %s, got `%s`: did you mean `%s`?",
			key_vm[key].name, key_vm[key].expected, value, suggestion);
	else
		expected(parse, line, key, value);
	free(suggestion);
}

static void set_path(struct config_parse *parse, struct config_file *file, enum vm_key key,
	unsigned line, const char *value)
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
	diag_add(parse->diag, line, "`%s`: cannot use the file %s: %s", key_vm[key].name, path,
		problem);
	free(path);
}

static void set_kernel(struct config_parse *parse, unsigned line, const char *value)
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

static void set_initrd(struct config_parse *parse, unsigned line, const char *value)
{
	set_path(parse, &parse->vm->initrd, VM_INITRD, line, value);
}

static void set_cmdline(struct config_parse *parse, unsigned line, const char *value)
{
	(void)line;
	parse->vm->cmdline = alloc_text("%s", value);
}

/* "256" and "256MB" are meant as 256M. */
static char *suggest_size(const char *value)
{
	size_t digits = strspn(value, "0123456789");
	const char *suffix = value + digits;

	if (digits == 0)
		return NULL;
	if (*suffix == '\0')
		return alloc_text("%sM", value);
	if (strchr("KMGkmg", *suffix) &&
		(strcasecmp(suffix + 1, "b") == 0 || strcasecmp(suffix + 1, "ib") == 0))
		return alloc_copy(value, digits + 1);
	return NULL;
}

static void set_memory(struct config_parse *parse, unsigned line, const char *value)
{
	uint64_t size;

	if (value_size(value, &size) == STATUS_OK && size >= CONFIG_MEMORY_MIN &&
		size <= CONFIG_MEMORY_MAX && size % 4096 == 0)
		parse->vm->memory = size;
	else
		expected_near(parse, line, VM_MEMORY, value, suggest_size(value));
}

static void set_number(struct config_parse *parse, unsigned line, enum vm_key key,
	const char *value, unsigned least, unsigned most, unsigned *number)
{
	uint64_t n;

	if (value_number(value, &n) != STATUS_OK || n < least || n > most)
		expected(parse, line, key, value);
	else
		*number = (unsigned)n;
}

static void set_vcpus(struct config_parse *parse, unsigned line, const char *value)
{
	set_number(parse, line, VM_VCPUS, value, 1, CONFIG_VCPUS, &parse->vm->vcpus);
}

static void set_cpus(struct config_parse *parse, unsigned line, const char *value)
{
	enum status status = cpus_read(value, &parse->vm->cpus);

	if (status == STATUS_BAD_STATE)
		diag_add(parse->diag, line, "`cpus`: expected a list that leaves a CPU, got `%s`",
			value);
	else if (status != STATUS_OK)
		expected_near(parse, line, VM_CPUS, value, cpus_suggest(value));
}

static void set_priority(struct config_parse *parse, unsigned line, const char *value)
{
	set_number(parse, line, VM_PRIORITY, value, 0, PLAN_GUEST_PRIORITIES - 1,
		&parse->vm->priority);
}

/* "5" is meant as 5ms, "5 ms" and "5 %" are so without the space. */
static char *suggest_time(const char *value)
{
	size_t digits = strspn(value, "0123456789");
	const char *unit = value + digits + strspn(value + digits, " \t");
	uint64_t time;

	if (digits == 0)
		return NULL;
	char *text = alloc_text("%.*s%s", (int)digits, value, *unit ? unit : "ms");
	if (value_time(text, &time) == STATUS_OK || value_percent(text, &time) == STATUS_OK)
		return text;
	free(text);
	return NULL;
}

/* How it goes with the period is checked when the block is complete. */
static void set_budget(struct config_parse *parse, unsigned line, const char *value)
{
	struct config_vm *vm = parse->vm;
	uint64_t number;

	if (value_percent(value, &number) == STATUS_OK && number >= 1 && number <= 100)
		vm->budget_percent = (uint32_t)number;
	else if (value_time(value, &number) == STATUS_OK && number >= 1)
		vm->budget = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
	else
		expected_near(parse, line, VM_BUDGET, value, suggest_time(value));
}

static void set_period(struct config_parse *parse, unsigned line, const char *value)
{
	uint64_t us;

	parse->vm->period = 0;
	if (value_time(value, &us) == STATUS_OK && us >= CONFIG_PERIOD_MIN &&
		us <= CONFIG_PERIOD_MAX)
		parse->vm->period = (uint32_t)us;
	else
		expected_near(parse, line, VM_PERIOD, value, suggest_time(value));
}

static void set_module(struct config_parse *parse, unsigned line, const char *value)
{
	struct config_vm *vm = parse->vm;

	if (vm->modules == CONFIG_MODULES) {
		diag_add(
			parse->diag, line, "`module`: expected at most %u of them", CONFIG_MODULES);
		return;
	}
	struct config_file *file = &vm->module[vm->modules++];
	size_t length = strcspn(value, " \t");
	char *path = alloc_copy(value, length);
	file->args = alloc_text("%s", value + length + strspn(value + length, " \t"));
	set_path(parse, file, VM_MODULE, line, path);
	free(path);
}

static void set_debug_exit(struct config_parse *parse, unsigned line, const char *value)
{
	if (value_yes_no(value, &parse->vm->debug_exit) != STATUS_OK)
		expected(parse, line, VM_DEBUG_EXIT, value);
}

static void set_on_crash(struct config_parse *parse, unsigned line, const char *value)
{
	if (strcmp(value, "stop") != 0 && strcmp(value, "restart") != 0)
		expected(parse, line, VM_ON_CRASH, value);
	parse->vm->restart = strcmp(value, "restart") == 0;
}

void (*const config_set[VM_KEY_COUNT])(struct config_parse *, unsigned, const char *) = {
	[VM_KERNEL] = set_kernel,
	[VM_INITRD] = set_initrd,
	[VM_CMDLINE] = set_cmdline,
	[VM_MEMORY] = set_memory,
	[VM_VCPUS] = set_vcpus,
	[VM_CPUS] = set_cpus,
	[VM_PRIORITY] = set_priority,
	[VM_BUDGET] = set_budget,
	[VM_PERIOD] = set_period,
	[VM_MODULE] = set_module,
	[VM_DISK] = config_disk_take,
	[VM_NET] = config_net_take,
	[VM_DEBUG_EXIT] = set_debug_exit,
	[VM_ON_CRASH] = set_on_crash,
};
