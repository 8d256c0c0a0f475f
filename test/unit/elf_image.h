/* SPDX-License-Identifier: MIT */
/*
 * A small ELF kernel for the loader tests, 32-bit or 64-bit:
 *
 *   0x0000 header   0x0040 three program headers   0x0200 note (ELF_NOTE_SIZE)
 *   0x0400 multiboot header, if any   0x1000 code   0x1800 data
 *
 * Segments: code at ELF_CODE (0x800 of 0x1000 bytes), data at ELF_DATA (0x400 of
 * 0x2000), the note. Linked high, by ELF_HIGH_32 or ELF_HIGH_64.
 */
#ifndef TEST_UNIT_ELF_IMAGE_H
#define TEST_UNIT_ELF_IMAGE_H

#include "load_image.h"

#define ELF_CODE 0x100000u
#define ELF_DATA 0x102000u
#define ELF_ENTRY (ELF_CODE + 0x10)
#define ELF_NOTE_AT 0x200u
#define ELF_NOTE_SIZE 0x38u
#define ELF_MULTIBOOT_AT 0x400u
#define ELF_CODE_AT 0x1000u
#define ELF_DATA_AT 0x1800u
#define ELF_SIZE 0x1c00u
#define ELF_HIGH_32 0xc0000000ull
#define ELF_HIGH_64 0xffffffff80000000ull

/* Offsets of fields in the file. */
#define ELF_PH64(n, field) (0x40 + 56 * (n) + (field))
#define ELF_PH32(n, field) (0x40 + 32 * (n) + (field))
enum {
	PH64_TYPE = 0,
	PH64_OFFSET = 8,
	PH64_VADDR = 16,
	PH64_PADDR = 24,
	PH64_FILESZ = 32,
	PH64_MEMSZ = 40,
	PH64_ALIGN = 48
};

struct elf_spec {
	uint32_t type;
	uint64_t offset, paddr, filesz, memsz;
};

static const struct elf_spec elf_specs[3] = {
	{1, ELF_CODE_AT, ELF_CODE, 0x800, 0x1000},
	{1, ELF_DATA_AT, ELF_DATA, 0x400, 0x2000},
	{4, ELF_NOTE_AT, 0, ELF_NOTE_SIZE, ELF_NOTE_SIZE},
};

static inline void elf_headers_64(struct image *image)
{
	const struct poke header[] = {
		{4, 1, 2},
		{16, 2, 2},
		{18, 2, 62},
		{20, 4, 1},
		{24, 8, ELF_HIGH_64 + ELF_ENTRY},
		{32, 8, 0x40},
		{52, 2, 64},
		{54, 2, 56},
		{56, 2, 3},
	};
	for (unsigned i = 0; i < ARRAY_SIZE(header); i++)
		image_poke(image, header[i]);
	for (unsigned i = 0; i < 3; i++) {
		const struct elf_spec *s = &elf_specs[i];
		image_poke(image, (struct poke){ELF_PH64(i, PH64_TYPE), 4, s->type});
		image_poke(image, (struct poke){ELF_PH64(i, PH64_OFFSET), 8, s->offset});
		image_poke(
			image, (struct poke){ELF_PH64(i, PH64_VADDR), 8, s->paddr + ELF_HIGH_64});
		image_poke(image, (struct poke){ELF_PH64(i, PH64_PADDR), 8, s->paddr});
		image_poke(image, (struct poke){ELF_PH64(i, PH64_FILESZ), 8, s->filesz});
		image_poke(image, (struct poke){ELF_PH64(i, PH64_MEMSZ), 8, s->memsz});
		image_poke(image, (struct poke){ELF_PH64(i, PH64_ALIGN), 8, 4});
	}
}

static inline void elf_headers_32(struct image *image)
{
	const struct poke header[] = {
		{4, 1, 1},
		{16, 2, 2},
		{18, 2, 3},
		{20, 4, 1},
		{24, 4, ELF_HIGH_32 + ELF_ENTRY},
		{28, 4, 0x40},
		{40, 2, 52},
		{42, 2, 32},
		{44, 2, 3},
	};
	for (unsigned i = 0; i < ARRAY_SIZE(header); i++)
		image_poke(image, header[i]);
	for (unsigned i = 0; i < 3; i++) {
		const struct elf_spec *s = &elf_specs[i];
		image_poke(image, (struct poke){ELF_PH32(i, 0), 4, s->type});
		image_poke(image, (struct poke){ELF_PH32(i, 4), 4, s->offset});
		image_poke(image, (struct poke){ELF_PH32(i, 8), 4, s->paddr + ELF_HIGH_32});
		image_poke(image, (struct poke){ELF_PH32(i, 12), 4, s->paddr});
		image_poke(image, (struct poke){ELF_PH32(i, 16), 4, s->filesz});
		image_poke(image, (struct poke){ELF_PH32(i, 20), 4, s->memsz});
		image_poke(image, (struct poke){ELF_PH32(i, 28), 4, 4});
	}
}

/* Without notes and multiboot header: the note segment is one empty note. */
static inline struct image elf_image(bool is64)
{
	struct image image = image_new(ELF_SIZE);
	image_poke(&image, (struct poke){0, 4, 0x464c457f});
	image_poke(&image, (struct poke){5, 2, 0x0101}); /* little endian, version 1 */
	if (is64)
		elf_headers_64(&image);
	else
		elf_headers_32(&image);
	image_fill(&image, ELF_CODE_AT, 0x800);
	image_fill(&image, ELF_DATA_AT, 0x400);
	return image;
}

/* The two segments stand where they belong, with their rest cleared. */
static inline void elf_image_check(const struct guest_memory *mem, const struct image *image)
{
	assert_memory_equal(guest_at(mem, ELF_CODE, 0x800), image->data + ELF_CODE_AT, 0x800);
	assert_memory_equal(guest_at(mem, ELF_DATA, 0x400), image->data + ELF_DATA_AT, 0x400);
	for (uint64_t at = ELF_CODE + 0x800; at < ELF_CODE + 0x1000; at++)
		assert_int_equal(guest_get(mem, at, 1), 0);
	for (uint64_t at = ELF_DATA + 0x400; at < ELF_DATA + 0x2000; at++)
		assert_int_equal(guest_get(mem, at, 1), 0);
	assert_int_equal(guest_get(mem, ELF_CODE - 1, 1), 0xa5);
	assert_int_equal(guest_get(mem, ELF_CODE + 0x1000, 1), 0xa5);
	assert_int_equal(guest_get(mem, ELF_DATA + 0x2000, 1), 0xa5);
}

#endif
