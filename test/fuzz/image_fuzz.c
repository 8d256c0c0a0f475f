/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/image.c */
/* RUNS: 100000 */
/* MAX: 1024 */
/* The root task's program file, as the kernel reads it. */
#include "image.h"
#include "abi/boot.h"
#include "abi/syscall.h"
#include "fuzz.h"

#define FILE_AT 0x1000000ull

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image image;
	uint8_t *file = exact_copy(data, size);
	enum status status = image_read(file, size, hpa(FILE_AT), ROOT_IMAGE_MIN, &image);

	free(file);
	MUST(status == STATUS_OK || status == STATUS_BAD_ARG);
	if (status != STATUS_OK)
		return 0;
	MUST(image.segments > 0 && image.segments <= IMAGE_SEGMENTS);
	MUST(image.entry < USER_END);
	for (unsigned i = 0; i < image.segments; i++) {
		const struct image_segment *segment = &image.segment[i];
		uint64_t bytes = segment->pages * PAGE_SIZE;

		MUST(segment->pages > 0 && bytes <= PAGE_ALIGN_UP(size));
		MUST((segment->va | segment->pa.raw) % PAGE_SIZE == 0);
		MUST(segment->va >= ROOT_IMAGE_MIN && segment->va <= USER_END - bytes);
		MUST(segment->pa.raw >= FILE_AT);
		MUST(segment->pa.raw + bytes <= FILE_AT + PAGE_ALIGN_UP(size));
		MUST(segment->rights & MEM_R);
		MUST((segment->rights & (MEM_W | MEM_X)) != (MEM_W | MEM_X));
	}
	return 0;
}
