/* SPDX-License-Identifier: MIT */
#include "image.h"

#include "abi/syscall.h"
#include "hw/elf.h"
#include "lib/string.h"

static enum status image_segment_read(
	const struct elf_phdr *elf, size_t size, hpa_t pa, uint64_t lowest, struct image *out)
{
	uint64_t bytes = PAGE_ALIGN_UP(elf->memsz);

	if (elf->type != ELF_LOAD || elf->memsz == 0)
		return STATUS_OK;
	if (out->segments == IMAGE_SEGMENTS || elf->filesz != elf->memsz || elf->memsz > size ||
		elf->offset > size - elf->memsz || (elf->offset | elf->vaddr) & PAGE_MASK ||
		elf->vaddr < lowest || elf->vaddr > USER_END - bytes || !(elf->flags & ELF_R) ||
		(elf->flags & (ELF_W | ELF_X)) == (ELF_W | ELF_X))
		return STATUS_BAD_ARG;
	out->segment[out->segments++] = (struct image_segment){
		.va = elf->vaddr,
		.pages = bytes >> PAGE_SHIFT,
		.pa = hpa(pa.raw + elf->offset),
		.rights =
			MEM_R | (elf->flags & ELF_W ? MEM_W : 0) | (elf->flags & ELF_X ? MEM_X : 0),
	};
	return STATUS_OK;
}

enum status image_read(const void *file, size_t size, hpa_t pa, uint64_t lowest, struct image *out)
{
	struct elf_header header;
	struct elf_phdr segment;

	if (size < sizeof(header))
		return STATUS_BAD_ARG;
	memcpy(&header, file, sizeof(header));
	if (memcmp(header.ident, ELF_IDENT, ELF_IDENT_SIZE) != 0 || header.type != ELF_TYPE_EXEC ||
		header.machine != ELF_MACHINE_X86_64 || header.phentsize != sizeof(segment) ||
		header.entry >= USER_END || header.phoff > size)
		return STATUS_BAD_ARG;
	/*@ split header.phoff; */
	if (header.phnum > (size - header.phoff) / sizeof(segment))
		return STATUS_BAD_ARG;
	*out = (struct image){.entry = header.entry};
	for (unsigned i = 0; i < header.phnum; i++) {
		enum status status;

		memcpy(&segment, (const char *)file + header.phoff + i * sizeof(segment),
			sizeof(segment));
		status = image_segment_read(&segment, size, pa, lowest, out);
		if (status != STATUS_OK)
			return status;
	}
	return out->segments ? STATUS_OK : STATUS_BAD_ARG;
}
