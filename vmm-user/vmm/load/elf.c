/* SPDX-License-Identifier: MIT */
/* Reads ELF executables; see elf.h. Every length is compared before it is added. */
#include "vmm/load/elf.h"
#include "vmm/load/bytes.h"
#include "lib/string.h"

enum { CLASS_32 = 1, CLASS_64 = 2, DATA_LSB = 1, VERSION_CURRENT = 1 };
enum { TYPE_EXEC = 2, TYPE_DYN = 3, MACHINE_386 = 3, MACHINE_X86_64 = 62 };
enum { PT_LOAD = 1, PT_NOTE = 4 };
enum { IDENT_CLASS = 4, IDENT_DATA = 5, IDENT_VERSION = 6, IDENT_SIZE = 16 };
enum { HEADER_TYPE = 16, HEADER_MACHINE = 18, HEADER_VERSION = 20 };
enum { NOTE_HEADER = 12 };

/* Where the two classes keep the same facts. */
struct elf_form {
	uint16_t machine;
	uint8_t header_size, entry, phoff, phentsize, phnum; /* ELF header */
	uint8_t ph_size, offset, vaddr, paddr, filesz, memsz, align;
	bool wide;
};

static const struct elf_form form32 = {
	.machine = MACHINE_386,
	.header_size = 52,
	.entry = 24,
	.phoff = 28,
	.phentsize = 42,
	.phnum = 44,
	.ph_size = 32,
	.offset = 4,
	.vaddr = 8,
	.paddr = 12,
	.filesz = 16,
	.memsz = 20,
	.align = 28,
};
static const struct elf_form form64 = {
	.machine = MACHINE_X86_64,
	.header_size = 64,
	.entry = 24,
	.phoff = 32,
	.phentsize = 54,
	.phnum = 56,
	.ph_size = 56,
	.offset = 8,
	.vaddr = 16,
	.paddr = 24,
	.filesz = 32,
	.memsz = 40,
	.align = 48,
	.wide = true,
};

struct elf_header {
	uint32_t type;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

static const struct elf_form *form_of(const struct elf_image *elf)
{
	return elf->is64 ? &form64 : &form32;
}

static uint64_t word_get(const struct elf_form *form, const uint8_t *at)
{
	return form->wide ? bytes_get64(at) : bytes_get32(at);
}

static bool range_inside(uint64_t offset, uint64_t size, uint64_t all)
{
	return offset <= all && size <= all - offset;
}

static struct elf_header header_get(const struct elf_image *elf, unsigned index)
{
	const struct elf_form *form = form_of(elf);
	const uint8_t *at = elf->data + elf->headers_at + (uint64_t)index * form->ph_size;
	return (struct elf_header){
		.type = bytes_get32(at),
		.offset = word_get(form, at + form->offset),
		.vaddr = word_get(form, at + form->vaddr),
		.paddr = word_get(form, at + form->paddr),
		.filesz = word_get(form, at + form->filesz),
		.memsz = word_get(form, at + form->memsz),
		.align = word_get(form, at + form->align),
	};
}

bool elf_is(const uint8_t *data, uint64_t size)
{
	return size >= 4 && data[0] == 0x7f && data[1] == 'E' && data[2] == 'L' && data[3] == 'F';
}

static enum load_error ident_check(struct elf_image *elf)
{
	const uint8_t *ident = elf->data;
	if (elf->size < IDENT_SIZE || !elf_is(elf->data, elf->size))
		return LOAD_ELF_TRUNCATED;
	if (ident[IDENT_DATA] != DATA_LSB)
		return LOAD_ELF_CLASS;
	if (ident[IDENT_CLASS] != CLASS_32 && ident[IDENT_CLASS] != CLASS_64)
		return LOAD_ELF_CLASS;
	elf->is64 = ident[IDENT_CLASS] == CLASS_64;
	if (ident[IDENT_VERSION] != VERSION_CURRENT)
		return LOAD_ELF_VERSION;
	return elf->size < form_of(elf)->header_size ? LOAD_ELF_TRUNCATED : LOAD_OK;
}

static enum load_error header_check(struct elf_image *elf)
{
	const struct elf_form *form = form_of(elf);
	uint16_t type = bytes_get16(elf->data + HEADER_TYPE);

	if (type != TYPE_EXEC && type != TYPE_DYN)
		return LOAD_ELF_TYPE;
	if (bytes_get16(elf->data + HEADER_MACHINE) != form->machine)
		return LOAD_ELF_MACHINE;
	if (bytes_get32(elf->data + HEADER_VERSION) != VERSION_CURRENT)
		return LOAD_ELF_VERSION;
	if (bytes_get16(elf->data + form->phentsize) != form->ph_size)
		return LOAD_ELF_HEADER_SIZE;
	elf->headers = bytes_get16(elf->data + form->phnum);
	if (elf->headers == 0 || elf->headers > ELF_HEADERS)
		return LOAD_ELF_HEADER_COUNT;
	elf->headers_at = word_get(form, elf->data + form->phoff);
	if (!range_inside(elf->headers_at, (uint64_t)elf->headers * form->ph_size, elf->size))
		return LOAD_ELF_HEADERS_OUTSIDE;
	elf->entry = word_get(form, elf->data + form->entry);
	return LOAD_OK;
}

static enum load_error segment_check(const struct elf_image *elf, const struct elf_header *h)
{
	if (!range_inside(h->offset, h->filesz, elf->size))
		return LOAD_ELF_SEGMENT_OUTSIDE;
	if (h->type != PT_LOAD)
		return LOAD_OK;
	if (h->filesz > h->memsz)
		return LOAD_ELF_SEGMENT_SIZE;
	return h->memsz > ~h->paddr || h->memsz > ~h->vaddr ? LOAD_ELF_SEGMENT_WRAPS : LOAD_OK;
}

static enum load_error segments_read(struct elf_image *elf)
{
	for (unsigned i = 0; i < elf->headers; i++) {
		struct elf_header h = header_get(elf, i);
		if (h.type != PT_LOAD && h.type != PT_NOTE)
			continue;
		enum load_error error = segment_check(elf, &h);
		if (error)
			return error;
		if (h.type != PT_LOAD || h.memsz == 0)
			continue;
		if (elf->segments == ELF_SEGMENTS)
			return LOAD_ELF_HEADER_COUNT;
		elf->segment[elf->segments++] = (struct elf_segment){
			elf->data + h.offset, h.filesz, h.memsz, h.paddr, h.vaddr};
	}
	return elf->segments ? LOAD_OK : LOAD_ELF_NO_SEGMENT;
}

enum load_error elf_read(struct elf_image *elf, const uint8_t *data, uint64_t size)
{
	enum load_error error;

	elf->data = data;
	elf->size = size;
	elf->segments = 0;
	error = ident_check(elf);
	if (!error)
		error = header_check(elf);
	return error ? error : segments_read(elf);
}

/* Walks one note segment. Name and descriptor are padded to 4 bytes, to 8 where
 * the segment says so (notes of GNU properties). */
static enum load_error note_walk(const uint8_t *at, uint64_t left, uint64_t align, const char *name,
	uint32_t type, const uint8_t **desc, uint32_t *size)
{
	uint64_t pad = (align == 8 ? 8 : 4) - 1, name_size = strlen(name) + 1;

	while (left >= NOTE_HEADER) {
		uint64_t namesz = bytes_get32(at), descsz = bytes_get32(at + 4);
		uint64_t desc_at = (NOTE_HEADER + namesz + pad) & ~pad;
		uint64_t next = (desc_at + descsz + pad) & ~pad;
		if (desc_at + descsz > left)
			return LOAD_ELF_NOTE;
		if (bytes_get32(at + 8) == type && namesz == name_size &&
			!memcmp(at + NOTE_HEADER, name, name_size)) {
			*desc = at + desc_at;
			*size = (uint32_t)descsz;
			return LOAD_OK;
		}
		if (next > left)
			return LOAD_OK;
		at += next;
		left -= next;
	}
	return LOAD_OK;
}

enum load_error elf_note_find(const struct elf_image *elf, const char *name, uint32_t type,
	const uint8_t **desc, uint32_t *size)
{
	*desc = NULL;
	*size = 0;
	for (unsigned i = 0; i < elf->headers; i++) {
		struct elf_header h = header_get(elf, i);
		if (h.type != PT_NOTE)
			continue;
		enum load_error error =
			note_walk(elf->data + h.offset, h.filesz, h.align, name, type, desc, size);
		if (error || *desc)
			return error;
	}
	return LOAD_OK;
}

enum load_error elf_place(const struct elf_image *elf, struct layout *layout)
{
	for (unsigned i = 0; i < elf->segments; i++) {
		const struct elf_segment *s = &elf->segment[i];
		switch (layout_add(layout, s->paddr, s->mem_size, s->data, s->file_size)) {
		case LAYOUT_OUTSIDE:
			return LOAD_SEGMENT_OUTSIDE_RAM;
		case LAYOUT_OVERLAP:
			return LOAD_SEGMENT_OVERLAP;
		case LAYOUT_OK:
			break;
		}
	}
	return LOAD_OK;
}

bool elf_holds(const struct elf_image *elf, uint64_t paddr)
{
	for (unsigned i = 0; i < elf->segments; i++)
		if (paddr - elf->segment[i].paddr < elf->segment[i].mem_size)
			return true;
	return false;
}

enum load_error elf_entry(const struct elf_image *elf, uint64_t *paddr)
{
	*paddr = elf->entry;
	for (unsigned i = 0; i < elf->segments; i++) {
		const struct elf_segment *s = &elf->segment[i];
		if (elf->entry - s->vaddr < s->mem_size) {
			*paddr = s->paddr + (elf->entry - s->vaddr);
			return LOAD_OK;
		}
	}
	return elf_holds(elf, elf->entry) ? LOAD_OK : LOAD_ELF_ENTRY;
}

uint64_t elf_end(const struct elf_image *elf)
{
	uint64_t end = 0;
	for (unsigned i = 0; i < elf->segments; i++) {
		uint64_t this_end = elf->segment[i].paddr + elf->segment[i].mem_size;
		end = this_end > end ? this_end : end;
	}
	return end;
}
