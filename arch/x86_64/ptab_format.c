/* SPDX-License-Identifier: MIT */
/*
 * The table formats that ptab.c walks. Boot code adds what this CPU has beyond
 * the least (ptab.h, struct ptab_format); nobody writes here afterwards.
 */
#include "ptab.h"

#define MEMORY_ATTR (MEM_R | MEM_W | MEM_X | MEM_UC | MEM_WC)

/*
 * Host entry, Intel SDM vol. 3A section 4.5.4 "Linear-Address Translation with
 * 4-Level Paging and 5-Level Paging", tables 4-15 to 4-20:
 * P 0, R/W 1, U/S 2, PWT 3, PCD 4, A 5, D 6, PS 7, G 8, XD 63.
 */
#define HOST_PCD_PWT 0x18ull
#define HOST_PWT 0x08ull
#define HOST_A_D 0x60ull

struct ptab_format ptab_host = {
	.address = BITS(51, 12),
	.table = 0x27, /* P R/W U/S A: the leaf decides */
	.leaf = HOST_A_D,
	.no_execute = BIT(63),
	.type = {0, HOST_PCD_PWT, HOST_PWT},
	.levels = 4,
	.leaf_levels = 3,
	.negative = BIT(47),
	.attr = MEMORY_ATTR | PTAB_USER | PTAB_GLOBAL,
	.pairs = MEM_X | MEM_WC,
};

/*
 * EPT entry, Intel SDM vol. 3C section 28.3.2 "EPT Translation Mechanism",
 * tables 28-1 to 28-6: R 0, W 1, X 2, memory type 5..3 (0 UC, 1 WC, 6 WB),
 * ignore PAT 6, large 7.
 *
 * Ordinary memory ignores the guest's PAT: a guest that maps its memory
 * uncached would read what the memory held before the kernel's zeroes left the
 * cache. For device memory the guest may choose between UC and WC.
 */
struct ptab_format ptab_ept = {
	.address = BITS(51, 12),
	.table = 7,
	.execute = BIT(2),
	.type = {6 << 3 | BIT(6), 0 << 3, 1 << 3},
	.attr = MEMORY_ATTR,
	.pairs = MEM_WC,
	.levels = 4,
	.leaf_levels = 3,
};

/*
 * NPT: the host format, but every access counts as a user access (AMD APM
 * vol. 2 section 15.25.5 "Nested Table Walk"), the types are those of the
 * host's PAT, and addresses are not sign-extended.
 */
struct ptab_format ptab_npt = {
	.address = BITS(51, 12),
	.table = 0x27,
	.leaf = HOST_A_D | BIT(2),
	.no_execute = BIT(63),
	.type = {0, HOST_PCD_PWT, HOST_PWT},
	.attr = MEMORY_ATTR,
	.pairs = MEM_WC,
	.levels = 4,
	.leaf_levels = 3,
};
