/* SPDX-License-Identifier: MIT */
/* The PCI devices of a guest: see cards.h. */
#include "vmm/cards.h"

#include "abi/plan.h"
#include "rt/channel.h"
#include "rt/heap.h"
#include "vmm/dev/blk_memory.h"
#include "vmm/dev/virtio_blk.h"
#include "vmm/dev/virtio_rng.h"
#include "vmm/entropy.h"
#include "vmm/say.h"

/* A disk, taken from the heap. */
struct disk {
	struct blk_memory memory;
	struct virtio_blk blk;
};

/* Room for every block to be written. */
static bool overlay_make(struct blk_memory *memory)
{
	uint64_t blocks = blk_memory_blocks(memory->size);
	uint32_t *map = heap_alloc(blocks * sizeof *map, sizeof *map);
	uint8_t *pool = heap_alloc(blocks * BLK_BLOCK, BLK_BLOCK);

	if (!map || !pool)
		return false;
	blk_memory_overlay(memory, map, pool, (uint32_t)blocks);
	return true;
}

static enum guest_kill disk_plug(
	struct machine *m, const struct start_info *info, const struct start_disk *plan)
{
	const struct start_module *module = &info->module[plan->module % START_MODULES];
	const char *name = info->text + plan->name % START_CMDLINE;
	struct disk *disk = heap_alloc(sizeof *disk, 64);

	if (disk)
		blk_memory_init(&disk->memory, (const uint8_t *)(uintptr_t)module->address,
			module->size, name);
	if (!disk || (plan->flags & PLAN_DISK_OVERLAY && !overlay_make(&disk->memory))) {
		say("no memory for the disk %s", name);
		return KILL_NO_MEMORY;
	}
	virtio_blk_init(&disk->blk, &disk->memory.medium, m->config.memory, machine_message, m);
	if (!machine_add_function(m, &disk->blk.pci.function))
		return KILL_NONE;
	say("no room for the disk %s on the bus", name);
	return KILL_NO_MEMORY;
}

/* A guest can do without. */
static void rng_plug(struct machine *m)
{
	struct virtio_rng *rng = entropy_there() ? heap_alloc(sizeof *rng, 64) : NULL;

	if (!rng)
		return;
	virtio_rng_init(rng, entropy_fill, m->config.memory, machine_message, m);
	if (machine_add_function(m, &rng->pci.function))
		say("no room for a source of entropy on the bus");
}

enum guest_kill cards_plug(struct machine *m, const struct start_info *info)
{
	for (uint32_t i = 0; i < info->disks && i < START_DISKS; i++) {
		enum guest_kill kill = disk_plug(m, info, &info->disk[i]);

		if (kill != KILL_NONE)
			return kill;
	}
	if (info->disks || channel_find(info, CHANNEL_NET, 0) >= 0)
		rng_plug(m);
	return KILL_NONE;
}
