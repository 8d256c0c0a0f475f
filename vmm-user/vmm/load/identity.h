/* SPDX-License-Identifier: MIT */
/*
 * Page tables that map the first 4 GiB to themselves in pages of 2 MiB, at
 * LAYOUT_TABLES: PML4, PDPT, four page directories.
 *
 * Source: Intel SDM vol. 3A section 4.5 "4-Level Paging and 5-Level Paging".
 */
#ifndef VMM_LOAD_IDENTITY_H
#define VMM_LOAD_IDENTITY_H

#include "vmm/load/layout.h"

/* Writes them into the piece at LAYOUT_TABLES; returns the value for CR3. */
uint64_t identity_put(struct layout *);

#endif
