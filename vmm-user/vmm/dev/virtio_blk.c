/* SPDX-License-Identifier: MIT */
/* A virtio disk: see virtio_blk.h. */
#include "vmm/dev/virtio_blk.h"

#include "lib/string.h"

/* 5.2.6 "Device Operation". */
struct header {
	uint32_t type, reserved;
	uint64_t sector;
};
enum header_type {
	TYPE_IN = 0,
	TYPE_OUT = 1,
	TYPE_FLUSH = 4,
	TYPE_GET_ID = 8,
	TYPE_DISCARD = 11,
	TYPE_WRITE_ZEROES = 13
};
enum { STATUS_OK_BYTE = 0, STATUS_IOERR = 1, STATUS_UNSUPP = 2 };

struct range {
	uint64_t sector;
	uint32_t sectors, flags;
};
#define RANGE_UNMAP 1u
#define RANGE_SECTORS_MAX 0x400000u /* 2 GiB in one request */
#define RANGE_ALIGNMENT 8u          /* sectors: what gives memory back */

/* 5.2.4 "Device configuration layout". */
enum config_field {
	CONFIG_CAPACITY = 0,
	CONFIG_SEG_MAX = 12,
	CONFIG_BLK_SIZE = 20,
	CONFIG_DISCARD_SECTORS = 36,
	CONFIG_DISCARD_SEG = 40,
	CONFIG_DISCARD_ALIGNMENT = 44,
	CONFIG_ZEROES_SECTORS = 48,
	CONFIG_ZEROES_SEG = 52,
	CONFIG_ZEROES_UNMAP = 56
};

#define BLK_QUEUE 0u
#define CLASS_STORAGE 0x018000u /* mass storage, other */

static void serve(struct virtio_blk *d);

/* --- answers --- */

static void answer(struct virtio_blk_request *r, uint8_t status, uint32_t bytes)
{
	struct virtio_blk *d = r->disk;
	struct virtio_queue *q = virtio_pci_queue(&d->pci, BLK_QUEUE);

	r->busy = false;
	if (!q)
		return;
	__atomic_store_n(r->status, status, __ATOMIC_RELAXED);
	virtio_queue_put(q, r->chain.head, bytes + 1);
	if (d->serving)
		return;
	virtio_pci_publish(&d->pci, BLK_QUEUE);
	serve(d);
}

static void request_done(struct blk_request *blk, enum blk_result result)
{
	static const uint8_t status[] = {[BLK_OK] = STATUS_OK_BYTE,
		[BLK_ERROR] = STATUS_IOERR,
		[BLK_UNSUPPORTED] = STATUS_UNSUPP};
	struct virtio_blk_request *r = CONTAINER_OF(blk, struct virtio_blk_request, blk);

	answer(r, status[result], result == BLK_OK ? r->in_bytes : 0);
}

/* --- requests --- */

static bool is_inside(const struct virtio_blk *d, uint64_t sector, uint64_t sectors)
{
	return sector <= d->medium->sectors && sectors <= d->medium->sectors - sector;
}

static void submit(struct virtio_blk_request *r, enum blk_op op, uint64_t sector, uint64_t sectors)
{
	struct virtio_blk *d = r->disk;

	if (!is_inside(d, sector, sectors) ||
		(d->medium->readonly && op != BLK_READ && op != BLK_FLUSH)) {
		answer(r, STATUS_IOERR, 0);
		return;
	}
	r->blk.op = op;
	r->blk.sector = sector;
	r->blk.sectors = sectors;
	d->medium->submit(d->medium, &r->blk);
}

static void do_read(struct virtio_blk_request *r, const struct header *h)
{
	uint64_t bytes = r->chain.in_bytes - 1;

	if (bytes % BLK_SECTOR) {
		answer(r, STATUS_IOERR, 0);
		return;
	}
	r->blk.data = virtio_chain_in(&r->chain);
	r->in_bytes = (uint32_t)bytes;
	submit(r, BLK_READ, h->sector, bytes / BLK_SECTOR);
}

/* r->blk.data is behind the header. */
static void do_write(struct virtio_blk_request *r, const struct header *h)
{
	uint64_t bytes = r->chain.out_bytes - sizeof *h;

	if (bytes % BLK_SECTOR)
		answer(r, STATUS_IOERR, 0);
	else
		submit(r, BLK_WRITE, h->sector, bytes / BLK_SECTOR);
}

static void do_range(struct virtio_blk_request *r, const struct header *h)
{
	bool zero = h->type == TYPE_WRITE_ZEROES;
	struct range range;

	if (r->chain.out_bytes != sizeof *h + sizeof range) {
		answer(r, STATUS_UNSUPP, 0);
		return;
	}
	scatter_take(&r->blk.data, &range, sizeof range);
	if (range.flags & ~(zero ? RANGE_UNMAP : 0))
		answer(r, STATUS_UNSUPP, 0);
	else if (range.sectors > RANGE_SECTORS_MAX)
		answer(r, STATUS_IOERR, 0);
	else
		submit(r, zero ? BLK_ZERO : BLK_DISCARD, range.sector, range.sectors);
}

static void do_id(struct virtio_blk_request *r)
{
	struct scatter in = virtio_chain_in(&r->chain);
	uint64_t room = r->chain.in_bytes - 1;
	size_t bytes = room < BLK_ID ? (size_t)room : BLK_ID;

	answer(r, STATUS_OK_BYTE, (uint32_t)scatter_give(&in, r->disk->medium->id, bytes));
}

static void dispatch(struct virtio_blk_request *r, const struct header *h)
{
	switch (h->type) {
	case TYPE_IN:
		do_read(r, h);
		break;
	case TYPE_OUT:
		do_write(r, h);
		break;
	case TYPE_FLUSH:
		submit(r, BLK_FLUSH, 0, 0);
		break;
	case TYPE_GET_ID:
		do_id(r);
		break;
	case TYPE_DISCARD:
	case TYPE_WRITE_ZEROES:
		do_range(r, h);
		break;
	default:
		answer(r, STATUS_UNSUPP, 0);
		break;
	}
}

/* The last byte of the chain; it has one. */
static uint8_t *status_byte(const struct virtio_chain *chain)
{
	unsigned i = chain->out + chain->in - 1;

	while (!chain->piece[i].size)
		i--;
	return chain->piece[i].data + chain->piece[i].size - 1;
}

/* false: this is no request. */
static bool begin(struct virtio_blk_request *r)
{
	struct header h;

	r->blk.data = virtio_chain_out(&r->chain);
	if (!r->chain.in_bytes || scatter_take(&r->blk.data, &h, sizeof h) != sizeof h)
		return false;
	r->busy = true;
	r->in_bytes = 0;
	r->status = status_byte(&r->chain);
	dispatch(r, &h);
	return true;
}

static struct virtio_blk_request *request_free(struct virtio_blk *d)
{
	for (unsigned i = 0; i < VIRTIO_BLK_REQUESTS; i++)
		if (!d->request[i].busy)
			return &d->request[i];
	return NULL;
}

/* Takes what is there. false: every request is in flight, and one that is done goes on. */
static bool serve_all(struct virtio_blk *d, struct virtio_queue *q)
{
	struct virtio_blk_request *r;

	while ((r = request_free(d))) {
		enum virtio_pop got = virtio_queue_pop(q, &r->chain);

		if (got == VIRTIO_EMPTY)
			return true;
		if (got == VIRTIO_BROKEN || !begin(r)) {
			virtio_pci_break(&d->pci);
			return false;
		}
	}
	return false;
}

/* The driver need not tell of what comes while we look. */
static void serve(struct virtio_blk *d)
{
	struct virtio_queue *q = virtio_pci_queue(&d->pci, BLK_QUEUE);

	if (!q)
		return;
	d->serving = true;
	do
		virtio_queue_hush(q);
	while (serve_all(d, q) && virtio_queue_listen(q));
	d->serving = false;
	virtio_pci_publish(&d->pci, BLK_QUEUE);
}

/* --- the device --- */

static void on_notify(void *ctx, unsigned queue)
{
	struct virtio_blk *d = ctx;

	(void)queue;
	serve(d);
}

static void on_reset(void *ctx)
{
	struct virtio_blk *d = ctx;

	d->medium->cancel(d->medium);
	for (unsigned i = 0; i < VIRTIO_BLK_REQUESTS; i++)
		d->request[i].busy = false;
}

static uint8_t on_config(const void *ctx, unsigned offset)
{
	const struct virtio_blk *d = ctx;

	return d->config[offset];
}

static const struct virtio_ops ops = {
	.type = 2,
	.class_code = CLASS_STORAGE,
	.queues = 1,
	.queue_size = VIRTIO_QUEUE_MAX,
	.reset = on_reset,
	.notify = on_notify,
	.config = on_config,
	.config_size = VIRTIO_BLK_CONFIG,
};

static void config_put(struct virtio_blk *d, enum config_field at, uint64_t value, unsigned bytes)
{
	memcpy(d->config + at, &value, bytes);
}

static void config_fill(struct virtio_blk *d)
{
	config_put(d, CONFIG_CAPACITY, d->medium->sectors, 8);
	config_put(d, CONFIG_SEG_MAX, VIRTIO_QUEUE_MAX - 2, 4);
	config_put(d, CONFIG_BLK_SIZE, BLK_SECTOR, 4);
	if (d->medium->readonly)
		return;
	config_put(d, CONFIG_DISCARD_SECTORS, RANGE_SECTORS_MAX, 4);
	config_put(d, CONFIG_DISCARD_SEG, 1, 4);
	config_put(d, CONFIG_DISCARD_ALIGNMENT, RANGE_ALIGNMENT, 4);
	config_put(d, CONFIG_ZEROES_SECTORS, RANGE_SECTORS_MAX, 4);
	config_put(d, CONFIG_ZEROES_SEG, 1, 4);
	config_put(d, CONFIG_ZEROES_UNMAP, 1, 1);
}

void virtio_blk_init(struct virtio_blk *d, struct blk_medium *medium,
	const struct guest_memory *memory, void (*send)(void *ctx, uint64_t address, uint32_t data),
	void *send_ctx)
{
	uint64_t features = VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_FLUSH;

	memset(d, 0, sizeof *d);
	d->medium = medium;
	for (unsigned i = 0; i < VIRTIO_BLK_REQUESTS; i++) {
		d->request[i].disk = d;
		d->request[i].blk.done = request_done;
	}
	config_fill(d);
	features |= medium->readonly ? VIRTIO_BLK_F_RO
				     : VIRTIO_BLK_F_DISCARD | VIRTIO_BLK_F_WRITE_ZEROES;
	virtio_pci_init(&d->pci, &ops, d, features, memory, send, send_ctx);
}

_Static_assert(sizeof(struct header) == 16 && sizeof(struct range) == 16, "5.2.6");
