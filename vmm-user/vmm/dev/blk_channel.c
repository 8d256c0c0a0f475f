/* SPDX-License-Identifier: MIT */
/* A medium behind a block channel: see blk_channel.h. */
#include "vmm/dev/blk_channel.h"

#include "lib/compiler.h"
#include "lib/string.h"

#define SECTORS_MAX (1ull << 54) /* so that their bytes can be counted */

static uint8_t *slot_data(const struct blk_channel *c, unsigned slot)
{
	return c->data + (size_t)slot * BLOCK_SLOT_BYTES;
}

static bool is_answered(const struct blk_channel *c, unsigned slot)
{
	return __atomic_load_n(&c->server->answered[slot], __ATOMIC_ACQUIRE) ==
	       c->part[slot].submitted;
}

/* --- sending --- */

static enum block_op op_of(enum blk_op op)
{
	static const enum block_op sent[] = {[BLK_READ] = BLOCK_READ,
		[BLK_WRITE] = BLOCK_WRITE,
		[BLK_FLUSH] = BLOCK_FLUSH,
		[BLK_DISCARD] = BLOCK_DISCARD,
		[BLK_ZERO] = BLOCK_WRITE};

	return sent[op];
}

static uint32_t part_sectors(const struct blk_work *w)
{
	uint32_t most =
		w->request->op == BLK_DISCARD ? BLOCK_DISCARD_MAX : (uint32_t)BLOCK_SLOT_SECTORS;

	return w->left < most ? (uint32_t)w->left : most;
}

/* Moves the part's data into the slot, or notes where it is to go. */
static void part_fill(struct blk_channel *c, unsigned slot, struct blk_work *w, uint32_t bytes)
{
	struct blk_part *part = &c->part[slot];

	part->bytes = 0;
	if (w->request->op == BLK_WRITE) {
		scatter_take(&w->data, slot_data(c, slot), bytes);
	} else if (w->request->op == BLK_ZERO) {
		memset(slot_data(c, slot), 0, bytes);
	} else if (w->request->op == BLK_READ) {
		part->to = w->data;
		part->bytes = bytes;
		scatter_skip(&w->data, bytes);
	}
}

static void part_send(struct blk_channel *c, unsigned slot, struct blk_work *w)
{
	bool flush = w->request->op == BLK_FLUSH;
	uint32_t sectors = part_sectors(w);
	struct blk_part *part = &c->part[slot];
	volatile struct block_request *request = &c->client->request[slot];

	part_fill(c, slot, w, sectors * BLOCK_SECTOR);
	part->work = w;
	part->busy = true;
	part->submitted++;
	request->op = op_of(w->request->op);
	request->sector = w->sector;
	request->sectors = flush ? 0 : sectors;
	__atomic_store_n(&c->client->submitted[slot], part->submitted, __ATOMIC_RELEASE);
	w->parts++;
	w->sector += sectors;
	w->left -= sectors;
}

static struct blk_work *work_oldest(struct blk_channel *c)
{
	struct blk_work *oldest = NULL;

	for (unsigned i = 0; i < BLK_CHANNEL_REQUESTS; i++) {
		struct blk_work *w = &c->work[i];

		if (w->request && w->left && (!oldest || w->age < oldest->age))
			oldest = w;
	}
	return oldest;
}

/* Gives free slots to what waits, the oldest first. */
static void pump(struct blk_channel *c)
{
	struct blk_work *w = work_oldest(c);
	bool sent = false;

	for (unsigned slot = 0; slot < BLOCK_SLOTS && w; slot++) {
		if (c->part[slot].busy)
			continue;
		part_send(c, slot, w);
		sent = true;
		if (!w->left)
			w = work_oldest(c);
	}
	if (!sent)
		return;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (c->server->wants_signal)
		c->signal(c->ctx);
}

/* --- answers --- */

static void work_done(struct blk_work *w)
{
	struct blk_request *request = w->request;

	w->request = NULL;
	request->done(request, w->failed ? BLK_ERROR : BLK_OK);
}

static void part_done(struct blk_channel *c, unsigned slot)
{
	struct blk_part *part = &c->part[slot];
	struct blk_work *w = part->work;
	bool good = c->server->result[slot] == BLOCK_OK;

	part->busy = false;
	part->work = NULL;
	if (!w)
		return;
	if (good && part->bytes)
		scatter_give(&part->to, slot_data(c, slot), part->bytes);
	w->parts--;
	if (!good) {
		w->failed = true;
		w->left = 0;
	}
	if (!w->parts && !w->left)
		work_done(w);
}

static bool collect(struct blk_channel *c)
{
	bool any = false;

	for (unsigned slot = 0; slot < BLOCK_SLOTS; slot++) {
		if (!c->part[slot].busy || !is_answered(c, slot))
			continue;
		part_done(c, slot);
		any = true;
	}
	return any;
}

void blk_channel_poll(struct blk_channel *c)
{
	do {
		c->client->wants_signal = 0;
		while (collect(c))
			pump(c);
		c->client->wants_signal = 1;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	} while (collect(c));
	pump(c);
}

/* --- the medium --- */

static struct blk_work *work_free(struct blk_channel *c)
{
	for (unsigned i = 0; i < BLK_CHANNEL_REQUESTS; i++)
		if (!c->work[i].request)
			return &c->work[i];
	return NULL;
}

static void submit(struct blk_medium *medium, struct blk_request *r)
{
	struct blk_channel *c = CONTAINER_OF(medium, struct blk_channel, medium);
	struct blk_work *w;

	if ((r->op == BLK_DISCARD && !c->discards) || (r->op != BLK_FLUSH && !r->sectors)) {
		r->done(r, BLK_OK);
		return;
	}
	w = work_free(c);
	if (!w) {
		r->done(r, BLK_ERROR);
		return;
	}
	*w = (struct blk_work){.request = r,
		.age = c->ages++,
		.sector = r->sector,
		.left = r->op == BLK_FLUSH ? 1 : r->sectors,
		.data = r->data};
	pump(c);
}

static void cancel(struct blk_medium *medium)
{
	struct blk_channel *c = CONTAINER_OF(medium, struct blk_channel, medium);

	for (unsigned i = 0; i < BLOCK_SLOTS; i++)
		c->part[i].work = NULL;
	for (unsigned i = 0; i < BLK_CHANNEL_REQUESTS; i++)
		c->work[i].request = NULL;
}

void blk_channel_init(
	struct blk_channel *c, void *memory, const char *id, void (*signal)(void *ctx), void *ctx)
{
	size_t length = strlen(id);

	memset(c, 0, sizeof *c);
	c->data = memory;
	c->client = (struct block_client *)(c->data + BLOCK_DATA);
	c->server = (struct block_server *)(c->data + BLOCK_DATA + 4096);
	c->signal = signal;
	c->ctx = ctx;
	c->medium.submit = submit;
	c->medium.cancel = cancel;
	memcpy(c->medium.id, id, length < BLK_ID ? length : BLK_ID);
	for (unsigned i = 0; i < BLOCK_SLOTS; i++) {
		c->part[i].submitted = c->client->submitted[i];
		c->part[i].busy = !is_answered(c, i);
	}
	c->client->wants_signal = 1;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

enum block_state blk_channel_look(struct blk_channel *c, enum block_reason *reason)
{
	uint32_t state = __atomic_load_n(&c->server->state, __ATOMIC_ACQUIRE);
	uint32_t flags = c->server->flags, why = c->server->reason;
	uint64_t sectors = c->server->sectors;

	*reason = why < BLOCK_REASON_COUNT ? (enum block_reason)why : BLOCK_BROKEN;
	if (state == BLOCK_STARTING)
		return BLOCK_STARTING;
	if (state != BLOCK_READY || sectors > SECTORS_MAX)
		return BLOCK_ABSENT;
	c->medium.sectors = sectors;
	c->medium.readonly = flags & BLOCK_READONLY;
	c->discards = flags & BLOCK_CAN_DISCARD;
	return BLOCK_READY;
}

_Static_assert(BLOCK_SECTOR == BLK_SECTOR, "one kind of sector");
