/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/multiboot2.c arch/x86_64/ranges.c */
/* RUNS: 60000 */
/*
 * The boot loader's information, and the memory map made of it. Bit 0 of the
 * reserved word keeps the input's total size; otherwise it is made right.
 */
#include "multiboot2.h"
#include "ranges.h"
#include "fuzz.h"

static bool apart(const struct range *range, uint64_t base, uint64_t size)
{
	return size == 0 || range->base + range->size <= base || base + size <= range->base;
}

/* What is free is whole pages, without what is taken and without overlaps. */
static void check_free(const struct ranges *ram, const struct multiboot2 *out)
{
	MUST(ram->count <= RANGES_MAX);
	for (unsigned i = 0; i < ram->count; i++) {
		const struct range *range = &ram->range[i];

		MUST(range->size > 0 && range->base + range->size > range->base);
		MUST((range->base | range->size) % 4096 == 0);
		for (unsigned j = 0; j < i; j++)
			MUST(apart(range, ram->range[j].base, ram->range[j].size));
		for (unsigned m = 0; m < out->modules; m++)
			MUST(apart(range, out->module[m].start,
				out->module[m].end - out->module[m].start));
		for (unsigned r = 0; r < out->ranges; r++)
			MUST(out->range[r].type == MULTIBOOT2_RAM ||
				apart(range, out->range[r].base, out->range[r].size));
	}
}

static void check_ranges(const struct multiboot2 *out)
{
	static struct ranges ram;

	memset(&ram, 0, sizeof(ram));
	for (unsigned i = 0; i < out->ranges; i++) {
		const struct multiboot2_range *range = &out->range[i];

		MUST(range->size > 0);
		MUST(range->base + range->size > range->base);
		MUST(range->type >= MULTIBOOT2_RAM && range->type <= MULTIBOOT2_BAD);
		if (range->type == MULTIBOOT2_RAM)
			ranges_add(&ram, range->base, range->size);
	}
	for (unsigned i = 0; i < out->ranges; i++)
		if (out->range[i].type != MULTIBOOT2_RAM)
			ranges_remove(&ram, out->range[i].base, out->range[i].size);
	for (unsigned i = 0; i < out->modules; i++) {
		const struct multiboot2_module *module = &out->module[i];

		MUST(module->start <= module->end);
		MUST(terminated(module->cmdline, sizeof(module->cmdline)));
		ranges_remove(&ram, module->start, module->end - module->start);
	}
	check_free(&ram, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct multiboot2 out;
	uint8_t *info = exact_copy(data, size);
	uint32_t total = (uint32_t)size;
	enum status status;

	if (size >= 8 && !(info[4] & 1))
		memcpy(info, &total, sizeof(total));
	status = multiboot2_read(info, size, &out);
	MUST(status == STATUS_OK || status == STATUS_BAD_ARG);
	MUST(out.ranges <= MULTIBOOT2_RANGES && out.modules <= MULTIBOOT2_MODULES);
	MUST(out.rsdp_size == 0 || out.rsdp_size == 20 || out.rsdp_size == 36);
	MUST(terminated(out.cmdline, sizeof(out.cmdline)));
	MUST(status != STATUS_OK || out.ranges > 0);
	check_ranges(&out);
	free(info);
	return 0;
}
