/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own mappings (layout.h): built once at boot, at whose end its own code
 * goes; after that only the ports windows change.
 */
#ifndef ARCH_WINDOW_H
#define ARCH_WINDOW_H

#include "lib/addr.h"
#include "lib/compiler.h"

#include <stdint.h>

struct regs;

/* Builds the kernel's half: image with its rights, pool, nothing else. Returns
 * the root page's address. Boot tables are still in use. */
hpa_t window_build(hpa_t pool, uint64_t pool_bytes);

/* Maps the page at `va`, a window of layout.h, to `pa` with MEM_* attributes. */
void window_set(uint64_t va, hpa_t pa, unsigned attr);

/* Maps `size` bytes at `pa` from `va` on, uncached or write-combining; returns
 * where the byte at `pa` is. */
void *window_map(uint64_t va, hpa_t pa, uint64_t size, unsigned attr);

/* Checks every leaf of the kernel's half: none writable and executable, none
 * reachable from ring 3. Returns the number of leaves; *bad is the address of
 * the first that is wrong, 0 if none. */
uint64_t window_audit(uint64_t *bad);

/* Boot is over: the code that only it needed is mapped no more, on any CPU. Audits and
 * reports what is left, and goes on with frame `first`. */
NORETURN void window_end_boot(struct regs *first);

#endif
