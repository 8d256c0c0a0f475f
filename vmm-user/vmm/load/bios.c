/* SPDX-License-Identifier: MIT */
/* Puts the BIOS into a guest; see bios.h. Stateless. */
#include "vmm/load/bios.h"
#include "vmm/dev/acpi_pm.h"
#include "vmm/dev/pci.h"
#include "vmm/load/bios_layout.h"
#include "vmm/load/layout.h"
#include "vmm/load/memory_map.h"
#include "lib/string.h"

#define BASE (((uint64_t)BIOS_SEGMENT << 4) + BIOS_MEMORY)
#define KIB 1024u
#define BELOW_16M_MAX 0x3c00u /* KiB from 1 MiB to 16 MiB */
#define EXTENDED_MAX 0xfc00u  /* KiB: all that old programs can count */
#define ABOVE_16M 0x1000000ull
#define ABOVE_UNIT 0x10000u

struct bios_range {
	uint64_t base, size;
	uint32_t type;
} PACKED;

/* What the BIOS says of memory: RBIL INT 15/AH=88h, INT 15/AX=E801h, INT 15/AX=E820h. */
struct bios_memory {
	uint16_t extended_kib;
	uint16_t below_16m_kib;
	uint16_t above_16m; /* in 64 KiB */
	uint16_t ranges;
	struct bios_range range[MEMORY_MAP_MAX];
} PACKED;

extern const uint8_t bios_image[BIOS_SIZE];

static uint16_t at_most(uint64_t value, uint16_t most)
{
	return value < most ? (uint16_t)value : most;
}

static struct bios_memory memory_fill(const struct guest_memory *mem)
{
	struct memory_range map[MEMORY_MAP_MAX];
	uint64_t low = guest_memory_low(mem), kib = (low - LAYOUT_MIB) / KIB;
	struct bios_memory m = {
		.extended_kib = at_most(kib, EXTENDED_MAX),
		.below_16m_kib = at_most(kib, BELOW_16M_MAX),
		.ranges = (uint16_t)memory_map_build(mem, map),
	};

	if (low > ABOVE_16M)
		m.above_16m = (uint16_t)((low - ABOVE_16M) / ABOVE_UNIT);
	for (unsigned i = 0; i < m.ranges; i++)
		m.range[i] = (struct bios_range){map[i].base, map[i].size, map[i].type};
	return m;
}

enum load_error bios_put(const struct guest_memory *mem)
{
	const struct bios_memory memory = memory_fill(mem);

	if (guest_copy_out(mem, gpa(BASE), bios_image, BIOS_SIZE) ||
		guest_copy_out(mem, gpa(BASE), &memory, sizeof(memory)))
		return LOAD_WRITE_FAILED;
	return LOAD_OK;
}

struct boot_entry bios_entry(uint64_t setup, uint16_t stack)
{
	return (struct boot_entry){
		.mode = BOOT_REAL,
		.cs = BIOS_SEGMENT,
		.rip = BIOS_ENTRY,
		.rbx = setup >> 4,
		.rsp = stack,
	};
}

_Static_assert(sizeof(struct bios_range) == BIOS_RANGE_SIZE, "bios.S reads them");
_Static_assert(offsetof(struct bios_memory, extended_kib) == BIOS_MEMORY_EXTENDED, "system.S");
_Static_assert(offsetof(struct bios_memory, below_16m_kib) == BIOS_MEMORY_BELOW_16M, "system.S");
_Static_assert(offsetof(struct bios_memory, above_16m) == BIOS_MEMORY_ABOVE_16M, "system.S");
_Static_assert(offsetof(struct bios_memory, ranges) == BIOS_MEMORY_RANGES, "system.S");
_Static_assert(offsetof(struct bios_memory, range) == BIOS_MEMORY_RANGE, "system.S");
_Static_assert(BIOS_MEMORY + sizeof(struct bios_memory) <= BIOS_ENTRY, "the code is behind it");
_Static_assert(BASE + BIOS_SIZE == LAYOUT_MIB, "it ends where real mode does");
_Static_assert(BIOS_POWER_PORT == ACPI_PM_PORT + 4, "the control register");
_Static_assert(BIOS_POWER_VALUE == (ACPI_PM_S5_TYPE << 10 | 1 << 13), "power off");
_Static_assert(BIOS_RESET_PORT == PCI_RESET_PORT && BIOS_RESET_VALUE == PCI_RESET_VALUE, "reset");
