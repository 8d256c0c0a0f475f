/* SPDX-License-Identifier: MIT */
/* Finds out the kind of a kernel and calls its loader; see loader.h. Stateless. */
#include "vmm/load/loader.h"
#include "vmm/load/bytes.h"
#include "vmm/load/elf.h"
#include "vmm/load/linux.h"
#include "vmm/load/multiboot1.h"
#include "vmm/load/pvh.h"
#include "lib/string.h"

/* Multiboot2 Specification 2.0, section 3.1.1 "The layout of Multiboot2 header". */
#define MULTIBOOT2_MAGIC 0xe85250d6u
#define MULTIBOOT2_WITHIN 32768u

struct kind {
	const char *text;
	enum load_error (*load)(
		const struct guest_memory *, const struct load_request *, struct boot_entry *);
};

static const struct kind kinds[] = {
	[LOAD_KIND_NONE] = {"none", NULL},
	[LOAD_KIND_LINUX] = {"Linux bzImage", linux_load},
	[LOAD_KIND_PVH] = {"PVH", pvh_load},
	[LOAD_KIND_MULTIBOOT1] = {"multiboot 1", multiboot1_load},
};

/* First bytes of files that people forget to unpack. */
static const struct {
	uint8_t size, magic[6];
} compressed[] = {
	{2, {0x1f, 0x8b}},                  /* gzip */
	{6, {0xfd, '7', 'z', 'X', 'Z', 0}}, /* xz */
	{4, {0x28, 0xb5, 0x2f, 0xfd}},      /* zstd */
	{4, {0x02, 0x21, 0x4c, 0x18}},      /* lz4, as Linux uses it */
	{4, {0x04, 0x22, 0x4d, 0x18}},      /* lz4 */
	{3, {'B', 'Z', 'h'}},               /* bzip2 */
};

static bool file_is_compressed(const struct load_file *file)
{
	for (unsigned i = 0; i < ARRAY_SIZE(compressed); i++)
		if (file->size >= compressed[i].size &&
			!memcmp(file->data, compressed[i].magic, compressed[i].size))
			return true;
	return false;
}

static bool file_is_multiboot2(const struct load_file *file)
{
	uint64_t end = file->size < MULTIBOOT2_WITHIN ? file->size : MULTIBOOT2_WITHIN;
	for (uint64_t at = 0; at + 16 <= end; at += 8) {
		const uint8_t *h = file->data + at;
		uint32_t sum = bytes_get32(h) + bytes_get32(h + 4) + bytes_get32(h + 8) +
			       bytes_get32(h + 12);
		if (bytes_get32(h) == MULTIBOOT2_MAGIC && sum == 0)
			return true;
	}
	return false;
}

enum load_kind loader_detect(const struct load_file *kernel, enum load_error *why)
{
	*why = LOAD_OK;
	if (!kernel->size)
		*why = LOAD_KERNEL_EMPTY;
	else if (linux_is(kernel->data, kernel->size))
		return LOAD_KIND_LINUX;
	else if (multiboot1_is(kernel->data, kernel->size))
		return LOAD_KIND_MULTIBOOT1;
	else if (elf_is(kernel->data, kernel->size))
		return LOAD_KIND_PVH;
	else if (file_is_compressed(kernel))
		*why = LOAD_KERNEL_COMPRESSED;
	else
		*why = file_is_multiboot2(kernel) ? LOAD_KERNEL_MULTIBOOT2 : LOAD_KERNEL_UNKNOWN;
	return LOAD_KIND_NONE;
}

const char *load_kind_text(enum load_kind kind)
{
	return kinds[(unsigned)kind < ARRAY_SIZE(kinds) ? kind : LOAD_KIND_NONE].text;
}

enum load_error loader_load(const struct guest_memory *mem, const struct load_request *request,
	struct boot_entry *entry)
{
	enum load_error error;
	enum load_kind kind = loader_detect(&request->kernel, &error);

	if (kind == LOAD_KIND_NONE)
		return error;
	error = kinds[kind].load(mem, request, entry);
	if (error == LOAD_KERNEL_NO_ENTRY && file_is_multiboot2(&request->kernel))
		return LOAD_KERNEL_MULTIBOOT2;
	return error;
}
