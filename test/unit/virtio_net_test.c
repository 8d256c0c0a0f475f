/* SPDX-License-Identifier: MIT */
/* A virtio network card: frames out, frames in, room that runs out on both sides. */
#include "vmm/dev/net_loop.h"

#include "virtio_driver.h"

/* clang-format off */
/* LINK: vmm-user/vmm/dev/net_loop.c vmm-user/vmm/dev/virtio_net.c vmm-user/vmm/dev/virtio_pci.c vmm-user/vmm/dev/virtio_common.c vmm-user/vmm/dev/virtio_queue.c vmm-user/vmm/dev/scatter.c vmm-user/vmm/dev/msix.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/guest_memory.c */
/* clang-format on */

#define RX 0u
#define TX 1u
#define FRAME (BUFFER + 0x8000)
#define TXED ring_used_index(TX)
#define RXED ring_used_index(RX)

static struct virtio_net card;
static uint8_t sent[NET_FRAME_MAX];
static size_t sent_size;
static unsigned sends, flushed, readies;
static bool room;

static uint8_t *port_place(struct net_port *port)
{
	(void)port;
	return room ? sent : NULL;
}

static void port_send(struct net_port *port, size_t size)
{
	(void)port;
	sent_size = size;
	sends++;
}

static void port_flush(struct net_port *port)
{
	(void)port;
	flushed = sends;
}

static void port_ready(struct net_port *port)
{
	(void)port;
	readies++;
}

static struct net_port port = {{2, 0, 0, 0, 0, 7}, port_place, port_send, port_flush, port_ready};

static void start(uint64_t features)
{
	set_status(0);
	memset(ram + RING(0), 0, 0x2000);
	sends = flushed = readies = 0;
	driver_start(TRANSPORT | features);
}

static int setup(void **state)
{
	if (ring_ram_new(state))
		return 1;
	room = true;
	dev = &card.pci;
	virtio_net_init(&card, &port, &mem, message_send, &messages);
	start(0);
	return 0;
}

/* A frame of `size` bytes behind its header, in one piece, then notified. */
static void send_frame(uint32_t size)
{
	for (unsigned i = 0; i < 0x800; i++)
		ram[FRAME + 12 + i] = (uint8_t)(i * 7);
	ring_desc(TX, 0, FRAME, 12 + size, 0, 0);
	ring_offer(TX, LENGTH, 0);
	notify(TX);
}

/* `count` buffers of `size` bytes at BUFFER, 0x800 apart. */
static void offer_buffers(unsigned first, unsigned count, uint32_t size)
{
	for (unsigned i = first; i < first + count; i++) {
		ring_desc(RX, i, BUFFER + 0x800 * i, size, D_WRITE, 0);
		ring_offer(RX, LENGTH, i);
	}
}

static const uint8_t *frame_in(void)
{
	static uint8_t frame[NET_FRAME_MAX + 1];

	for (unsigned i = 0; i < sizeof frame; i++)
		frame[i] = (uint8_t)(i * 3 + 1);
	return frame;
}

static void identity(void **state)
{
	(void)state;
	assert_int_equal(pci_function_read(&dev->function, 0, 4), 0x10411af4);
	assert_int_equal(card.pci.offered, BIT(5) | BIT(15) | BIT(28) | BIT(29) | BIT(32));
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(bar_in(VIRTIO_DEVICE_AT + i, 1), i < 6 ? port.mac[i] : 0);
}

static void frames_go_out(void **state)
{
	static const struct {
		uint32_t size;
		bool goes;
	} rows[] = {{60, true}, {14, true}, {13, false}, {1514, true}, {1518, true}, {1519, false},
		{0, false}, {0x2000, false}};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		sends = 0;
		send_frame(rows[i].size);
		assert_int_equal(TXED, i + 1);
		assert_int_equal(ring_used_bytes(TX, LENGTH, i), 0);
		if (sends != rows[i].goes)
			fail_msg("row %u", i);
		if (!sends)
			continue;
		assert_int_equal(sent_size, rows[i].size);
		for (unsigned k = 0; k < sent_size; k++)
			assert_int_equal(sent[k], (uint8_t)(k * 7));
	}
	assert_int_equal(card.dropped, 4);
	assert_false(is_broken());
}

static void a_frame_in_pieces(void **state)
{
	(void)state;
	memcpy(ram + FRAME + 12, "0123456789abcdef", 16);
	ring_desc(TX, 0, FRAME, 5, D_NEXT, 1);
	ring_desc(TX, 1, FRAME + 5, 10, D_NEXT, 2);
	ring_desc(TX, 2, FRAME + 15, 13, 0, 0);
	ring_offer(TX, LENGTH, 0);
	notify(TX);
	assert_int_equal(sent_size, 16);
	assert_memory_equal(sent, "0123456789abcdef", 16);
}

/* Nothing was offered, so nothing may be asked for. */
static void offloads_are_dropped(void **state)
{
	(void)state;
	ram[FRAME] = 1; /* a checksum is wanted */
	send_frame(60);
	ram[FRAME] = 0, ram[FRAME + 1] = 1; /* segmentation */
	send_frame(60);
	assert_int_equal(sends, 0);
	assert_int_equal(TXED, 2);
	assert_int_equal(card.dropped, 2);
}

static void what_breaks_the_card(void **state)
{
	static const struct {
		unsigned queue;
		uint32_t size;
		unsigned flags;
	} rows[] = {{TX, 11, 0}, {TX, 100, D_WRITE}, {RX, 2000, 0}};

	for (unsigned i = 0; i < 3; i++) {
		setup(state);
		ring_desc(rows[i].queue, 0, BUFFER, rows[i].size, rows[i].flags, 0);
		ring_offer(rows[i].queue, LENGTH, 0);
		notify(rows[i].queue);
		if (rows[i].queue == RX)
			assert_int_equal(virtio_net_receive(&card, frame_in(), 60), NET_DROPPED);
		if (!is_broken())
			fail_msg("row %u", i);
		assert_int_equal(virtio_net_receive(&card, frame_in(), 60), NET_DROPPED);
		ring_ram_free(state);
	}
	setup(state);
}

/* What the port does not take stays first in the queue. */
static void a_port_without_room(void **state)
{
	(void)state;
	room = false;
	send_frame(60);
	send_frame(61);
	assert_int_equal(TXED, 0);
	room = true;
	virtio_net_room(&card);
	assert_int_equal(sends, 2);
	assert_int_equal(flushed, 2);
	assert_int_equal(TXED, 2);
	assert_int_equal(messages, 1);
}

static void frames_come_in(void **state)
{
	(void)state;
	offer_buffers(0, 2, 1530);
	memset(ram + BUFFER, 0xff, 12);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 1514), NET_TAKEN);
	assert_int_equal(RXED, 1);
	assert_int_equal(ring_used_bytes(RX, LENGTH, 0), 1526);
	assert_memory_equal(ram + BUFFER, "\0\0\0\0\0\0\0\0\0\0\1\0", 12);
	assert_memory_equal(ram + BUFFER + 12, frame_in(), 1514);
	assert_int_equal(ram[BUFFER + 1526], 0);
	assert_int_equal(message, 0x41);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 13), NET_DROPPED);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 1519), NET_DROPPED);
	assert_int_equal(RXED, 1);
}

static void a_guest_without_room(void **state)
{
	(void)state;
	assert_int_equal(virtio_net_receive(&card, frame_in(), 60), NET_FULL);
	offer_buffers(0, 1, 100);
	notify(RX);
	assert_int_equal(readies, 1);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 60), NET_TAKEN);
	notify(RX); /* nobody waits */
	assert_int_equal(readies, 1);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 60), NET_FULL);
	set_status(0);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 60), NET_DROPPED);
	start(0); /* with a new driver what waits is asked for */
	assert_int_equal(readies, 1);
}

/* Without merging a frame is in one buffer, or nowhere; the buffer stays. */
static void a_buffer_that_is_too_small(void **state)
{
	(void)state;
	offer_buffers(0, 2, 71);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 60), NET_DROPPED);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 59), NET_TAKEN);
	assert_int_equal(ring_used_id(RX, LENGTH, 0), 0);
}

static void a_frame_over_several_buffers(void **state)
{
	(void)state;
	start(VIRTIO_NET_F_MRG_RXBUF);
	offer_buffers(0, 2, 40);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 100), NET_FULL);
	assert_int_equal(RXED, 0);
	offer_buffers(2, 1, 40);
	notify(RX);
	assert_int_equal(readies, 1);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 100), NET_TAKEN);
	assert_int_equal(RXED, 3);
	assert_int_equal(ram[BUFFER + 10], 3);
	assert_int_equal(ring_used_bytes(RX, LENGTH, 0), 40);
	assert_int_equal(ring_used_bytes(RX, LENGTH, 1), 40);
	assert_int_equal(ring_used_bytes(RX, LENGTH, 2), 32);
	assert_memory_equal(ram + BUFFER + 12, frame_in(), 28);
	assert_memory_equal(ram + BUFFER + 0x800, frame_in() + 28, 40);
	assert_memory_equal(ram + BUFFER + 0x1000, frame_in() + 68, 32);
	assert_int_equal(messages, 1);
}

/* More buffers than one frame may take: dropped, and all of them stay. */
static void buffers_that_are_ridiculous(void **state)
{
	(void)state;
	start(VIRTIO_NET_F_MRG_RXBUF);
	offer_buffers(0, LENGTH, 4);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 60), NET_DROPPED);
	assert_int_equal(virtio_net_receive(&card, frame_in(), 52), NET_TAKEN);
	assert_int_equal(RXED, 16);
}

static void the_loop_sends_back(void **state)
{
	static struct net_loop loop;

	(void)state;
	net_loop_init(&loop, port.mac, &card);
	card.port = &loop.port;
	for (unsigned i = 0; i < 6; i++)
		send_frame(60 + i);
	assert_int_equal(TXED, NET_LOOP_FRAMES); /* no buffers: it is full */
	assert_int_equal(RXED, 0);
	offer_buffers(0, 6, 100);
	notify(RX);
	assert_int_equal(TXED, 6);
	assert_int_equal(RXED, 6);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(ring_used_bytes(RX, LENGTH, i), 72 + i);
	assert_memory_equal(ram + BUFFER + 12, ram + FRAME + 12, 60);
	offer_buffers(6, 1, 100);
	send_frame(64);
	assert_int_equal(RXED, 7);
	card.port = &port;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, ring_ram_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(identity),
		CASE(frames_go_out),
		CASE(a_frame_in_pieces),
		CASE(offloads_are_dropped),
		cmocka_unit_test_teardown(what_breaks_the_card, ring_ram_free),
		CASE(a_port_without_room),
		CASE(frames_come_in),
		CASE(a_guest_without_room),
		CASE(a_buffer_that_is_too_small),
		CASE(a_frame_over_several_buffers),
		CASE(buffers_that_are_ridiculous),
		CASE(the_loop_sends_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
