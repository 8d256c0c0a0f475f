/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/blk_channel.c vmm-user/vmm/dev/scatter.c drivers/disk/serve.c */
/* RUNS: 40000 */
/* MAX: 512 */
/*
 * A block channel, both ends, as operations from the input. Until somebody writes into the
 * shared memory as he likes (hostile), every request ends and reads what was written; after
 * that only nothing may break: no sector outside of the medium, no byte outside of the
 * requests' buffers, no request answered twice.
 */
#include "vmm/dev/blk_channel.h"
#include "fuzz.h"
#include "../../drivers/disk/serve.h"

#define SECTORS 300u
#define FIRST 7u
#define REQUESTS 4u

static uint8_t *shared, disk[(FIRST + SECTORS) * 512], buffers[REQUESTS][SECTORS * 512];
static struct blk_channel medium;
static struct serve serve;
static struct blk_request requests[REQUESTS];
static struct piece pieces[REQUESTS];
static bool open[REQUESTS], hostile;

static void signal_driver(void *ctx)
{
	(void)ctx;
}

static void done(struct blk_request *request, enum blk_result result)
{
	size_t index = (size_t)(request - requests);

	MUST(index < REQUESTS && open[index]);
	MUST(hostile || result == BLK_OK);
	open[index] = false;
}

static void submit(unsigned index, struct input *input)
{
	struct blk_request *r = &requests[index];
	uint64_t sector = input_take(input, 2) % SECTORS;
	uint64_t count = input_take(input, 2) % (SECTORS - sector) + 1;

	if (open[index])
		return;
	pieces[index] = (struct piece){buffers[index], sizeof buffers[index]};
	*r = (struct blk_request){.op = (enum blk_op)(input_take(input, 1) % 5),
		.sector = sector,
		.sectors = count,
		.data = {&pieces[index], 1, 0},
		.done = done};
	if (r->op == BLK_FLUSH)
		r->sector = r->sectors = 0;
	open[index] = true;
	medium.medium.submit(&medium.medium, r);
}

static void drive(unsigned most, bool answer)
{
	struct serve_request r;

	serve_wake(&serve);
	for (unsigned i = 0; i < most && serve_next(&serve, &r); i++) {
		uint8_t *data = serve.data + (size_t)r.slot * BLOCK_SLOT_BYTES;

		MUST(r.slot < BLOCK_SLOTS && r.op < BLOCK_OP_COUNT);
		MUST(r.op == BLOCK_FLUSH || (r.sector >= FIRST && r.sectors > 0 &&
						    r.sector + r.sectors <= FIRST + SECTORS));
		if (r.op == BLOCK_READ)
			memcpy(data, disk + r.sector * 512, r.sectors * 512ul);
		if (r.op == BLOCK_WRITE)
			memcpy(disk + r.sector * 512, data, r.sectors * 512ul);
		if (answer)
			serve_answer(&serve, r.slot, BLOCK_OK);
	}
	serve_sleep(&serve);
}

static void driver_start(void)
{
	serve_attach(&serve, shared);
	serve_open(&serve, FIRST, SECTORS, false, true);
	serve_sleep(&serve);
}

static void scribble(struct input *input)
{
	uint64_t at = BLOCK_DATA + input_take(input, 2) % (2 * 4096);
	uint8_t value = (uint8_t)input_take(input, 1);

	hostile = true;
	shared[at] = value;
}

static void step(struct input *input)
{
	enum block_reason reason;
	uint8_t what = (uint8_t)input_take(input, 1);

	switch (what & 7) {
	case 0:
	case 1:
		submit(what >> 3 & 3, input);
		break;
	case 2:
		drive(what >> 3, true);
		break;
	case 3:
		drive(what >> 3, false);
		break;
	case 4:
		blk_channel_poll(&medium);
		break;
	case 5:
		driver_start();
		(void)blk_channel_look(&medium, &reason);
		break;
	case 6:
		if (what & 8)
			scribble(input);
		break;
	default:
		if (what & 8)
			medium.medium.cancel(&medium.medium);
		if (what & 8)
			memset(open, 0, sizeof open);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};

	shared = calloc(1, BLOCK_CHANNEL);
	hostile = false;
	memset(open, 0, sizeof open);
	driver_start();
	blk_channel_init(&medium, shared, "fuzz", signal_driver, NULL);
	while (input.left > 0)
		step(&input);
	driver_start();
	for (unsigned i = 0; i < 100; i++) {
		drive(BLOCK_SLOTS, true);
		blk_channel_poll(&medium);
	}
	for (unsigned i = 0; i < REQUESTS; i++)
		MUST(hostile || !open[i]);
	free(shared);
	return 0;
}
