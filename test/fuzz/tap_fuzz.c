/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/tap.c */
/* RUNS: 60000 */
/* MAX: 1024 */
/*
 * The host tool's reader of the tap. Byte 0: how many channels there are; byte 1:
 * into pieces of what size the rest is cut, which must not change what is read.
 */
#include "carrel/tap.h"
#include "abi/plan.h"
#include "fuzz.h"

struct seen {
	unsigned channels;
	uint64_t events, sum, bytes;
};

static void handle(void *state, const struct tap_event *event)
{
	struct seen *seen = state;

	MUST(event->type >= TAP_NAME && event->type <= TAP_ACTIVITY);
	MUST(event->length <= 255);
	MUST(seen->channels == 0 || event->channel < seen->channels);
	seen->events++;
	seen->bytes += sizeof(struct tap_frame) + event->length;
	seen->sum = seen->sum * 31 + event->type * 256u + event->channel;
	for (unsigned i = 0; i < event->length; i++)
		seen->sum = seen->sum * 31 + event->data[i];
	if (event->type == TAP_END)
		seen->sum += tap_read_end(event).how;
	if (event->type == TAP_ACTIVITY) {
		MUST(event->length == sizeof(struct tap_activity));
		seen->sum += tap_read_activity(event).up_us;
	}
}

static struct seen read_in_pieces(struct input input, unsigned channels, size_t piece)
{
	struct seen seen = {.channels = channels};
	struct tap_parser parser = {.channels = channels};
	size_t all = input.left;

	while (input.left > 0) {
		size_t part = piece < input.left ? piece : input.left;
		uint8_t *copy = exact_copy(input.at, part);

		tap_feed(&parser, copy, part, handle, &seen);
		free(copy);
		input.at += part;
		input.left -= part;
	}
	MUST(seen.bytes + parser.skipped + parser.used == all);
	return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	unsigned channels = (unsigned)input_take(&input, 1);
	size_t piece = 1 + input_take(&input, 1);
	struct seen whole = read_in_pieces(input, channels, size + 1);
	struct seen cut = read_in_pieces(input, channels, piece);

	MUST(whole.events == cut.events && whole.sum == cut.sum);
	return 0;
}
