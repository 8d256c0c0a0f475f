/* SPDX-License-Identifier: MIT */
/* The guest's memory map; see memory_map.h. Stateless. */
#include "vmm/load/memory_map.h"
#include "vmm/dev/pci.h"
#include "vmm/load/layout.h"

#define WINDOW_END (PCI_WINDOW + PCI_WINDOW_SIZE)

unsigned memory_map_build(const struct guest_memory *mem, struct memory_range map[MEMORY_MAP_MAX])
{
	uint64_t low = guest_memory_low(mem), high = guest_memory_high(mem);
	map[0] = (struct memory_range){0, LAYOUT_LOW_END, MEMORY_RAM};
	map[1] =
		(struct memory_range){LAYOUT_LOW_END, LAYOUT_MIB - LAYOUT_LOW_END, MEMORY_RESERVED};
	map[2] = (struct memory_range){LAYOUT_MIB, low - LAYOUT_MIB, MEMORY_RAM};
	map[3] = (struct memory_range){WINDOW_END, GUEST_HIGH - WINDOW_END, MEMORY_RESERVED};
	map[4] = (struct memory_range){GUEST_HIGH, high, MEMORY_RAM};
	return high ? 5 : 4;
}

_Static_assert(PCI_WINDOW == GUEST_HOLE, "the window is behind RAM");
