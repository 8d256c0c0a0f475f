/* SPDX-License-Identifier: MIT */
/* LINK: drivers/net/uplink.c drivers/net/e1000.c drivers/net/e1000_ring.c */
/* LINK: drivers/net/e1000_mac.c vmm-user/rt/frames.c */
/* RUNS: 40000 */
/* MAX: 512 */
/*
 * The driver of a card, whose registers and descriptors say anything at any time, and of a
 * channel whose other end does the same. What the card is told of lies in the channel, no
 * more than it has room for; what is published has a frame's size or is none; and when card
 * and switch are honest again, after a reset or a restart, frames go both ways.
 */
#include "drivers/net/e1000_regs.h"
#include "drivers/net/uplink.h"
#include "drivers/net/e1000.h"

#include "fuzz.h"

#define MEMORY_AT 0x10000000ull
#define RINGS_AT 0x20000000ull
#define STEPS 80u

static struct e1000 card;
static struct uplink uplink;
static struct frame_ring rings[2];
static uint8_t memory[E1000_MEMORY] __attribute__((aligned(16)));
static uint32_t reg[E1000_REGISTERS / 4];
static uint32_t receive_head, send_head; /* the card's own */
static uint32_t send_tail;
static bool gone, stuck;
static uint64_t now;
static struct frames_in switch_in;
static struct frames_out switch_out;

static struct e1000_descriptor *descriptor(unsigned ring, uint32_t index)
{
	return (struct e1000_descriptor *)(memory + ring * E1000_RING_BYTES) + index % NIC_RING;
}

static uint32_t fake_read(void *ctx, uint32_t offset)
{
	(void)ctx;
	MUST(offset % 4 == 0 && offset < E1000_REGISTERS);
	if (gone)
		return E1000_GONE;
	if (offset == E1000_CTRL)
		return (reg[offset / 4] & ~E1000_CTRL_RESET) | (stuck ? E1000_CTRL_RESET : 0);
	return reg[offset / 4];
}

/* A card that was told of a buffer may do with it what it does. */
static void check_addresses(void)
{
	for (uint32_t i = 0; i < NIC_RING; i++) {
		uint64_t from = descriptor(0, i)->address, to = descriptor(1, i)->address;

		MUST(from == 0 ||
			(from >= RINGS_AT && from + FRAME_BUFFER <= RINGS_AT + sizeof(rings[0])));
		MUST(to == 0 || (to >= RINGS_AT + sizeof(rings[0]) &&
					to + FRAME_MAX <= RINGS_AT + sizeof(rings)));
	}
}

static void fake_write(void *ctx, uint32_t offset, uint32_t value)
{
	(void)ctx;
	MUST(offset % 4 == 0 && offset < E1000_REGISTERS);
	if (offset == E1000_RDT || offset == E1000_TDT)
		MUST(value < NIC_RING);
	if (offset == E1000_TDT)
		send_tail = value;
	if (offset == E1000_CTRL && (value & E1000_CTRL_RESET))
		receive_head = send_head = 0;
	reg[offset / 4] = value;
}

static uint64_t fake_now(void *ctx)
{
	(void)ctx;
	return now;
}

static void fake_rest(void *ctx)
{
	(void)ctx;
	now += 5000;
}

static const struct nic_io io = {
	.read = fake_read, .write = fake_write, .now_us = fake_now, .rest = fake_rest};

static void start(unsigned kind)
{
	const struct nic_memory at = {memory, MEMORY_AT};
	bool works = e1000_open(&card, kind % 2 ? E1000_8254X : E1000_82574, &io, &at);

	uplink_init(&uplink, &card.nic, works, rings, RINGS_AT, now);
}

static void turn(void)
{
	uint32_t published = uplink.out.head;
	bool moved;

	(void)uplink_turn(&uplink, now, &moved);
	(void)uplink_wait(&uplink);
	for (; published != uplink.out.head; published++) {
		uint32_t size = rings[0].slot[published % FRAME_SLOTS].size;

		MUST(size == 0 || (size >= FRAME_MIN && size <= FRAME_MAX));
	}
	MUST(uplink.lent <= NIC_BUFFERS && uplink.sending <= NIC_BUFFERS);
	MUST(uplink_deadline(&uplink) == 0 || uplink_deadline(&uplink) + 1 > now);
}

/* Anything in the channel: counters, sizes, bytes. */
static void scribble(struct input *input)
{
	struct frame_ring *ring = &rings[input_take(input, 1) & 1];
	unsigned what = (unsigned)input_take(input, 1) % 5;
	uint32_t slot = (uint32_t)input_take(input, 1), value = (uint32_t)input_take(input, 4);

	if (what == 0)
		ring->head = value;
	else if (what == 1)
		ring->tail = value;
	else if (what == 2)
		ring->want_frame = ring->want_room = value;
	else if (what == 3)
		ring->slot[slot].size = value;
	else
		ring->tail = ring->head - slot;
}

/* The switch as it should be: takes all, and has some frames. */
static void trade(struct input *input)
{
	uint32_t count = (uint32_t)input_take(input, 1), size = (uint32_t)input_take(input, 2);

	rings[0].tail = rings[0].head;
	if (rings[1].head - rings[1].tail > FRAME_SLOTS)
		rings[1].head = rings[1].tail;
	for (; count != 0 && rings[1].head - rings[1].tail < FRAME_SLOTS; count--) {
		struct frame_slot *slot = &rings[1].slot[rings[1].head++ % FRAME_SLOTS];

		memset(slot->data, 0x55, sizeof slot->data);
		slot->size = (size + count) % 1530;
	}
}

/* The next buffer is filled, or frame sent, as the card says. */
static void complete(struct input *input)
{
	unsigned ring = (unsigned)input_take(input, 1) & 1;
	unsigned count = (unsigned)input_take(input, 1);
	uint32_t *head = ring ? &send_head : &receive_head;
	uint32_t word = (uint32_t)input_take(input, 4);

	for (; count != 0; count--) {
		struct e1000_descriptor *d = descriptor(ring, (*head)++);

		if (ring == 0)
			d->length = (uint16_t)(word & 0x7ff);
		d->errors = word & 0x800 ? (uint8_t)(word >> 24) : 0;
		d->status = word & 0x1000 ? (uint8_t)(word >> 16) : 3;
	}
}

/* In the descriptors, but not where they say which memory is the card's to use: what it
 * uses then is its own choice, and the driver does not look. */
static void lie(struct input *input)
{
	uint32_t at = (uint32_t)input_take(input, 2) % E1000_MEMORY;

	memory[at | 8] = (uint8_t)input_take(input, 1);
}

static void step(struct input *input)
{
	switch (input_take(input, 1) % 14) {
	case 0:
		scribble(input);
		break;
	case 1:
	case 2:
		complete(input);
		break;
	case 3:
		lie(input);
		break;
	case 4:
		gone = (input_take(input, 1) & 3) == 0;
		stuck = (input_take(input, 1) & 7) == 0;
		reg[E1000_STATUS / 4] = (uint32_t)input_take(input, 1);
		break;
	case 5:
		reg[E1000_ICR / 4] = (uint32_t)input_take(input, 4);
		uplink_interrupt(&uplink, now);
		break;
	case 6:
		now += input_take(input, 3);
		break;
	case 7:
		start((unsigned)input_take(input, 1));
		break;
	case 8:
	case 9:
		trade(input);
		break;
	default:
		turn();
		check_addresses();
	}
}

/* The card is gone and comes back, or the driver is started again. */
static void recover(bool restart)
{
	gone = true;
	uplink_interrupt(&uplink, now);
	gone = stuck = false;
	reg[E1000_STATUS / 4] = E1000_STATUS_LINK;
	if (restart)
		start(0);
	now += UPLINK_RETRY_US;
}

/* The card has sent what it was told of. */
static void card_sends(void)
{
	for (; send_head != send_tail; send_head = (send_head + 1) % NIC_RING)
		descriptor(1, send_head)->status = 1;
}

static void switch_put(uint8_t mark)
{
	uint8_t *frame = frames_place(&switch_out);

	MUST(frame);
	memset(frame, mark, 20);
	frames_put(&switch_out, 20);
	(void)frames_out_flush(&switch_out);
}

/* A new switch: what waited goes out, and a frame in each direction brings both to agree on
 * what was taken, where one of them did not know. */
static void agree(void)
{
	size_t size;

	frames_out_attach(&switch_out, &rings[1]);
	for (unsigned i = 0; i < 8; i++) {
		turn();
		card_sends();
	}
	frames_in_attach(&switch_in, &rings[0], true);
	turn();
	switch_put(0);
	descriptor(0, receive_head++)->status = 3;
	turn();
	card_sends();
	while (frames_look(&switch_in, &size))
		frames_take(&switch_in);
	(void)frames_in_flush(&switch_in);
	turn();
}

static void card_receives(uint8_t mark)
{
	struct e1000_descriptor *d = descriptor(0, receive_head++);

	MUST(d->address >= RINGS_AT);
	((uint8_t *)rings)[d->address - RINGS_AT + 59] = mark;
	d->length = 60;
	d->errors = 0;
	d->status = 3;
}

static void honest(void)
{
	agree();
	for (uint8_t i = 1; i < 40; i++) {
		const struct e1000_descriptor *d = descriptor(1, send_tail);
		const uint8_t *frame;
		size_t size;

		card_receives(i);
		switch_put(i);
		turn();
		frame = frames_look(&switch_in, &size);
		MUST(frame && size == 60 && frame[59] == i);
		frames_take(&switch_in);
		(void)frames_in_flush(&switch_in);
		MUST((send_head + 1) % NIC_RING == send_tail && d->length == 60);
		frame = (uint8_t *)rings + (d->address - RINGS_AT);
		MUST(frame[0] == i && frame[19] == i && frame[20] == 0 && frame[59] == 0);
		card_sends();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};

	memset(rings, 0, sizeof rings);
	memset(memory, 0, sizeof memory);
	memset(reg, 0, sizeof reg);
	now = 1000000;
	gone = stuck = false;
	receive_head = send_head = send_tail = 0;
	reg[E1000_STATUS / 4] = E1000_STATUS_LINK;
	start((unsigned)input_take(&input, 1));
	for (unsigned i = 0; i < STEPS && input.left; i++)
		step(&input);
	recover(size % 2);
	honest();
	return 0;
}
