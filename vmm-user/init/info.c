/* SPDX-License-Identifier: MIT */
/* Builds the start info of a component. Pure; no state. */
#include "init/info.h"
#include "init/init.h"
#include "init/link.h"
#include "init/module.h"
#include "lib/addr.h"
#include "lib/string.h"

#define LARGE_PAGE (1ull << 21)

/* Appends a string; `end` is the first free offset. Offset 0 is "". */
static enum status text_add(
	struct start_info *info, uint32_t *end, const char *text, uint64_t *offset)
{
	size_t size = strlen(text) + 1;

	*offset = 0;
	if (size == 1)
		return STATUS_OK;
	if (size > START_CMDLINE - *end)
		return STATUS_BAD_ARG;
	memcpy(info->text + *end, text, size);
	*offset = *end;
	*end += (uint32_t)size;
	return STATUS_OK;
}

/* The disk that channel `channel` of the plan is for. */
static const struct plan_disk *disk_of(const struct plan *plan, uint32_t channel)
{
	const struct plan_component *client = &plan->component[plan->channel[channel].client];

	for (uint32_t i = 0; i < client->disks; i++)
		if (client->disk[i].module == PLAN_NO_MODULE && client->disk[i].channel == channel)
			return &client->disk[i];
	return NULL;
}

/* Tells the server of a block channel which disk it is. */
static enum status block_build(const struct plan *plan, uint32_t channel, struct start_info *info,
	uint32_t *end, struct start_block *block)
{
	const struct plan_disk *disk = disk_of(plan, channel);
	uint64_t serial, partition;
	enum status status;

	if (disk == NULL)
		return STATUS_BAD_ARG;
	status = text_add(info, end, plan_text(plan, disk->serial), &serial);
	if (status == STATUS_OK)
		status = text_add(info, end, plan_text(plan, disk->partition), &partition);
	if (status != STATUS_OK)
		return status;
	*block = (struct start_block){.device = disk->device,
		.flags = disk->flags,
		.serial = (uint32_t)serial,
		.partition = (uint32_t)partition,
		.debug_crash = disk->debug_crash};
	return STATUS_OK;
}

static enum status blocks_build(
	const struct plan *plan, uint32_t index, struct start_info *info, uint32_t *end)
{
	enum status status = STATUS_OK;
	struct link link;

	for (uint32_t i = 0;
		i < info->channels && status == STATUS_OK && link_get(plan, index, i, &link); i++)
		if (link.is_server && info->channel[i].kind == CHANNEL_BLOCK)
			status =
				block_build(plan, link.channel, info, end, &info->channel[i].block);
	return status;
}

static void channels_build(const struct plan *plan, uint32_t index, struct start_info *info)
{
	struct link link;

	for (uint32_t i = 0; i < START_CHANNELS && link_get(plan, index, i, &link); i++) {
		struct start_channel *channel = &info->channel[i];
		bool init = link.peer == PLAN_INIT;
		const char *peer = init ? INIT_MODULE : plan->component[link.peer].name;

		memcpy(channel->peer, peer, strlen(peer));
		channel->kind = plan->channel[link.channel].kind;
		channel->is_server = link.is_server;
		channel->address = link.address;
		channel->size = link.size;
		channel->own_bit = link_bit(i);
		channel->port = plan->channel[link.channel].port;
		channel->signal_bit = init ? INIT_BIT_CONTROL
					   : link_bit(link_ordinal(plan, link.channel, link.peer));
		info->channels = i + 1;
	}
}

/* Same offset in a large page as in physical memory. */
static uint64_t module_place(uint64_t address, uint64_t base)
{
	return address + ((base - address) & (LARGE_PAGE - 1));
}

static enum status modules_build(const struct plan *plan, const struct plan_component *component,
	const struct boot_module *const *module, uint32_t modules, struct start_info *info,
	uint32_t *end)
{
	uint32_t list[START_MODULES], count = module_list(component, list);
	uint64_t address = START_MODULE_ADDR;
	enum status status = STATUS_OK;

	if (count != modules)
		return STATUS_BAD_ARG;
	for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
		const struct plan_module *entry = &plan->module[list[i]];

		info->module[i].address = module_place(address, module[i]->base);
		info->module[i].size = module[i]->size;
		address = info->module[i].address + PAGE_ALIGN_UP(module[i]->size);
		status = text_add(
			info, end, plan_text(plan, entry->cmdline), &info->module[i].cmdline);
	}
	info->modules = count;
	return status;
}

static void guest_build(const struct plan_component *component, struct start_info *info)
{
	int32_t next = 0;

	info->kernel_module = component->kernel != PLAN_NO_MODULE ? next++ : -1;
	info->initrd_module = component->initrd != PLAN_NO_MODULE ? next++ : -1;
	info->first_extra_module = (uint32_t)next;
	info->extra_modules = component->modules;
	info->guest_address = START_GUEST_ADDR;
	info->guest_size = component->guest_pages * PAGE_SIZE;
	info->vcpus = component->vcpus;
}

/* Their modules come last, in this order; or a channel is theirs. */
static enum status disks_build(
	const struct plan *plan, uint32_t index, struct start_info *info, uint32_t *end)
{
	const struct plan_component *component = &plan->component[index];
	uint32_t module = info->first_extra_module + info->extra_modules;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < component->disks && status == STATUS_OK; i++) {
		const struct plan_disk *disk = &component->disk[i];
		uint64_t name;

		status = text_add(info, end, plan_text(plan, disk->name), &name);
		if (disk->module != PLAN_NO_MODULE)
			info->disk[i].module = module++;
		else
			info->disk[i].module = PLAN_NO_MODULE;
		info->disk[i].channel = disk->module == PLAN_NO_MODULE
						? link_ordinal(plan, disk->channel, index)
						: 0;
		info->disk[i].name = (uint32_t)name;
		info->disk[i].flags = disk->flags;
	}
	info->disks = component->disks;
	return status;
}

static void header_build(const struct plan_component *component, const struct boot_info *boot,
	struct start_info *info)
{
	info->magic = START_INFO_MAGIC;
	info->size = sizeof(*info);
	info->virt = boot->virt;
	memcpy(info->name, component->name, strlen(component->name));
	info->tsc_khz = boot->tsc_khz;
	info->heap_address = START_HEAP_ADDR;
	info->heap_size = component->heap_pages * PAGE_SIZE;
	info->flags = component->flags;
	info->kernel_module = -1;
	info->initrd_module = -1;
	if ((component->flags & PLAN_POWER) == 0)
		return;
	info->pm1a_control = boot->pm1a_control;
	info->pm1b_control = boot->pm1b_control;
}

enum status info_build(const struct plan *plan, uint32_t index, const struct boot_info *boot,
	const struct place *place, const struct boot_module *const *module, uint32_t modules,
	struct start_info *info)
{
	const struct plan_component *component = &plan->component[index];
	uint32_t end = 1;
	uint64_t cmdline;
	enum status status;

	memset(info, 0, sizeof(*info));
	header_build(component, boot, info);
	memcpy(info->vcpu_cpu, place->cpu, sizeof(info->vcpu_cpu));
	channels_build(plan, index, info);
	if (component->kind != PLAN_VM)
		return modules == 0 ? blocks_build(plan, index, info, &end) : STATUS_BAD_ARG;
	guest_build(component, info);
	status = text_add(info, &end, plan_text(plan, component->cmdline), &cmdline);
	info->cmdline = (uint32_t)cmdline;
	if (status != STATUS_OK)
		return status;
	status = disks_build(plan, index, info, &end);
	if (status != STATUS_OK)
		return status;
	return modules_build(plan, component, module, modules, info, &end);
}

_Static_assert(PLAN_DISKS <= START_DISKS, "disks fit the start info");
_Static_assert(PLAN_NAME <= START_NAME, "names fit the start info");
