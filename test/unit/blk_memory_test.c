/* SPDX-License-Identifier: MIT */
/* A medium in memory: what the file holds, what was written over it, what it costs. */
#include "vmm/dev/blk_memory.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* LINK: vmm-user/vmm/dev/blk_memory.c vmm-user/vmm/dev/scatter.c */

/* Two blocks, a sector, and 100 bytes of another. */
#define SIZE (2 * BLK_BLOCK + 512 + 100)
#define SECTORS 18u
#define PAGES 2u

static uint8_t *file, *pool;
static uint32_t *map;
static struct blk_memory m;
static uint8_t buffer[SECTORS * 512];

static int setup(void **state)
{
	(void)state;
	file = malloc(SIZE);
	pool = malloc(PAGES * BLK_BLOCK);
	map = calloc(blk_memory_blocks(SIZE), sizeof *map);
	for (unsigned i = 0; i < SIZE; i++)
		file[i] = (uint8_t)(i / 512 + 1);
	memset(pool, 0xee, PAGES * BLK_BLOCK);
	blk_memory_init(&m, file, SIZE, "disk");
	return 0;
}

static int setup_overlay(void **state)
{
	setup(state);
	blk_memory_overlay(&m, map, pool, PAGES);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(file), free(pool), free(map);
	return 0;
}

static int result;
static unsigned dones;
static void done(struct blk_request *request, enum blk_result r)
{
	(void)request;
	result = (int)r;
	dones++;
}

/* Data goes through two pieces of odd length. */
static enum blk_result ask(enum blk_op op, uint64_t sector, uint64_t sectors)
{
	uint32_t bytes = (uint32_t)(sectors * 512), half = bytes < 333 ? 0 : 333;
	const struct piece pieces[] = {{buffer, half}, {buffer + half, bytes - half}};
	struct blk_request r = {op, sector, sectors, {pieces, 2, 0}, done};

	dones = 0;
	m.medium.submit(&m.medium, &r);
	assert_int_equal(dones, 1);
	return (enum blk_result)result;
}

/* What every sector of the medium begins and ends with. */
static void check(const uint8_t want[SECTORS])
{
	memset(buffer, 0xcc, sizeof buffer);
	assert_int_equal(ask(BLK_READ, 0, SECTORS), BLK_OK);
	for (unsigned i = 0; i < SECTORS; i++)
		if (buffer[i * 512] != want[i] ||
			(i != 17 && memcmp(buffer + i * 512, buffer + i * 512 + 1, 511)))
			fail_msg("sector %u: %u", i, buffer[i * 512]);
}

static void write_as(uint64_t sector, uint64_t sectors, uint8_t byte, enum blk_result want)
{
	memset(buffer, byte, sectors * 512);
	assert_int_equal(ask(BLK_WRITE, sector, sectors), want);
}

static const uint8_t fresh[SECTORS] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};

static void the_file_reads_as_it_is(void **state)
{
	static const uint8_t zeroes[412];

	(void)state;
	assert_int_equal(m.medium.sectors, SECTORS);
	assert_true(m.medium.readonly);
	assert_memory_equal(m.medium.id, "disk\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", BLK_ID);
	check(fresh);
	assert_memory_equal(buffer + 17 * 512 + 99, "\x12", 1);
	assert_memory_equal(buffer + 17 * 512 + 100, zeroes, 412);
	assert_int_equal(ask(BLK_READ, 7, 2), BLK_OK); /* over a block's end */
	assert_int_equal(buffer[0], 8);
	assert_int_equal(buffer[512], 9);
	assert_int_equal(ask(BLK_FLUSH, 0, 0), BLK_OK);
}

static void read_only_is_not_written(void **state)
{
	(void)state;
	assert_int_equal(ask(BLK_WRITE, 0, 1), BLK_ERROR);
	assert_int_equal(ask(BLK_DISCARD, 0, 8), BLK_ERROR);
	assert_int_equal(ask(BLK_ZERO, 0, 8), BLK_ERROR);
	check(fresh);
}

static void what_was_written_is_read(void **state)
{
	(void)state;
	assert_false(m.medium.readonly);
	write_as(7, 2, 0x77, BLK_OK); /* the end of one block, the start of the next */
	check((uint8_t[]){1, 2, 3, 4, 5, 6, 7, 0x77, 0x77, 10, 11, 12, 13, 14, 15, 16, 17, 18});
	write_as(0, 8, 0x55, BLK_OK);
	assert_int_equal(m.used, 2);
	check((uint8_t[]){0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x77, 10, 11, 12, 13, 14,
		15, 16, 17, 18});
	for (unsigned i = 0; i < SIZE; i++)
		assert_int_equal(file[i], (uint8_t)(i / 512 + 1));
}

/* The last block is not whole: behind the file there are zeroes, and then what was written. */
static void the_files_end(void **state)
{
	(void)state;
	write_as(16, 1, 0x66, BLK_OK);
	assert_int_equal(ask(BLK_READ, 17, 1), BLK_OK);
	assert_int_equal(buffer[99], 18);
	assert_int_equal(buffer[100], 0);
	assert_int_equal(buffer[511], 0);
	write_as(17, 1, 0x67, BLK_OK);
	assert_int_equal(ask(BLK_READ, 17, 1), BLK_OK);
	assert_int_equal(buffer[511], 0x67);
}

static void a_full_pool_fails_and_keeps(void **state)
{
	(void)state;
	write_as(0, 1, 0x21, BLK_OK);
	write_as(8, 1, 0x22, BLK_OK);
	write_as(16, 1, 0x23, BLK_ERROR);
	write_as(1, 1, 0x24, BLK_OK); /* what has a page goes on */
	check((uint8_t[]){0x21, 0x24, 3, 4, 5, 6, 7, 8, 0x22, 10, 11, 12, 13, 14, 15, 16, 17, 18});
	assert_int_equal(ask(BLK_ZERO, 16, 1), BLK_ERROR); /* would need one as well */
	assert_int_equal(ask(BLK_DISCARD, 0, 8), BLK_OK);  /* gives one back */
	write_as(16, 1, 0x23, BLK_OK);
	check((uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0, 0x22, 10, 11, 12, 13, 14, 15, 16, 0x23, 18});
}

static void zeroed_and_discarded(void **state)
{
	(void)state;
	assert_int_equal(ask(BLK_ZERO, 6, 10), BLK_OK); /* a part, and a whole block */
	assert_int_equal(m.used, 1);
	check((uint8_t[]){1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 17, 18});
	assert_int_equal(ask(BLK_DISCARD, 16, 2), BLK_OK); /* to the end: no page */
	assert_int_equal(m.used, 1);
	write_as(8, 1, 0x31, BLK_OK); /* the rest of it stays zero */
	check((uint8_t[]){1, 2, 3, 4, 5, 6, 0, 0, 0x31, 0, 0, 0, 0, 0, 0, 0, 0, 0});
}

/* Pages go round for ever. */
static void pages_come_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		write_as(0, 8, 0x41, BLK_OK);
		write_as(8, 8, 0x42, BLK_OK);
		write_as(16, 1, 0x43, BLK_ERROR);
		assert_int_equal(ask(BLK_DISCARD, 0, 16), BLK_OK);
	}
	assert_int_equal(m.used, PAGES);
}

#define CASE(name, how) cmocka_unit_test_setup_teardown(name, how, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_file_reads_as_it_is, setup),
		CASE(read_only_is_not_written, setup),
		CASE(what_was_written_is_read, setup_overlay),
		CASE(the_files_end, setup_overlay),
		CASE(a_full_pool_fails_and_keeps, setup_overlay),
		CASE(zeroed_and_discarded, setup_overlay),
		CASE(pages_come_back, setup_overlay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
