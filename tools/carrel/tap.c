/* SPDX-License-Identifier: MIT */
/* Reading the tap; see tap.h. All state is in the parser. */
#include "tap.h"
#include "abi/plan.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <string.h>

#define HEADER sizeof(struct tap_frame)

/* The payload's size that each type may have. */
static const struct {
	uint8_t min, max;
} payloads[] = {
	[TAP_NAME] = {1, PLAN_NAME - 1},
	[TAP_OUTPUT] = {0, 255},
	[TAP_DIAG] = {0, 255},
	[TAP_END] = {sizeof(struct tap_end), sizeof(struct tap_end)},
	[TAP_DONE] = {0, 0},
	[TAP_ACTIVITY] = {sizeof(struct tap_activity), sizeof(struct tap_activity)},
};

/* Whether the bytes so far can be the beginning of a frame. */
static bool is_begun(const struct tap_parser *parser)
{
	const uint8_t *frame = parser->frame;
	unsigned used = parser->used;

	if (frame[0] != TAP_MAGIC)
		return false;
	if (used > 1 && (frame[1] < TAP_NAME || frame[1] > TAP_ACTIVITY))
		return false;
	if (used > 2 && parser->channels && frame[2] >= parser->channels)
		return false;
	return used < HEADER ||
	       (frame[3] >= payloads[frame[1]].min && frame[3] <= payloads[frame[1]].max);
}

/* Drops the first byte, and all after it that cannot begin a frame. */
static void resynchronize(struct tap_parser *parser)
{
	do {
		parser->used--;
		parser->skipped++;
		memmove(parser->frame, parser->frame + 1, parser->used);
	} while (parser->used && !is_begun(parser));
}

static bool is_complete(const struct tap_parser *parser)
{
	return parser->used >= HEADER && parser->used == HEADER + parser->frame[3];
}

void tap_feed(struct tap_parser *parser, const void *data, size_t size,
	void (*handle)(void *state, const struct tap_event *event), void *state)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++) {
		parser->frame[parser->used++] = bytes[i];
		if (!is_begun(parser))
			resynchronize(parser);
		if (!is_complete(parser))
			continue;
		struct tap_event event = {.type = (enum tap_type)parser->frame[1],
			.channel = parser->frame[2],
			.data = parser->frame + HEADER,
			.length = parser->frame[3]};
		handle(state, &event);
		parser->used = 0;
	}
}

struct tap_end tap_read_end(const struct tap_event *event)
{
	struct tap_end end = {0};

	if (event->length == sizeof(end))
		memcpy(&end, event->data, sizeof(end));
	return end;
}

struct tap_activity tap_read_activity(const struct tap_event *event)
{
	struct tap_activity activity = {0};

	if (event->length == sizeof(activity))
		memcpy(&activity, event->data, sizeof(activity));
	return activity;
}

_Static_assert(sizeof(struct tap_frame) == 4, "the header has no padding");
_Static_assert(sizeof(struct tap_activity) == 16 + 8 * ACTIVITY_KINDS, "nor has this");
_Static_assert(sizeof(struct tap_end) == 8, "the record has no padding");
