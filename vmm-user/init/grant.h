/* SPDX-License-Identifier: MIT */
/*
 * Handing out rights: each function is one kind of SYS_DELEGATE from init's
 * capabilities. No state. All return the kernel's status; after an error a part
 * of the range may have been granted.
 */
#ifndef INIT_GRANT_H
#define INIT_GRANT_H

#include <stdint.h>
#include "abi/status.h"
#include "init/memory.h"
#include "lib/compiler.h"

/* Maps physical memory to `address` of the domain in slot `domain`. Bytes, page aligned. */
MUST_CHECK enum status grant_memory(
	uint64_t domain, uint64_t base, uint64_t size, uint64_t address, uint64_t rights);

/* Maps bytes [offset, offset + size) of a region to `address` of a domain. */
MUST_CHECK enum status grant_region(uint64_t domain, const struct memory_region *region,
	uint64_t offset, uint64_t size, uint64_t address, uint64_t rights);

MUST_CHECK enum status grant_ports(uint64_t domain, uint64_t first, uint64_t count);

/* Copies the capability in init's slot `from` to slot `to` of a domain. */
MUST_CHECK enum status grant_cap(uint64_t domain, uint64_t from, uint64_t to, uint64_t rights);

/* Maps a region, or a file, into init's own space at `window`. */
MUST_CHECK enum status window_open(
	uint64_t window, const struct memory_region *region, uint64_t rights);
MUST_CHECK enum status window_open_file(uint64_t window, uint64_t base, uint64_t size);

/* Takes the mapping away again; unmapping whole windows cannot fail. */
void window_close(uint64_t window, uint64_t size);

/* Fills a region with zeroes. */
MUST_CHECK enum status region_zero(const struct memory_region *region);

#endif
