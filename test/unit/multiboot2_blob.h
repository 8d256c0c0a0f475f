/* SPDX-License-Identifier: MIT */
/*
 * Handmade multiboot2 information, tag by tag, for the tests of the reader. It is
 * read from a heap block of its exact size, so that ASan sees any read past it.
 * Included once per test.
 */
#include <stdlib.h>
#include <string.h>

static uint8_t blob[65536];
static size_t used;
static struct multiboot2 out;

static void put(const void *bytes, size_t size)
{
	memcpy(blob + used, bytes, size);
	used += size;
}

static void put32(uint32_t value)
{
	put(&value, 4);
}
static void put64(uint64_t value)
{
	put(&value, 8);
}

static void blob_start(void)
{
	memset(blob, 0, sizeof(blob));
	used = 8;
}

static void tag(uint32_t type, uint32_t content)
{
	used = (used + 7) & ~(size_t)7;
	put32(type);
	put32(8 + content);
}

static void tag_text(uint32_t type, const char *text)
{
	tag(type, (uint32_t)strlen(text) + 1);
	put(text, strlen(text) + 1);
}

static void tag_module(uint32_t start, uint32_t end, const char *text)
{
	tag(3, 8 + (uint32_t)strlen(text) + 1);
	put32(start);
	put32(end);
	put(text, strlen(text) + 1);
}

static void tag_map(uint32_t entries, uint32_t step)
{
	tag(6, 8 + entries * step);
	put32(step);
	put32(0);
}

static void map_entry(uint64_t base, uint64_t size, uint32_t type)
{
	put64(base);
	put64(size);
	put32(type);
	put32(0);
}

static void tag_rsdp(uint32_t type, char fill, uint32_t size)
{
	char bytes[64];
	memset(bytes, fill, sizeof(bytes));
	tag(type, size);
	put(bytes, size);
}

static void tag_end(void)
{
	tag(0, 0);
}

/* Reads the first `size` bytes of the blob, whose size field says `total`. */
static enum status read_part(size_t size, uint32_t total)
{
	uint8_t *copy = malloc(size + 1);
	memcpy(copy + 1, blob, size); /* misaligned as well */
	if (size >= 4)
		memcpy(copy + 1, &total, 4);
	enum status status = multiboot2_read(copy + 1, size, &out);
	free(copy);
	return status;
}

static enum status read_all(void)
{
	tag_end();
	return read_part(used, (uint32_t)used);
}

static void put_good(void)
{
	blob_start();
	tag_text(1, "console=com2 hello");
	tag_text(2, "GRUB");
	tag_module(0x1000, 0x2001, "init");
	tag_module(0xfffff000, 0xffffffff, "plan");
	tag(4, 8);
	put32(639);
	put32(1000);
	tag_map(4, 24);
	map_entry(0, 0x9fc00, 1);
	map_entry(0xf0000, 0x10000, 2);
	map_entry(0x100000, 0x7f00000, 1);
	map_entry(0x100000000, 0x80000000, 1);
	tag(8, 30);
	put64(0xe0000000);
	put32(4096);
	put32(1024);
	put32(768);
	put("\x20\x01\0\0\x10\x08\x08\x09\x01\x0a", 10);
	tag_rsdp(14, 'o', 20);
	tag_rsdp(15, 'n', 36);
	tag_text(4242, "nobody knows this tag");
}
