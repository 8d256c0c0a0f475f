/* SPDX-License-Identifier: MIT */
/*
 * The transport of virtio over PCI: capabilities, notifications, interrupts, the parts
 * of the BAR, and the BAR by way of the configuration space.
 */
#include "vmm/dev/virtio_pci.h"

#include "virtio_fake.h"

/* clang-format off */
/* LINK: vmm-user/vmm/dev/virtio_pci.c vmm-user/vmm/dev/virtio_common.c vmm-user/vmm/dev/virtio_queue.c vmm-user/vmm/dev/msix.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/guest_memory.c */
/* clang-format on */

static uint32_t config(unsigned offset, unsigned bytes)
{
	return pci_function_read(&device.function, offset, bytes);
}

static void identity(void **state)
{
	(void)state;
	assert_int_equal(config(0, 4), 0x10451af4);
	assert_int_equal(config(8, 4), 0x12345601);
	assert_int_equal(config(0x2c, 4), 0x10451af4);
}

/* The chain of capabilities, as a driver walks it. */
static void capabilities(void **state)
{
	static const struct {
		uint8_t type, length;
		uint32_t offset, size;
	} rows[] = {{1, 16, 0, 56}, {3, 16, 0x1000, 1}, {4, 16, 0x2000, 6}, {2, 20, 0x3000, 8},
		{5, 20, 0, 0}};
	unsigned at = config(0x34, 1), i = 0;

	(void)state;
	assert_int_equal(config(at, 1), 0x11);
	assert_int_equal(config(at + 2, 2), 2); /* three vectors */
	assert_int_equal(config(at + 4, 4), 0x4000);
	assert_int_equal(config(at + 8, 4), 0x4800);
	while ((at = config(at + 1, 1))) {
		assert_in_range(i, 0, 4);
		assert_int_equal(config(at, 1), 0x09);
		assert_int_equal(config(at + 2, 1), rows[i].length);
		assert_int_equal(config(at + 3, 1), rows[i].type);
		assert_int_equal(config(at + 4, 1), 0);
		assert_int_equal(config(at + 8, 4), rows[i].offset);
		assert_int_equal(config(at + 12, 4), rows[i].size);
		if (rows[i].type == 2)
			assert_int_equal(config(at + 16, 4), 4);
		i++;
	}
	assert_int_equal(i, 5);
}

/* Each field as it is at first, and after writing all ones. */
static void notifications_when_ready(void **state)
{
	(void)state;
	driver_attach();
	driver_features(TRANSPORT);
	driver_queue(0);
	notify(0);
	assert_int_equal(notified[0], 0); /* not yet */
	set_status(ALL_OK);
	assert_int_equal(notified[0], 1); /* what lies there already */
	assert_int_equal(notified[1], 0); /* not enabled */
	notify(0);
	notify(1);
	assert_int_equal(notified[0], 2);
	assert_int_equal(notified[1], 0);
	pci_function_write(&device.function, PCI_COMMAND, 2, 2);
	notify(0); /* no bus master */
	assert_int_equal(notified[0], 2);
	pci_function_write(&device.function, PCI_COMMAND, 2, 6);
	virtio_pci_break(&device);
	notify(0);
	assert_int_equal(notified[0], 2);
	driver_queue(1);
	assert_int_equal(notified[1], 0);
}

static void put_one(unsigned queue)
{
	virtio_queue_put(&device.queue[queue], 0, 0);
	virtio_pci_publish(&device, queue);
}

static void interrupts(void **state)
{
	(void)state;
	driver_start(TRANSPORT);
	put_one(0);
	assert_int_equal(messages, 1);
	assert_int_equal(message, 0x41);
	put_one(1);
	assert_int_equal(message, 0x42);
	assert_int_equal(bar_in(VIRTIO_ISR_AT, 1), 0); /* not with MSI-X */
	virtio_pci_publish(&device, 1);                /* nothing new */
	assert_int_equal(messages, 2);
	ram_put(RING(1) + AVAILABLE, 1, 2);
	put_one(1);
	assert_int_equal(messages, 2);
	bar_out(COMMON_QUEUE_SELECT, 2, 0);
	bar_out(COMMON_QUEUE_VECTOR, 2, 3); /* there is none */
	assert_int_equal(bar_in(COMMON_QUEUE_VECTOR, 2), 0xffff);
	put_one(0);
	assert_int_equal(messages, 2);
	virtio_pci_break(&device);
	assert_int_equal(messages, 3);
	assert_int_equal(message, 0x40);
	virtio_pci_break(&device); /* once is enough */
	assert_int_equal(messages, 3);
}

static void interrupt_status_without_msix(void **state)
{
	(void)state;
	driver_start(TRANSPORT);
	pci_function_write(&device.function, device.msix_capability + 2, 2, 0);
	put_one(0);
	assert_int_equal(messages, 0);
	assert_int_equal(bar_in(VIRTIO_ISR_AT + 4, 1), 0);
	assert_int_equal(bar_in(VIRTIO_ISR_AT, 1), 1);
	assert_int_equal(bar_in(VIRTIO_ISR_AT, 1), 0); /* taken */
	virtio_pci_break(&device);
	assert_int_equal(bar_in(VIRTIO_ISR_AT, 1), 2);
	set_status(0);
	assert_int_equal(bar_in(VIRTIO_ISR_AT, 1), 0);
}

static void nothing_is_sent_without_bus_mastering(void **state)
{
	(void)state;
	driver_start(TRANSPORT);
	pci_function_write(&device.function, PCI_COMMAND, 2, 2);
	virtio_pci_break(&device);
	assert_int_equal(messages, 0);
}

static void device_configuration(void **state)
{
	(void)state;
	assert_int_equal(bar_in(VIRTIO_DEVICE_AT, 1), 0xa0);
	assert_int_equal(bar_in(VIRTIO_DEVICE_AT + 2, 4), 0xa5a4a3a2);
	assert_int_equal(bar_in(VIRTIO_DEVICE_AT + 4, 4), 0xa5a4);
	assert_int_equal(bar_in(VIRTIO_DEVICE_AT + 6, 8), 0);
	bar_out(VIRTIO_DEVICE_AT, 1, 0xff);
	assert_int_equal(bar_in(VIRTIO_DEVICE_AT, 1), 0xa0);
	assert_int_equal(bar_in(VIRTIO_NOTIFY_AT, 2), 0);
	assert_int_equal(bar_in(0x7ffc, 4), 0);
	bar_out(0x7ffc, 4, 1);
}

static void messages_are_in_the_table(void **state)
{
	(void)state;
	driver_start(TRANSPORT);
	bar_out(VIRTIO_TABLE_AT + 16 + 12, 4, 1);
	put_one(0);
	assert_int_equal(messages, 0);
	assert_int_equal(bar_in(VIRTIO_PENDING_AT, 8), 2);
	bar_out(VIRTIO_PENDING_AT, 8, 0); /* read only */
	assert_int_equal(bar_in(VIRTIO_PENDING_AT, 4), 2);
	bar_out(VIRTIO_TABLE_AT + 16 + 12, 4, 0);
	assert_int_equal(messages, 1);
}

/* All of the BAR by way of the configuration space. */
static void the_window(void **state)
{
	struct pci_function *f = &device.function;
	unsigned at = device.window_capability;

	(void)state;
	assert_int_equal(config(at + 16, 4), 0);
	pci_function_write(f, at + 8, 4, VIRTIO_DEVICE_AT + 2);
	pci_function_write(f, at + 12, 4, 2);
	assert_int_equal(config(at + 16, 2), 0xa3a2);
	pci_function_write(f, at + 8, 4, COMMON_STATUS);
	pci_function_write(f, at + 12, 4, 1);
	pci_function_write(f, at + 16, 1, VIRTIO_ACKNOWLEDGE);
	assert_int_equal(status(), VIRTIO_ACKNOWLEDGE);
	assert_int_equal(config(at + 16, 1), VIRTIO_ACKNOWLEDGE);
}

static void the_window_has_edges(void **state)
{
	static const struct {
		uint32_t offset, bytes;
		uint8_t bar;
	} rows[] = {{0x8000, 1, 0}, {0xffffffff, 1, 0}, {0x7fff, 2, 0}, {0x14, 3, 0}, {0x14, 0, 0},
		{0x14, 8, 0}, {0x14, 0xffffffff, 0}, {0x14, 1, 1}, {0x15, 4, 0}};
	struct pci_function *f = &device.function;
	unsigned at = device.window_capability;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pci_function_write(f, at + 4, 1, rows[i].bar);
		pci_function_write(f, at + 8, 4, rows[i].offset);
		pci_function_write(f, at + 12, 4, rows[i].bytes);
		pci_function_write(f, at + 16, 4, 0x01010101);
		if (config(at + 16, 4) != 0x01010101 || status())
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(identity),
		CASE(capabilities),
		CASE(notifications_when_ready),
		CASE(interrupts),
		CASE(interrupt_status_without_msix),
		CASE(nothing_is_sent_without_bus_mastering),
		CASE(device_configuration),
		CASE(messages_are_in_the_table),
		CASE(the_window),
		CASE(the_window_has_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
