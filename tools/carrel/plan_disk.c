/* SPDX-License-Identifier: MIT */
/* Disks in a plan, and what a guest with cards costs; see plan_build.h. No state. */
#include "abi/block.h"
#include "config_device.h"
#include "plan_build.h"

/* For each disk: what the monitor keeps of it (requests in flight). With an overlay a
 * copy of the file as well, and a word for each page of it. */
#define DISK_HEAP_PAGES 24u
#define RNG_HEAP_PAGES 2u

/* What the file's pages become in the monitor's heap, alignment included. */
static uint32_t overlay_pages(uint64_t bytes)
{
	return (uint32_t)(PAGES(bytes) + PAGES(PAGES(bytes) * sizeof(uint32_t)) + 2);
}

static void add_device(
	struct build *build, const struct config_disk *disk, uint32_t vm, struct plan_disk *plan)
{
	plan->channel = plan_add_channel(
		build, vm, build->disk_driver, CHANNEL_BLOCK, PAGES(BLOCK_CHANNEL));
	plan->module = PLAN_NO_MODULE;
	plan->flags = disk->readonly ? PLAN_DISK_READONLY : 0;
	plan->device = disk->serial ? PLAN_ANY_DEVICE : disk->device;
	plan->serial = plan_add_text(build, disk->serial ? disk->serial : "");
	plan->partition = plan_add_text(build, disk->partition ? disk->partition : "");
	plan->debug_crash = disk->debug_crash;
}

static void add_file(struct build *build, const struct config_disk *disk,
	struct plan_component *component, struct plan_disk *plan)
{
	plan->module = plan_share_module(build, &disk->file);
	plan->flags = disk->overlay ? PLAN_DISK_OVERLAY : 0;
	if (disk->overlay)
		component->heap_pages += overlay_pages(disk->file.facts.size);
}

void plan_add_cards(
	struct build *build, const struct config_vm *vm, struct plan_component *component)
{
	component->disks = vm->disks;
	if (vm->disks || vm->nets)
		component->heap_pages += RNG_HEAP_PAGES;
	component->heap_pages += PORT_HEAP_PAGES * vm->nets;
	for (unsigned i = 0; i < vm->disks; i++) {
		const struct config_disk *disk = vm->disk[i].disk;
		struct plan_disk *plan = &component->disk[i];

		plan->name = plan_add_text(build, disk->name);
		component->heap_pages += DISK_HEAP_PAGES;
		if (config_device_is(disk))
			add_device(build, disk, (uint32_t)(component - build->component), plan);
		else
			add_file(build, disk, component, plan);
	}
}

/* A machine whose disks nobody uses has no driver of them. */
bool plan_has_devices(const struct config *config)
{
	for (unsigned i = 0; i < config->vms; i++)
		for (unsigned k = 0; k < config->vm[i].disks; k++)
			if (config_device_is(config->vm[i].disk[k].disk))
				return true;
	return false;
}
