/* SPDX-License-Identifier: MIT */
/* A guest's port of a net: its card's queues on one side, a channel's rings on the other. */
#include "vmm/port.h"

#include "virtio_driver.h"

/* clang-format off */
/* LINK: vmm-user/vmm/port.c vmm-user/rt/frames.c vmm-user/vmm/dev/virtio_net.c vmm-user/vmm/dev/virtio_pci.c vmm-user/vmm/dev/virtio_common.c vmm-user/vmm/dev/virtio_queue.c vmm-user/vmm/dev/scatter.c vmm-user/vmm/dev/msix.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/guest_memory.c */
/* clang-format on */

#define RX 0u
#define TX 1u
#define FRAME (BUFFER + 0x8000)

static const uint8_t mac[NET_MAC] = {2, 1, 1, 1, 1, 1};
static struct frame_ring rings[2];
static struct port port;
static struct frames_out out; /* the switch's ends */
static struct frames_in in;
static unsigned tells, mores;

static void on_tell(struct port *p)
{
	(void)p;
	tells++;
}

static void on_more(struct port *p)
{
	(void)p;
	mores++;
}

static int setup(void **state)
{
	if (ring_ram_new(state))
		return 1;
	memset(rings, 0, sizeof(rings));
	memset(&port, 0, sizeof(port));
	frames_out_attach(&out, &rings[1]);
	frames_in_attach(&in, &rings[0], false);
	port.tell = on_tell;
	port.more = on_more;
	port_init(&port, mac, rings);
	dev = &port.card.pci;
	virtio_net_init(&port.card, &port.net, &mem, message_send, &messages);
	memset(ram + RING(0), 0, 0x2000);
	driver_start(TRANSPORT);
	port_look(&port);
	(void)frames_in_wait(&in);
	tells = mores = 0;
	return 0;
}

/* The guest offers a frame of 60 bytes with this mark; `n` counts them. */
static void guest_sends(unsigned n, uint8_t mark)
{
	unsigned i = n % LENGTH;

	memset(ram + FRAME + 0x100 * i, 0, 12);
	memset(ram + FRAME + 0x100 * i + 12, mark, 60);
	ring_desc(TX, i, FRAME + 0x100 * i, 72, 0, 0);
	ring_offer(TX, LENGTH, i);
}

static int switch_takes(void)
{
	size_t size;
	const uint8_t *frame = frames_look(&in, &size);
	int mark = frame ? frame[59] : -1;

	if (frame)
		frames_take(&in);
	return mark;
}

static bool switch_gives(uint8_t mark)
{
	uint8_t *to = frames_place(&out);

	if (!to)
		return false;
	memset(to, mark, 60);
	frames_put(&out, 60);
	return true;
}

static void guest_buffers(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		ring_desc(RX, i, BUFFER + 0x100 * i, 0x100, D_WRITE, 0);
		ring_offer(RX, LENGTH, i);
	}
}

/* Three frames, one notification, one signal. */
static void frames_go_to_the_switch(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 3; i++)
		guest_sends(i, i + 1);
	notify(TX);
	assert_int_equal(tells, 1);
	for (uint8_t i = 0; i < 3; i++)
		assert_int_equal(switch_takes(), i + 1);
	assert_int_equal(switch_takes(), -1);
	guest_sends(3, 4);
	notify(TX);
	assert_int_equal(tells, 1); /* it is awake */
}

static void a_full_channel_holds_the_queue(void **state)
{
	unsigned sent = 0;

	(void)state;
	guest_sends(sent++, 1);
	notify(TX);
	assert_int_equal(switch_takes(), 1);
	(void)frames_in_flush(&in); /* nobody waits for this one */
	for (; sent < FRAME_SLOTS + 1; sent++) {
		guest_sends(sent, 1);
		notify(TX);
	}
	guest_sends(sent, 9);
	notify(TX);
	assert_int_equal(ring_used_index(TX), FRAME_SLOTS + 1);
	for (unsigned i = 0; i < FRAME_SLOTS / 4; i++)
		assert_int_equal(switch_takes(), 1);
	assert_true(frames_in_flush(&in)); /* it asked to be signalled */
	port_look(&port);
	assert_int_equal(ring_used_index(TX), FRAME_SLOTS + 2);
	for (unsigned i = 0; i < FRAME_SLOTS * 3 / 4; i++)
		assert_int_equal(switch_takes(), 1);
	assert_int_equal(switch_takes(), 9);
}

static void frames_come_from_the_switch(void **state)
{
	(void)state;
	guest_buffers(4);
	switch_gives(1);
	switch_gives(2);
	assert_true(frames_out_flush(&out));
	port_look(&port);
	assert_int_equal(ring_used_index(RX), 2);
	assert_int_equal(ring_used_bytes(RX, LENGTH, 0), 72);
	assert_int_equal(ram[BUFFER + 12 + 59], 1);
	assert_int_equal(ram[BUFFER + 0x100 + 12], 2);
	switch_gives(3);
	assert_true(frames_out_flush(&out)); /* it sleeps again */
}

/* Frames wait in the channel until the guest has buffers; nobody is signalled for it. */
static void a_guest_without_buffers(void **state)
{
	(void)state;
	switch_gives(5);
	(void)frames_out_flush(&out);
	port_look(&port);
	assert_int_equal(rings[1].tail, 0);
	switch_gives(6);
	assert_false(frames_out_flush(&out));
	guest_buffers(1);
	notify(RX);
	assert_int_equal(ring_used_index(RX), 1);
	assert_int_equal(ram[BUFFER + 12], 5);
	assert_int_equal(rings[1].tail, 1);
	set_status(0);
	port_look(&port); /* nobody there: dropped */
	assert_int_equal(rings[1].tail, 2);
}

static void a_waiting_switch_is_told_of_room(void **state)
{
	(void)state;
	while (switch_gives(1))
		;
	(void)frames_out_flush(&out);
	assert_false(frames_out_wait(&out));
	set_status(0);
	port_look(&port);
	assert_int_equal(tells, 1);
	assert_int_equal(mores, 1); /* a whole batch: there may be more */
	assert_true(switch_gives(1));
}

/* What was for a guest before this one is not for it. */
static void old_frames_are_dropped(void **state)
{
	(void)state;
	guest_buffers(2);
	switch_gives(1);
	(void)frames_out_flush(&out);
	guest_sends(0, 7);
	notify(TX);
	port_init(&port, mac, rings);
	port_look(&port);
	assert_int_equal(ring_used_index(RX), 0);
	assert_int_equal(switch_takes(), 7);
	switch_gives(2);
	(void)frames_out_flush(&out);
	port_look(&port);
	assert_int_equal(ram[BUFFER + 12], 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, ring_ram_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(frames_go_to_the_switch),
		CASE(a_full_channel_holds_the_queue),
		CASE(frames_come_from_the_switch),
		CASE(a_guest_without_buffers),
		CASE(a_waiting_switch_is_told_of_room),
		CASE(old_frames_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
