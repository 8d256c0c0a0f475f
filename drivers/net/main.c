/* SPDX-License-Identifier: MIT */
/*
 * The driver of one network card, and the uplink of one net: a process that has the card,
 * and the channel to the net's switch. It can be started again at any time.
 *
 * State: one struct uplink, one thread. Rights that it expects: DMA memory of E1000_MEMORY
 * bytes, the physical address of its channel, and what hardware.c needs.
 */
#include "hardware.h"
#include "rt/log.h"
#include "rt/start.h"
#include "rt/syscall.h"
#include "uplink.h"

#define BIT_TIMER BIT(40)
#define POLL_US 1000u     /* no interrupt is known to come */
#define SAFETY_US 100000u /* one is */

static struct uplink uplink;
static uint32_t channel; /* index in start_info.channel[] */
static bool was_up;
static uint64_t was_reset;

/* A switch that is gone is init's business. */
static void switch_signal(const struct start_info *info)
{
	if (sys_signal(START_SLOT_PEER + channel, info->channel[channel].signal_bit) != STATUS_OK)
		return;
}

static bool channel_find_uplink(const struct start_info *info)
{
	for (channel = 0; channel < info->channels && channel < START_CHANNELS; channel++)
		if (info->channel[channel].kind == CHANNEL_NET &&
			(info->channel[channel].port.flags & FRAME_PORT_UPLINK) != 0 &&
			info->channel[channel].size >= 2 * sizeof(struct frame_ring))
			return true;
	return false;
}

/* Debugging: dies in the middle of its work, with the card running. */
static void trap(void)
{
	__builtin_trap();
}

/* Tells init that the driver runs. It runs on if init does not care. */
static void ready_report(void)
{
	struct ipc_words words = {{INIT_READY}};

	if (ipc_call(START_SLOT_INIT, 0, &words) != STATUS_OK)
		rt_log("init does not answer");
}

static void counts_log(void)
{
	struct nic *nic = uplink.nic;
	const struct uplink_counts *c = &uplink.counts;

	nic->ops->count(nic);
	rt_log("%lu frames received, %lu sent; %lu lost, %lu bad, %lu missed by the card, %lu "
	       "broken on the wire",
		c->received, c->sent, c->lost, c->bad, nic->counts.missed, nic->counts.broken);
}

/* Says what changed. */
static void changes_log(void)
{
	const struct nic *nic = uplink.nic;

	if (uplink.counts.resets != was_reset && (uplink.works || was_up)) {
		rt_log(uplink.works ? "the card was reset" : "the card does not answer");
		counts_log();
	}
	if (nic->up != was_up && nic->up)
		rt_log("the link is up, %u Mb/s", nic->mbps);
	if (nic->up != was_up && !nic->up) {
		rt_log("there is no link");
		counts_log();
	}
	was_reset = uplink.counts.resets;
	was_up = nic->up;
}

static void work(const struct start_info *info)
{
	bool moved;

	do
		if (uplink_turn(&uplink, hardware_now_us(), &moved))
			switch_signal(info);
	while (moved);
	changes_log();
}

static void timer_set(const struct start_info *info)
{
	uint64_t now = hardware_now_us(), deadline = uplink_deadline(&uplink), us;

	us = hardware_tells() ? SAFETY_US : POLL_US;
	if (deadline != 0 && deadline < now + us)
		us = deadline > now ? deadline - now : 1;
	if (sys_timer(START_SLOT_NOTIFICATION, BIT_TIMER, tsc_read() + us * info->tsc_khz / 1000) !=
		STATUS_OK)
		rt_panic("no timer");
}

/* Whatever woke it, the card is looked at: that costs a register. */
static void driver_sleep(const struct start_info *info)
{
	uint64_t bits;

	timer_set(info);
	if (sys_wait(START_SLOT_NOTIFICATION, ~0ull, &bits) != STATUS_OK)
		rt_panic("cannot wait");
	if ((bits & (HARDWARE_INTERRUPT | BIT_TIMER)) == 0)
		return;
	uplink_interrupt(&uplink, hardware_now_us());
	if ((bits & HARDWARE_INTERRUPT) != 0)
		hardware_acknowledge();
}

/* Without a card there is nothing to do, and the switch loses what is for it. */
static void idle(void)
{
	uint64_t bits;

	for (;;)
		if (sys_wait(START_SLOT_NOTIFICATION, ~0ull, &bits) != STATUS_OK)
			rt_panic("cannot wait");
}

void component_main(const void *start)
{
	const struct start_info *info = start;
	const struct start_channel *own;
	struct nic *nic;
	bool works;

	log_open(info);
	if (!channel_find_uplink(info))
		rt_panic("no channel to a switch");
	own = &info->channel[channel];
	nic = hardware_open(info, own->port.card, &works);
	ready_report();
	if (nic == NULL)
		idle();
	uplink_init(&uplink, nic, works, (struct frame_ring *)(uintptr_t)own->address,
		own->physical, hardware_now_us());
	uplink.fuse = own->port.crash;
	uplink.trap = trap;
	switch_signal(info);
	for (;;) {
		work(info);
		if (!uplink_wait(&uplink))
			driver_sleep(info);
	}
}

_Static_assert(START_CHANNELS <= 40, "the timer's bit is above those of channels");
