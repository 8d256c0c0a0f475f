/* SPDX-License-Identifier: MIT */
/*
 * Who gets which part of the guest's low RAM, decided before a byte is written.
 *
 *   0x00000  interrupt vectors                   reserved
 *   0x00400  LAYOUT_BIOS_DATA                    written by every loader
 *   0x00500  LAYOUT_GDT                          used by every loader
 *   0x01000  LAYOUT_INFO                         PVH start info, multiboot information
 *   0x07000  LAYOUT_PARAMS                       Linux boot_params
 *   0x08000  LAYOUT_STACK                        one page, used by every loader
 *   0x09000  LAYOUT_TABLES                       PML4, PDPT, four page directories
 *   0x20000  LAYOUT_TEXT                         command lines
 *   0x9fc00  LAYOUT_LOW_END: EBDA                written by every loader
 *   0xa0000  video memory, ACPI tables           reserved up to 1 MiB
 *   1 MiB    kernel, modules, initrd             up to min(RAM, 3 GiB)
 *
 * States: filling (layout_add, layout_find_*), then layout_commit() once, then
 * layout_put() into pieces that have no data of their own. A struct layout
 * lives on the loader's stack.
 */
#ifndef VMM_LOAD_LAYOUT_H
#define VMM_LOAD_LAYOUT_H

#include "vmm/guest_memory.h"
#include "vmm/load/boot_entry.h"
#include "vmm/load/load_error.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAYOUT_BIOS_DATA 0x400ull
#define LAYOUT_GDT 0x500ull
#define LAYOUT_INFO 0x1000ull
#define LAYOUT_INFO_SIZE 0x6000ull
#define LAYOUT_PARAMS 0x7000ull
#define LAYOUT_STACK 0x8000ull
#define LAYOUT_TABLES 0x9000ull
#define LAYOUT_TABLES_SIZE 0x6000ull
#define LAYOUT_TEXT 0x20000ull
#define LAYOUT_TEXT_SIZE 0x10000ull
#define LAYOUT_LOW_END 0x9fc00ull /* RAM below 1 MiB ends */
#define LAYOUT_VIDEO 0xa0000ull
#define LAYOUT_MIB 0x100000ull
#define LAYOUT_RAM_MIN 0x200000ull /* smallest guest */

#define LAYOUT_PIECES 96u

struct layout_piece {
	uint64_t start, end; /* guest-physical, end exclusive */
	const uint8_t *data; /* NULL: zeroed */
	uint64_t data_size;  /* at most end - start; the rest is zeroed */
	bool reserved;       /* never written */
};

struct layout {
	const struct guest_memory *mem;
	uint64_t ram_end; /* of low RAM */
	unsigned count;
	bool failed; /* a layout_put() went wrong */
	struct layout_piece piece[LAYOUT_PIECES];
};

enum layout_result { LAYOUT_OK = 0, LAYOUT_OUTSIDE, LAYOUT_OVERLAP };

/* Starts with the reserved parts and those of every loader taken.
 * LOAD_GUEST_TOO_SMALL: less than LAYOUT_RAM_MIN. */
enum load_error layout_init(struct layout *, const struct guest_memory *mem) MUST_CHECK;

/* Takes [start, start + size), size > 0, to hold data_size <= size bytes of data
 * and zeroes. OUTSIDE: not all low RAM, or it wraps; OVERLAP: some of it is
 * taken (or no piece is left). Nothing changes then. */
enum layout_result layout_add(struct layout *, uint64_t start, uint64_t size, const uint8_t *data,
	uint64_t data_size) MUST_CHECK;

/* The lowest free place of `size` bytes at or above `from`, or the highest from
 * 1 MiB on that ends at or below `top`; `align` is a power of two. false: there is none. */
bool layout_find_up(const struct layout *, uint64_t from, uint64_t size, uint64_t align,
	uint64_t *start) MUST_CHECK;
bool layout_find_down(const struct layout *, uint64_t top, uint64_t size, uint64_t align,
	uint64_t *start) MUST_CHECK;

/* Writes every piece into the guest's memory. */
void layout_commit(struct layout *);

/* Overwrites part of a piece after layout_commit(). Bytes outside all pieces
 * are not written and make layout_finish() fail. */
void layout_put(struct layout *, uint64_t at, const void *data, size_t size);

/* Writes the GDT for entry->mode, and fills selectors, table and stack. */
void layout_put_entry(struct layout *, struct boot_entry *entry);

/* LOAD_OK, or LOAD_WRITE_FAILED if any write went wrong. */
enum load_error layout_finish(const struct layout *) MUST_CHECK;

#endif
