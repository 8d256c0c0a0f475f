/* SPDX-License-Identifier: MIT */
/* Starts a Linux bzImage in real mode; see linux_real.h. Checks first, then writes. */
#include "vmm/load/linux_real.h"
#include "vmm/load/bios.h"
#include "vmm/load/bytes.h"
#include "vmm/load/layout.h"
#include "vmm/load/linux_header.h"

#define SETUP_SIZE_MAX 0x8000u
#define SETUP_ROOM 0x10000u
#define HEAP_END (LINUX_REAL_STACK - 0x200u) /* as heap_end_ptr counts */

/* Before there were fields for them. */
#define VERSION_INITRD_MAX 0x203u
#define VERSION_CMDLINE_SIZE 0x206u
#define INITRD_MAX 0x37ffffffu
#define CMDLINE_MAX 255u

struct limits {
	uint64_t initrd;
	uint32_t cmdline;
};

static struct limits limits_read(const struct load_file *kernel)
{
	unsigned version = linux_version(kernel);
	struct limits limits = {.initrd = INITRD_MAX, .cmdline = CMDLINE_MAX};

	if (version >= VERSION_INITRD_MAX)
		limits.initrd = bytes_get32(kernel->data + SETUP_INITRD_ADDR_MAX);
	if (version >= VERSION_CMDLINE_SIZE)
		limits.cmdline = bytes_get32(kernel->data + SETUP_CMDLINE_SIZE);
	return limits;
}

static enum load_error setup_take(struct layout *l, const struct load_file *kernel)
{
	uint64_t size = linux_setup_size(kernel);

	if (size > SETUP_SIZE_MAX)
		return LOAD_LINUX_SETUP_SIZE;
	return layout_add(l, LINUX_REAL_SETUP, SETUP_ROOM, kernel->data, size)
		       ? LOAD_SEGMENT_OVERLAP
		       : LOAD_OK;
}

static enum load_error all_take(
	struct layout *l, const struct load_request *request, uint64_t *initrd)
{
	const struct load_file *kernel = &request->kernel;
	const struct limits limits = limits_read(kernel);
	const uint8_t *code;
	uint64_t size;
	enum load_error error = linux_code_find(kernel, &code, &size);

	if (!error)
		error = setup_take(l, kernel);
	if (!error)
		error = linux_cmdline_take(l, kernel, limits.cmdline);
	if (error)
		return error;
	if (layout_add(l, LAYOUT_MIB, size, code, size))
		return LOAD_LINUX_TOO_LARGE;
	return linux_initrd_take(l, &request->initrd, limits.initrd, initrd);
}

static void field_put(struct layout *l, enum setup_field field, uint32_t value, size_t bytes)
{
	layout_put(l, LINUX_REAL_SETUP + field, &value, bytes);
}

static void header_put(struct layout *l, const struct load_request *request, uint64_t initrd)
{
	uint8_t flags = request->kernel.data[SETUP_LOADFLAGS] | LINUX_CAN_USE_HEAP;

	field_put(l, SETUP_VID_MODE, LINUX_VID_MODE, 2);
	field_put(l, SETUP_TYPE_OF_LOADER, LINUX_LOADER, 1);
	field_put(l, SETUP_LOADFLAGS, flags, 1);
	field_put(l, SETUP_RAMDISK_IMAGE, (uint32_t)initrd, 4);
	field_put(l, SETUP_RAMDISK_SIZE, (uint32_t)request->initrd.size, 4);
	field_put(l, SETUP_HEAP_END_PTR, HEAP_END, 2);
	field_put(l, SETUP_CMD_LINE_PTR, (uint32_t)LAYOUT_TEXT, 4);
}

enum load_error linux_real_load(const struct guest_memory *mem, const struct load_request *request,
	struct boot_entry *entry)
{
	struct layout l;
	uint64_t initrd = 0;
	enum load_error error = layout_init(&l, mem);

	if (!error)
		error = all_take(&l, request, &initrd);
	if (error)
		return error;
	layout_commit(&l);
	header_put(&l, request, initrd);
	error = layout_finish(&l);
	if (!error)
		error = bios_put(mem);
	if (!error)
		*entry = bios_entry(LINUX_REAL_SETUP, LINUX_REAL_STACK);
	return error;
}

_Static_assert(LINUX_REAL_SETUP + SETUP_ROOM <= LAYOUT_TEXT, "the text is behind the setup code");
_Static_assert(SETUP_SIZE_MAX < HEAP_END, "there is a heap");
