/* SPDX-License-Identifier: MIT */
/* A virtio console: output that is taken bit by bit, input into buffers. */
#include "vmm/dev/virtio_console.h"

#include "virtio_driver.h"

/* clang-format off */
/* LINK: vmm-user/vmm/dev/virtio_console.c vmm-user/vmm/dev/virtio_pci.c vmm-user/vmm/dev/virtio_common.c vmm-user/vmm/dev/virtio_queue.c vmm-user/vmm/dev/scatter.c vmm-user/vmm/dev/msix.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/guest_memory.c */
/* clang-format on */

#define RX 0u
#define TX 1u

static struct virtio_console console;
static uint8_t shown[4096];
static size_t shown_size, room;
static unsigned readies;

static size_t output(void *ctx, const uint8_t *bytes, size_t size)
{
	size_t taken = size < room ? size : room;

	assert_ptr_equal(ctx, &console);
	memcpy(shown + shown_size, bytes, taken);
	shown_size += taken;
	room -= taken;
	return taken;
}

static void ready(void *ctx)
{
	assert_ptr_equal(ctx, &console);
	readies++;
}

static int setup(void **state)
{
	if (ring_ram_new(state))
		return 1;
	shown_size = 0;
	room = sizeof shown;
	console = (struct virtio_console){.output = output, .ready = ready, .ctx = &console};
	dev = &console.pci;
	virtio_console_init(&console, &mem, message_send, &messages);
	driver_start(TRANSPORT);
	readies = 0;
	return 0;
}

static void put_text(unsigned index, const char *text)
{
	uint64_t at = BUFFER + 0x400u * index;

	memcpy(ram + at, text, strlen(text));
	ring_desc(TX, index, at, (uint32_t)strlen(text), 0, 0);
	ring_offer(TX, LENGTH, index);
}

static void identity(void **state)
{
	(void)state;
	assert_int_equal(pci_function_read(&dev->function, 0, 4), 0x10431af4);
	assert_int_equal(console.pci.offered, BIT(28) | BIT(29) | BIT(32));
}

static void output_is_shown(void **state)
{
	static char text[200];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	put_text(0, "hello ");
	put_text(1, "");
	put_text(2, text);
	notify(TX);
	assert_int_equal(shown_size, 6 + 199);
	assert_memory_equal(shown, "hello xxx", 9);
	assert_int_equal(ring_used_index(TX), 3);
	assert_int_equal(messages, 1);
}

/* A chain is given back when all of it was taken, and goes on where it stopped. */
static void output_that_is_not_taken_waits(void **state)
{
	static char text[301];

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		text[i] = (char)('a' + i % 26);
	put_text(0, text);
	put_text(1, "!");
	room = 100;
	notify(TX);
	assert_int_equal(shown_size, 100);
	assert_int_equal(ring_used_index(TX), 0);
	notify(TX);
	assert_int_equal(shown_size, 100);
	room = 150;
	virtio_console_room(&console);
	assert_int_equal(shown_size, 250);
	room = 100;
	virtio_console_room(&console);
	assert_int_equal(shown_size, 301);
	assert_memory_equal(shown, text, 300);
	assert_int_equal(shown[300], '!');
	assert_int_equal(ring_used_index(TX), 2);
}

static void a_reset_forgets_the_rest(void **state)
{
	(void)state;
	room = 2;
	put_text(0, "forgotten");
	notify(TX);
	set_status(0);
	memset(ram + RING(0), 0, 0x2000);
	driver_start(TRANSPORT);
	room = 100;
	virtio_console_room(&console);
	assert_int_equal(shown_size, 2);
	put_text(0, "new");
	notify(TX);
	assert_memory_equal(shown, "fonew", 5);
}

static void input_fills_buffers(void **state)
{
	(void)state;
	assert_int_equal(virtio_console_input(&console, (const uint8_t *)"x", 1), 0);
	ring_desc(RX, 0, BUFFER, 4, D_WRITE, 0);
	ring_desc(RX, 1, BUFFER + 16, 100, D_WRITE, 0);
	ring_offer(RX, LENGTH, 0);
	ring_offer(RX, LENGTH, 1);
	notify(RX);
	assert_int_equal(readies, 1);
	assert_int_equal(virtio_console_input(&console, (const uint8_t *)"abcdef", 6), 6);
	assert_memory_equal(ram + BUFFER, "abcd\0", 5);
	assert_memory_equal(ram + BUFFER + 16, "ef\0", 3);
	assert_int_equal(ring_used_bytes(RX, LENGTH, 0), 4);
	assert_int_equal(ring_used_bytes(RX, LENGTH, 1), 2);
	assert_int_equal(messages, 1);
	ring_desc(RX, 0, BUFFER, 4, D_WRITE, 0);
	ring_offer(RX, LENGTH, 0);
	assert_int_equal(virtio_console_input(&console, (const uint8_t *)"abcdef", 6), 4);
}

static void what_breaks_the_console(void **state)
{
	for (unsigned queue = 0; queue < 2; queue++) {
		setup(state);
		ring_desc(queue, 0, BUFFER, 4, queue == TX ? D_WRITE : 0, 0);
		ring_offer(queue, LENGTH, 0);
		notify(queue);
		(void)virtio_console_input(&console, (const uint8_t *)"x", 1);
		assert_true(is_broken());
		ring_ram_free(state);
	}
	setup(state);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, ring_ram_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(identity),
		CASE(output_is_shown),
		CASE(output_that_is_not_taken_waits),
		CASE(a_reset_forgets_the_rest),
		CASE(input_fills_buffers),
		cmocka_unit_test_teardown(what_breaks_the_console, ring_ram_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
