/* SPDX-License-Identifier: MIT */
/* LINK: drivers/net/uplink.c drivers/net/e1000.c drivers/net/e1000_ring.c */
/* LINK: drivers/net/e1000_mac.c vmm-user/rt/frames.c drivers/switch/forward.c */
/* LINK: drivers/switch/bridge.c drivers/switch/table.c drivers/switch/bucket.c */
/* From the wire to a guest and back: a card, its uplink, the switch, two guests' ports. */
#include "drivers/net/uplink.h"
#include "drivers/switch/forward.h"
#include "net_uplink_fixture.h"

#define GUESTS 2u
#define NEIGHBOUR 1000000u /* marks of what guest 1 sends */
#define WHO(n) ((const uint8_t[6]){2, 0, 0, 0, 0, (n)})
#define FAR ((const uint8_t[6]){0, 0x1b, 0x21, 7, 8, 9})
#define ALL ((const uint8_t[6]){0xff, 0xff, 0xff, 0xff, 0xff, 0xff})

static struct forward forward;
static struct frame_ring *guest_rings; /* of each guest: from it, to it */
static struct frames_out guest_out[GUESTS];
static struct frames_in guest_in[GUESTS];
static uint16_t guest_flags;
static unsigned wire_got;

static void forward_start(void)
{
	struct frame_port port = {.flags = FRAME_PORT_UPLINK};

	forward_init(&forward, 1000);
	forward_add(&forward, &port, &RINGS[0], &RINGS[1]);
	for (unsigned i = 0; i < GUESTS; i++) {
		port = (struct frame_port){.flags = guest_flags};
		memcpy(port.mac, WHO((uint8_t)i), 6);
		forward_add(&forward, &port, &guest_rings[2 * i], &guest_rings[2 * i + 1]);
	}
}

static void net_start(uint16_t flags)
{
	guest_flags = flags;
	memset(guest_rings, 0, 2 * GUESTS * sizeof(*guest_rings));
	for (unsigned i = 0; i < GUESTS; i++) {
		frames_out_attach(&guest_out[i], &guest_rings[2 * i]);
		frames_in_attach(&guest_in[i], &guest_rings[2 * i + 1], true);
	}
	forward_start();
}

static int net_setup(void **state)
{
	guest_rings = test_calloc(2 * GUESTS, sizeof(*guest_rings));
	(void)setup(state);
	wire_got = 0;
	net_start(0);
	return 0;
}

static int net_teardown(void **state)
{
	(void)state;
	test_free(guest_rings);
	return 0;
}

/* Until nothing moves any more. */
static void settle(void)
{
	bool moved, more;

	do {
		(void)uplink_turn(&uplink, model.time_us, &more);
		(void)forward_turn(&forward, model.time_us, &moved);
		more |= moved;
	} while (more);
}

static void fill(uint8_t *frame, const uint8_t *to, const uint8_t *from, unsigned mark, size_t size)
{
	memset(frame, (int)mark, size);
	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
	memcpy(frame + 14, &mark, sizeof(mark));
}

static bool guest_send(unsigned guest, const uint8_t *to, unsigned mark, size_t size)
{
	uint8_t *frame = frames_place(&guest_out[guest]);

	if (!frame)
		return false;
	fill(frame, to, WHO((uint8_t)guest), mark, size);
	frames_put(&guest_out[guest], size);
	(void)frames_out_flush(&guest_out[guest]);
	return true;
}

static bool wire_send(const uint8_t *to, const uint8_t *from, unsigned mark, size_t size)
{
	uint8_t frame[FRAME_MAX];

	fill(frame, to, from, mark, size);
	return model_receive(frame, size);
}

/* The mark of a frame as it has to be, all bytes of it. */
static int mark_of(const uint8_t *frame, size_t size)
{
	unsigned mark;

	memcpy(&mark, frame + 14, sizeof(mark));
	for (size_t i = 18; i < size; i++)
		assert_int_equal(frame[i], (uint8_t)mark);
	return (int)mark;
}

static int guest_get(unsigned guest)
{
	size_t size;
	const uint8_t *frame = frames_look(&guest_in[guest], &size);
	int mark = frame ? mark_of(frame, size) : -1;

	if (frame)
		frames_take(&guest_in[guest]);
	(void)frames_in_flush(&guest_in[guest]);
	return mark;
}

static int wire_get(void)
{
	const struct model_frame *frame = &model.wire[wire_got % MODEL_WIRE];

	if (wire_got == model.sent)
		return -1;
	wire_got++;
	return mark_of(frame->data, frame->size);
}

static void a_guest_talks_to_the_world(void **state)
{
	(void)state;
	settle();
	assert_true(guest_send(0, ALL, 1, 60)); /* who has ...? */
	settle();
	assert_int_equal(wire_get(), 1);
	assert_int_equal(guest_get(1), 1);
	assert_true(wire_send(WHO(0), FAR, 2, 60));
	settle();
	assert_int_equal(guest_get(0), 2);
	assert_int_equal(guest_get(1), -1);
	assert_true(guest_send(0, FAR, 3, FRAME_MAX));
	settle();
	assert_int_equal(wire_get(), 3);
	assert_int_equal(guest_get(1), -1);
	assert_true(wire_send(WHO(0), FAR, 4, FRAME_MAX));
	assert_true(wire_send(ALL, FAR, 5, 60));
	settle();
	assert_int_equal(guest_get(0), 4);
	assert_int_equal(guest_get(0), 5);
	assert_int_equal(guest_get(1), 5);
	assert_true(guest_send(0, WHO(1), 6, 60)); /* does not leave the machine */
	settle();
	assert_int_equal(guest_get(1), 6);
	assert_int_equal(wire_get(), -1);
}

static void the_world_cannot_be_a_guest(void **state)
{
	(void)state;
	settle();
	assert_true(wire_send(WHO(0), WHO(1), 1, 60));
	assert_true(wire_send(ALL, WHO(0), 2, 60));
	assert_true(wire_send(FAR, (const uint8_t[6]){0, 1, 2, 3, 4, 5}, 3, 60)); /* for others */
	settle();
	assert_int_equal(guest_get(0), -1);
	assert_int_equal(guest_get(1), -1);
	assert_int_equal(RINGS[1].counts.foreign, 2);
	assert_int_equal(RINGS[1].counts.refused, 1);
	assert_true(guest_send(0, WHO(1), 4, 60));
	settle();
	assert_int_equal(guest_get(1), 4);
	assert_int_equal(wire_get(), -1);
}

static void isolated_guests_reach_the_world_only(void **state)
{
	(void)state;
	net_start(FRAME_PORT_ISOLATED);
	settle();
	assert_true(guest_send(0, ALL, 1, 60));
	assert_true(guest_send(0, WHO(1), 2, 60));
	assert_true(wire_send(WHO(1), FAR, 3, 60));
	settle();
	assert_int_equal(wire_get(), 1);
	assert_int_equal(wire_get(), -1);
	assert_int_equal(guest_get(1), 3);
	assert_int_equal(guest_get(1), -1);
}

/* All directions at once, many times around each ring: nothing is lost, nothing changes,
 * all is in order. */
static void traffic(unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++) {
		assert_true(wire_send(WHO((uint8_t)(i % 2)), FAR, i, i % 3 ? FRAME_MAX : 60));
		assert_true(guest_send(0, FAR, i, i % 5 ? FRAME_MAX : 60));
		assert_true(guest_send(1, WHO(0), NEIGHBOUR + i, 60 + i % 1400));
		if (i % 7 == 0 || i == first + count - 1)
			settle();
	}
}

static void traffic_arrives(unsigned first, unsigned count)
{
	unsigned from_wire = first, from_guest = first;

	for (int mark; (mark = guest_get(0)) >= 0;) {
		if ((unsigned)mark >= NEIGHBOUR) {
			assert_int_equal(mark, NEIGHBOUR + from_guest++);
			continue;
		}
		from_wire += from_wire % 2;
		assert_int_equal(mark, from_wire++);
	}
	assert_int_equal(from_guest, first + count);
	assert_int_equal(from_wire, first + count - 1);
	for (unsigned i = first; i < first + count; i++) {
		assert_int_equal(wire_get(), i);
		if (i % 2)
			assert_int_equal(guest_get(1), i);
	}
	assert_int_equal(wire_get(), -1);
	assert_int_equal(guest_get(1), -1);
}

static void all_directions_at_once(void **state)
{
	(void)state;
	settle();
	for (unsigned i = 0; i < 30; i++) {
		traffic(i * 100, 100);
		traffic_arrives(i * 100, 100);
	}
	assert_int_equal(uplink.counts.received, 3000);
	assert_int_equal(uplink.counts.sent, 3000);
}

/* Switch and driver are started again in between. */
static void either_may_die(void **state)
{
	(void)state;
	settle();
	for (unsigned i = 0; i < 20; i++) {
		traffic(i * 50, 50);
		traffic_arrives(i * 50, 50);
		if (i % 2)
			forward_start();
		else
			uplink_start();
		settle();
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, net_setup, net_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_guest_talks_to_the_world),
		CASE(the_world_cannot_be_a_guest),
		CASE(isolated_guests_reach_the_world_only),
		CASE(all_directions_at_once),
		CASE(either_may_die),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
