/* SPDX-License-Identifier: MIT */
/* The program file of a component. No state; uses WINDOW_FILE. */
#include "init/program.h"
#include "abi/start.h"
#include "init/crc.h"
#include "init/grant.h"
#include "init/init.h"
#include "init/module.h"
#include "rt/string.h"

/* Why the file in the window is not the program that the plan means, or NULL. */
static const char *file_check(
	const void *file, uint64_t size, uint32_t crc, struct elf_image *image)
{
	if (crc32_of(file, size) != crc)
		return "is not the file that the plan was made with (its checksum differs)";
	if (elf_read(file, size, START_IMAGE_ADDR, START_HEAP_ADDR, image) != STATUS_OK)
		return "is not a program that can be started";
	return NULL;
}

bool program_check(
	const struct init *init, uint32_t index, struct elf_image *image, const char **problem)
{
	const struct boot_module *module = module_find(init->boot, &init->plan, index, problem);

	if (module == NULL)
		return false;
	*problem = "cannot be read";
	if (window_open_file(WINDOW_FILE, module->base, module->size) == STATUS_OK)
		*problem = file_check((const void *)WINDOW_FILE, module->size,
			init->plan.module[index].crc, image);
	window_close(WINDOW_FILE, module->size);
	return *problem == NULL;
}

enum status program_copy(
	const struct init *init, uint32_t index, const struct elf_image *image, uint8_t *to)
{
	const char *problem;
	const struct boot_module *module = module_find(init->boot, &init->plan, index, &problem);
	const uint8_t *file = (const uint8_t *)WINDOW_FILE;
	enum status status;

	if (module == NULL)
		return STATUS_BAD_ARG;
	status = window_open_file(WINDOW_FILE, module->base, module->size);
	for (uint32_t i = 0; i < image->segments && status == STATUS_OK; i++) {
		const struct elf_segment *segment = &image->segment[i];

		memcpy(to, file + segment->offset, segment->file_size);
		to += segment->memory_size;
	}
	window_close(WINDOW_FILE, module->size);
	return status;
}
