/* SPDX-License-Identifier: MIT */
/*
 * The memory map every boot protocol tells the guest. Numbers of the types are
 * those of e820; PVH and multiboot use the same for RAM and reserved.
 *
 *   0        - 0x9fc00     RAM           0x9fc00 - 1 MiB    reserved
 *   1 MiB    - low RAM end RAM           0xd0000000 - 4 GiB reserved (devices)
 *   4 GiB    - ...         RAM, if there is more than 3 GiB
 * From 3 GiB to 0xd0000000 is the window of PCI BARs, which is not in the map: a system
 * takes what is reserved for not to be used, also by devices.
 *
 * Source: ACPI Specification 5.0a, chapter 15 "System Address Map Interfaces".
 */
#ifndef VMM_LOAD_MEMORY_MAP_H
#define VMM_LOAD_MEMORY_MAP_H

#include "vmm/guest_memory.h"

#include <stdint.h>

enum memory_type { MEMORY_RAM = 1, MEMORY_RESERVED = 2 };

struct memory_range {
	uint64_t base, size;
	uint32_t type; /* enum memory_type */
};

#define MEMORY_MAP_MAX 5u

/* Fills `map` in ascending order and returns the number of entries. The guest
 * has more than 1 MiB. */
unsigned memory_map_build(const struct guest_memory *mem, struct memory_range map[MEMORY_MAP_MAX]);

#endif
