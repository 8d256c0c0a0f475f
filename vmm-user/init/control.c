/* SPDX-License-Identifier: MIT */
/* init's channel to the serial driver. State: the channel; main thread only. */
#include "init/control.h"
#include "abi/start.h"
#include "abi/tap.h"
#include "init/grant.h"
#include "init/init.h"
#include "init/link.h"
#include "rt/channel.h"
#include "rt/log.h"
#include "rt/string.h"

#define CONTROL_FRAME (sizeof(struct tap_frame) + PLAN_NAME)

static struct {
	bool open;
	uint32_t server; /* component index */
	struct channel channel;
} control;

static const struct plan_channel *control_find(const struct init *init, uint32_t *index)
{
	for (*index = 0; *index < init->plan.header->channels; (*index)++)
		if (init->plan.channel[*index].kind == CHANNEL_CONTROL)
			return &init->plan.channel[*index];
	return NULL;
}

enum status control_open(const struct init *init)
{
	uint32_t index;
	const struct plan_channel *channel = control_find(init, &index);
	const struct memory_region *region = &init->channel[index];
	enum status status;

	if (channel == NULL)
		return STATUS_OK;
	status = window_open(WINDOW_CONTROL, region, MEM_R | MEM_W);
	if (status != STATUS_OK)
		return status;
	control.server = channel->server;
	status = channel_attach(&control.channel, (void *)WINDOW_CONTROL, region->size, false,
		component_slot(channel->server, SLOT_NOTIFICATION),
		link_bit(link_ordinal(&init->plan, index, channel->server)));
	control.open = status == STATUS_OK;
	return status;
}

static void control_send(enum tap_type type, uint32_t index, const void *payload, uint8_t length)
{
	uint8_t frame[CONTROL_FRAME] = {TAP_MAGIC, (uint8_t)type, (uint8_t)index, length};

	if (!control.open)
		return;
	memcpy(frame + sizeof(struct tap_frame), payload, length);
	if (!channel_write_all(&control.channel, frame, sizeof(struct tap_frame) + length))
		rt_log("init: the serial driver does not listen");
}

void control_started(const struct init *init, uint32_t index)
{
	if (!control.open || index != control.server)
		return;
	for (uint32_t i = 0; i < init->plan.header->components; i++)
		if (component_is_vm(init, i))
			control_send(TAP_NAME, i, component_name(init, i),
				(uint8_t)strlen(component_name(init, i)));
}

void control_end(uint32_t index, uint32_t how, uint32_t code, bool restarted)
{
	struct tap_end end = {
		.how = (uint8_t)how,
		.restarted = restarted,
		.code = code,
	};

	control_send(TAP_END, index, &end, sizeof(end));
}

bool control_done(const struct init *init)
{
	control_send(TAP_DONE, 0, "", 0);
	return control.open && component_running(init, control.server);
}

/* The driver says nothing but TAP_DONE, so any frame that begins like it will do. */
bool control_drained(void)
{
	struct tap_frame frame;

	while (control.open &&
		channel_read(&control.channel, &frame, sizeof(frame)) == sizeof(frame))
		if (frame.magic == TAP_MAGIC && frame.type == TAP_DONE)
			return true;
	return false;
}

_Static_assert(sizeof(struct tap_frame) == 4, "a frame's header is four bytes");
