/* SPDX-License-Identifier: MIT */
/* Frames of abi/tap.h. Pure; no state. */
#include "frame.h"
#include "lib/string.h"

void frame_put(
	struct fifo *fifo, enum tap_type type, uint8_t channel, const void *payload, uint8_t length)
{
	const uint8_t *byte = payload;

	fifo_put(fifo, TAP_MAGIC);
	fifo_put(fifo, (uint8_t)type);
	fifo_put(fifo, channel);
	fifo_put(fifo, length);
	for (uint32_t i = 0; i < length; i++)
		fifo_put(fifo, byte[i]);
}

bool frame_asked(uint32_t *seen, uint8_t byte)
{
	static const uint8_t ask[sizeof(struct tap_frame)] = {TAP_MAGIC, TAP_ASK, 0, 0};

	if (byte != ask[*seen])
		*seen = 0;
	if (byte == ask[*seen])
		++*seen;
	if (*seen < sizeof(ask))
		return false;
	*seen = 0;
	return true;
}

static bool head_valid(const struct tap_frame *head)
{
	if (head->magic != TAP_MAGIC || head->channel >= PLAN_COMPONENTS)
		return false;
	switch (head->type) {
	case TAP_NAME:
		return head->length > 0 && head->length < PLAN_NAME;
	case TAP_END:
		return head->length == sizeof(struct tap_end);
	case TAP_DONE:
		return head->length == 0;
	default:
		return false;
	}
}

bool frame_peek(struct ring_consumer *ring, struct frame *frame)
{
	uint8_t bytes[sizeof(struct tap_frame) + PLAN_NAME];
	size_t size;

	for (;;) {
		memset(frame, 0, sizeof(*frame));
		size = ring_peek(ring, bytes, sizeof(bytes));
		if (size < sizeof(frame->head))
			return false;
		memcpy(&frame->head, bytes, sizeof(frame->head));
		if (head_valid(&frame->head))
			break;
		ring_skip(ring, 1);
	}
	if (size < sizeof(frame->head) + frame->head.length)
		return false;
	memcpy(frame->name, bytes + sizeof(frame->head), frame->head.length);
	return true;
}

void frame_take(struct ring_consumer *ring, const struct frame *frame)
{
	ring_skip(ring, sizeof(frame->head) + frame->head.length);
}

_Static_assert(sizeof(struct tap_end) <= PLAN_NAME, "both payloads fit the buffer");
