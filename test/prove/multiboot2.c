/* SPDX-License-Identifier: MIT */
/*
 * The reader of the boot information: any bytes, of any size up to SMALL; more memory
 * ranges, more modules and a longer text than there is room for.
 */
/* EVA: -eva-precision 1 -eva-auto-loop-unroll 300 */
#include "arch/x86_64/multiboot2.c"

#include "__fc_builtin.h"

#define SMALL 64u
#define RANGE 24u /* bytes of an entry */
#define LONG (HEADER + 2 * HEADER + (MULTIBOOT2_RANGES + 1) * RANGE)

static uint8_t memory[LONG], small[SMALL];
static struct multiboot2 out;

static void put32(size_t at, uint32_t value)
{
	memcpy(memory + at, &value, sizeof(value));
}

/* Any information of `size` bytes that ends where the memory does. */
static void read_any(size_t size)
{
	Frama_C_make_unknown((char *)small, SMALL);
	(void)multiboot2_read(small + (SMALL - size), size, &out);
}

static void read_long(uint32_t type)
{
	put32(0, LONG);
	put32(HEADER, type);
	put32(HEADER + 4, LONG - HEADER);
	if (type == TAG_MEMORY_MAP)
		put32(2 * HEADER, RANGE);
	(void)multiboot2_read(memory, LONG, &out);
}

static void read_modules(void)
{
	size_t tag = 3 * HEADER, end = HEADER + (MULTIBOOT2_MODULES + 1) * tag;

	put32(0, end);
	/*@ loop unroll 100; */
	for (size_t at = HEADER; at < end; at += tag) {
		put32(at, TAG_MODULE);
		put32(at + 4, tag);
	}
	(void)multiboot2_read(memory, end, &out);
}

int main(void)
{
	size_t size = Frama_C_unsigned_long_interval(0, SMALL);

	/*@ widen_hints global:"all", 39, 40, 127, 128, 255, 256; */
	Frama_C_make_unknown((char *)memory, LONG);
	switch (Frama_C_interval(0, 3)) {
	case 0:
		/*@ split size; */
		read_any(size);
		break;
	case 1:
		read_long(TAG_MEMORY_MAP);
		break;
	case 2:
		read_long(TAG_CMDLINE);
		break;
	case 3:
		read_modules();
		break;
	}
	return 0;
}
