/* SPDX-License-Identifier: MIT */
/* The setup header of a Linux bzImage; see linux_header.h. Stateless. */
#include "vmm/load/linux_header.h"
#include "vmm/load/bytes.h"
#include "vmm/load/linux.h"
#include "lib/string.h"

#define PARAGRAPH 16u
#define VERSION_SYSSIZE 0x204u /* before it the field is too short to be right */

bool linux_is(const uint8_t *data, uint64_t size)
{
	return size >= SETUP_VERSION && bytes_get16(data + SETUP_BOOT_FLAG) == 0xaa55 &&
	       bytes_get32(data + SETUP_MAGIC) == 0x53726448;
}

unsigned linux_version(const struct load_file *kernel)
{
	return bytes_get16(kernel->data + SETUP_VERSION);
}

enum load_error linux_header_check(const struct load_file *kernel)
{
	/* The shortest setup code is two sectors, so the whole header is there. */
	if (!linux_is(kernel->data, kernel->size) || kernel->size < 2 * LINUX_SECTOR)
		return LOAD_LINUX_TRUNCATED;
	if (linux_version(kernel) < LINUX_VERSION_MIN)
		return LOAD_LINUX_OLD;
	if (!(kernel->data[SETUP_LOADFLAGS] & LINUX_LOADED_HIGH))
		return LOAD_LINUX_ZIMAGE;
	return LOAD_OK;
}

uint64_t linux_setup_size(const struct load_file *kernel)
{
	unsigned sectors = kernel->data[SETUP_SECTS] ? kernel->data[SETUP_SECTS] : 4;

	return (sectors + 1) * (uint64_t)LINUX_SECTOR;
}

/* syssize is rounded up to paragraphs; the file need not hold the last few bytes.
 * What follows (a signature) is not code. */
enum load_error linux_code_find(
	const struct load_file *kernel, const uint8_t **code, uint64_t *size)
{
	uint64_t setup = linux_setup_size(kernel);
	uint64_t said = bytes_get32(kernel->data + SETUP_SYSSIZE) * (uint64_t)PARAGRAPH;

	if (kernel->size <= setup)
		return LOAD_LINUX_TRUNCATED;
	*code = kernel->data + setup;
	*size = kernel->size - setup;
	if (linux_version(kernel) < VERSION_SYSSIZE)
		return LOAD_OK;
	if (said == 0 || said > *size + PARAGRAPH - 1)
		return LOAD_LINUX_TRUNCATED;
	if (said < *size)
		*size = said;
	return LOAD_OK;
}

enum load_error linux_cmdline_take(struct layout *l, const struct load_file *kernel, uint32_t max)
{
	const char *text = kernel->cmdline ? kernel->cmdline : "";
	size_t length = strlen(text);

	if (length > max || length >= LAYOUT_TEXT_SIZE)
		return LOAD_CMDLINE_TOO_LONG;
	return layout_add(l, LAYOUT_TEXT, length + 1, (const uint8_t *)text, length)
		       ? LOAD_SEGMENT_OVERLAP
		       : LOAD_OK;
}

enum load_error linux_initrd_take(
	struct layout *l, const struct load_file *initrd, uint64_t max, uint64_t *start)
{
	*start = 0;
	if (!initrd->size)
		return LOAD_OK;
	if (!layout_find_down(l, max + 1, initrd->size, PAGE_SIZE, start) ||
		layout_add(l, *start, initrd->size, initrd->data, initrd->size))
		return LOAD_INITRD_TOO_LARGE;
	return LOAD_OK;
}
