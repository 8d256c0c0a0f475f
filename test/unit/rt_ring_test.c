/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/rt/ring.c */
/*
 * Byte rings: order and wrap of the bytes, the wake rule, and counters set by a
 * hostile peer, which may spoil data but never reach beyond the ring.
 */
#include "rt/ring.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "lib/compiler.h"

#define DATA 64u
#define BYTES (sizeof(struct ring) + DATA)

struct pair {
	struct ring *memory; /* exactly BYTES: ASan sees a step beyond */
	struct ring_producer out;
	struct ring_consumer in;
};

static int setup(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	pair->memory = aligned_alloc(64, BYTES);
	memset(pair->memory, 0, BYTES);
	ring_producer_attach(&pair->out, pair->memory, BYTES);
	ring_consumer_attach(&pair->in, pair->memory, BYTES);
	*state = pair;
	return 0;
}

static int teardown(void **state)
{
	struct pair *pair = *state;

	free(pair->memory);
	free(pair);
	return 0;
}

static void size_is_a_power_of_two(void **state)
{
	static const struct {
		uint64_t bytes;
		uint32_t size;
	} row[] = {
		{0, 0},
		{sizeof(struct ring), 0},
		{sizeof(struct ring) + 1, 1},
		{sizeof(struct ring) + 3, 2},
		{2048, 1024},
		{4096, 2048},
		{8192, 4096},
		{sizeof(struct ring) + 4096, 4096},
		{UINT64_MAX, 1u << 30},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(row); i++)
		assert_int_equal(ring_size(row[i].bytes), row[i].size);
}

static void bytes_come_out_in_order(void **state)
{
	struct pair *pair = *state;
	uint8_t next_in = 0, next_out = 0;

	srand(1);
	for (int round = 0; round < 20000; round++) {
		uint8_t data[DATA + 8];
		size_t size = (size_t)rand() % sizeof(data), done;

		for (size_t i = 0; i < size; i++)
			data[i] = (uint8_t)(next_in + i);
		done = ring_write(&pair->out, data, size);
		assert_true(done <= size);
		next_in = (uint8_t)(next_in + done);
		done = ring_read(&pair->in, data, (size_t)rand() % sizeof(data));
		for (size_t i = 0; i < done; i++)
			assert_int_equal(data[i], next_out++);
		assert_int_equal(ring_pending(&pair->in) + ring_space(&pair->out), DATA);
	}
	assert_true(pair->out.head > 10 * DATA);
}

static void counters_wrap_at_32_bits(void **state)
{
	struct pair *pair = *state;
	uint8_t data[40], got[40];

	pair->memory->head = pair->memory->tail = UINT32_MAX - 10;
	ring_producer_attach(&pair->out, pair->memory, BYTES);
	ring_consumer_attach(&pair->in, pair->memory, BYTES);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 3);
	assert_int_equal(ring_write(&pair->out, data, sizeof(data)), sizeof(data));
	assert_int_equal(ring_read(&pair->in, got, sizeof(got)), sizeof(got));
	assert_memory_equal(got, data, sizeof(data));
	assert_int_equal(pair->memory->head, 29);
}

static void full_and_empty(void **state)
{
	struct pair *pair = *state;
	uint8_t data[DATA + 1] = {0};

	assert_int_equal(ring_read(&pair->in, data, 1), 0);
	assert_int_equal(ring_space(&pair->out), DATA);
	assert_int_equal(ring_write(&pair->out, data, DATA + 1), DATA);
	assert_int_equal(ring_space(&pair->out), 0);
	assert_int_equal(ring_write(&pair->out, data, 1), 0);
	assert_int_equal(ring_pending(&pair->in), DATA);
	assert_int_equal(ring_skip(&pair->in, DATA + 1), DATA);
	assert_int_equal(ring_pending(&pair->in), 0);
}

static void all_or_nothing(void **state)
{
	struct pair *pair = *state;
	uint8_t data[DATA] = {0};

	assert_true(ring_write_all(&pair->out, data, DATA - 4));
	assert_false(ring_write_all(&pair->out, data, 5));
	assert_int_equal(ring_pending(&pair->in), DATA - 4);
	assert_true(ring_write_all(&pair->out, data, 4));
	assert_int_equal(ring_pending(&pair->in), DATA);
}

static void peek_takes_nothing(void **state)
{
	struct pair *pair = *state;
	uint8_t got[8] = {0};

	ring_write(&pair->out, "abcd", 4);
	assert_int_equal(ring_peek(&pair->in, got, 8), 4);
	assert_memory_equal(got, "abcd", 4);
	assert_int_equal(ring_pending(&pair->in), 4);
	assert_int_equal(ring_skip(&pair->in, 2), 2);
	assert_int_equal(ring_peek(&pair->in, got, 8), 2);
	assert_memory_equal(got, "cd", 2);
}

static void write_into_empty_wakes(void **state)
{
	struct pair *pair = *state;

	ring_write(&pair->out, "a", 1);
	assert_true(pair->out.wake);
	pair->out.wake = false;
	ring_write(&pair->out, "b", 1);
	assert_false(pair->out.wake); /* the consumer still has "a" to read */
	ring_skip(&pair->in, 2);
	ring_write(&pair->out, "c", 1);
	assert_true(pair->out.wake);
}

static void read_from_full_wakes(void **state)
{
	struct pair *pair = *state;
	uint8_t data[DATA] = {0};

	ring_write(&pair->out, data, DATA - 1);
	ring_skip(&pair->in, 1);
	assert_false(pair->in.wake);
	ring_write(&pair->out, data, 2);
	ring_skip(&pair->in, 1);
	assert_true(pair->in.wake);
}

static void hostile_head_reads_as_empty(void **state)
{
	static const uint32_t head[] = {DATA + 1, 0x1000, 0x80000000, UINT32_MAX};
	struct pair *pair = *state;
	uint8_t got[2 * DATA];

	for (size_t i = 0; i < ARRAY_SIZE(head); i++) {
		pair->memory->head = head[i];
		assert_int_equal(ring_pending(&pair->in), 0);
		assert_int_equal(ring_read(&pair->in, got, sizeof(got)), 0);
		assert_int_equal(ring_peek(&pair->in, got, sizeof(got)), 0);
		assert_int_equal(pair->memory->tail, 0);
	}
	pair->memory->head = DATA;
	assert_int_equal(ring_read(&pair->in, got, sizeof(got)), DATA);
}

static void hostile_tail_reads_as_full(void **state)
{
	static const uint32_t tail[] = {1, 0x1000, 0x80000000, UINT32_MAX - DATA};
	struct pair *pair = *state;
	uint8_t data[2 * DATA] = {0};

	for (size_t i = 0; i < ARRAY_SIZE(tail); i++) {
		pair->memory->tail = tail[i];
		assert_int_equal(ring_space(&pair->out), 0);
		assert_int_equal(ring_write(&pair->out, data, sizeof(data)), 0);
		assert_int_equal(pair->memory->head, 0);
	}
}

static void own_counter_cannot_be_set_by_the_peer(void **state)
{
	struct pair *pair = *state;
	uint8_t got[4];

	ring_write(&pair->out, "abcd", 4);
	pair->memory->tail = 4; /* the peer writes the consumer's counter ... */
	assert_int_equal(ring_read(&pair->in, got, 2), 2);
	assert_memory_equal(got, "ab", 2);
	assert_int_equal(pair->memory->tail, 2);
	pair->memory->head = 60; /* ... and the producer's */
	pair->memory->tail = 0;
	assert_int_equal(ring_write(&pair->out, "ef", 2), 2);
	assert_int_equal(pair->memory->head, 6);
}

static void attach_adopts_what_is_there(void **state)
{
	struct pair *pair = *state;
	uint8_t got[8];

	ring_write(&pair->out, "abcdef", 6);
	ring_skip(&pair->in, 2);
	ring_producer_attach(&pair->out, pair->memory, BYTES);
	ring_consumer_attach(&pair->in, pair->memory, BYTES);
	assert_int_equal(ring_space(&pair->out), DATA - 4);
	assert_int_equal(ring_read(&pair->in, got, 8), 4);
	assert_memory_equal(got, "cdef", 4);
}

static void attach_repairs_nonsense(void **state)
{
	struct pair *pair = *state;

	pair->memory->head = 5;
	pair->memory->tail = 9;
	ring_consumer_attach(&pair->in, pair->memory, BYTES);
	assert_int_equal(ring_pending(&pair->in), 0);
	assert_int_equal(pair->memory->tail, 5);
	pair->memory->tail = 5000;
	ring_producer_attach(&pair->out, pair->memory, BYTES);
	assert_int_equal(ring_space(&pair->out), DATA);
	assert_int_equal(pair->memory->head, 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_is_a_power_of_two),
		cmocka_unit_test_setup_teardown(bytes_come_out_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(counters_wrap_at_32_bits, setup, teardown),
		cmocka_unit_test_setup_teardown(full_and_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(all_or_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(peek_takes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(write_into_empty_wakes, setup, teardown),
		cmocka_unit_test_setup_teardown(read_from_full_wakes, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_head_reads_as_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_tail_reads_as_full, setup, teardown),
		cmocka_unit_test_setup_teardown(
			own_counter_cannot_be_set_by_the_peer, setup, teardown),
		cmocka_unit_test_setup_teardown(attach_adopts_what_is_there, setup, teardown),
		cmocka_unit_test_setup_teardown(attach_repairs_nonsense, setup, teardown),
	};

	return cmocka_run_group_tests_name("rt_ring", tests, NULL, NULL);
}
