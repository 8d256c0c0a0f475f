/* SPDX-License-Identifier: MIT */
/* An uplink between a model of a card and the switch's end of its channel. */
#ifndef TEST_UNIT_NET_UPLINK_FIXTURE_H
#define TEST_UNIT_NET_UPLINK_FIXTURE_H

#include "../../drivers/net/uplink.h"
#include "e1000_model.h"

static struct e1000 card;
static struct uplink uplink;
static struct frames_in switch_in;   /* what the uplink gives the switch */
static struct frames_out switch_out; /* and the other way */
static unsigned traps;

#define RINGS ((struct frame_ring *)(model_memory + 8192))
#define RINGS_AT (MODEL_BASE + 8192)
#define MS 1000u

static inline void trap(void)
{
	traps++;
}

static inline void uplink_start(void)
{
	const struct nic_memory memory = {model_memory, MODEL_BASE};
	bool works = e1000_open(&card, model.kind, &model_io, &memory);

	uplink_init(&uplink, &card.nic, works, RINGS, RINGS_AT, model.time_us);
	uplink.trap = trap;
}

/* The rings' counters are in the middle of somewhere, about to wrap. */
static inline int setup(void **state)
{
	(void)state;
	model_make(E1000_8254X);
	memset(RINGS, 0, 2 * sizeof(*RINGS));
	RINGS[0].head = RINGS[0].tail = 0xfffffff0;
	RINGS[1].head = RINGS[1].tail = 1234;
	traps = 0;
	uplink_start();
	frames_in_attach(&switch_in, &RINGS[0], false);
	frames_out_attach(&switch_out, &RINGS[1]);
	return 0;
}

static inline bool turn(void)
{
	bool moved, signal = uplink_turn(&uplink, model.time_us, &moved);

	while (moved)
		signal |= uplink_turn(&uplink, model.time_us, &moved);
	return signal;
}

static inline bool wire_in(unsigned mark, size_t size)
{
	uint8_t frame[FRAME_MAX];

	memset(frame, (int)mark, sizeof(frame));
	memcpy(frame + 12, &mark, sizeof(mark));
	return model_receive(frame, size);
}

/* The next frame at the switch; its mark, or -1. */
static inline int switch_get(size_t *size)
{
	const uint8_t *frame = frames_look(&switch_in, size);
	unsigned mark;

	if (!frame)
		return -1;
	memcpy(&mark, frame + 12, sizeof(mark));
	for (size_t i = 16; i < *size; i++)
		assert_int_equal(frame[i], (uint8_t)mark);
	frames_take(&switch_in);
	return (int)mark;
}

static inline bool switch_put(unsigned mark, size_t size)
{
	uint8_t *frame = frames_place(&switch_out);

	if (!frame)
		return false;
	memset(frame, 0xee, FRAME_MAX); /* what was there before */
	memset(frame, (int)mark, size);
	frames_put(&switch_out, size);
	(void)frames_out_flush(&switch_out);
	return true;
}

#endif
