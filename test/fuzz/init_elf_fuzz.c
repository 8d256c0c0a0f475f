/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/elf.c */
/* RUNS: 100000 */
/* MAX: 1024 */
/* The programs of components, as init reads them. */
#include "init/elf.h"
#include "abi/start.h"
#include "abi/syscall.h"
#include "lib/addr.h"
#include "fuzz.h"

#define LOW START_IMAGE_ADDR
#define HIGH START_HEAP_ADDR

static void check(const struct elf_image *image, size_t size)
{
	uint64_t low = LOW, pages = 0;
	bool entered = false;

	MUST(image->segments > 0 && image->segments <= ELF_SEGMENTS);
	for (uint32_t i = 0; i < image->segments; i++) {
		const struct elf_segment *segment = &image->segment[i];
		uint64_t end = segment->address + segment->memory_size;

		MUST(segment->memory_size > 0);
		MUST((segment->address | segment->memory_size) % PAGE_SIZE == 0);
		MUST(segment->address >= low && end > segment->address && end <= HIGH);
		MUST(segment->file_size <= segment->memory_size);
		MUST(segment->offset <= size && segment->file_size <= size - segment->offset);
		MUST(segment->rights & MEM_R);
		MUST((segment->rights & (MEM_W | MEM_X)) != (MEM_W | MEM_X));
		entered |= segment->rights & MEM_X && image->entry >= segment->address &&
			   image->entry < end;
		low = end;
		pages += segment->memory_size / PAGE_SIZE;
	}
	MUST(entered && image->pages == pages);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_image image;
	uint8_t *file = exact_copy(data, size);
	enum status status = elf_read(file, size, LOW, HIGH, &image);

	free(file);
	MUST(status == STATUS_OK || status == STATUS_BAD_ARG);
	if (status == STATUS_OK)
		check(&image, size);
	return 0;
}
