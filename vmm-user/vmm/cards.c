/* SPDX-License-Identifier: MIT */
/* The PCI devices of a guest: see cards.h. */
#include "vmm/cards.h"

#include "abi/plan.h"
#include "rt/channel.h"
#include "rt/heap.h"
#include "rt/log.h"
#include "rt/syscall.h"
#include "vmm/crew.h"
#include "vmm/dev/blk_channel.h"
#include "vmm/dev/blk_memory.h"
#include "vmm/dev/virtio_blk.h"
#include "vmm/dev/virtio_rng.h"
#include "vmm/entropy.h"
#include "vmm/say.h"

#define DRIVER_WAIT_MS 60000ull /* for the driver to find the disks; it may crash meanwhile */

/* A disk, taken from the heap: a file in memory, or a driver's. */
struct disk {
	struct blk_memory memory;
	struct blk_channel channel;
	uint64_t peer, signal_bit, own_bit; /* of the channel */
	struct virtio_blk blk;
};

/* Those of drivers. */
static struct disk *served[START_DISKS];
static unsigned served_count;

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

static enum guest_kill file_open(
	struct disk *disk, const struct start_info *info, const struct start_disk *plan)
{
	const struct start_module *module = &info->module[plan->module % START_MODULES];
	const char *name = info->text + plan->name % START_CMDLINE;

	blk_memory_init(
		&disk->memory, (const uint8_t *)(uintptr_t)module->address, module->size, name);
	if (!(plan->flags & PLAN_DISK_OVERLAY) || overlay_make(&disk->memory))
		return KILL_NONE;
	say("no memory for the disk %s", name);
	return KILL_NO_MEMORY;
}

/* A driver that is gone is started again, and then looks by itself. */
static void driver_signal(void *ctx)
{
	const struct disk *disk = ctx;

	if (sys_signal(disk->peer, disk->signal_bit))
		return;
}

/* Waits until the driver has said what there is. */
static enum block_state driver_wait(
	struct disk *disk, const struct start_info *info, enum block_reason *reason)
{
	uint64_t end = tsc_read() + DRIVER_WAIT_MS * info->tsc_khz, bits;
	enum block_state state;

	while ((state = blk_channel_look(&disk->channel, reason)) == BLOCK_STARTING) {
		if (tsc_read() >= end)
			return BLOCK_STARTING;
		if (sys_timer(START_SLOT_NOTIFICATION, CREW_TIMER, end) ||
			sys_wait(START_SLOT_NOTIFICATION, disk->own_bit | CREW_TIMER, &bits))
			rt_panic("the kernel refuses to wait");
	}
	if (sys_timer(START_SLOT_NOTIFICATION, CREW_TIMER, 0))
		rt_panic("the kernel refuses the timer");
	return state;
}

static enum guest_kill channel_open_disk(
	struct disk *disk, const struct start_info *info, const struct start_disk *plan)
{
	static const char *const why[BLOCK_REASON_COUNT] = {
		[BLOCK_FOUND] = "the driver says nothing sensible",
		[BLOCK_NO_DISK] = "the machine has no such disk, or more than one",
		[BLOCK_NO_PARTITION] = "it has no such partition, or more than one",
		[BLOCK_BAD_TABLE] = "its table of partitions makes no sense",
		[BLOCK_OVERLAP] = "another guest has it, and one of them may write",
		[BLOCK_BROKEN] = "it does not answer",
	};
	const struct start_channel *channel = &info->channel[plan->channel % START_CHANNELS];
	const char *name = info->text + plan->name % START_CMDLINE;
	enum block_state state = BLOCK_ABSENT;
	enum block_reason reason = BLOCK_FOUND;

	disk->peer = START_SLOT_PEER + plan->channel % START_CHANNELS;
	disk->signal_bit = channel->signal_bit;
	disk->own_bit = channel->own_bit;
	if (channel->kind == CHANNEL_BLOCK && channel->size >= BLOCK_CHANNEL) {
		blk_channel_init(&disk->channel, (void *)(uintptr_t)channel->address, name,
			driver_signal, disk);
		state = driver_wait(disk, info, &reason);
	}
	if (state == BLOCK_READY) {
		served[served_count++] = disk;
		return KILL_NONE;
	}
	say("no disk %s: %s", name,
		state == BLOCK_STARTING ? "the driver does not answer" : why[reason]);
	return KILL_NO_DISK;
}

static enum guest_kill disk_plug(
	struct machine *m, const struct start_info *info, const struct start_disk *plan)
{
	const char *name = info->text + plan->name % START_CMDLINE;
	struct disk *disk = heap_alloc(sizeof *disk, 64);
	bool is_file = plan->module != PLAN_NO_MODULE;
	enum guest_kill kill;

	if (!disk) {
		say("no memory for the disk %s", name);
		return KILL_NO_MEMORY;
	}
	kill = is_file ? file_open(disk, info, plan) : channel_open_disk(disk, info, plan);
	if (kill != KILL_NONE)
		return kill;
	virtio_blk_init(&disk->blk, is_file ? &disk->memory.medium : &disk->channel.medium,
		m->config.memory, machine_message, m);
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

uint64_t cards_bits(void)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < served_count; i++)
		bits |= served[i]->own_bit;
	return bits;
}

void cards_poll(uint64_t bits)
{
	for (unsigned i = 0; i < served_count; i++)
		if (bits & served[i]->own_bit)
			blk_channel_poll(&served[i]->channel);
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

_Static_assert(BLK_CHANNEL_REQUESTS >= VIRTIO_BLK_REQUESTS, "each request of the disk is kept");
