/* SPDX-License-Identifier: MIT */
/* The reader of the root task's ELF file: any file, anywhere; and one of more
 * segments than it has room for. */
/* EVA: -eva-precision 1 */
#include "arch/x86_64/image.c"

#include "__fc_builtin.h"

#define EVERY 128u /* files of every size up to here, and one of FILE bytes */
#define FILE 240u
#define MANY (sizeof(struct elf_header) + (IMAGE_SEGMENTS + 1) * sizeof(struct elf_phdr))

static union {
	struct elf_header header;
	uint8_t file[MANY];
} memory;

static void read(size_t size)
{
	hpa_t pa = {Frama_C_unsigned_long_interval(0, (1ull << 52) - PAGE_SIZE)};
	uint64_t lowest = Frama_C_unsigned_long_interval(0, USER_END);
	struct image image;

	(void)image_read(memory.file + (MANY - size), size, pa, lowest, &image);
}

int main(void)
{
	size_t size = Frama_C_unsigned_long_interval(0, EVERY + 1);

	/*@ widen_hints global:"all", 7, 8; */
	Frama_C_make_unknown((char *)&memory, MANY);
	if (Frama_C_interval(0, 1)) {
		memory.header.phoff = sizeof(memory.header);
		memory.header.phnum = IMAGE_SEGMENTS + 1;
		read(MANY);
		return 0;
	}
	/*@ split size; */
	read(size > EVERY ? FILE : size);
	return 0;
}
