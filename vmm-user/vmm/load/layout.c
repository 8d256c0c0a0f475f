/* SPDX-License-Identifier: MIT */
/* Takes and writes parts of the guest's low RAM; see layout.h. No locks. */
#include "vmm/load/layout.h"
#include "lib/string.h"

static enum layout_result piece_take(struct layout *l, struct layout_piece piece)
{
	for (unsigned i = 0; i < l->count; i++)
		if (piece.start < l->piece[i].end && l->piece[i].start < piece.end)
			return LAYOUT_OVERLAP;
	if (l->count == LAYOUT_PIECES)
		return LAYOUT_OVERLAP;
	l->piece[l->count++] = piece;
	return LAYOUT_OK;
}

static bool range_inside(const struct layout *l, uint64_t start, uint64_t size)
{
	return size && start < l->ram_end && size <= l->ram_end - start;
}

/* The BIOS data area, as far as kernels look at it: COM1, the EBDA's segment,
 * one serial port, 639 KiB of base memory. IBM PC AT Technical Reference, "System
 * BIOS Usage", "BIOS Data Area". */
static const uint8_t bios_data[] = {
	[0x00] = 0xf8,
	[0x01] = 0x03,
	[0x0e] = (LAYOUT_LOW_END >> 4) & 0xff,
	[0x0f] = LAYOUT_LOW_END >> 12,
	[0x11] = 0x02,
	[0x13] = (LAYOUT_LOW_END >> 10) & 0xff,
	[0x14] = LAYOUT_LOW_END >> 18,
};
static const uint8_t ebda[] = {(LAYOUT_VIDEO - LAYOUT_LOW_END) >> 10};

static const struct layout_piece always[] = {
	{.start = 0, .end = LAYOUT_BIOS_DATA, .reserved = true},
	{.start = LAYOUT_BIOS_DATA, .end = LAYOUT_GDT, bios_data, sizeof(bios_data)},
	{.start = LAYOUT_GDT, .end = LAYOUT_GDT + BOOT_GDT_ENTRIES * 8},
	{.start = LAYOUT_STACK, .end = LAYOUT_STACK + PAGE_SIZE},
	{.start = LAYOUT_LOW_END, .end = LAYOUT_VIDEO, ebda, sizeof(ebda)},
	{.start = LAYOUT_VIDEO, .end = LAYOUT_MIB, .reserved = true},
};

enum load_error layout_init(struct layout *l, const struct guest_memory *mem)
{
	l->mem = mem;
	l->ram_end = guest_memory_low(mem);
	l->failed = false;
	l->count = ARRAY_SIZE(always);
	if (l->ram_end < LAYOUT_RAM_MIN)
		return LOAD_GUEST_TOO_SMALL;
	memcpy(l->piece, always, sizeof(always));
	return LOAD_OK;
}

enum layout_result layout_add(
	struct layout *l, uint64_t start, uint64_t size, const uint8_t *data, uint64_t data_size)
{
	if (!range_inside(l, start, size) || data_size > size)
		return LAYOUT_OUTSIDE;
	return piece_take(l,
		(struct layout_piece){
			.start = start, .end = start + size, .data = data, .data_size = data_size});
}

/* The piece that [start, start + size) runs into, or NULL. */
static const struct layout_piece *piece_hit(const struct layout *l, uint64_t start, uint64_t size)
{
	for (unsigned i = 0; i < l->count; i++)
		if (start < l->piece[i].end && l->piece[i].start < start + size)
			return &l->piece[i];
	return NULL;
}

/* Both searches step over one piece at a time, so they end. */
bool layout_find_up(
	const struct layout *l, uint64_t from, uint64_t size, uint64_t align, uint64_t *start)
{
	uint64_t at = from;
	for (;;) {
		if (at > l->ram_end)
			return false;
		at = (at + align - 1) & ~(align - 1);
		if (!range_inside(l, at, size))
			return false;
		const struct layout_piece *hit = piece_hit(l, at, size);
		if (!hit)
			break;
		at = hit->end;
	}
	*start = at;
	return true;
}

bool layout_find_down(
	const struct layout *l, uint64_t top, uint64_t size, uint64_t align, uint64_t *start)
{
	uint64_t end = top < l->ram_end ? top : l->ram_end;
	for (;;) {
		if (!size || size > end)
			return false;
		uint64_t at = (end - size) & ~(align - 1);
		if (at < LAYOUT_MIB)
			return false;
		const struct layout_piece *hit = piece_hit(l, at, size);
		if (!hit) {
			*start = at;
			return true;
		}
		end = hit->start;
	}
}

void layout_commit(struct layout *l)
{
	for (unsigned i = 0; i < l->count; i++) {
		const struct layout_piece *p = &l->piece[i];
		if (p->reserved)
			continue;
		uint8_t *to = guest_span(l->mem, gpa(p->start), p->end - p->start);
		if (!to) {
			l->failed = true;
			continue;
		}
		if (p->data_size)
			memcpy(to, p->data, p->data_size);
		memset(to + p->data_size, 0, p->end - p->start - p->data_size);
	}
}

void layout_put(struct layout *l, uint64_t at, const void *data, size_t size)
{
	for (unsigned i = 0; i < l->count; i++) {
		const struct layout_piece *p = &l->piece[i];
		if (p->reserved || at < p->start || at > p->end || size > p->end - at)
			continue;
		if (guest_copy_out(l->mem, gpa(at), data, size) != STATUS_OK)
			l->failed = true;
		return;
	}
	l->failed = true;
}

void layout_put_entry(struct layout *l, struct boot_entry *entry)
{
	uint64_t gdt[BOOT_GDT_ENTRIES];
	boot_gdt_fill(gdt, entry->mode);
	layout_put(l, LAYOUT_GDT, gdt, sizeof(gdt));
	entry->cs = BOOT_CS;
	entry->data = BOOT_DS;
	entry->tr = BOOT_TR;
	entry->gdt_base = LAYOUT_GDT;
	entry->gdt_limit = sizeof(gdt) - 1;
	entry->rsp = LAYOUT_STACK + PAGE_SIZE;
}

enum load_error layout_finish(const struct layout *l)
{
	return l->failed ? LOAD_WRITE_FAILED : LOAD_OK;
}

_Static_assert(LAYOUT_GDT + BOOT_GDT_ENTRIES * 8 <= LAYOUT_INFO, "the GDT ends below the info");
_Static_assert(LAYOUT_INFO + LAYOUT_INFO_SIZE <= LAYOUT_PARAMS, "the info ends below the params");
_Static_assert(LAYOUT_TEXT + LAYOUT_TEXT_SIZE <= LAYOUT_LOW_END, "the text ends in low RAM");
