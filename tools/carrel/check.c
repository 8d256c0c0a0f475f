/* SPDX-License-Identifier: MIT */
/* What must hold for a guest as a whole, once its block is read; see config.h. */
#include "config.h"
#include "alloc.h"
#include "value.h"

#include <inttypes.h>
#include <string.h>

static uint64_t round_up_mib(uint64_t bytes)
{
	return (bytes + (1u << 20) - 1) >> 20;
}

static uint64_t file_bytes(const struct config_vm *vm)
{
	uint64_t sum = vm->initrd.path ? vm->initrd.facts.size : 0;

	for (unsigned i = 0; i < vm->modules; i++)
		sum += vm->module[i].path ? vm->module[i].facts.size : 0;
	return sum;
}

/* A Linux kernel says how much it needs while it unpacks itself; of others the
 * file's size is the least. Where exactly things go is the monitor's matter. */
static void check_memory(const struct config_vm *vm, struct diag *diag)
{
	uint64_t kernel = vm->kernel_needs ? vm->kernel_needs : vm->kernel.facts.size;
	uint64_t files = file_bytes(vm);
	char text[VALUE_SIZE_TEXT];

	if (!vm->kernel.path || kernel + files <= vm->memory)
		return;
	diag_add(diag, vm->seen[VM_MEMORY] ? vm->seen[VM_MEMORY] : vm->line,
		"`memory`: expected at least %" PRIu64 "M (the kernel needs %" PRIu64
		"M, the initrd and modules %" PRIu64 "M), got %s",
		round_up_mib(kernel + files), round_up_mib(kernel), round_up_mib(files),
		value_format_size(vm->memory, text));
}

/* init hands a monitor all its text in one page-sized table. */
static void check_text(const struct config_vm *vm, struct diag *diag)
{
	size_t used = 1 + (vm->cmdline ? strlen(vm->cmdline) + 1 : 0);

	for (unsigned i = 0; i < vm->modules; i++)
		used += strlen(vm->module[i].args) + 1;
	for (unsigned i = 0; i < vm->disks; i++)
		used += strlen(vm->disk[i].name) + 1;
	if (used > START_CMDLINE)
		diag_add(diag, vm->seen[VM_CMDLINE] ? vm->seen[VM_CMDLINE] : vm->line,
			"`cmdline`: expected at most %u characters with those of all modules and "
			"the names of disks, got "
			"%zu",
			START_CMDLINE - 2 - vm->modules, used - 2 - vm->modules);
}

/* The budget in us, of what was given as a part of the period. */
static void budget_work_out(struct config_vm *vm)
{
	if (vm->budget_percent)
		vm->budget = (uint32_t)((uint64_t)vm->period * vm->budget_percent / 100);
}

static void check_budget(struct config_vm *vm, struct diag *diag)
{
	char budget[VALUE_TIME_TEXT], period[VALUE_TIME_TEXT], least[VALUE_TIME_TEXT];
	bool asked = vm->seen[VM_BUDGET] || vm->meant[VM_BUDGET];

	if (vm->seen[VM_PERIOD] && !asked)
		diag_add(diag, vm->seen[VM_PERIOD],
			"`period`: expected a `budget` too: a period alone limits nothing");
	/* What is missing or was no time at all has been reported. */
	if (!vm->period || (!vm->budget && !vm->budget_percent))
		return;
	budget_work_out(vm);
	value_format_time(vm->budget, budget);
	value_format_time(vm->period, period);
	value_format_time(CONFIG_BUDGET_MIN, least);
	if (vm->budget > vm->period)
		diag_add(diag, vm->seen[VM_BUDGET],
			"`budget`: expected no more than the period of %s%s, got %s", period,
			vm->seen[VM_PERIOD] ? "" : " (`period` sets another)", budget);
	else if (vm->budget < CONFIG_BUDGET_MIN)
		diag_add(diag, vm->seen[VM_BUDGET],
			"`budget`: expected at least %s in each period, got %s in %s: switching "
			"would take longer",
			least, budget, period);
}

void config_check_vm(struct config_vm *vm, struct diag *diag)
{
	for (unsigned i = 0; i < VM_KEY_COUNT; i++)
		if (!key_vm[i].preset && !vm->seen[i] && !vm->meant[i])
			diag_add(diag, vm->line, "[vm %s] has no `%s`: expected %s", vm->name,
				key_vm[i].name, key_vm[i].expected);
	check_memory(vm, diag);
	check_text(vm, diag);
	check_budget(vm, diag);
}
