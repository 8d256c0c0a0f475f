/* SPDX-License-Identifier: MIT */
/* Copying alone: what a transfer would cost that is nothing but its copies. */
#include "bench.h"

#include "lib/addr.h"
#include "lib/string.h"

#define FRAME 1514u /* bytes of an Ethernet frame with 1500 of data */

static uint8_t source[PAGE_SIZE] ALIGNED(PAGE_SIZE), target[PAGE_SIZE] ALIGNED(PAGE_SIZE);

static uint64_t bench_copy(size_t size)
{
	uint64_t start = tsc_read();

	memcpy(target, source, size);
	return tsc_read() - start;
}

static uint64_t bench_copy_block(void)
{
	return bench_copy(PAGE_SIZE);
}

static uint64_t bench_copy_frame(void)
{
	return bench_copy(FRAME);
}

void bench_copy_rows(void)
{
	bench_row("copy_block", bench_copy_block);
	bench_row("copy_frame", bench_copy_frame);
}
