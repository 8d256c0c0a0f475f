/* SPDX-License-Identifier: MIT */
/* LINK: drivers/virtio/virtq.c */
/*
 * The driver's side of a virtqueue against a device that works as it should, for many
 * rounds of the rings, and against ones that do not.
 */
#include "virtio/virtq.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define PHYSICAL 0x123450000ull
#define SIZE 8u

struct entry {
	uint64_t physical;
	uint32_t bytes;
	uint16_t flags, next;
};

static uint8_t *memory;
static struct virtq queue;
static uint16_t seen; /* available entries that the device has taken */

static struct entry *descriptor(unsigned i)
{
	return (struct entry *)(memory + (virtq_descriptors(&queue) - PHYSICAL)) + i;
}

static uint16_t *available(void)
{
	return (uint16_t *)(memory + (virtq_available(&queue) - PHYSICAL));
}

static uint16_t *used(void)
{
	return (uint16_t *)(memory + (virtq_used(&queue) - PHYSICAL));
}

static void give_back(uint32_t head, uint32_t bytes)
{
	uint32_t *at = (uint32_t *)(used() + 2) + used()[1] % queue.size * 2;

	at[0] = head;
	at[1] = bytes;
	used()[1]++;
}

/* The head of the next chain that the device sees. */
static uint16_t next_head(void)
{
	assert_int_not_equal(seen, available()[1]);
	return available()[2 + seen++ % queue.size];
}

static void open_queue(uint32_t size)
{
	free(memory);
	memory = malloc(VIRTQ_BYTES(size)); /* exactly, so that ASan sees more */
	memset(memory, 0xee, VIRTQ_BYTES(size));
	virtq_reset(&queue, &(struct virtq_memory){memory, PHYSICAL}, size);
	seen = 0;
}

static int setup(void **state)
{
	(void)state;
	open_queue(SIZE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(memory);
	memory = NULL;
	return 0;
}

static bool put(uint32_t out, uint32_t in, uint32_t token)
{
	struct virtq_piece piece[VIRTQ_MAX + 1];

	for (uint32_t i = 0; i < out + in; i++)
		piece[i] = (struct virtq_piece){0x1000ull * (token + 1) + i, 100 + i};
	return virtq_put(&queue, piece, out, in, token);
}

static void parts_are_where_they_may_be(void **state)
{
	(void)state;
	for (uint32_t size = 1; size <= VIRTQ_MAX; size *= 2) {
		open_queue(size);
		assert_int_equal(virtq_descriptors(&queue) % 16, 0);
		assert_int_equal(virtq_available(&queue) % 2, 0);
		assert_int_equal(virtq_used(&queue) % 64, 0);
		assert_true(virtq_available(&queue) >= virtq_descriptors(&queue) + size * 16);
		assert_true(virtq_used(&queue) >= virtq_available(&queue) + 6 + size * 2);
		assert_true(virtq_used(&queue) + 6 + size * 8 <= PHYSICAL + VIRTQ_BYTES(size));
		assert_int_equal(available()[0] | available()[1] | used()[0] | used()[1], 0);
		assert_true(put(1, 0, 1));
		give_back(next_head(), 0);
	}
}

static void chain_is_written_as_it_is(void **state)
{
	uint32_t token, bytes;
	uint16_t head, at;

	(void)state;
	assert_true(put(2, 3, 7));
	head = at = next_head();
	for (unsigned i = 0; i < 5; i++, at = descriptor(at)->next) {
		assert_int_equal(descriptor(at)->physical, 0x8000 + i);
		assert_int_equal(descriptor(at)->bytes, 100 + i);
		assert_int_equal(descriptor(at)->flags, (i < 4 ? 1 : 0) | (i >= 2 ? 2 : 0));
		if (i == 4)
			break;
	}
	assert_false(virtq_take(&queue, &token, &bytes));
	give_back(head, 102 + 103 + 104);
	assert_true(virtq_take(&queue, &token, &bytes));
	assert_int_equal(token, 7);
	assert_int_equal(bytes, 309);
	assert_false(virtq_take(&queue, &token, &bytes));
}

static void full_is_full(void **state)
{
	uint32_t token, bytes;

	(void)state;
	assert_false(put(0, 0, 0));
	assert_false(put(9, 0, 0));
	assert_true(put(3, 2, 1));
	assert_false(put(3, 1, 2));
	assert_true(put(1, 2, 3));
	assert_false(put(1, 0, 4));
	(void)next_head();
	give_back(next_head(), 0);
	assert_true(virtq_take(&queue, &token, &bytes));
	assert_int_equal(token, 3);
	assert_false(put(2, 2, 5));
	assert_true(put(0, 3, 5));
	assert_false(put(1, 0, 6));
}

/* Chains of all lengths, given back in any order, until the indices have turned over. */
static void rounds_never_end(void **state)
{
	uint16_t heads[SIZE];
	uint32_t random = 1, token, bytes, next = 0, count = 0, length_of[SIZE];

	(void)state;
	for (unsigned i = 0; i < 300000; i++) {
		uint32_t which;

		random = random * 1103515245 + 12345;
		which = random >> 16;
		if (which & 1 && put(which >> 1 & 1, 1 + (which >> 2 & 1), next)) {
			heads[count] = next_head();
			assert_true(descriptor(heads[count])->physical == 0x1000ull * (next + 1));
			length_of[count++] = next++;
		} else if (count > 0) {
			uint32_t index = (which >> 3) % count;

			give_back(heads[index], 50);
			assert_true(virtq_take(&queue, &token, &bytes));
			assert_int_equal(token, length_of[index]);
			assert_int_equal(bytes, 50);
			heads[index] = heads[--count];
			length_of[index] = length_of[count];
		}
	}
	assert_true(next > 100000);
	assert_false(queue.broken);
}

static void notifications_are_as_asked_for(void **state)
{
	(void)state;
	assert_true(virtq_must_notify(&queue));
	used()[0] = 1;
	assert_false(virtq_must_notify(&queue));
	used()[0] = 0xfffe;
	assert_true(virtq_must_notify(&queue));
	virtq_interrupts(&queue, false);
	assert_int_equal(available()[0], 1);
	virtq_interrupts(&queue, true);
	assert_int_equal(available()[0], 0);
}

/* What a device may not give back breaks the queue, and no more is taken or put. */
static void answers_that_cannot_be_break_it(void **state)
{
	(void)state;
	for (unsigned row = 0; row < 10; row++) {
		uint32_t token = 77, bytes;
		uint16_t head, tail;

		open_queue(SIZE);
		assert_true(put(1, 1, 1));
		head = next_head();
		tail = descriptor(head)->next;
		switch (row) {
		case 0: /* outside of the queue */
			give_back(SIZE, 0);
			break;
		case 1:
			give_back(0xffffffff, 0);
			break;
		case 2: /* 16 bits of it are right */
			give_back(0x10000 | head, 0);
			break;
		case 3: /* inside of a chain */
			give_back(tail, 0);
			break;
		case 4: /* free */
			give_back(5, 0);
			break;
		case 5: /* more than there was room for: the second piece has 101 bytes */
			give_back(head, 102);
			break;
		case 6:
			give_back(head, 0xffffffff);
			break;
		case 7: /* more than are under way */
			give_back(head, 0);
			give_back(head, 0);
			break;
		case 8:
			give_back(head, 0);
			used()[1] += 0x7fff;
			break;
		default: /* backwards */
			used()[1]--;
			break;
		}
		assert_false(virtq_take(&queue, &token, &bytes));
		assert_true(queue.broken);
		assert_int_equal(token, 77);
		assert_false(put(1, 0, 1));
		used()[1] = 1;
		*(uint32_t *)(used() + 2) = head;
		assert_false(virtq_take(&queue, &token, &bytes));
		virtq_reset(&queue, &queue.memory, SIZE);
		assert_false(virtq_take(&queue, &token, &bytes));
		assert_true(put(4, 4, 1));
	}
}

static void twice_is_once(void **state)
{
	uint32_t token, bytes;
	uint16_t head;

	(void)state;
	assert_true(put(0, 1, 1));
	assert_true(put(0, 1, 2));
	head = next_head();
	give_back(head, 1);
	assert_true(virtq_take(&queue, &token, &bytes));
	give_back(head, 1);
	assert_false(virtq_take(&queue, &token, &bytes));
	assert_true(queue.broken);
}

/* Descriptors that the device writes over change nothing of what is free. */
static void descriptors_are_not_read(void **state)
{
	uint32_t token, bytes;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		uint16_t head;

		assert_true(put(2, 2, i));
		head = next_head();
		memset(memory, 0xff, SIZE * 16);
		give_back(head, 0);
		assert_true(virtq_take(&queue, &token, &bytes));
		assert_int_equal(token, i);
	}
	assert_true(put(4, 4, 0));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(parts_are_where_they_may_be),
		CASE(chain_is_written_as_it_is), CASE(full_is_full), CASE(rounds_never_end),
		CASE(notifications_are_as_asked_for), CASE(answers_that_cannot_be_break_it),
		CASE(twice_is_once), CASE(descriptors_are_not_read)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
