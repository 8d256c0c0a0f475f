/* SPDX-License-Identifier: MIT */
/*
 * A virtio disk under its driver: every request, every error, requests in flight. The
 * medium is the test's own, and is done when the test says so.
 */
#include "vmm/dev/virtio_blk.h"

#include "virtio_driver.h"

/* clang-format off */
/* LINK: vmm-user/vmm/dev/virtio_blk.c vmm-user/vmm/dev/virtio_pci.c vmm-user/vmm/dev/virtio_common.c vmm-user/vmm/dev/virtio_queue.c vmm-user/vmm/dev/scatter.c vmm-user/vmm/dev/msix.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/guest_memory.c */
/* clang-format on */

#define HEADER BUFFER
#define DATA (BUFFER + 0x1000)
#define STATUS (BUFFER + 0x800)
#define SECTORS 1000u

static struct blk_request *flight[64];
static unsigned flying, cancels;
static bool at_once;
static enum blk_result result;

static void submit(struct blk_medium *medium, struct blk_request *r)
{
	assert_int_equal(medium->sectors, SECTORS);
	assert_true(r->sector <= SECTORS && r->sectors <= SECTORS - r->sector);
	assert_false(medium->readonly && r->op != BLK_READ && r->op != BLK_FLUSH);
	flight[flying++ % 64] = r;
	if (at_once)
		r->done(r, result);
}

static void cancel(struct blk_medium *medium)
{
	(void)medium;
	cancels++;
	flying = 0;
}

static struct blk_medium medium;
static struct virtio_blk disk;

static int setup(void **state)
{
	if (ring_ram_new(state))
		return 1;
	medium = (struct blk_medium){.sectors = SECTORS,
		.id = "twenty characters!!!",
		.submit = submit,
		.cancel = cancel};
	at_once = true;
	result = BLK_OK;
	dev = &disk.pci;
	virtio_blk_init(&disk, &medium, &mem, message_send, &messages);
	flying = cancels = 0;
	driver_start(disk.pci.offered & ~VIRTIO_F_EVENT_IDX);
	return 0;
}

static void header(uint32_t type, uint64_t sector)
{
	ram_put(HEADER, type, 8);
	ram_put(HEADER + 8, sector, 8);
	ram_put(STATUS, 0xff, 1);
}

/* The usual chain at descriptors 0 to 2; returns the status that was answered. */
static uint8_t ask(uint32_t type, uint64_t sector, bool in, uint32_t bytes)
{
	uint16_t before = ring_used_index(0);

	header(type, sector);
	ring_desc(0, 0, HEADER, 16, D_NEXT, bytes ? 1 : 2);
	ring_desc(0, 1, DATA, bytes, D_NEXT | (in ? D_WRITE : 0), 2);
	ring_desc(0, 2, STATUS, 1, D_WRITE, 0);
	ring_offer(0, LENGTH, 0);
	notify(0);
	if (ring_used_index(0) == before)
		return 0xee;
	assert_int_equal(ring_used_index(0), before + 1);
	assert_int_equal(ring_used_id(0, LENGTH, before), 0);
	return (uint8_t)ram_get(STATUS, 1);
}

static uint32_t used_bytes(void)
{
	return ring_used_bytes(0, LENGTH, ring_used_index(0) - 1u);
}

static void what_the_device_offers(void **state)
{
	(void)state;
	assert_int_equal(pci_function_read(&dev->function, 0, 4), 0x10421af4);
	assert_int_equal(pci_function_read(&dev->function, 8, 4), 0x01800001);
	assert_int_equal(disk.pci.offered,
		BIT(2) | BIT(6) | BIT(9) | BIT(13) | BIT(14) | BIT(28) | BIT(29) | BIT(32));
	medium.readonly = true;
	virtio_blk_init(&disk, &medium, &mem, message_send, &messages);
	assert_int_equal(
		disk.pci.offered, BIT(2) | BIT(5) | BIT(6) | BIT(9) | BIT(28) | BIT(29) | BIT(32));
	assert_int_equal(bar_in(VIRTIO_DEVICE_AT + 40, 4), 0);
}

static void configuration(void **state)
{
	static const uint32_t words[15] = {[0] = SECTORS,
		[3] = 126,
		[5] = 512,
		[9] = 0x400000,
		[10] = 1,
		[11] = 8,
		[12] = 0x400000,
		[13] = 1,
		[14] = 1};

	(void)state;
	for (unsigned i = 0; i < 15; i++)
		assert_int_equal(bar_in(VIRTIO_DEVICE_AT + 4 * i, 4), words[i]);
}

/* What the medium is asked for, and what the driver is told. */
static const struct {
	uint32_t type;
	uint64_t sector;
	bool in;
	uint32_t bytes;
	int op; /* -1: the medium is not asked */
	uint64_t sectors;
	uint8_t status;
	uint32_t used;
} rows[] = {
	{0, 0, true, 512, BLK_READ, 1, 0, 513},
	{0, 5, true, 4096, BLK_READ, 8, 0, 4097},
	{0, SECTORS - 1, true, 512, BLK_READ, 1, 0, 513},
	{0, SECTORS, true, 0, BLK_READ, 0, 0, 1},
	{0, SECTORS - 1, true, 1024, -1, 0, 1, 1},
	{0, SECTORS, true, 512, -1, 0, 1, 1},
	{0, UINT64_MAX, true, 512, -1, 0, 1, 1},
	{0, UINT64_MAX - 7, true, 4096, -1, 0, 1, 1},
	{0, 0, true, 511, -1, 0, 1, 1},
	{0, 0, true, 513, -1, 0, 1, 1},
	{1, 3, false, 1024, BLK_WRITE, 2, 0, 1},
	{1, SECTORS - 1, false, 1024, -1, 0, 1, 1},
	{1, 1ull << 55, false, 512, -1, 0, 1, 1},
	{1, 0, false, 100, -1, 0, 1, 1},
	{4, 0, false, 0, BLK_FLUSH, 0, 0, 1},
	{8, 0, true, 20, -1, 0, 0, 21},
	{8, 0, true, 64, -1, 0, 0, 21},
	{8, 0, true, 5, -1, 0, 0, 6},
	{11, 0, false, 8, -1, 0, 2, 1},
	{11, 0, false, 32, -1, 0, 2, 1},
	{2, 0, true, 512, -1, 0, 2, 1},
	{14, 0, false, 512, -1, 0, 2, 1},
	{0xffffffff, 0, false, 0, -1, 0, 2, 1},
};

static void requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		flying = 0;
		if (ask(rows[i].type, rows[i].sector, rows[i].in, rows[i].bytes) != rows[i].status)
			fail_msg("row %zu: status", i);
		if (used_bytes() != rows[i].used)
			fail_msg("row %zu: used %u", i, used_bytes());
		if (flying != (rows[i].op >= 0))
			fail_msg("row %zu: asked %u", i, flying);
		if (!flying)
			continue;
		assert_int_equal(flight[0]->op, rows[i].op);
		assert_int_equal(flight[0]->sectors, rows[i].sectors);
		assert_int_equal(flight[0]->sector, rows[i].type == 4 ? 0 : rows[i].sector);
	}
	assert_false(is_broken());
	assert_int_equal(messages, sizeof rows / sizeof rows[0]);
}

static void the_name(void **state)
{
	(void)state;
	assert_int_equal(ask(8, 0, true, 20), 0);
	assert_memory_equal(ram + DATA, "twenty characters!!!", 20);
}

/* Discard and write zeroes: sector, sectors, flags. */
static void ranges(void **state)
{
	static const struct {
		uint32_t type;
		uint64_t sector;
		uint32_t sectors, flags;
		uint8_t status;
		bool asked;
	} range[] = {
		{11, 8, 16, 0, 0, true},
		{11, 8, 16, 1, 2, false},
		{11, 0, SECTORS, 0, 0, true},
		{11, 1, SECTORS, 0, 1, false},
		{11, UINT64_MAX, 8, 0, 1, false},
		{11, 0, 0xffffffff, 0, 1, false},
		{13, 8, 16, 0, 0, true},
		{13, 8, 16, 1, 0, true},
		{13, 8, 16, 2, 2, false},
		{13, SECTORS, 1, 0, 1, false},
		{13, SECTORS, 0, 0, 0, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof range / sizeof range[0]; i++) {
		flying = 0;
		ram_put(DATA, range[i].sector, 8);
		ram_put(DATA + 8, range[i].sectors | (uint64_t)range[i].flags << 32, 8);
		if (ask(range[i].type, 77, false, 16) != range[i].status ||
			flying != range[i].asked)
			fail_msg("row %zu", i);
		if (flying)
			assert_int_equal(
				flight[0]->op, range[i].type == 11 ? BLK_DISCARD : BLK_ZERO);
	}
}

static void a_read_only_disk(void **state)
{
	(void)state;
	medium.readonly = true;
	assert_int_equal(ask(1, 0, false, 512), 1);
	ram_put(DATA + 8, 1, 8);
	assert_int_equal(ask(11, 0, false, 16), 1);
	assert_int_equal(ask(13, 0, false, 16), 1);
	assert_int_equal(flying, 0);
	assert_int_equal(ask(0, 0, true, 512), 0);
	assert_int_equal(ask(4, 0, false, 0), 0);
}

static void what_the_medium_says(void **state)
{
	(void)state;
	result = BLK_ERROR;
	assert_int_equal(ask(0, 0, true, 512), 1);
	assert_int_equal(used_bytes(), 1);
	result = BLK_UNSUPPORTED;
	assert_int_equal(ask(4, 0, false, 0), 2);
}

/* A header, data and status in pieces that no driver makes. */
static void any_pieces(void **state)
{
	uint8_t *data;

	(void)state;
	header(0, 9);
	ram_put(DATA + 511, 0xff, 2);
	ring_desc(0, 0, HEADER, 3, D_NEXT, 1);
	ring_desc(0, 1, HEADER + 3, 0, D_NEXT, 2);
	ring_desc(0, 2, HEADER + 3, 13, D_NEXT, 3);
	ring_desc(0, 3, DATA, 100, D_NEXT | D_WRITE, 4);
	ring_desc(0, 4, DATA + 100, 413, D_NEXT | D_WRITE, 5); /* the last byte: status */
	ring_desc(0, 5, DATA, 0, D_WRITE, 0);
	ring_offer(0, LENGTH, 0);
	notify(0);
	assert_int_equal(ring_used_index(0), 1);
	assert_int_equal(ram_get(DATA + 512, 1), 0);
	assert_int_equal(flight[0]->sector, 9);
	assert_int_equal(flight[0]->sectors, 1);
	assert_int_equal(scatter_next(&flight[0]->data, 999, &data), 100);
	assert_ptr_equal(data, ram + DATA);
}

static void no_request_breaks_the_device(void **state)
{
	static const struct {
		uint32_t header, status;
		bool in_only;
	} bad[] = {{15, 1, false}, {0, 1, false}, {16, 0, false}, {16, 1, true}};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ring_ram_free(state);
		setup(state);
		header(4, 0);
		ring_desc(0, 0, HEADER, bad[i].header, D_NEXT | (bad[i].in_only ? D_WRITE : 0), 1);
		ring_desc(0, 1, STATUS, bad[i].status, D_WRITE, 0);
		ring_offer(0, LENGTH, 0);
		notify(0);
		if (!is_broken() || ring_used_index(0))
			fail_msg("row %zu", i);
		assert_int_equal(message, 0x40); /* the configuration changed */
		assert_int_equal(ask(4, 0, false, 0), 0xee);
		set_status(0);
		memset(ram + RING(0), 0, 0x1000);
		driver_start(TRANSPORT);
		assert_int_equal(ask(4, 0, false, 0), 0);
	}
}

static void a_broken_ring_breaks_the_device(void **state)
{
	(void)state;
	ring_offer(0, LENGTH, LENGTH);
	notify(0);
	assert_true(is_broken());
}

/* Indirect chains of one descriptor each, as many as the queue is long. */
static void offer_flushes(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		ring_desc(0, i, TABLE, 32, D_INDIRECT, 0);
		ring_offer(0, LENGTH, i);
	}
	header(4, 0);
	ring_describe(TABLE, HEADER, 16, D_NEXT, 1);
	ring_describe(TABLE + 16, STATUS, 1, D_WRITE, 0);
	notify(0);
}

static void a_batch_is_one_interrupt(void **state)
{
	(void)state;
	offer_flushes(LENGTH);
	assert_int_equal(ring_used_index(0), LENGTH);
	assert_int_equal(messages, 1);
}

static void answers_in_any_order(void **state)
{
	(void)state;
	at_once = false;
	offer_flushes(3);
	assert_int_equal(flying, 3);
	assert_int_equal(ring_used_index(0), 0);
	flight[2]->done(flight[2], BLK_OK);
	flight[0]->done(flight[0], BLK_OK);
	assert_int_equal(ring_used_index(0), 2);
	assert_int_equal(ring_used_id(0, LENGTH, 0), 2);
	assert_int_equal(ring_used_id(0, LENGTH, 1), 0);
	assert_int_equal(messages, 2);
}

/* More than can be in flight: the rest is taken when one is done, without a notification. */
static void more_than_can_be_in_flight(void **state)
{
	(void)state;
	at_once = false;
	offer_flushes(LENGTH);
	for (unsigned i = 0; i < LENGTH; i++) /* the ring is read again: all free */
		ring_offer(0, LENGTH, i);
	notify(0);
	offer_flushes(0);
	assert_int_equal(flying, VIRTIO_BLK_REQUESTS);
	ring_offer(0, LENGTH, 7);
	notify(0);
	assert_int_equal(flying, VIRTIO_BLK_REQUESTS);
	flight[5]->done(flight[5], BLK_OK);
	assert_int_equal(flying, VIRTIO_BLK_REQUESTS + 1);
	assert_int_equal(flight[VIRTIO_BLK_REQUESTS], flight[5]);
}

static void reset_cancels(void **state)
{
	(void)state;
	at_once = false;
	offer_flushes(2);
	cancels = 0;
	set_status(0);
	assert_int_equal(cancels, 1);
	assert_int_equal(ring_used_index(0), 0);
	memset(ram + RING(0), 0, 0x1000);
	driver_start(TRANSPORT);
	at_once = true;
	assert_int_equal(ask(4, 0, false, 0), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, ring_ram_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_the_device_offers),
		CASE(configuration),
		CASE(requests),
		CASE(the_name),
		CASE(ranges),
		CASE(a_read_only_disk),
		CASE(what_the_medium_says),
		CASE(any_pieces),
		CASE(no_request_breaks_the_device),
		CASE(a_broken_ring_breaks_the_device),
		CASE(a_batch_is_one_interrupt),
		CASE(answers_in_any_order),
		CASE(more_than_can_be_in_flight),
		CASE(reset_cancels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
