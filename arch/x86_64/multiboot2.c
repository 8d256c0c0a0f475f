/* SPDX-License-Identifier: MIT */
/*
 * Reader for the multiboot2 boot information; see multiboot2.h. Stateless.
 *
 *   0  total size, reserved
 *   8  tag: type, size (both 32 bits; size with this header), content; the next
 *      tag starts at the next multiple of 8
 *      ...
 *      tag of type 0, size 8: the end
 */
#include "multiboot2.h"

#include "lib/string.h"

#define HEADER 8u /* of the information, and of each tag */
#define KIB 1024ull
#define HIGH_MEMORY 0x100000ull

enum tag_type {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_MODULE = 3,
	TAG_MEMINFO = 4,
	TAG_MEMORY_MAP = 6,
	TAG_FRAMEBUFFER = 8,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15
};

/* The content of a tag. */
struct bytes {
	const uint8_t *at;
	size_t size;
};

static uint32_t read32(const uint8_t *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof(value));
	return value;
}

static uint64_t read64(const uint8_t *at)
{
	uint64_t value;
	memcpy(&value, at, sizeof(value));
	return value;
}

static void text_copy(char *out, size_t room, struct bytes text)
{
	size_t n = 0;
	while (n < room - 1 && n < text.size && text.at[n])
		n++;
	memcpy(out, text.at, n);
	out[n] = 0;
}

static void range_add(struct multiboot2 *out, uint64_t base, uint64_t size, uint32_t type)
{
	if (base + size < base)
		size = -base - 1;
	if (size == 0)
		return;
	if (type < MULTIBOOT2_RAM || type > MULTIBOOT2_BAD)
		type = MULTIBOOT2_RESERVED;
	struct multiboot2_range *last = out->ranges > 0 ? &out->range[out->ranges - 1] : NULL;
	if (last && last->type == type && last->base + last->size == base) {
		last->size += size;
		return;
	}
	if (out->ranges == MULTIBOOT2_RANGES) {
		out->dropped++;
		return;
	}
	out->range[out->ranges++] = (struct multiboot2_range){base, size, type};
}

static enum status cmdline_read(struct bytes tag, struct multiboot2 *out)
{
	text_copy(out->cmdline, sizeof(out->cmdline), tag);
	return STATUS_OK;
}

static enum status module_read(struct bytes tag, struct multiboot2 *out)
{
	uint32_t start = read32(tag.at), end = read32(tag.at + 4);
	if (start > end)
		return STATUS_BAD_ARG;
	if (out->modules == MULTIBOOT2_MODULES) {
		out->dropped++;
		return STATUS_OK;
	}
	struct multiboot2_module *module = &out->module[out->modules++];
	module->start = start;
	module->end = end;
	text_copy(
		module->cmdline, sizeof(module->cmdline), (struct bytes){tag.at + 8, tag.size - 8});
	return STATUS_OK;
}

static enum status memory_map_read(struct bytes tag, struct multiboot2 *out)
{
	uint32_t step = read32(tag.at); /* of an entry: a later version may add fields */
	if (step < 24 || step % 8 != 0)
		return STATUS_BAD_ARG;
	for (size_t at = 8; at + step <= tag.size; at += step)
		range_add(out, read64(tag.at + at), read64(tag.at + at + 8),
			read32(tag.at + at + 16));
	return STATUS_OK;
}

static enum status framebuffer_read(struct bytes tag, struct multiboot2 *out)
{
	struct multiboot2_framebuffer *fb = &out->framebuffer;
	fb->address = read64(tag.at);
	fb->pitch = read32(tag.at + 8);
	fb->width = read32(tag.at + 12);
	fb->height = read32(tag.at + 16);
	fb->bpp = tag.at[20];
	fb->type = tag.at[21];
	if (fb->type != MULTIBOOT2_RGB)
		return STATUS_OK;
	if (tag.size < 30)
		return STATUS_BAD_ARG;
	memcpy(&fb->red_shift, tag.at + 24, 6);
	return STATUS_OK;
}

static enum status rsdp_read(struct bytes tag, struct multiboot2 *out)
{
	size_t size = tag.size < MULTIBOOT2_RSDP ? 20 : MULTIBOOT2_RSDP;
	if (size <= out->rsdp_size)
		return STATUS_OK; /* the new form wins, whichever comes first */
	memcpy(out->rsdp, tag.at, size);
	out->rsdp_size = (unsigned)size;
	return STATUS_OK;
}

static const struct reader {
	uint32_t type;
	size_t least; /* bytes of content */
	enum status (*read)(struct bytes tag, struct multiboot2 *out);
} readers[] = {
	{TAG_CMDLINE, 0, cmdline_read},
	{TAG_MODULE, 8, module_read},
	{TAG_MEMORY_MAP, 8, memory_map_read},
	{TAG_FRAMEBUFFER, 24, framebuffer_read},
	{TAG_ACPI_OLD, 20, rsdp_read},
	{TAG_ACPI_NEW, 36, rsdp_read},
};

static enum status tag_read(uint32_t type, struct bytes tag, struct multiboot2 *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (readers[i].type == type)
			return tag.size < readers[i].least ? STATUS_BAD_ARG
							   : readers[i].read(tag, out);
	return STATUS_OK;
}

/* No memory map: the basic memory information, 8 bytes at `basic`, says less. */
static enum status memory_check(const uint8_t *basic, struct multiboot2 *out)
{
	if (out->ranges > 0)
		return STATUS_OK;
	if (!basic)
		return STATUS_BAD_ARG;
	range_add(out, 0, read32(basic) * KIB, MULTIBOOT2_RAM);
	range_add(out, HIGH_MEMORY, read32(basic + 4) * KIB, MULTIBOOT2_RAM);
	return out->ranges > 0 ? STATUS_OK : STATUS_BAD_ARG;
}

enum status multiboot2_read(const void *info, size_t size, struct multiboot2 *out)
{
	const uint8_t *bytes = info;
	const uint8_t *basic = NULL;
	memset(out, 0, sizeof(*out));
	uint32_t total = size < HEADER ? 0 : read32(bytes);
	if (total < HEADER || total > size)
		return STATUS_BAD_ARG;

	size_t at = HEADER;
	/*@ dynamic_split at; */
	while (at + HEADER <= total) {
		uint32_t type = read32(bytes + at), length = read32(bytes + at + 4);
		if (length < HEADER || length > total - at)
			return STATUS_BAD_ARG;
		struct bytes tag = {bytes + at + HEADER, length - HEADER};
		if (type == TAG_END)
			return memory_check(basic, out);
		if (type == TAG_MEMINFO && tag.size >= 8)
			basic = tag.at;
		enum status status = tag_read(type, tag, out);
		if (status != STATUS_OK)
			return status;
		at += ((size_t)length + 7) & ~(size_t)7;
	}
	return STATUS_BAD_ARG;
}

_Static_assert(offsetof(struct multiboot2_framebuffer, blue_bits) -
			       offsetof(struct multiboot2_framebuffer, red_shift) ==
		       5,
	"the colours lie as in the tag");
