/* SPDX-License-Identifier: MIT */
/* Loads a PVH kernel; see pvh.h. Checks first, then writes. */
#include "vmm/load/pvh.h"
#include "vmm/load/bytes.h"
#include "vmm/load/elf.h"
#include "vmm/load/layout.h"
#include "vmm/load/memory_map.h"
#include "vmm/load/module_list.h"

#define NOTE_NAME "Xen"
#define NOTE_PHYS32_ENTRY 18u

#define START_MAGIC 0x336ec578u
#define START_VERSION 1u

struct pvh_start {
	uint32_t magic, version, flags, modules;
	uint64_t module_list, cmdline, rsdp, memory_map;
	uint32_t memory_map_entries, reserved;
};

struct pvh_module {
	uint64_t start, size, cmdline, reserved;
};

struct pvh_memory {
	uint64_t base, size;
	uint32_t type, reserved;
};

/* All that the kernel is told, in one piece. */
struct pvh_info {
	struct pvh_start start;
	struct pvh_memory memory[MEMORY_MAP_MAX];
	struct pvh_module module[MODULE_LIST_MAX];
};

static enum load_error entry_find(const struct elf_image *elf, uint64_t *entry)
{
	const uint8_t *desc;
	uint32_t size;
	enum load_error error = elf_note_find(elf, NOTE_NAME, NOTE_PHYS32_ENTRY, &desc, &size);

	if (error)
		return error;
	if (!desc)
		return LOAD_KERNEL_NO_ENTRY;
	if (size != 4 && size != 8)
		return LOAD_PVH_NOTE_SIZE;
	*entry = size == 8 ? bytes_get64(desc) : bytes_get32(desc);
	return elf_holds(elf, *entry) ? LOAD_OK : LOAD_PVH_ENTRY;
}

static enum load_error all_take(struct layout *l, const struct elf_image *elf,
	struct module_list *list, const struct load_request *request)
{
	enum load_error error;

	if (layout_add(l, LAYOUT_INFO, sizeof(struct pvh_info), NULL, 0))
		return LOAD_SEGMENT_OVERLAP;
	error = elf_place(elf, l);
	return error ? error : module_list_place(list, l, request, 0);
}

static void memory_fill(struct pvh_info *info, const struct guest_memory *mem)
{
	struct memory_range map[MEMORY_MAP_MAX];
	unsigned count = memory_map_build(mem, map);

	info->start.memory_map = LAYOUT_INFO + offsetof(struct pvh_info, memory);
	info->start.memory_map_entries = count;
	for (unsigned i = 0; i < count; i++)
		info->memory[i] = (struct pvh_memory){map[i].base, map[i].size, map[i].type, 0};
}

static void modules_fill(struct pvh_info *info, const struct module_list *list)
{
	info->start.modules = list->count;
	if (list->count)
		info->start.module_list = LAYOUT_INFO + offsetof(struct pvh_info, module);
	for (unsigned i = 0; i < list->count; i++)
		info->module[i] = (struct pvh_module){
			list->at[i].start, list->at[i].file->size, list->at[i].text, 0};
}

static void info_put(struct layout *l, const struct module_list *list)
{
	struct pvh_info info = {
		.start.magic = START_MAGIC,
		.start.version = START_VERSION,
		.start.cmdline = list->cmdline,
		.start.rsdp = list->request->rsdp.raw,
	};
	memory_fill(&info, l->mem);
	modules_fill(&info, list);
	layout_put(l, LAYOUT_INFO, &info, sizeof(info));
	module_list_put(list, l);
}

enum load_error pvh_load(const struct guest_memory *mem, const struct load_request *request,
	struct boot_entry *entry)
{
	struct elf_image elf;
	struct layout l;
	struct module_list list;
	struct boot_entry e = {.mode = BOOT_PROTECTED32, .rbx = LAYOUT_INFO};
	enum load_error error = layout_init(&l, mem);

	if (!error)
		error = elf_read(&elf, request->kernel.data, request->kernel.size);
	if (!error)
		error = entry_find(&elf, &e.rip);
	if (!error)
		error = all_take(&l, &elf, &list, request);
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

_Static_assert(sizeof(struct pvh_start) == 56, "hvm_start_info, version 1");
_Static_assert(sizeof(struct pvh_module) == 32, "hvm_modlist_entry");
_Static_assert(sizeof(struct pvh_memory) == 24, "hvm_memmap_table_entry");
_Static_assert(sizeof(struct pvh_info) <= LAYOUT_INFO_SIZE, "the information fits");
_Static_assert(MODULE_LIST_MAX + ELF_SEGMENTS + 8 <= LAYOUT_PIECES, "there are pieces enough");
