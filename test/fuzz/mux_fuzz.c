/* SPDX-License-Identifier: MIT */
/* LINK: drivers/serial/mux.c drivers/serial/mux_keys.c drivers/serial/screen.c */
/* LINK: drivers/serial/frame.c vmm-user/rt/ring.c vmm-user/rt/format.c vmm-user/rt/ending.c */
/* LINK: tools/carrel/tap.c */
/* RUNS: 12000 */
/* MAX: 1024 */
/*
 * The serial driver: guests' bytes, monitors' lines, typed keys and init's messages
 * in any order. Nothing may come twice or be lost, and what goes to the tap must be
 * whole frames: the host tool's reader reads it without skipping a byte.
 */
#include "drivers/serial/frame.h"
#include "drivers/serial/mux.h"
#include "carrel/tap.h"
#include "fuzz.h"

#define GUESTS 4u
#define FEED_MAX 512u
#define CONTROL_BYTES (sizeof(struct ring) + 256u)

static struct mux mux;
static struct tap_parser parser;
static uint64_t fed, tapped; /* bytes of guests and monitors */
static uint8_t control_memory[CONTROL_BYTES] __attribute__((aligned(64)));
static struct ring_producer init_end;
static struct ring_consumer control;

static void on_tap(void *state, const struct tap_event *event)
{
	(void)state;
	if (event->type == TAP_OUTPUT || event->type == TAP_DIAG)
		tapped += event->length;
}

static void drain(unsigned most)
{
	while (fifo_used(&mux.screen.out) > 0 && most-- > 0)
		(void)fifo_get(&mux.screen.out);
	while (fifo_used(&mux.tap) > 0) {
		uint8_t byte = fifo_get(&mux.tap);

		tap_feed(&parser, &byte, 1, on_tap, NULL);
	}
}

static void feed(struct input *input, unsigned what)
{
	uint32_t guest = what >> 4 & (GUESTS - 1);
	uint32_t size = (uint32_t)input_take(input, 2) % FEED_MAX, taken;
	uint8_t *bytes = malloc(size + 1);

	MUST(bytes);
	input_bytes(input, bytes, size);
	if (what & 8)
		taken = mux_feed_diag(&mux, guest, bytes, size);
	else
		taken = mux_feed(&mux, guest, bytes, size);
	MUST(taken <= size);
	fed += taken;
	free(bytes);
}

/* As the driver handles init's messages (drivers/serial/guests.c). */
static void take_messages(uint64_t console, uint64_t diag)
{
	struct frame frame;

	while (frame_peek(&control, &frame)) {
		MUST(frame.head.channel < PLAN_COMPONENTS);
		if (frame.head.type == TAP_NAME) {
			MUST(terminated(frame.name, sizeof(frame.name)));
			mux_name(&mux, frame.head.channel, frame.name);
		} else if (frame.head.type == TAP_END) {
			if (mux_end_blocked(&mux, frame.head.channel))
				return;
			mux_end(&mux, frame.head.channel, &frame.end, console, diag);
		} else {
			if (!mux_settled(&mux))
				return;
			mux_done(&mux);
		}
		frame_take(&control, &frame);
	}
}

/* The host tool asks, and the driver answers as far as there is room. */
static void ask(unsigned what)
{
	const struct tap_activity activity = {.up_us = what};

	if (what & 0x80)
		mux_ask(&mux);
	for (uint32_t i = 0; i < GUESTS; i++)
		if ((mux.asked & 1u << i) && !mux_activity(&mux, i, &activity))
			break;
}

static void step(struct input *input)
{
	unsigned what = (unsigned)input_take(input, 1);
	uint8_t message[64], out;

	switch (what & 7) {
	case 0:
	case 1:
	case 2:
		feed(input, what);
		break;
	case 3:
		MUST(mux_key(&mux, (uint8_t)input_take(input, 1), &out) < (int)GUESTS);
		break;
	case 4:
		mux_tick(&mux);
		MUST(mux_waiting(&mux) || mux.guests > 0);
		break;
	case 5:
		input_bytes(input, message, what >> 3);
		(void)ring_write(&init_end, message, what >> 3);
		take_messages(input_take(input, 1), input_take(input, 1));
		break;
	case 6:
		take_messages(0, 0);
		ask(what);
		break;
	default:
		drain(what * 64);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const name[GUESTS] = {"web", "vault", "a.b", "quiet"};
	struct input input = {data, size};
	unsigned shape = (unsigned)input_take(&input, 1);
	unsigned consoles = shape % (GUESTS + 1);

	mux_open(&mux, !(shape & 0x80));
	for (unsigned i = 0; i < GUESTS; i++)
		MUST(mux_add(&mux, name[i], i < consoles) == (int)i);
	parser = (struct tap_parser){.channels = PLAN_COMPONENTS};
	fed = tapped = 0;
	memset(control_memory, 0, sizeof(control_memory));
	ring_producer_attach(&init_end, control_memory, sizeof(control_memory));
	ring_consumer_attach(&control, control_memory, sizeof(control_memory));
	mux_banner(&mux);
	while (input.left > 0)
		step(&input);
	drain(~0u);
	MUST(parser.skipped == 0 && parser.used == 0);
	MUST(tapped == (mux.tap_on ? fed : 0));
	return 0;
}
