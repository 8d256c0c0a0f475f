/* SPDX-License-Identifier: MIT */
/* A block channel with a disk in memory behind it, for tests of both ends. */
#ifndef TEST_UNIT_BLK_CHANNEL_FIXTURE_H
#define TEST_UNIT_BLK_CHANNEL_FIXTURE_H

#include "vmm/dev/blk_channel.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "../../drivers/disk/serve.h"

#define SECTORS 1000u
#define FIRST 24u

static uint8_t *shared, disk[(FIRST + SECTORS) * 512];
static struct blk_channel medium;
static struct serve serve;
static unsigned signals, flushes, discards, done_count;
static enum blk_result last;

static inline void signal_driver(void *ctx)
{
	assert_ptr_equal(ctx, &serve);
	signals++;
}

static inline void done(struct blk_request *request, enum blk_result result)
{
	(void)request;
	done_count++;
	last = result;
}

static inline void driver_do(const struct serve_request *r)
{
	uint8_t *data = serve.data + (size_t)r->slot * BLOCK_SLOT_BYTES;

	flushes += r->op == BLOCK_FLUSH;
	discards += r->op == BLOCK_DISCARD;
	if (r->op == BLOCK_READ)
		memcpy(data, disk + r->sector * 512, r->sectors * 512ul);
	if (r->op == BLOCK_WRITE)
		memcpy(disk + r->sector * 512, data, r->sectors * 512ul);
}

/* Up to `most` requests, of which `answer` says whether they are answered. */
static inline unsigned driver_run(unsigned most, bool answer)
{
	struct serve_request r;
	unsigned count = 0;

	serve_wake(&serve);
	while (count < most && serve_next(&serve, &r)) {
		assert_true(r.op == BLOCK_FLUSH || r.sector >= FIRST);
		assert_true(r.sector + r.sectors <= FIRST + SECTORS);
		driver_do(&r);
		if (answer)
			serve_answer(&serve, r.slot, BLOCK_OK);
		count++;
	}
	serve_sleep(&serve);
	return count;
}

static inline void driver_start(bool readonly, bool can_discard)
{
	serve_attach(&serve, shared);
	serve_open(&serve, FIRST, SECTORS, readonly, can_discard);
	serve_sleep(&serve);
}

static inline void monitor_start(void)
{
	enum block_reason reason;

	blk_channel_init(&medium, shared, "a-disk", signal_driver, &serve);
	assert_int_equal(blk_channel_look(&medium, &reason), BLOCK_READY);
}

static inline int setup(void **state)
{
	(void)state;
	shared = calloc(1, BLOCK_CHANNEL);
	for (size_t i = 0; i < sizeof disk; i++)
		disk[i] = (uint8_t)(i * 7 + i / 512);
	signals = flushes = discards = done_count = 0;
	driver_start(false, true);
	monitor_start();
	return !shared;
}

static inline int teardown(void **state)
{
	(void)state;
	free(shared);
	return 0;
}

static uint8_t buffer[SECTORS * 512];
static struct piece pieces[] = {{buffer, 1000}, {buffer + 1000, sizeof buffer - 1000}};

static inline struct blk_request make(enum blk_op op, uint64_t sector, uint64_t sectors)
{
	return (struct blk_request){.op = op,
		.sector = sector,
		.sectors = sectors,
		.data = {pieces, 2, 0},
		.done = done};
}

static inline void submit(struct blk_request *r)
{
	medium.medium.submit(&medium.medium, r);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
