/* SPDX-License-Identifier: MIT */
/* LINK: drivers/virtio/virtio.c drivers/virtio/virtq.c drivers/virtio/caps.c */
/*
 * Finding the structures of a virtio device on PCI, row by row, and bringing the device
 * up: reset, features, a queue, notifications, interrupts, its configuration.
 */
#include "virtio_host_model.h"

static uint8_t config[256];
static unsigned config_reads;
static struct virtio virtio;
static struct virtq queue;

static uint32_t host_serve(const struct host_piece *piece, unsigned count)
{
	assert_int_equal(count, 2);
	memcpy(piece[1].at, piece[0].at, piece[1].bytes);
	return piece[1].bytes;
}

static int setup(void **state)
{
	(void)state;
	host_reset();
	return 0;
}

/* --- capabilities --- */

static uint32_t config_read(void *ctx, uint32_t reg)
{
	uint32_t value;

	assert_ptr_equal(ctx, config);
	assert_true(reg % 4 == 0 && reg < 256);
	assert_true(++config_reads < 1000);
	memcpy(&value, config + reg, 4);
	return value;
}

static void cap_put(uint8_t at, uint8_t next, uint8_t length, uint8_t type, uint8_t bar,
	uint32_t offset, uint32_t size)
{
	const uint8_t head[8] = {9, next, length, type, bar};

	memcpy(config + at, head, 8);
	memcpy(config + at + 8, &offset, 4);
	memcpy(config + at + 12, &size, 4);
}

/* As a device of QEMU has them. */
static void config_fill(void)
{
	memset(config, 0, sizeof config);
	config_reads = 0;
	config[6] = 0x10;
	config[0x34] = 0x98;
	config[0x98] = 0x11; /* MSI-X */
	config[0x99] = 0x84;
	cap_put(0x84, 0x70, 20, 5, 0, 0, 0); /* access by configuration space */
	cap_put(0x70, 0x60, 20, 2, 4, 0x3000, 0x1000);
	config[0x80] = 4;
	cap_put(0x60, 0x50, 16, 4, 4, 0x2000, 0x1000);
	cap_put(0x50, 0x40, 16, 3, 4, 0x1000, 0x1000);
	cap_put(0x40, 0, 16, 1, 4, 0, 0x1000);
}

static bool caps_are(struct virtio_caps *caps)
{
	config_reads = 0;
	return virtio_caps_read(config_read, config, caps);
}

static void structures_are_found(void **state)
{
	struct virtio_caps caps;

	(void)state;
	config_fill();
	assert_true(caps_are(&caps));
	assert_int_equal(caps.multiplier, 4);
	for (unsigned i = 0; i < VIRTIO_PARTS; i++)
		assert_true(caps.place[i].bar == 4 && caps.place[i].length == 0x1000);
	assert_int_equal(caps.place[VIRTIO_COMMON].offset, 0);
	assert_int_equal(caps.place[VIRTIO_NOTIFY].offset, 0x3000);
	assert_int_equal(caps.place[VIRTIO_ISR].offset, 0x1000);
	assert_int_equal(caps.place[VIRTIO_DEVICE].offset, 0x2000);
	/* of its type it may have none */
	config[0x63] = 7;
	assert_true(caps_are(&caps));
	assert_int_equal(caps.place[VIRTIO_DEVICE].length, 0);
	config[0x63] = 0;
	assert_true(caps_are(&caps));
}

static void first_good_one_counts(void **state)
{
	struct virtio_caps caps;

	(void)state;
	config_fill();
	cap_put(0x40, 0xa8, 16, 1, 6, 0, 0x1000); /* no BAR */
	cap_put(0xa8, 0xb8, 16, 1, 5, 0x100, 0x38);
	cap_put(0xb8, 0, 16, 1, 3, 0, 0x1000);
	assert_true(caps_are(&caps));
	assert_int_equal(caps.place[VIRTIO_COMMON].bar, 5);
	assert_int_equal(caps.place[VIRTIO_COMMON].offset, 0x100);
}

/* One byte or dword of the good ones, and no device any more. */
static void structures_that_cannot_be_are_none(void **state)
{
	static const struct {
		uint8_t at;
		uint32_t value, bytes;
	} rows[] = {
		{0x06, 0, 1},          /* no list */
		{0x34, 0, 1},          /* an empty one */
		{0x34, 0x3c, 1},       /* in the header */
		{0x99, 0, 1},          /* it ends */
		{0x99, 0x98, 1},       /* it goes round */
		{0x99, 0xff, 1},       /* over the end */
		{0x42, 15, 1},         /* too short */
		{0x72, 19, 1},         /* for notifications */
		{0x40, 0x10, 1},       /* of another kind */
		{0x43, 0, 1},          /* of no type */
		{0x43, 4, 1},          /* of another type */
		{0x44, 6, 1},          /* BARs that are not */
		{0x44, 255, 1},        /* */
		{0x48, 0xfffff004, 4}, /* over the end of any BAR */
		{0x48, 2, 4},          /* at an odd place */
		{0x4c, 0x37, 4},       /* too short */
		{0x4c, 0, 4},          /* */
		{0x4c, 0xffffffff, 4}, /* (this one is long, at 0) */
		{0x78, 0x3001, 4},     /* notifications: at an odd place */
		{0x7c, 1, 4},          /* too short */
		{0x5c, 0, 4},          /* interrupt status */
		{0x54, 7, 1},          /* */
	};
	struct virtio_caps caps;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		config_fill();
		memcpy(config + rows[i].at, &rows[i].value, rows[i].bytes);
		assert_int_equal(caps_are(&caps), rows[i].value == 0xffffffff);
	}
}

static void capability_ends_in_the_configuration_space(void **state)
{
	struct virtio_caps caps;

	(void)state;
	config_fill();
	config[0x99] = 0xf0;
	cap_put(0xf0, 0x84, 16, 1, 2, 0, 0x100);
	assert_true(caps_are(&caps));
	assert_int_equal(caps.place[VIRTIO_COMMON].bar, 2);
	cap_put(0xf0, 0x60, 20, 2, 2, 0, 0x100); /* four bytes too long */
	assert_false(caps_are(&caps));
	config_fill();
	cap_put(0x20, 0x98, 16, 1, 2, 0, 0x100); /* in the header */
	config[0x34] = 0x20;
	assert_false(caps_are(&caps));
	memset(config, 0xff, sizeof config); /* nobody is there */
	assert_false(caps_are(&caps));
}

/* --- the device --- */

static enum virtio_result open_device(uint64_t wanted)
{
	return virtio_open(&virtio, &host_io, &host_caps, wanted);
}

static bool open_queue(uint32_t most)
{
	return virtio_queue_open(&virtio, 0, &(struct virtq_memory){dma, DMA_BASE}, most, &queue);
}

static void features_are_agreed_on(void **state)
{
	(void)state;
	host.offered = 1ull << 32 | 1ull << 33 | 1ull << 34 | 1ull << 36 | 0x30000222;
	assert_int_equal(open_device(0xffffff), VIRTIO_OPENED);
	assert_true(host.taken == (1ull << 32 | 1ull << 33 | 1ull << 36 | 0x222));
	assert_true(virtio.features == host.taken);
	assert_true(virtio_has(&virtio, 33) && virtio_has(&virtio, 1) && !virtio_has(&virtio, 34));
	assert_int_equal(host.status, 11);
	assert_int_equal(host.resets, 1);
	host.offered = 1ull << 32 | 1ull << 40 | 0x222;
	/* what is not of its type is not the driver's to want */
	assert_int_equal(open_device(1ull << 40 | 0x20), VIRTIO_OPENED);
	assert_true(host.taken == (1ull << 32 | 0x20));
}

static void devices_that_are_none(void **state)
{
	uint64_t before = time_us;

	(void)state;
	host.offered = 0x222;
	assert_int_equal(open_device(0x222), VIRTIO_OLD);
	assert_int_equal(host.status & 0x88, 0x80);
	host_reset();
	host.refuses = true;
	assert_int_equal(open_device(0), VIRTIO_REFUSED);
	assert_int_equal(host.status & 0x80, 0x80);
	host_reset();
	host.stuck = true;
	assert_int_equal(open_device(0), VIRTIO_SILENT);
	host_reset();
	host.gone = true;
	assert_int_equal(open_device(0), VIRTIO_SILENT);
	assert_true(virtio_is_failed(&virtio));
	assert_true(time_us - before < 5000000);
}

static void queue_is_as_long_as_both_like(void **state)
{
	static const struct {
		uint32_t device, driver, size;
	} rows[] = {{256, 64, 64}, {64, 256, 64}, {1, 64, 1}, {100, 64, 64}, {100, 128, 64},
		{0, 64, 0}, {32768, 256, 256}, {65535, 1, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		host_reset();
		host.most = rows[i].device;
		assert_int_equal(open_device(0), VIRTIO_OPENED);
		assert_int_equal(open_queue(rows[i].driver), rows[i].size != 0);
		if (rows[i].size == 0)
			continue;
		assert_int_equal(queue.size, rows[i].size);
		assert_int_equal(host.queue_size, rows[i].size);
		assert_true(host.descriptors == DMA_BASE && host.enabled);
		assert_true(host.available == virtq_available(&queue));
		assert_true(host.used == virtq_used(&queue));
	}
}

static void queues_that_are_none(void **state)
{
	struct virtio_caps caps = host_caps;

	(void)state;
	host.queues = 0;
	assert_int_equal(open_device(0), VIRTIO_OPENED);
	assert_false(open_queue(64));
	host.queues = 1;
	assert_false(
		virtio_queue_open(&virtio, 1, &(struct virtq_memory){dma, DMA_BASE}, 64, &queue));
	/* its notification register is outside of what the capability names */
	caps.place[VIRTIO_NOTIFY].length--;
	assert_int_equal(virtio_open(&virtio, &host_io, &caps, 0), VIRTIO_OPENED);
	assert_false(open_queue(64));
	caps = host_caps;
	caps.multiplier = 0xffffffff;
	assert_int_equal(virtio_open(&virtio, &host_io, &caps, 0), VIRTIO_OPENED);
	assert_false(open_queue(64));
	caps = host_caps;
	caps.multiplier = 3; /* at an odd place */
	assert_int_equal(virtio_open(&virtio, &host_io, &caps, 0), VIRTIO_OPENED);
	assert_false(open_queue(64));
}

static void chains_go_there_and_back(void **state)
{
	const struct virtq_piece piece[] = {{DMA_BASE + 0x8000, 4}, {DMA_BASE + 0x9000, 4}};
	uint32_t token, bytes;

	(void)state;
	assert_int_equal(open_device(0), VIRTIO_OPENED);
	assert_true(open_queue(16));
	assert_true(virtio_is_failed(&virtio)); /* not yet */
	assert_true(virtio_ready(&virtio));
	assert_int_equal(host.status, 15);
	assert_false(virtio_is_failed(&virtio));
	assert_int_equal(virtio_interrupt(&virtio), 0);
	for (unsigned i = 0; i < 100; i++) {
		memcpy(dma + 0x8000, &i, 4);
		assert_true(virtq_put(&queue, piece, 1, 1, i));
		virtio_notify(&virtio, &queue);
		assert_int_equal(host.notifications, i + 1);
		assert_int_equal(virtio_interrupt(&virtio), VIRTIO_ISR_QUEUE);
		assert_int_equal(virtio_interrupt(&virtio), 0);
		assert_true(virtq_take(&queue, &token, &bytes));
		assert_true(token == i && bytes == 4 && memcmp(dma + 0x9000, &i, 4) == 0);
	}
	dma[virtq_used(&queue) - DMA_BASE] = 1; /* it looks by itself */
	assert_true(virtq_put(&queue, piece, 1, 1, 0));
	virtio_notify(&virtio, &queue);
	assert_int_equal(host.notifications, 100);
	host.isr = 0xfe;
	assert_int_equal(virtio_interrupt(&virtio), VIRTIO_ISR_CONFIG);
	host.gone = true;
	assert_int_equal(virtio_interrupt(&virtio), 0);
}

static void failure_is_seen(void **state)
{
	(void)state;
	host.never_ready = true;
	assert_int_equal(open_device(0), VIRTIO_OPENED);
	assert_true(open_queue(16));
	assert_false(virtio_ready(&virtio));
	host.never_ready = false;
	assert_true(virtio_reset(&virtio));
	assert_true(virtio_is_failed(&virtio));
}

static void configuration_is_of_one_moment(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(open_device(0), VIRTIO_OPENED);
	for (unsigned i = 0; i < 64; i++)
		host.config[i] = (uint8_t)(i + 1);
	assert_true(virtio_config(&virtio, 0, 8, &value));
	assert_true(value == 0x0807060504030201);
	assert_true(virtio_config(&virtio, 20, 4, &value));
	assert_int_equal(value, 0x18171615);
	assert_true(virtio_config(&virtio, 34, 2, &value));
	assert_int_equal(value, 0x2423);
	assert_true(virtio_config(&virtio, 59, 1, &value));
	assert_int_equal(value, 60);
	assert_false(virtio_config(&virtio, 60, 1, &value));
	assert_false(virtio_config(&virtio, 56, 8, &value));
	host.changes = true;
	assert_false(virtio_config(&virtio, 0, 8, &value));
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(structures_are_found), CASE(first_good_one_counts),
		CASE(structures_that_cannot_be_are_none),
		CASE(capability_ends_in_the_configuration_space), CASE(features_are_agreed_on),
		CASE(devices_that_are_none), CASE(queue_is_as_long_as_both_like),
		CASE(queues_that_are_none), CASE(chains_go_there_and_back), CASE(failure_is_seen),
		CASE(configuration_is_of_one_moment)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
