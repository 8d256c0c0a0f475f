/* SPDX-License-Identifier: MIT */
/*
 * The switch of one net: a process that has the channels to the monitors of the guests
 * on it, and nothing else. It can be started again at any time: all it knows it finds in
 * the channels, or learns.
 *
 * State: one struct forward, one thread.
 */
#include "abi/start.h"
#include "forward.h"
#include "lib/compiler.h"
#include "rt/log.h"
#include "rt/start.h"
#include "rt/syscall.h"

#define BIT_TIMER BIT(40)

static struct forward forward;
static uint32_t channel_of[BRIDGE_PORTS]; /* each port's channel */
static uint64_t armed;                    /* the timer's deadline; 0: it is off */

/* A client that is gone is init's business. */
static void signal_port(const struct start_info *info, uint32_t port)
{
	uint32_t channel = channel_of[port];

	if (sys_signal(START_SLOT_PEER + channel, info->channel[channel].signal_bit) != STATUS_OK)
		return;
}

static void signal_ports(const struct start_info *info, uint32_t ports)
{
	for (; ports != 0; ports &= ports - 1)
		signal_port(info, (uint32_t)__builtin_ctz(ports));
}

static void ports_open(const struct start_info *info)
{
	for (uint32_t i = 0; i < info->channels && i < START_CHANNELS; i++) {
		const struct start_channel *channel = &info->channel[i];
		struct frame_ring *ring = (struct frame_ring *)(uintptr_t)channel->address;

		if (channel->kind != CHANNEL_NET || channel->size < 2 * sizeof(*ring))
			continue;
		channel_of[forward.bridge.ports] = i;
		forward.fuse = channel->port.crash;
		forward_add(&forward, &channel->port, ring, ring + 1);
	}
}

/* Debugging: dies in the middle of its work, frames taken and given and nothing
 * published. */
static void trap(void)
{
	__builtin_trap();
}

/* Tells init that the switch runs. It runs on if init does not care. */
static void ready_report(void)
{
	struct ipc_words words = {{INIT_READY}};

	if (ipc_call(START_SLOT_INIT, 0, &words) != STATUS_OK)
		rt_log("init does not answer");
}

static void timer_set(uint64_t deadline)
{
	if (deadline == armed)
		return;
	armed = deadline;
	if (sys_timer(START_SLOT_NOTIFICATION, BIT_TIMER, deadline) != STATUS_OK)
		rt_panic("no timer");
}

static void switch_sleep(void)
{
	uint64_t bits;

	timer_set(forward_deadline(&forward));
	if (sys_wait(START_SLOT_NOTIFICATION, ~0ull, &bits) != STATUS_OK)
		rt_panic("cannot wait");
	if ((bits & BIT_TIMER) != 0)
		armed = 0;
}

void component_main(const void *start)
{
	const struct start_info *info = start;
	bool moved;

	log_open(info);
	forward_init(&forward, info->tsc_khz);
	forward.trap = trap;
	ports_open(info);
	signal_ports(info, (uint32_t)((1ull << forward.bridge.ports) - 1));
	ready_report();
	for (;;) {
		do
			signal_ports(info, forward_turn(&forward, tsc_read(), &moved));
		while (moved);
		if (!forward_wait(&forward))
			switch_sleep();
	}
}

_Static_assert(BRIDGE_PORTS >= START_CHANNELS, "each channel can be a port");
_Static_assert(START_CHANNELS <= 40, "the timer's bit is above those of channels");
