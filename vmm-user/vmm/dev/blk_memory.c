/* SPDX-License-Identifier: MIT */
/* A medium in memory: see blk_memory.h. */
#include "vmm/dev/blk_memory.h"

#include "lib/compiler.h"
#include "lib/string.h"

#define BLOCK_ZERO UINT32_MAX

/* A part of one block. */
struct part {
	uint64_t block;
	uint32_t from, size; /* bytes */
};

static struct part part_at(uint64_t at, uint64_t left)
{
	uint32_t from = at % BLK_BLOCK, room = BLK_BLOCK - from;

	return (struct part){at / BLK_BLOCK, from, left < room ? (uint32_t)left : room};
}

static uint8_t *page(const struct blk_memory *m, uint32_t entry)
{
	return m->pool + (uint64_t)(entry - 1) * BLK_BLOCK;
}

/* Bytes of the file in [at, at + size); there are `size` or fewer. */
static uint32_t file_has(const struct blk_memory *m, uint64_t at, uint32_t size)
{
	if (at >= m->size)
		return 0;
	return m->size - at < size ? (uint32_t)(m->size - at) : size;
}

static void part_read(const struct blk_memory *m, const struct part *p, struct scatter *to)
{
	uint32_t entry = m->map ? m->map[p->block] : 0, has;
	uint64_t at = p->block * BLK_BLOCK + p->from;

	if (entry == BLOCK_ZERO) {
		scatter_zero(to, p->size);
	} else if (entry) {
		scatter_give(to, page(m, entry) + p->from, p->size);
	} else {
		has = file_has(m, at, p->size);
		scatter_give(to, m->file + at, has);
		scatter_zero(to, p->size - has);
	}
}

/* A page from the pool, or 0. */
static uint32_t page_take(struct blk_memory *m)
{
	uint32_t entry = m->free;

	if (entry) {
		memcpy(&m->free, page(m, entry), sizeof m->free);
		return entry;
	}
	return m->used < m->pages ? ++m->used : 0;
}

static void page_give(struct blk_memory *m, uint32_t entry)
{
	memcpy(page(m, entry), &m->free, sizeof m->free);
	m->free = entry;
}

/* Gives the block a page of its own, with what it held unless all of that is replaced.
 * false: there is none. */
static bool block_own(struct blk_memory *m, uint64_t block, bool replaced)
{
	uint32_t before = m->map[block], entry, has;

	if (before && before != BLOCK_ZERO)
		return true;
	entry = page_take(m);
	if (!entry)
		return false;
	m->map[block] = entry;
	if (replaced)
		return true;
	has = before ? 0 : file_has(m, block * BLK_BLOCK, BLK_BLOCK);
	memcpy(page(m, entry), m->file + block * BLK_BLOCK, has);
	memset(page(m, entry) + has, 0, BLK_BLOCK - has);
	return true;
}

static bool part_write(struct blk_memory *m, const struct part *p, struct scatter *from)
{
	if (!block_own(m, p->block, p->size == BLK_BLOCK))
		return false;
	scatter_take(from, page(m, m->map[p->block]) + p->from, p->size);
	return true;
}

/* A whole block, or one whose rest is behind the end, needs no page. */
static bool part_zero(struct blk_memory *m, const struct part *p)
{
	uint32_t entry = m->map[p->block];
	bool to_end = p->block * BLK_BLOCK + p->from + p->size >= m->medium.sectors * BLK_SECTOR;

	if (!p->from && (p->size == BLK_BLOCK || to_end)) {
		if (entry && entry != BLOCK_ZERO)
			page_give(m, entry);
		m->map[p->block] = BLOCK_ZERO;
		return true;
	}
	if (!block_own(m, p->block, false))
		return false;
	memset(page(m, m->map[p->block]) + p->from, 0, p->size);
	return true;
}

static bool parts_do(struct blk_memory *m, struct blk_request *r)
{
	uint64_t at = r->sector * BLK_SECTOR, left = r->sectors * BLK_SECTOR;
	bool good = true;

	while (left && good) {
		struct part p = part_at(at, left);

		if (r->op == BLK_READ)
			part_read(m, &p, &r->data);
		else if (r->op == BLK_WRITE)
			good = part_write(m, &p, &r->data);
		else
			good = part_zero(m, &p);
		at += p.size;
		left -= p.size;
	}
	return good;
}

static void submit(struct blk_medium *medium, struct blk_request *r)
{
	struct blk_memory *m = CONTAINER_OF(medium, struct blk_memory, medium);

	if (r->op == BLK_FLUSH)
		r->done(r, BLK_OK);
	else if (r->op != BLK_READ && !m->map)
		r->done(r, BLK_ERROR);
	else
		r->done(r, parts_do(m, r) ? BLK_OK : BLK_ERROR);
}

/* Nothing is ever in flight. */
static void cancel(struct blk_medium *medium UNUSED) {}

void blk_memory_init(struct blk_memory *m, const uint8_t *file, uint64_t size, const char *id)
{
	size_t length = strlen(id);

	memset(m, 0, sizeof *m);
	m->file = file;
	m->size = size;
	m->medium.sectors = size / BLK_SECTOR + !!(size % BLK_SECTOR);
	m->medium.readonly = true;
	m->medium.submit = submit;
	m->medium.cancel = cancel;
	memcpy(m->medium.id, id, length < BLK_ID ? length : BLK_ID);
}

void blk_memory_overlay(struct blk_memory *m, uint32_t *map, uint8_t *pool, uint32_t pages)
{
	m->map = map;
	m->pool = pool;
	m->pages = pages;
	m->medium.readonly = false;
}
