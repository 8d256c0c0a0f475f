/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: drivers/switch/forward.c drivers/switch/bridge.c drivers/switch/table.c drivers/switch/bucket.c vmm-user/rt/frames.c */
/* clang-format on */
/* RUNS: 20000 */
/* MAX: 512 */
/*
 * A switch with three ports; the client of the first writes anything into its memory, at
 * any time, and the switch is started again now and then. What the second client gets has
 * the first one's address as its source, whole frames only; the isolated third gets
 * nothing; and what the second sends still arrives in order when the first has become
 * honest again.
 */
#include "drivers/switch/forward.h"

#include "fuzz.h"
#include "lib/compiler.h"

#define PORTS 3u
#define STEPS 60u

static const struct frame_port plan[PORTS] = {
	{.mac = {2, 0, 0, 0, 0, 1}, .bytes = 40000000},
	{.mac = {2, 0, 0, 0, 0, 2}},
	{.mac = {2, 0, 0, 0, 0, 3}, .flags = FRAME_PORT_ISOLATED},
};

static struct frame_ring rings[2 * PORTS];
static struct forward forward;
static struct frames_in second_in, third_in;
static struct frames_out second_out;
static uint64_t now;

static void start(void)
{
	forward_init(&forward, 1000);
	for (unsigned i = 0; i < PORTS; i++)
		forward_add(&forward, &plan[i], &rings[2 * i], &rings[2 * i + 1]);
}

/* Anything in both of its rings: counters, sizes, headers. */
static void scribble(struct input *input)
{
	struct frame_ring *ring = &rings[input_take(input, 1) & 1];
	unsigned what = (unsigned)input_take(input, 1) % 6;
	uint32_t slot = (uint32_t)input_take(input, 1) % FRAME_SLOTS;
	uint32_t value = (uint32_t)input_take(input, 4);

	if (what == 0)
		ring->head = value;
	else if (what == 1)
		ring->tail = value;
	else if (what == 2)
		ring->want_frame = ring->want_room = value;
	else if (what == 3)
		ring->slot[slot].size = value;
	else
		ring->slot[slot].data[value % FRAME_MAX] = (uint8_t)(value >> 16);
}

/* Frames as they should be, a few of them. */
static void send(struct input *input)
{
	unsigned count = (unsigned)input_take(input, 1) % 40;
	uint32_t head = rings[0].head;

	for (unsigned i = 0; i < count; i++) {
		struct frame_slot *slot = &rings[0].slot[(head + i) % FRAME_SLOTS];

		slot->size = 14 + (uint32_t)input_take(input, 2) % 1600;
		memset(slot->data, 0xff, 6);
		memcpy(slot->data + 6, plan[0].mac, 6);
	}
	rings[0].head = head + count;
}

static void second_look(void)
{
	const uint8_t *frame;
	size_t size;

	while ((frame = frames_look(&second_in, &size))) {
		MUST(size >= FRAME_MIN && size <= FRAME_MAX);
		MUST(memcmp(frame + 6, plan[0].mac, 6) == 0);
		frames_take(&second_in);
	}
	(void)frames_in_flush(&second_in);
	MUST(second_in.bad == 0);
	MUST(!frames_look(&third_in, &size));
}

static void turn(void)
{
	bool moved;

	now += 100;
	(void)forward_turn(&forward, now, &moved);
	second_look();
}

static void second_sends(uint8_t mark)
{
	uint8_t *to = frames_place(&second_out);

	MUST(to);
	memset(to, 0xff, 6);
	memcpy(to + 6, plan[1].mac, 6);
	to[59] = mark;
	frames_put(&second_out, 60);
	(void)frames_out_flush(&second_out);
	turn();
}

/* A new client that does it right. */
static void first_is_honest_again(void)
{
	struct frames_in in;
	const uint8_t *frame;
	size_t size;

	frames_in_attach(&in, &rings[1], true);
	second_sends(1);
	(void)frames_look(&in, &size);
	in.tail = rings[1].head;
	(void)frames_in_flush(&in);
	for (uint8_t i = 2; i < 20; i++) {
		second_sends(i);
		frame = frames_look(&in, &size);
		MUST(frame && size == 60 && frame[59] == i);
		frames_take(&in);
		(void)frames_in_flush(&in);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};

	memset(rings, 0, sizeof rings);
	now = 1000000;
	start();
	frames_in_attach(&second_in, &rings[3], true);
	frames_in_attach(&third_in, &rings[5], true);
	frames_out_attach(&second_out, &rings[2]);
	for (unsigned i = 0; i < STEPS && input.left; i++) {
		unsigned step = (unsigned)input_take(&input, 1) % 8;

		if (step < 4)
			scribble(&input);
		else if (step < 6)
			turn();
		else if (step == 6)
			send(&input);
		else
			start();
	}
	first_is_honest_again();
	return 0;
}
