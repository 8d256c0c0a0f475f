/* SPDX-License-Identifier: MIT */
/* The parts of a compiled plan, the memory and the CPUs it asks for; see plan.h. */
#include "plan.h"
#include "cpus.h"
#include "value.h"

#include <inttypes.h>
#include <stdlib.h>

#define PAGE 4096ull
#define UP(bytes) (((bytes) + PAGE - 1) / PAGE * PAGE)

/* Our own plan: the offsets are right, and 8-byte aligned. */
static const void *part(const struct plan *plan, uint32_t offset, unsigned index, size_t size)
{
	return plan->bytes + offset + index * size;
}

const struct plan_header *plan_header(const struct plan *plan)
{
	return part(plan, 0, 0, 0);
}

const struct plan_component *plan_component(const struct plan *plan, unsigned index)
{
	return part(
		plan, plan_header(plan)->component_offset, index, sizeof(struct plan_component));
}

const struct plan_module *plan_module(const struct plan *plan, unsigned index)
{
	return part(plan, plan_header(plan)->module_offset, index, sizeof(struct plan_module));
}

const struct plan_channel *plan_channel(const struct plan *plan, unsigned index)
{
	return part(plan, plan_header(plan)->channel_offset, index, sizeof(struct plan_channel));
}

const struct plan_right *plan_right(const struct plan *plan, unsigned index)
{
	return part(plan, plan_header(plan)->right_offset, index, sizeof(struct plan_right));
}

const char *plan_text(const struct plan *plan, uint32_t offset)
{
	return part(plan, plan_header(plan)->text_offset, offset, 1);
}

/* Without the guests' own memory. */
static uint64_t fixed_memory(const struct plan *plan)
{
	const struct plan_header *header = plan_header(plan);
	uint64_t sum = PLAN_OVERHEAD + UP(plan->size);

	for (unsigned i = 0; i < header->components; i++) {
		const struct plan_component *component = plan_component(plan, i);
		sum += (component->account_pages + component->heap_pages) * PAGE;
	}
	for (unsigned i = 0; i < header->modules; i++)
		sum += UP(plan_module(plan, i)->size);
	for (unsigned i = 0; i < header->channels; i++)
		sum += plan_channel(plan, i)->pages * PAGE;
	return sum;
}

uint64_t plan_memory(const struct plan *plan)
{
	uint64_t sum = fixed_memory(plan);

	for (unsigned i = 0; i < plan->vms; i++)
		sum += plan_component(plan, plan->first_vm + i)->guest_pages * PAGE;
	return sum;
}

enum status plan_check_machine(
	const struct plan *plan, const struct config *config, uint64_t machine, struct diag *diag)
{
	uint64_t sum = fixed_memory(plan);
	char text[VALUE_SIZE_TEXT];

	for (unsigned i = 0; i < config->vms; i++) {
		const struct config_vm *vm = &config->vm[i];
		sum += vm->memory;
		if (sum <= machine)
			continue;
		diag_add(diag, vm->seen[VM_MEMORY] ? vm->seen[VM_MEMORY] : vm->line,
			"`memory`: expected no more than the machine has: the guests and Carrel "
			"need "
			"%" PRIu64 "M up to [vm %s], the machine has %s",
			(sum >> 20) + 1, vm->name, value_format_size(machine, text));
		return STATUS_BAD_ARG;
	}
	return STATUS_OK;
}

unsigned plan_cpus(const struct plan *plan)
{
	unsigned most = 1;

	for (unsigned i = 0; i < plan_header(plan)->components; i++) {
		unsigned needed = cpus_needed(plan_component(plan, i)->cpus);
		most = needed > most ? needed : most;
	}
	return most;
}

/* One guest that names CPUs which the machine lacks, all or some of them. */
static void check_cpus(
	const struct config_vm *vm, unsigned cpus, struct diag *diag, struct diag *warnings)
{
	unsigned line = vm->seen[VM_CPUS] ? vm->seen[VM_CPUS] : vm->line;
	uint64_t missing = cpus_missing(vm->cpus, cpus), there = cpus_there(vm->cpus, cpus);
	char *wanted = cpus_format(missing ? missing : vm->cpus);
	char *left = cpus_format(there);
	char *machine = cpus_format(cpus_there(0, cpus));

	if (!there)
		diag_add(diag, line,
			"`cpus`: expected at least one that the machine has, got %s: it has %s",
			wanted, machine);
	else if (missing)
		diag_add(warnings, line,
			"warning: `cpus`: the machine has no CPU %s, only %s: [vm %s] runs on %s",
			wanted, machine, vm->name, left);
	free(machine);
	free(left);
	free(wanted);
}

enum status plan_check_cpus(
	const struct config *config, unsigned cpus, struct diag *diag, struct diag *warnings)
{
	unsigned errors = diag->count;

	for (unsigned i = 0; i < config->vms; i++)
		check_cpus(&config->vm[i], cpus, diag, warnings);
	return diag->count == errors ? STATUS_OK : STATUS_BAD_ARG;
}
