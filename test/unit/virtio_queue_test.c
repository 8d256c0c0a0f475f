/* SPDX-License-Identifier: MIT */
/*
 * A split virtqueue under a driver that keeps the rules, and under one that does not:
 * one row per rule.
 */
#include "vmm/dev/virtio_queue.h"

#include "virtio_ring.h"

/* LINK: vmm-user/vmm/dev/virtio_queue.c vmm-user/vmm/dev/scatter.c vmm-user/vmm/guest_memory.c */

#define LENGTH 8u

static struct virtio_queue q;
static struct virtio_chain chain;

static bool open_as(bool event_idx, bool indirect)
{
	q = (struct virtio_queue){.memory = &mem, .most = LENGTH};
	virtio_queue_reset(&q);
	q.descriptors = RING(0);
	q.available = RING(0) + AVAILABLE;
	q.used = RING(0) + USED;
	return virtio_queue_open(&q, event_idx, indirect);
}

static int setup(void **state)
{
	return ring_ram_new(state) || !open_as(false, true);
}

static void an_empty_queue_is_empty(void **state)
{
	(void)state;
	assert_int_equal(q.size, LENGTH);
	assert_int_equal(virtio_queue_pop(&q, &chain), VIRTIO_EMPTY);
}

static void a_chain_is_its_pieces_in_order(void **state)
{
	(void)state;
	ring_desc(0, 3, BUFFER, 16, D_NEXT, 1);
	ring_desc(0, 1, BUFFER + 0x100, 0, D_NEXT, 0);
	ring_desc(0, 0, BUFFER + 0x200, 512, D_NEXT | D_WRITE, 7);
	ring_desc(0, 7, RAM_SIZE - 1, 1, D_WRITE, 99);
	ring_offer(0, LENGTH, 3);
	assert_int_equal(virtio_queue_pop(&q, &chain), VIRTIO_POPPED);
	assert_int_equal(chain.head, 3);
	assert_int_equal(chain.out, 2);
	assert_int_equal(chain.in, 2);
	assert_int_equal(chain.out_bytes, 16);
	assert_int_equal(chain.in_bytes, 513);
	assert_ptr_equal(chain.piece[0].data, ram + BUFFER);
	assert_ptr_equal(chain.piece[2].data, ram + BUFFER + 0x200);
	assert_ptr_equal(chain.piece[3].data, ram + RAM_SIZE - 1);
	assert_int_equal(virtio_queue_pop(&q, &chain), VIRTIO_EMPTY);
}

static void an_indirect_table_is_a_chain(void **state)
{
	(void)state;
	ring_desc(0, 2, TABLE, 3 * 16, D_INDIRECT | D_WRITE, 0);
	ring_describe(TABLE, BUFFER, 5, D_NEXT, 2);
	ring_describe(TABLE + 32, BUFFER + 8, 7, D_WRITE, 0);
	ring_offer(0, LENGTH, 2);
	assert_int_equal(virtio_queue_pop(&q, &chain), VIRTIO_POPPED);
	assert_int_equal(chain.head, 2);
	assert_int_equal(chain.out_bytes, 5);
	assert_int_equal(chain.in_bytes, 7);
}

/* A chain may be as long as the queue, and no longer, in a table as well. */
static void a_chain_is_no_longer_than_the_queue(void **state)
{
	(void)state;
	for (unsigned entries = LENGTH; entries <= LENGTH + 1; entries++) {
		assert_true(open_as(false, true));
		memset(ram + RING(0), 0, 0x1000);
		ring_desc(0, 0, TABLE, entries * 16, D_INDIRECT, 0);
		for (unsigned i = 0; i < entries; i++)
			ring_describe(
				TABLE + 16 * i, BUFFER, 1, i + 1 < entries ? D_NEXT : 0, i + 1);
		ring_offer(0, LENGTH, 0);
		assert_int_equal(virtio_queue_pop(&q, &chain),
			entries == LENGTH ? VIRTIO_POPPED : VIRTIO_BROKEN);
	}
}

/* Two descriptors, 0 and 1, and the first two of an indirect table. */
static const struct bad_row {
	const char *what;
	struct {
		uint64_t address;
		uint32_t size;
		unsigned flags, next;
	} ring[2], table[2];
	bool not_negotiated;
} bad[] = {
	{"beyond RAM", {{RAM_SIZE, 1, 0, 0}}, {{0}}, false},
	{"over the end of RAM", {{RAM_SIZE - 1, 2, 0, 0}}, {{0}}, false},
	{"in the hole", {{GUEST_HOLE, 16, 0, 0}}, {{0}}, false},
	{"wraps", {{UINT64_MAX - 3, 16, 0, 0}}, {{0}}, false},
	{"wraps to nothing", {{UINT64_MAX, 1, D_WRITE, 0}}, {{0}}, false},
	{"longest length", {{BUFFER, UINT32_MAX, 0, 0}}, {{0}}, false},
	{"second is beyond RAM", {{BUFFER, 1, D_NEXT, 1}, {1ull << 40, 1, 0, 0}}, {{0}}, false},
	{"next out of range", {{BUFFER, 1, D_NEXT, LENGTH}}, {{0}}, false},
	{"next far out of range", {{BUFFER, 1, D_NEXT, 0xffff}}, {{0}}, false},
	{"loop of one", {{BUFFER, 1, D_NEXT, 0}}, {{0}}, false},
	{"loop of two", {{BUFFER, 1, D_NEXT, 1}, {BUFFER, 1, D_NEXT, 0}}, {{0}}, false},
	{"loop of nothing", {{BUFFER, 0, D_NEXT, 0}}, {{0}}, false},
	{"read behind write", {{BUFFER, 1, D_NEXT | D_WRITE, 1}, {BUFFER, 1, 0, 0}}, {{0}}, false},
	{"table not negotiated", {{TABLE, 16, D_INDIRECT, 0}}, {{BUFFER, 1, 0, 0}}, true},
	{"table with a next", {{TABLE, 16, D_INDIRECT | D_NEXT, 1}, {BUFFER, 1, 0, 0}},
		{{BUFFER, 1, 0, 0}}, false},
	{"empty table", {{TABLE, 0, D_INDIRECT, 0}}, {{BUFFER, 1, 0, 0}}, false},
	{"half a table", {{TABLE, 24, D_INDIRECT, 0}}, {{BUFFER, 1, 0, 0}}, false},
	{"table beyond RAM", {{RAM_SIZE, 16, D_INDIRECT, 0}}, {{BUFFER, 1, 0, 0}}, false},
	{"table over the end", {{RAM_SIZE - 16, 32, D_INDIRECT, 0}}, {{BUFFER, 1, 0, 0}}, false},
	{"largest table", {{TABLE, 0xfffffff0, D_INDIRECT, 0}}, {{BUFFER, 1, 0, 0}}, false},
	{"table in a table", {{TABLE, 16, D_INDIRECT, 0}}, {{TABLE, 16, D_INDIRECT, 0}}, false},
	{"table behind a buffer", {{BUFFER, 1, D_NEXT, 1}, {TABLE, 16, D_INDIRECT, 0}},
		{{BUFFER, 1, 0, 0}}, false},
	{"next out of the table", {{TABLE, 16, D_INDIRECT, 0}}, {{BUFFER, 1, D_NEXT, 1}}, false},
	{"loop in the table", {{TABLE, 32, D_INDIRECT, 0}},
		{{BUFFER, 1, D_NEXT, 1}, {BUFFER, 1, D_NEXT, 0}}, false},
};

static void what_a_driver_may_not_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const struct bad_row *row = &bad[i];

		memset(ram, 0, RAM_SIZE);
		assert_true(open_as(false, !row->not_negotiated));
		for (unsigned k = 0; k < 2; k++) {
			ring_desc(0, k, row->ring[k].address, row->ring[k].size, row->ring[k].flags,
				row->ring[k].next);
			ring_describe(TABLE + 16 * k, row->table[k].address, row->table[k].size,
				row->table[k].flags, row->table[k].next);
		}
		ring_offer(0, LENGTH, 0);
		if (virtio_queue_pop(&q, &chain) != VIRTIO_BROKEN)
			fail_msg("%s", row->what);
	}
}

/* A RAM that has as much is only pretended: nothing of it is touched. */
static void a_chain_of_more_than_4_gib(void **state)
{
	struct guest_memory large = {ram, 3ull << 30};

	(void)state;
	for (unsigned extra = 0; extra < 2; extra++) {
		memset(ram + RING(0), 0, 0x1000);
		assert_true(open_as(false, true));
		q.memory = &large;
		ring_desc(0, 0, 0, 0x80000000, D_NEXT, 1);
		ring_desc(0, 1, 0, 0x80000000, D_NEXT, 2);
		ring_desc(0, 2, 0, extra, D_WRITE, 0);
		ring_offer(0, LENGTH, 0);
		assert_int_equal(
			virtio_queue_pop(&q, &chain), extra ? VIRTIO_BROKEN : VIRTIO_POPPED);
	}
}

static void a_head_out_of_range(void **state)
{
	static const unsigned heads[] = {LENGTH, 0x8000, 0xffff};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		memset(ram, 0, RAM_SIZE);
		assert_true(open_as(false, false));
		ring_offer(0, LENGTH, heads[i]);
		assert_int_equal(virtio_queue_pop(&q, &chain), VIRTIO_BROKEN);
	}
}

/* The index runs ahead by more than there are entries, or back. */
static void an_index_that_jumps(void **state)
{
	static const struct {
		uint16_t index;
		enum virtio_pop got;
	} rows[] = {{1, VIRTIO_POPPED}, {LENGTH, VIRTIO_POPPED}, {LENGTH + 1, VIRTIO_BROKEN},
		{0x8000, VIRTIO_BROKEN}, {0xffff, VIRTIO_BROKEN}};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(open_as(false, false));
		ring_desc(0, 0, BUFFER, 1, 0, 0);
		ram_put(RING(0) + AVAILABLE + 2, rows[i].index, 2);
		assert_int_equal(virtio_queue_pop(&q, &chain), rows[i].got);
	}
}

static void areas_that_cannot_be(void **state)
{
	static const struct {
		uint64_t descriptors, available, used;
		bool opens;
	} rows[] = {
		{RING(0), RING(0) + AVAILABLE, RING(0) + USED, true},
		{RING(0) + 8, RING(0) + AVAILABLE, RING(0) + USED, false},
		{RING(0), RING(0) + AVAILABLE + 1, RING(0) + USED, false},
		{RING(0), RING(0) + AVAILABLE, RING(0) + USED + 2, false},
		{RAM_SIZE - 128, RING(0), RING(0) + USED, true},
		{RAM_SIZE - 112, RING(0), RING(0) + USED, false},
		{RING(0), RAM_SIZE - 22, RING(0) + USED, true},
		{RING(0), RAM_SIZE - 20, RING(0) + USED, false},
		{RING(0), RING(0) + AVAILABLE, RAM_SIZE - 72, true},
		{RING(0), RING(0) + AVAILABLE, RAM_SIZE - 68, false},
		{0xfffffffffffffff0, RING(0) + AVAILABLE, RING(0) + USED, false},
		{RING(0), GUEST_HOLE, RING(0) + USED, false},
		{RING(0), RING(0) + AVAILABLE, GUEST_HIGH, false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		virtio_queue_reset(&q);
		q.descriptors = rows[i].descriptors;
		q.available = rows[i].available;
		q.used = rows[i].used;
		if (virtio_queue_open(&q, true, true) != rows[i].opens)
			fail_msg("row %u", i);
		assert_int_equal(q.open, rows[i].opens);
	}
}

/* Through the wrap of both indices; nothing is seen before it is published. */
static void used_entries_in_order(void **state)
{
	(void)state;
	ring_desc(0, 5, BUFFER, 1, 0, 0);
	for (unsigned i = 0; i < 0x10010; i++) {
		ring_offer(0, LENGTH, 5);
		assert_int_equal(virtio_queue_pop(&q, &chain), VIRTIO_POPPED);
		virtio_queue_put(&q, 5, i);
		assert_int_equal(ring_used_index(0), (uint16_t)i);
		virtio_queue_publish(&q);
		assert_int_equal(ring_used_index(0), (uint16_t)(i + 1));
		assert_int_equal(ring_used_id(0, LENGTH, i), 5);
		assert_int_equal(ring_used_bytes(0, LENGTH, i), i);
	}
	virtio_queue_put(&q, 1, 11);
	virtio_queue_put(&q, 2, 22);
	virtio_queue_publish(&q);
	assert_int_equal(ring_used_id(0, LENGTH, 0x11), 2);
	assert_int_equal(ring_used_bytes(0, LENGTH, 0x10), 11);
}

static void what_is_laid_back_comes_again(void **state)
{
	(void)state;
	ring_desc(0, 0, BUFFER, 1, 0, 0);
	ring_desc(0, 1, BUFFER, 1, 0, 0);
	ring_offer(0, LENGTH, 1);
	ring_offer(0, LENGTH, 0);
	assert_int_equal(virtio_queue_pop(&q, &chain), VIRTIO_POPPED);
	assert_int_equal(virtio_queue_pop(&q, &chain), VIRTIO_POPPED);
	virtio_queue_unpop(&q, 2);
	assert_int_equal(virtio_queue_pop(&q, &chain), VIRTIO_POPPED);
	assert_int_equal(chain.head, 1);
}

static void publish(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		virtio_queue_put(&q, 0, 0);
	virtio_queue_publish(&q);
}

static void interrupts_by_flag(void **state)
{
	(void)state;
	assert_false(virtio_queue_interrupts(&q)); /* nothing happened */
	publish(1);
	assert_true(virtio_queue_interrupts(&q));
	assert_false(virtio_queue_interrupts(&q));
	ram_put(RING(0) + AVAILABLE, 1, 2);
	publish(2);
	assert_false(virtio_queue_interrupts(&q));
	ram_put(RING(0) + AVAILABLE, 0xfffe, 2); /* other bits mean nothing */
	publish(1);
	assert_true(virtio_queue_interrupts(&q));
}

/* The driver's event index, after `before` and then `more` used buffers. */
static void interrupts_by_index(void **state)
{
	static const struct {
		uint16_t before, more, event;
		bool interrupts;
	} rows[] = {
		{0, 1, 0, true},
		{0, 1, 1, false},
		{0, 1, 0xffff, false},
		{0, 3, 0, true},
		{0, 3, 2, true},
		{0, 3, 3, false},
		{5, 2, 4, false},
		{5, 2, 5, true},
		{5, 2, 6, true},
		{5, 2, 7, false},
		{0xffff, 2, 0xffff, true},
		{0xffff, 2, 0, true},
		{0xffff, 2, 1, false},
		{0xffff, 1, 0xfffe, false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(open_as(true, false));
		q.next_used = q.told = rows[i].before;
		ram_put(RING(0) + AVAILABLE, 1, 2); /* the flag means nothing now */
		ram_put(RING(0) + AVAILABLE + 4 + 2 * LENGTH, rows[i].event, 2);
		publish(rows[i].more);
		if (virtio_queue_interrupts(&q) != rows[i].interrupts)
			fail_msg("row %u", i);
	}
}

static void notifications(void **state)
{
	(void)state;
	virtio_queue_hush(&q);
	assert_int_equal(ram_get(RING(0) + USED, 2), 1);
	assert_false(virtio_queue_listen(&q));
	assert_int_equal(ram_get(RING(0) + USED, 2), 0);
	virtio_queue_hush(&q);
	ring_offer(0, LENGTH, 0);
	assert_true(virtio_queue_listen(&q)); /* it came without being notified */
}

static void notifications_by_index(void **state)
{
	uint64_t event = RING(0) + USED + 4 + 8 * LENGTH;

	(void)state;
	assert_true(open_as(true, false));
	ring_desc(0, 0, BUFFER, 1, 0, 0);
	ring_offer(0, LENGTH, 0);
	virtio_queue_hush(&q); /* needs no word */
	assert_true(virtio_queue_listen(&q));
	assert_int_equal(ram_get(event, 2), 0);
	assert_int_equal(virtio_queue_pop(&q, &chain), VIRTIO_POPPED);
	assert_false(virtio_queue_listen(&q));
	assert_int_equal(ram_get(event, 2), 1);
}

static void scattered_bytes(void **state)
{
	struct piece pieces[] = {{ram, 3}, {ram + 8, 0}, {ram + 16, 5}};
	struct scatter s = {pieces, 3, 0}, place;
	uint8_t got[9], *data;

	(void)state;
	assert_int_equal(scatter_give(&s, "abcdefghi", 9), 8);
	assert_memory_equal(ram, "abc\0", 4);
	assert_memory_equal(ram + 16, "defgh\0", 6);
	assert_int_equal(scatter_next(&s, 1, &data), 0);
	s = (struct scatter){pieces, 3, 0};
	assert_int_equal(scatter_skip(&s, 2), 2);
	place = s;
	assert_int_equal(scatter_take(&s, got, 2), 2);
	assert_memory_equal(got, "cd", 2);
	assert_int_equal(scatter_take(&place, got, 9), 6);
	assert_memory_equal(got, "cdefgh", 6);
	assert_int_equal(scatter_zero(&s, 3), 3);
	assert_memory_equal(ram + 16, "d\0\0\0h", 5);
	assert_int_equal(scatter_next(&s, 9, &data), 1);
	assert_ptr_equal(data, ram + 20);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, ring_ram_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_empty_queue_is_empty),
		CASE(a_chain_is_its_pieces_in_order),
		CASE(an_indirect_table_is_a_chain),
		CASE(a_chain_is_no_longer_than_the_queue),
		CASE(what_a_driver_may_not_do),
		CASE(a_chain_of_more_than_4_gib),
		CASE(a_head_out_of_range),
		CASE(an_index_that_jumps),
		CASE(areas_that_cannot_be),
		CASE(used_entries_in_order),
		CASE(what_is_laid_back_comes_again),
		CASE(interrupts_by_flag),
		CASE(interrupts_by_index),
		CASE(notifications),
		CASE(notifications_by_index),
		CASE(scattered_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
