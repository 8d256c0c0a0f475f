/* SPDX-License-Identifier: MIT */
/* Loads a multiboot 1 kernel; see multiboot1.h. Checks first, then writes. */
#include "vmm/load/multiboot1.h"
#include "vmm/load/bytes.h"
#include "vmm/load/elf.h"
#include "vmm/load/layout.h"
#include "vmm/load/memory_map.h"
#include "vmm/load/module_list.h"

#define HEADER_MAGIC 0x1badb002u
#define HEADER_WITHIN 8192u
#define HEADER_SIZE 12u
#define HEADER_SIZE_ADDRESS 32u
#define BOOT_MAGIC 0x2badb002u

/* Header flags. Of the low half, the kernel runs only if all it sets are met;
 * modules are always page aligned and memory information is always given. */
#define FLAG_VIDEO 0x4u
#define FLAG_DEMANDS 0xffffu
#define FLAG_MET 0x3u
#define FLAG_ADDRESS 0x10000u

#define INFO_MEMORY 0x1u
#define INFO_CMDLINE 0x4u
#define INFO_MODULES 0x8u
#define INFO_MEMORY_MAP 0x40u
#define INFO_LOADER_NAME 0x200u

struct multiboot_info {
	uint32_t flags, mem_lower, mem_upper; /* KiB */
	uint32_t boot_device, cmdline;
	uint32_t mods_count, mods_addr;
	uint32_t syms[4];
	uint32_t mmap_length, mmap_addr;
	uint32_t drives_length, drives_addr, config_table;
	uint32_t boot_loader_name, apm_table;
	uint32_t video[12];
};

struct multiboot_memory {
	uint32_t size; /* of what follows */
	uint64_t base, length;
	uint32_t type;
} PACKED;

struct multiboot_module {
	uint32_t start, end, string, reserved;
};

struct multiboot_all {
	struct multiboot_info info;
	struct multiboot_memory memory[MEMORY_MAP_MAX];
	struct multiboot_module module[MODULE_LIST_MAX];
};

/* A kernel that says itself where it goes. */
struct address_image {
	uint64_t load, file_size, mem_size, offset;
};

/* Offset of the header in the file, or `size` if there is none. */
static uint64_t header_find(const uint8_t *data, uint64_t size)
{
	uint64_t end = size < HEADER_WITHIN ? size : HEADER_WITHIN;
	for (uint64_t at = 0; at + HEADER_SIZE <= end; at += 4) {
		const uint8_t *h = data + at;
		if (bytes_get32(h) == HEADER_MAGIC &&
			HEADER_MAGIC + bytes_get32(h + 4) + bytes_get32(h + 8) == 0)
			return at;
	}
	return size;
}

bool multiboot1_is(const uint8_t *data, uint64_t size)
{
	return header_find(data, size) < size;
}

static enum load_error flags_check(uint32_t flags)
{
	if (flags & FLAG_VIDEO)
		return LOAD_MULTIBOOT_VIDEO;
	return flags & FLAG_DEMANDS & ~FLAG_MET ? LOAD_MULTIBOOT_FLAGS : LOAD_OK;
}

/* Section 3.1.3 "The address fields of Multiboot header". All are 32-bit, so
 * sums of two do not wrap in 64. */
static enum load_error address_read(
	struct address_image *a, const struct load_file *file, uint64_t at)
{
	const uint8_t *h = file->data + at;
	if (at + HEADER_SIZE_ADDRESS > file->size)
		return LOAD_MULTIBOOT_TRUNCATED;
	uint64_t header_addr = bytes_get32(h + 12), load_end = bytes_get32(h + 20);
	uint64_t bss_end = bytes_get32(h + 24);

	a->load = bytes_get32(h + 16);
	if (header_addr < a->load || header_addr - a->load > at)
		return LOAD_MULTIBOOT_ADDRESS;
	a->offset = at - (header_addr - a->load);
	a->file_size = file->size - a->offset;
	if (load_end && load_end <= header_addr)
		return LOAD_MULTIBOOT_ADDRESS;
	if (load_end && load_end - a->load > a->file_size)
		return LOAD_MULTIBOOT_TRUNCATED;
	if (load_end)
		a->file_size = load_end - a->load;
	if (bss_end && bss_end < a->load + a->file_size)
		return LOAD_MULTIBOOT_ADDRESS;
	a->mem_size = bss_end ? bss_end - a->load : a->file_size;
	return LOAD_OK;
}

static enum load_error address_place(struct layout *l, const struct load_file *file, uint64_t at,
	struct boot_entry *e, uint64_t *end)
{
	struct address_image a;
	enum load_error error = address_read(&a, file, at);

	if (error)
		return error;
	e->rip = bytes_get32(file->data + at + 28);
	*end = a.load + a.mem_size;
	if (e->rip < a.load || e->rip >= *end)
		return LOAD_MULTIBOOT_ENTRY;
	switch (layout_add(l, a.load, a.mem_size, file->data + a.offset, a.file_size)) {
	case LAYOUT_OUTSIDE:
		return LOAD_SEGMENT_OUTSIDE_RAM;
	case LAYOUT_OVERLAP:
		return LOAD_SEGMENT_OVERLAP;
	case LAYOUT_OK:
		break;
	}
	return LOAD_OK;
}

static enum load_error segments_place(
	struct layout *l, const struct load_file *file, struct boot_entry *e, uint64_t *end)
{
	struct elf_image elf;
	enum load_error error;

	if (!elf_is(file->data, file->size))
		return LOAD_MULTIBOOT_FORMAT;
	error = elf_read(&elf, file->data, file->size);
	if (!error)
		error = elf_entry(&elf, &e->rip);
	if (!error)
		error = elf_place(&elf, l);
	*end = error ? 0 : elf_end(&elf);
	return error;
}

static enum load_error kernel_place(
	struct layout *l, const struct load_file *file, struct boot_entry *e, uint64_t *end)
{
	uint64_t at = header_find(file->data, file->size);
	if (at >= file->size)
		return LOAD_KERNEL_NO_ENTRY;
	uint32_t flags = bytes_get32(file->data + at + 4);
	enum load_error error = flags_check(flags);

	if (error)
		return error;
	return flags & FLAG_ADDRESS ? address_place(l, file, at, e, end)
				    : segments_place(l, file, e, end);
}

static void memory_fill(struct multiboot_all *all, const struct guest_memory *mem)
{
	struct memory_range map[MEMORY_MAP_MAX];
	unsigned count = memory_map_build(mem, map);

	all->info.mem_lower = (uint32_t)(LAYOUT_LOW_END / 1024);
	all->info.mem_upper = (uint32_t)((guest_memory_low(mem) - LAYOUT_MIB) / 1024);
	all->info.mmap_addr = LAYOUT_INFO + offsetof(struct multiboot_all, memory);
	all->info.mmap_length = count * sizeof(struct multiboot_memory);
	for (unsigned i = 0; i < count; i++)
		all->memory[i] = (struct multiboot_memory){
			sizeof(struct multiboot_memory) - sizeof(uint32_t), map[i].base,
			map[i].size, map[i].type};
}

/* Everything is in low RAM, so 32 bits hold it. */
static void modules_fill(struct multiboot_all *all, const struct module_list *list)
{
	all->info.mods_count = list->count;
	all->info.mods_addr = LAYOUT_INFO + offsetof(struct multiboot_all, module);
	for (unsigned i = 0; i < list->count; i++) {
		const struct module_place *m = &list->at[i];
		all->module[i] = (struct multiboot_module){(uint32_t)m->start,
			(uint32_t)(m->start + m->file->size), (uint32_t)m->text, 0};
	}
}

static void info_put(struct layout *l, const struct module_list *list)
{
	struct multiboot_all all = {
		.info.flags = INFO_MEMORY | INFO_CMDLINE | INFO_MODULES | INFO_MEMORY_MAP |
			      INFO_LOADER_NAME,
		.info.cmdline = (uint32_t)list->cmdline,
		.info.boot_loader_name = (uint32_t)list->loader_name,
	};
	memory_fill(&all, l->mem);
	modules_fill(&all, list);
	layout_put(l, LAYOUT_INFO, &all, sizeof(all));
	module_list_put(list, l);
}

enum load_error multiboot1_load(const struct guest_memory *mem, const struct load_request *request,
	struct boot_entry *entry)
{
	struct layout l;
	struct module_list list;
	uint64_t end = 0;
	struct boot_entry e = {.mode = BOOT_PROTECTED32, .rax = BOOT_MAGIC, .rbx = LAYOUT_INFO};
	enum load_error error = layout_init(&l, mem);

	if (!error && layout_add(&l, LAYOUT_INFO, sizeof(struct multiboot_all), NULL, 0))
		error = LOAD_SEGMENT_OVERLAP;
	if (!error)
		error = kernel_place(&l, &request->kernel, &e, &end);
	if (!error)
		error = module_list_place(&list, &l, request, end > LAYOUT_MIB ? end : LAYOUT_MIB);
	if (error)
		return error;
	layout_commit(&l);
	info_put(&l, &list);
	layout_put_entry(&l, &e);
	error = layout_finish(&l);
	if (!error)
		*entry = e;
	return error;
}

_Static_assert(sizeof(struct multiboot_info) == 120, "with the video fields");
_Static_assert(offsetof(struct multiboot_info, boot_loader_name) == 64, "section 3.3");
_Static_assert(sizeof(struct multiboot_memory) == 24, "section 3.3, memory map");
_Static_assert(sizeof(struct multiboot_all) <= LAYOUT_INFO_SIZE, "the information fits");
