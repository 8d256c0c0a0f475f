/* SPDX-License-Identifier: MIT */
/* Channels: rings plus signals. State in the caller's struct; no locks. */
#include "rt/channel.h"
#include "rt/syscall.h"

enum status channel_attach(struct channel *channel, void *memory, uint64_t size, bool is_server,
	uint64_t peer_slot, uint64_t signal_bit)
{
	uint64_t half = size / 2;
	uint8_t *first = memory, *second = first + half;

	if (ring_size(half) == 0)
		return STATUS_BAD_ARG;
	ring_producer_attach(&channel->out, is_server ? second : first, half);
	ring_consumer_attach(&channel->in, is_server ? first : second, half);
	channel->peer_slot = peer_slot;
	channel->signal_bit = signal_bit;
	return STATUS_OK;
}

/* Bytes behind the rings. */
static uint64_t behind(const struct start_channel *channel)
{
	return channel->kind == CHANNEL_CONSOLE ? ACTIVITY_BYTES : 0;
}

enum status channel_open(struct channel *channel, const struct start_info *info, uint32_t index)
{
	const struct start_channel *from;

	if (index >= info->channels || index >= START_CHANNELS)
		return STATUS_BAD_ARG;
	from = &info->channel[index];
	if (from->size < behind(from))
		return STATUS_BAD_ARG;
	return channel_attach(channel, (void *)(uintptr_t)from->address, from->size - behind(from),
		from->is_server != 0, START_SLOT_PEER + index, from->signal_bit);
}

struct activity *channel_activity(const struct start_info *info, uint32_t index)
{
	const struct start_channel *from;

	if (index >= info->channels || index >= START_CHANNELS)
		return NULL;
	from = &info->channel[index];
	if (behind(from) == 0 || from->size < behind(from))
		return NULL;
	return (struct activity *)(uintptr_t)(from->address + from->size - behind(from));
}

int channel_find(const struct start_info *info, enum channel_kind kind, uint32_t from)
{
	for (uint32_t i = from; i < info->channels && i < START_CHANNELS; i++)
		if (info->channel[i].kind == kind)
			return (int)i;
	return -1;
}

void channel_signal(struct channel *channel)
{
	/* A peer that was destroyed is init's business, and will be started again. */
	if (sys_signal(channel->peer_slot, channel->signal_bit) != STATUS_OK)
		return;
}

void channel_notify(struct channel *channel)
{
	if (!channel->out.wake && !channel->in.wake)
		return;
	channel->out.wake = false;
	channel->in.wake = false;
	channel_signal(channel);
}

size_t channel_write(struct channel *channel, const void *data, size_t size)
{
	size_t done = ring_write(&channel->out, data, size);

	channel_notify(channel);
	return done;
}

bool channel_write_all(struct channel *channel, const void *data, size_t size)
{
	bool done = ring_write_all(&channel->out, data, size);

	channel_notify(channel);
	return done;
}

size_t channel_read(struct channel *channel, void *data, size_t size)
{
	size_t done = ring_read(&channel->in, data, size);

	channel_notify(channel);
	return done;
}
