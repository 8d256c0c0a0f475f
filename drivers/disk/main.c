/* SPDX-License-Identifier: MIT */
/*
 * Disk driver: finds the machine's disks and serves them to guests' monitors.
 *
 * State: struct desk and what controllers.c has; one thread. Rights that it expects: the
 * ports of PCI configuration, device memory, ports and interrupts on request, DMA memory
 * of (UNITS + 16) * UNIT_MEMORY bytes, and the physical addresses of its channels.
 */
#include "abi/plan.h"
#include "abi/start.h"
#include "controllers.h"
#include "desk.h"
#include "find.h"
#include "hardware.h"
#include "rt/log.h"
#include "rt/start.h"
#include "rt/syscall.h"

#define BIT_TIMER (1ull << 63)
#define POLL_US 200u     /* no interrupt is known to come */
#define SAFETY_US 20000u /* one is */
#define DMA_BYTES ((UNITS + 16u) * UNIT_MEMORY)

static struct desk desk;
static uint32_t channel_of[DESK_CLIENTS]; /* index in start_info.channel[] */
static uint64_t crash_after;

static void disks_log(void)
{
	char place[CONTROLLERS_TEXT];

	for (uint32_t i = 0; i < desk.units; i++) {
		const struct ata_identity *identity = &desk.unit[i]->identity;

		controllers_place(i, place);
		rt_log("device %u: %lu MiB, serial %s, %s (%s)", i, identity->sectors >> 11,
			identity->serial[0] != 0 ? identity->serial : "none", identity->model,
			place);
	}
	if (desk.units == 0)
		rt_log("this machine has no disk that can be used");
}

static void client_add(const struct start_info *info, uint32_t index)
{
	const struct start_channel *channel = &info->channel[index];
	struct desk_client *client = &desk.client[desk.clients];
	uint32_t crash = channel->block.debug_crash;

	if (channel->kind != CHANNEL_BLOCK || !channel->is_server ||
		channel->size < BLOCK_CHANNEL || desk.clients == DESK_CLIENTS)
		return;
	serve_attach(&client->serve, (void *)(uintptr_t)channel->address);
	client->physical = channel->physical;
	channel_of[desk.clients++] = index;
	if (crash != 0 && (crash_after == 0 || crash < crash_after))
		crash_after = crash;
}

static void clients_open(const struct start_info *info)
{
	for (uint32_t i = 0; i < info->channels && i < START_CHANNELS; i++)
		client_add(info, i);
	for (uint32_t i = 0; i < desk.clients; i++) {
		const struct start_channel *channel = &info->channel[channel_of[i]];
		const struct find_wish wish = {.device = channel->block.device,
			.serial = info->text + channel->block.serial % START_CMDLINE,
			.partition = info->text + channel->block.partition % START_CMDLINE,
			.readonly = (channel->block.flags & PLAN_DISK_READONLY) != 0};
		enum block_reason reason = find_disk(&desk, i, &wish);

		if (reason != BLOCK_FOUND)
			rt_log("a disk of %s is not there: %s", channel->peer, find_text(reason));
	}
}

/* Tells those who wait for answers. A monitor that is gone is init's business. */
static void clients_signal(const struct start_info *info)
{
	for (uint32_t i = 0; i < desk.clients; i++) {
		uint32_t channel = channel_of[i];

		if (serve_must_signal(&desk.client[i].serve) &&
			sys_signal(START_SLOT_PEER + channel, info->channel[channel].signal_bit) !=
				STATUS_OK)
			continue;
	}
}

static void work(const struct start_info *info)
{
	while (desk_turn(&desk, hardware_now_us())) {
		clients_signal(info);
		if (crash_after != 0 && desk.done >= crash_after)
			rt_panic("asked to fail after %lu requests", desk.done);
	}
	clients_signal(info); /* what was refused was answered too */
}

static void timer_set(const struct start_info *info)
{
	uint64_t us = controllers_tell() ? SAFETY_US : POLL_US;
	uint64_t deadline = desk_busy(&desk) ? tsc_read() + us * info->tsc_khz / 1000 : 0;

	if (sys_timer(START_SLOT_NOTIFICATION, BIT_TIMER, deadline) != STATUS_OK)
		rt_panic("no timer");
}

/* Asks for signals, and looks for the last time before they are needed. */
static uint64_t sleep(const struct start_info *info)
{
	uint64_t bits = 0;

	for (uint32_t i = 0; i < desk.clients; i++)
		serve_sleep(&desk.client[i].serve);
	work(info);
	timer_set(info);
	if (sys_wait(START_SLOT_NOTIFICATION, ~0ull, &bits) != STATUS_OK)
		rt_panic("cannot wait");
	for (uint32_t i = 0; i < desk.clients; i++)
		serve_wake(&desk.client[i].serve);
	return bits;
}

static void ready_report(void)
{
	struct ipc_words words = {{INIT_READY}};

	if (ipc_call(START_SLOT_INIT, 0, &words) != STATUS_OK)
		rt_log("init does not answer");
}

void component_main(const void *start)
{
	const struct start_info *info = start;
	const struct unit_memory memory = {(uint8_t *)START_DMA_ADDR, info->dma_physical};

	log_open(info);
	hardware_open(info);
	if (info->dma_size < DMA_BYTES)
		rt_panic("no memory for devices");
	desk.units = controllers_open(&memory, desk.unit);
	disks_log();
	clients_open(info);
	clients_signal(info);
	ready_report();
	for (;;) {
		work(info);
		controllers_interrupt(sleep(info));
	}
}
