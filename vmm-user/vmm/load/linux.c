/* SPDX-License-Identifier: MIT */
/* Loads a Linux bzImage; see linux.h. Checks first, then writes. */
#include "vmm/load/linux.h"
#include "vmm/load/bytes.h"
#include "vmm/load/identity.h"
#include "vmm/load/layout.h"
#include "vmm/load/linux_header.h"
#include "vmm/load/linux_real.h"
#include "vmm/load/memory_map.h"
#include "lib/string.h"

/* Offsets in boot_params only. */
enum params_field {
	PARAMS_ACPI_RSDP = 0x070,
	PARAMS_E820_ENTRIES = 0x1e8,
	PARAMS_E820_TABLE = 0x2d0,
	PARAMS_SIZE = 0x1000
};

#define E820_ENTRY_SIZE 20u
#define XLF_KERNEL_64 0x01u
#define ENTRY_64 0x200u
#define ALIGNMENT_MIN 0x1000u
#define ALIGNMENT_MAX 0x40000000u

struct linux_image {
	const uint8_t *file;
	const uint8_t *code;
	uint64_t code_size;
	uint64_t load, need; /* address, and bytes from there while it unpacks itself */
	uint64_t header_end;
	uint64_t initrd_max; /* highest address an initrd byte may have */
	uint32_t cmdline_max;
	bool long_mode;
};

/* The header must reach as far as protocol 2.10 has it. */
static enum load_error header_check(struct linux_image *k)
{
	k->header_end = SETUP_MAGIC + k->file[SETUP_JUMP + 1];
	if (k->file[SETUP_JUMP] != 0xeb || k->header_end < SETUP_END_2_10 ||
		k->header_end > SETUP_END_MAX)
		return LOAD_LINUX_HEADER;
	return LOAD_OK;
}

static enum load_error payload_check(const struct linux_image *k)
{
	uint64_t offset = bytes_get32(k->file + SETUP_PAYLOAD_OFFSET);
	uint64_t length = bytes_get32(k->file + SETUP_PAYLOAD_LENGTH);
	return offset + length > k->code_size ? LOAD_LINUX_PAYLOAD : LOAD_OK;
}

/* Where the kernel goes. A relocatable one loaded below its preferred address
 * would still unpack itself there, so it is never put lower. */
static enum load_error address_find(struct linux_image *k)
{
	uint64_t align = bytes_get32(k->file + SETUP_KERNEL_ALIGNMENT);

	k->load = bytes_get64(k->file + SETUP_PREF_ADDRESS);
	k->need = bytes_get32(k->file + SETUP_INIT_SIZE);
	if (k->need < k->code_size)
		return LOAD_LINUX_INIT_SIZE;
	if (!k->file[SETUP_RELOCATABLE])
		return LOAD_OK;
	if (align < ALIGNMENT_MIN || align > ALIGNMENT_MAX || (align & (align - 1)))
		return LOAD_LINUX_ALIGNMENT;
	if (k->load < LAYOUT_MIB)
		k->load = LAYOUT_MIB;
	if (k->load > GUEST_HOLE)
		return LOAD_LINUX_TOO_LARGE;
	k->load = (k->load + align - 1) & ~(align - 1);
	return LOAD_OK;
}

static enum load_error image_read(struct linux_image *k, const struct load_file *file)
{
	enum load_error error;

	k->file = file->data;
	error = header_check(k);
	if (!error)
		error = linux_code_find(file, &k->code, &k->code_size);
	if (!error)
		error = payload_check(k);
	if (!error)
		error = address_find(k);
	if (error)
		return error;
	k->initrd_max = bytes_get32(k->file + SETUP_INITRD_ADDR_MAX);
	k->cmdline_max = bytes_get32(k->file + SETUP_CMDLINE_SIZE);
	k->long_mode = linux_version(file) >= 0x20c && k->code_size > ENTRY_64 &&
		       (bytes_get16(k->file + SETUP_XLOADFLAGS) & XLF_KERNEL_64);
	return LOAD_OK;
}

static enum load_error tables_take(struct layout *l)
{
	if (layout_add(l, LAYOUT_PARAMS, PARAMS_SIZE, NULL, 0) ||
		layout_add(l, LAYOUT_TABLES, LAYOUT_TABLES_SIZE, NULL, 0))
		return LOAD_SEGMENT_OVERLAP;
	return LOAD_OK;
}

static enum load_error all_take(struct layout *l, const struct linux_image *k,
	const struct load_request *request, uint64_t *initrd)
{
	enum load_error error = linux_cmdline_take(l, &request->kernel, k->cmdline_max);
	if (!error)
		error = tables_take(l);
	if (error)
		return error;
	switch (layout_add(l, k->load, k->need, k->code, k->code_size)) {
	case LAYOUT_OUTSIDE:
		return LOAD_LINUX_TOO_LARGE;
	case LAYOUT_OVERLAP:
		return LOAD_SEGMENT_OVERLAP;
	case LAYOUT_OK:
		break;
	}
	return linux_initrd_take(l, &request->initrd, k->initrd_max, initrd);
}

static void e820_fill(uint8_t *params, const struct guest_memory *mem)
{
	struct memory_range map[MEMORY_MAP_MAX];
	unsigned count = memory_map_build(mem, map);

	params[PARAMS_E820_ENTRIES] = (uint8_t)count;
	for (unsigned i = 0; i < count; i++) {
		uint8_t *at = params + PARAMS_E820_TABLE + i * E820_ENTRY_SIZE;
		bytes_put64(at, map[i].base);
		bytes_put64(at + 8, map[i].size);
		bytes_put32(at + 16, map[i].type);
	}
}

static void params_put(struct layout *l, const struct linux_image *k,
	const struct load_request *request, uint64_t initrd)
{
	uint8_t p[PARAMS_SIZE];

	memset(p, 0, sizeof(p));
	memcpy(p + SETUP_SECTS, k->file + SETUP_SECTS, k->header_end - SETUP_SECTS);
	p[SETUP_TYPE_OF_LOADER] = LINUX_LOADER;
	p[SETUP_LOADFLAGS] = LINUX_LOADED_HIGH;
	bytes_put16(p + SETUP_VID_MODE, LINUX_VID_MODE);
	bytes_put32(p + SETUP_CODE32_START, (uint32_t)k->load);
	bytes_put32(p + SETUP_RAMDISK_IMAGE, (uint32_t)initrd);
	bytes_put32(p + SETUP_RAMDISK_SIZE, (uint32_t)request->initrd.size);
	bytes_put32(p + SETUP_CMD_LINE_PTR, (uint32_t)LAYOUT_TEXT);
	bytes_put64(p + SETUP_SETUP_DATA, 0);
	bytes_put64(p + PARAMS_ACPI_RSDP, request->rsdp.raw);
	e820_fill(p, l->mem);
	layout_put(l, LAYOUT_PARAMS, p, sizeof(p));
}

static void entry_fill(struct boot_entry *entry, const struct linux_image *k)
{
	entry->mode = k->long_mode ? BOOT_LONG64 : BOOT_PROTECTED32;
	entry->rip = k->load + (k->long_mode ? ENTRY_64 : 0);
	entry->rsi = LAYOUT_PARAMS;
	entry->cr3 = k->long_mode ? LAYOUT_TABLES : 0;
}

static enum load_error high_load(const struct guest_memory *mem, const struct load_request *request,
	struct boot_entry *entry)
{
	struct linux_image k;
	struct layout l;
	struct boot_entry e = {0};
	uint64_t initrd = 0;
	enum load_error error = layout_init(&l, mem);

	if (!error)
		error = image_read(&k, &request->kernel);
	if (!error)
		error = all_take(&l, &k, request, &initrd);
	if (error)
		return error;
	layout_commit(&l);
	params_put(&l, &k, request, initrd);
	identity_put(&l);
	entry_fill(&e, &k);
	layout_put_entry(&l, &e);
	error = layout_finish(&l);
	if (!error)
		*entry = e;
	return error;
}

enum load_error linux_load(const struct guest_memory *mem, const struct load_request *request,
	struct boot_entry *entry)
{
	const struct load_file *kernel = &request->kernel;
	enum load_error error = linux_header_check(kernel);

	if (!error && request->modules)
		error = LOAD_LINUX_MODULES;
	if (error)
		return error;
	return linux_version(kernel) < LINUX_VERSION_HIGH ? linux_real_load(mem, request, entry)
							  : high_load(mem, request, entry);
}

_Static_assert(PARAMS_E820_TABLE + MEMORY_MAP_MAX * E820_ENTRY_SIZE < PARAMS_SIZE, "e820 fits");
