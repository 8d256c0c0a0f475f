/* SPDX-License-Identifier: MIT */
/* Reader of program files. Pure; no state. Source: see init/elf.h. */
#include "init/elf.h"
#include <stdbool.h>
#include "abi/syscall.h"
#include "hw/elf.h"
#include "lib/addr.h"
#include "lib/string.h"

static bool header_valid(const struct elf_header *header, size_t size)
{
	if (size < sizeof(*header) || memcmp(header->ident, ELF_IDENT, ELF_IDENT_SIZE) != 0)
		return false;
	return header->type == ELF_TYPE_EXEC && header->machine == ELF_MACHINE_X86_64 &&
	       header->version == 1 && header->phentsize == sizeof(struct elf_phdr);
}

static uint32_t rights_of(uint32_t flags)
{
	return ((flags & ELF_R) != 0 ? MEM_R : 0) | ((flags & ELF_W) != 0 ? MEM_W : 0) |
	       ((flags & ELF_X) != 0 ? MEM_X : 0);
}

static bool rights_valid(uint32_t rights)
{
	return (rights & MEM_R) != 0 && (rights & (MEM_W | MEM_X)) != (MEM_W | MEM_X);
}

static bool segment_valid(const struct elf_phdr *phdr, size_t size, uint64_t low, uint64_t high)
{
	if (phdr->filesz > phdr->memsz || phdr->offset > size || phdr->filesz > size - phdr->offset)
		return false;
	if (phdr->vaddr % PAGE_SIZE != 0 || phdr->vaddr < low || phdr->vaddr > high ||
		phdr->memsz > high - phdr->vaddr)
		return false;
	return rights_valid(rights_of(phdr->flags));
}

/* `low` is the end of the segment before, so that segments ascend apart. */
static bool segment_add(struct elf_image *image, const struct elf_phdr *phdr, size_t size,
	uint64_t low, uint64_t high)
{
	struct elf_segment *segment;

	if (image->segments == ELF_SEGMENTS || !segment_valid(phdr, size, low, high))
		return false;
	segment = &image->segment[image->segments];
	segment->address = phdr->vaddr;
	segment->memory_size = PAGE_ALIGN_UP(phdr->memsz);
	segment->offset = phdr->offset;
	segment->file_size = phdr->filesz;
	segment->rights = rights_of(phdr->flags);
	image->segments++;
	image->pages += segment->memory_size / PAGE_SIZE;
	return true;
}

static bool entry_valid(const struct elf_image *image)
{
	for (uint32_t i = 0; i < image->segments; i++) {
		const struct elf_segment *segment = &image->segment[i];

		if ((segment->rights & MEM_X) != 0 && image->entry >= segment->address &&
			image->entry - segment->address < segment->memory_size)
			return true;
	}
	return false;
}

enum status elf_read(
	const void *file, size_t size, uint64_t low, uint64_t high, struct elf_image *image)
{
	const struct elf_header *header = file;
	const struct elf_phdr *phdr;
	uint32_t count;

	*image = (struct elf_image){0};
	if (!header_valid(header, size) || header->phoff % 8 != 0 || header->phoff > size)
		return STATUS_BAD_ARG;
	/*@ split header->phoff; */
	count = header->phnum;
	if (count > (size - header->phoff) / sizeof(struct elf_phdr))
		return STATUS_BAD_ARG;
	phdr = (const void *)((const uint8_t *)file + header->phoff);
	image->entry = header->entry;
	for (uint32_t i = 0; i < count; i++) {
		if (phdr[i].type != ELF_LOAD || phdr[i].memsz == 0)
			continue;
		if (!segment_add(image, &phdr[i], size, low, high))
			return STATUS_BAD_ARG;
		low = phdr[i].vaddr + PAGE_ALIGN_UP(phdr[i].memsz);
	}
	return entry_valid(image) ? STATUS_OK : STATUS_BAD_ARG;
}
