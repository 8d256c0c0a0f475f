/* SPDX-License-Identifier: MIT */
/* Identity page tables of a guest that starts in 64-bit mode. Stateless. */
#include "vmm/load/identity.h"
#include "lib/string.h"

#define ENTRIES 512u
#define DIRECTORIES 4u
#define PRESENT_WRITE 0x3ull
#define LARGE 0x80ull
#define LARGE_SIZE 0x200000ull

static void directory_put(struct layout *l, uint64_t at, uint64_t base)
{
	uint64_t table[ENTRIES];
	for (unsigned i = 0; i < ENTRIES; i++)
		table[i] = (base + i * LARGE_SIZE) | PRESENT_WRITE | LARGE;
	layout_put(l, at, table, sizeof(table));
}

uint64_t identity_put(struct layout *l)
{
	const uint64_t pdpt = LAYOUT_TABLES + PAGE_SIZE, directory = pdpt + PAGE_SIZE;
	uint64_t entry = pdpt | PRESENT_WRITE;

	layout_put(l, LAYOUT_TABLES, &entry, sizeof(entry));
	for (unsigned i = 0; i < DIRECTORIES; i++) {
		uint64_t at = directory + i * PAGE_SIZE;
		entry = at | PRESENT_WRITE;
		layout_put(l, pdpt + i * sizeof(entry), &entry, sizeof(entry));
		directory_put(l, at, i * ENTRIES * LARGE_SIZE);
	}
	return LAYOUT_TABLES;
}

_Static_assert(LAYOUT_TABLES_SIZE == (2 + DIRECTORIES) * PAGE_SIZE, "the tables fit");
