/* SPDX-License-Identifier: MIT */
/* A virtio source of entropy: buffers of any size, a source that runs dry. */
#include "vmm/dev/virtio_rng.h"

#include "virtio_driver.h"

/* clang-format off */
/* LINK: vmm-user/vmm/dev/virtio_rng.c vmm-user/vmm/dev/virtio_pci.c vmm-user/vmm/dev/virtio_common.c vmm-user/vmm/dev/virtio_queue.c vmm-user/vmm/dev/scatter.c vmm-user/vmm/dev/msix.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/guest_memory.c */
/* clang-format on */

static struct virtio_rng rng;
static size_t stock; /* bytes that the source still gives */

static size_t fill(void *to, size_t size)
{
	size_t got = size < stock ? size : stock;

	memset(to, 0x5a, got);
	stock -= got;
	return got;
}

static int setup(void **state)
{
	if (ring_ram_new(state))
		return 1;
	stock = 1000;
	dev = &rng.pci;
	virtio_rng_init(&rng, fill, &mem, message_send, &messages);
	driver_start(TRANSPORT);
	return 0;
}

static void identity(void **state)
{
	(void)state;
	assert_int_equal(pci_function_read(&dev->function, 0, 4), 0x10441af4);
	assert_int_equal(rng.pci.offered, BIT(28) | BIT(29) | BIT(32));
}

/* How much of each buffer is filled; 64 bytes behind it stay as they are. */
static void buffers(void **state)
{
	static const struct {
		uint32_t size;
		size_t stock;
		uint32_t filled;
	} rows[] = {{64, 1000, 64}, {1, 1000, 1}, {0, 1000, 0}, {256, 1000, 256}, {4096, 1000, 256},
		{64, 7, 7}, {64, 0, 0}};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		stock = rows[i].stock;
		memset(ram + BUFFER, 0, 5000);
		ring_desc(0, 0, BUFFER, rows[i].size, D_WRITE, 0);
		ring_offer(0, LENGTH, 0);
		notify(0);
		assert_int_equal(ring_used_index(0), i + 1);
		assert_int_equal(ring_used_bytes(0, LENGTH, i), rows[i].filled);
		for (unsigned k = 0; k < 400; k++)
			assert_int_equal(ram[BUFFER + k], k < rows[i].filled ? 0x5a : 0);
	}
	assert_int_equal(messages, sizeof rows / sizeof rows[0]);
}

static void a_batch_in_pieces(void **state)
{
	(void)state;
	ring_desc(0, 0, BUFFER, 3, D_WRITE | D_NEXT, 1);
	ring_desc(0, 1, BUFFER + 100, 5, D_WRITE, 0);
	ring_offer(0, LENGTH, 0);
	ring_offer(0, LENGTH, 1);
	notify(0);
	assert_int_equal(ring_used_index(0), 2);
	assert_int_equal(ring_used_bytes(0, LENGTH, 0), 8);
	assert_int_equal(ring_used_bytes(0, LENGTH, 1), 5);
	assert_int_equal(ram[BUFFER + 3], 0);
	assert_int_equal(ram[BUFFER + 104], 0x5a);
	assert_int_equal(messages, 1);
}

static void a_buffer_to_be_read(void **state)
{
	(void)state;
	ring_desc(0, 0, BUFFER, 3, 0, 0);
	ring_offer(0, LENGTH, 0);
	notify(0);
	assert_true(is_broken());
	assert_int_equal(ring_used_index(0), 0);
}

static void a_bad_ring(void **state)
{
	(void)state;
	ring_offer(0, LENGTH, LENGTH);
	notify(0);
	assert_true(is_broken());
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, ring_ram_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(identity),
		CASE(buffers),
		CASE(a_batch_in_pieces),
		CASE(a_buffer_to_be_read),
		CASE(a_bad_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
