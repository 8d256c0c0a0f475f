/* SPDX-License-Identifier: MIT */
/*
 * Compiling a configuration; see plan.h.
 *
 * The plan is built as five tables and laid out at the end. The drivers come
 * first, so that they run before the guests that need them.
 */
#include "plan.h"
#include "abi/activity.h"
#include "alloc.h"
#include "config_device.h"
#include "plan_build.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define DRIVER_PRIORITY 40u
#define VM_HEAP_PAGES 128u
#define VM_ACCOUNT_PAGES 192u /* objects, stacks and tables of a small guest */
/* For each virtual CPU after the first: its pages and objects (with VT-x it takes
 * four pages), and a stack in the monitor. */
#define VCPU_ACCOUNT_PAGES 12u
#define VCPU_HEAP_PAGES 8u
#define CONSOLE_PAGES (4u + PAGES(ACTIVITY_BYTES))
#define DIAG_PAGES 2u

uint32_t plan_add_text(struct build *build, const char *text)
{
	uint32_t offset = build->text_size;
	size_t size = strlen(text) + 1;

	if (size == 1)
		return 0; /* offset 0 is "" */
	build->text = alloc_more(build->text, offset + size, 1);
	memcpy(build->text + offset, text, size);
	build->text_size += (uint32_t)size;
	return offset;
}

/* "03-vmlinuz": unique by its number, and legible. */
static void name_module(char name[BOOT_NAME], unsigned index, const char *path)
{
	const char *base = file_name(path);

	snprintf(name, BOOT_NAME, "%02u-%.*s", index, (int)(BOOT_NAME - 4), base);
	for (char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
			*c = '_';
}

/* Takes a file into the plan. Reports what fails on `line`. A program without a
 * path is one that is not built yet. */
static uint32_t add_module(
	struct build *build, const char *path, const char *name, const char *args, unsigned line)
{
	struct plan *plan = build->plan;
	unsigned index = plan->files;
	struct plan_file *file = &plan->file[index];
	struct plan_module *module = &build->module[index];
	const char *problem;

	if (index == PLAN_MODULES) {
		diag_add(build->diag, line,
			"the file %s is one too many: expected at most %u in all guests", path,
			PLAN_MODULES - COMPONENT_DRIVERS - 1);
		return PLAN_NO_MODULE;
	}
	plan->files++;
	file->path = alloc_text("%s", path ? path : "");
	if (name)
		snprintf(file->name, BOOT_NAME, "%s", name);
	else
		name_module(file->name, index, path);
	if (path && file_look(path, &build->facts[index], &problem) != STATUS_OK)
		diag_add(build->diag, line, "cannot use the file %s: %s", path, problem);
	else if (path && file_crc(path, &module->crc) != STATUS_OK)
		diag_add(build->diag, line, "cannot read the file %s: %s", path, strerror(errno));
	module->size = build->facts[index].size;
	module->name = plan_add_text(build, file->name);
	module->cmdline = plan_add_text(build, args);
	return index;
}

/* The module that already is this very file, so that two guests with the same
 * kernel load it once. */
static uint32_t find_module(const struct build *build, const struct file_facts *facts)
{
	for (unsigned i = 0; i < build->plan->files; i++)
		if (build->facts[i].device == facts->device &&
			build->facts[i].inode == facts->inode && build->module[i].cmdline == 0)
			return i;
	return PLAN_NO_MODULE;
}

uint32_t plan_share_module(struct build *build, const struct config_file *file)
{
	if (!file->path)
		return PLAN_NO_MODULE;
	uint32_t index = find_module(build, &file->facts);
	return index != PLAN_NO_MODULE ? index
				       : add_module(build, file->path, NULL, "", file->line);
}

uint32_t plan_add_channel(
	struct build *build, uint32_t client, uint32_t server, uint32_t kind, uint32_t pages)
{
	build->channel[build->channels] = (struct plan_channel){
		.client = client, .server = server, .kind = kind, .pages = pages};
	return build->channels++;
}

void plan_add_rights(
	struct build *build, struct plan_component *component, const struct driver *driver)
{
	component->first_right = build->rights;
	component->rights = driver->rights;
	memcpy(build->right + build->rights, driver->right,
		driver->rights * sizeof(*driver->right));
	build->rights += driver->rights;
}

static void add_driver(struct build *build, const struct driver *driver, const char *program)
{
	struct plan_component *component = &build->component[build->components++];

	strncpy(component->name, driver->name, PLAN_NAME - 1);
	component->kind = PLAN_DRIVER;
	component->flags = driver->flags;
	component->image = add_module(build, program, driver->name, "", 1);
	component->priority = DRIVER_PRIORITY;
	component->cpus = DRIVER_CPUS;
	component->account_pages = driver->account_pages;
	component->heap_pages = driver->heap_pages;
	component->kernel = component->initrd = PLAN_NO_MODULE;
	plan_add_rights(build, component, driver);
}

/* One page table maps 2 MiB. A guest's memory may need them twice, in the
 * monitor's tables and in the guest's, where it does not lie on 2 MiB bounds. */
static uint32_t vm_account(const struct build *build, const struct config_vm *vm,
	const struct plan_component *component)
{
	uint64_t pages = component->guest_pages;

	if (component->kernel != PLAN_NO_MODULE)
		pages += PAGES(build->module[component->kernel].size);
	if (component->initrd != PLAN_NO_MODULE)
		pages += PAGES(build->module[component->initrd].size);
	/* Modules that no longer fitted into the plan were reported. */
	for (uint32_t i = 0; i < component->modules; i++)
		if (component->first_module + i < build->plan->files)
			pages += PAGES(build->module[component->first_module + i].size);
	for (uint32_t i = 0; i < component->disks; i++)
		if (component->disk[i].module != PLAN_NO_MODULE)
			pages += PAGES(build->module[component->disk[i].module].size);
	if (component->disks || vm->nets)
		pages += component->heap_pages;
	return VM_ACCOUNT_PAGES + VCPU_ACCOUNT_PAGES * (component->vcpus - 1) +
	       PORT_ACCOUNT_PAGES * vm->nets + (uint32_t)(pages / 512);
}

static void add_vm(struct build *build, const struct config_vm *vm, uint32_t image)
{
	uint32_t index = build->components++;
	struct plan_component *component = &build->component[index];

	memcpy(component->name, vm->name, PLAN_NAME);
	component->kind = PLAN_VM;
	component->flags =
		(vm->debug_exit ? PLAN_DEBUG_EXIT : 0) | (vm->restart ? PLAN_RESTART : 0);
	component->image = image;
	component->priority = vm->priority;
	component->budget_us = vm->budget;
	component->period_us = vm->budget ? vm->period : 0;
	component->cpus = vm->cpus;
	component->heap_pages = VM_HEAP_PAGES + VCPU_HEAP_PAGES * (vm->vcpus - 1);
	component->guest_pages = vm->memory / 4096;
	component->vcpus = vm->vcpus;
	component->kernel = plan_share_module(build, &vm->kernel);
	component->initrd = plan_share_module(build, &vm->initrd);
	component->first_module = vm->modules ? build->plan->files : 0;
	component->modules = vm->modules;
	for (unsigned i = 0; i < vm->modules; i++)
		add_module(build, vm->module[i].path, NULL, vm->module[i].args, vm->module[i].line);
	plan_add_cards(build, vm, component);
	component->cmdline = plan_add_text(build, vm->cmdline ? vm->cmdline : "");
	component->account_pages = vm_account(build, vm, component);
	plan_add_channel(build, index, COMPONENT_SERIAL, CHANNEL_CONSOLE, CONSOLE_PAGES);
	plan_add_channel(build, index, COMPONENT_SERIAL, CHANNEL_DIAG, DIAG_PAGES);
	for (unsigned i = 0; i < vm->nets; i++)
		plan_add_port(build, index, &vm->net[i]);
}

/* Appends a table to the plan, on an 8-byte boundary; returns its offset. */
static uint32_t lay_out(struct plan *plan, const void *table, size_t size)
{
	size_t offset = (plan->size + 7) & ~(size_t)7;

	plan->bytes = alloc_more(plan->bytes, offset + size, 1);
	memset(plan->bytes + plan->size, 0, offset - plan->size);
	memcpy(plan->bytes + offset, table, size);
	plan->size = offset + size;
	return (uint32_t)offset;
}

static void finish(struct build *build, bool linger)
{
	struct plan *plan = build->plan;
	struct plan_header header = {.magic = PLAN_MAGIC,
		.version = PLAN_VERSION,
		.components = build->components,
		.modules = plan->files,
		.channels = build->channels,
		.rights = build->rights,
		.text_size = build->text_size,
		.flags = PLAN_WHEN_DONE_POWEROFF | (linger ? PLAN_WHEN_DONE_LINGER : 0)};

	lay_out(plan, &header, sizeof(header));
	header.component_offset =
		lay_out(plan, build->component, build->components * sizeof(*build->component));
	header.module_offset = lay_out(plan, build->module, plan->files * sizeof(*build->module));
	header.channel_offset =
		lay_out(plan, build->channel, build->channels * sizeof(*build->channel));
	header.right_offset = lay_out(plan, build->right, build->rights * sizeof(*build->right));
	header.text_offset = lay_out(plan, build->text, build->text_size);
	header.size = (uint32_t)plan->size;
	header.crc = (uint32_t)crc32(
		0, plan->bytes + sizeof(header), (uInt)(plan->size - sizeof(header)));
	memcpy(plan->bytes, &header, sizeof(header));
}

enum status plan_compile(const struct config *config, const struct plan_programs *programs,
	struct plan *plan, struct diag *diag)
{
	struct build *build = alloc_zero(1, sizeof(*build));
	unsigned errors = diag->count;

	*plan = (struct plan){.vms = config->vms};
	build->plan = plan;
	build->diag = diag;
	build->config = config;
	build->text = alloc_zero(1, 1);
	build->text_size = 1;
	add_driver(build, &driver_serial, programs->serial);
	add_driver(build, &driver_power, programs->power);
	plan_add_channel(build, PLAN_INIT, COMPONENT_SERIAL, CHANNEL_CONTROL, DIAG_PAGES);
	build->disk_driver = build->components;
	if (plan_has_devices(config))
		add_driver(build, &driver_disk, programs->disk);
	plan->first_vm = build->components;
	uint32_t vmm = add_module(build, programs->vmm, "vmm", "", 1);
	if (plan_has_ports(config))
		plan_add_nets(build, add_module(build, programs->net, "switch", "", 1));
	if (plan_has_uplinks(config))
		plan_add_uplinks(build, add_module(build, programs->nic, "net", "", 1));
	for (unsigned i = 0; i < config->vms; i++)
		add_vm(build, &config->vm[i], vmm);
	finish(build, config->linger);
	free(build->text);
	free(build);
	if (diag->count == errors)
		return STATUS_OK;
	plan_free(plan);
	return STATUS_BAD_ARG;
}

void plan_free(struct plan *plan)
{
	for (unsigned i = 0; i < plan->files; i++)
		free(plan->file[i].path);
	free(plan->bytes);
	*plan = (struct plan){0};
}

_Static_assert(DRIVER_PRIORITY >= PLAN_GUEST_PRIORITIES, "drivers come before guests");
_Static_assert(COMPONENT_DRIVERS + 1 + CONFIG_NETS + CONFIG_UPLINKS + CONFIG_VMS <= PLAN_COMPONENTS,
	"all fit");
_Static_assert(1 + (2 + PLAN_NETS) * CONFIG_VMS + CONFIG_UPLINKS + CONFIG_DEVICES <= PLAN_CHANNELS,
	"all fit");
_Static_assert(CONFIG_VMS + 1 <= START_CHANNELS, "a switch has a channel for each guest");
_Static_assert(
	PLAN_MODULES + 2 <= BOOT_MODULES, "the kernel passes on all modules, init and the plan");
