/* SPDX-License-Identifier: MIT */
/*
 * Physical ranges that are ring 0's alone: its image, its pool, the interrupt
 * controllers. Filled at boot, read only after. Nobody else ever maps them.
 */
#ifndef ARCH_RESERVED_H
#define ARCH_RESERVED_H

#include "lib/addr.h"
#include "lib/compiler.h"

#include <stdbool.h>

#define RESERVED_MAX 16u

/* Adds the pages that [base, base + size) touches. */
void reserved_add(hpa_t base, uint64_t size);

/* Some byte of [base, base + size) is ring 0's, or beyond what the CPU can address. */
bool reserved_overlaps(hpa_t base, uint64_t size);

/* Physical addresses end here; from the CPU's address width. At boot. */
void reserved_set_end(uint64_t end);

#endif
