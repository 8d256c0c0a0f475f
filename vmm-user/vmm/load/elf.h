/* SPDX-License-Identifier: MIT */
/*
 * A strict reader of ELF executables, 32-bit and 64-bit, little endian, for
 * i386 and x86-64. Stateless; the file is hostile and constant.
 *
 * Source: System V ABI, chapters 4 "Object Files" ("ELF Header") and 5 "Program
 * Loading and Dynamic Linking" ("Program Header").
 */
#ifndef VMM_LOAD_ELF_H
#define VMM_LOAD_ELF_H

#include "vmm/load/layout.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

#define ELF_SEGMENTS 32u /* that are loaded */
#define ELF_HEADERS 64u  /* of any type */

struct elf_segment {
	const uint8_t *data;
	uint64_t file_size; /* bytes at data; at most mem_size */
	uint64_t mem_size;  /* > 0 */
	uint64_t paddr, vaddr;
};

struct elf_image {
	const uint8_t *data;
	uint64_t size;
	bool is64;
	uint64_t entry; /* virtual */
	uint64_t headers_at;
	unsigned headers;
	unsigned segments;
	struct elf_segment segment[ELF_SEGMENTS];
};

/* Whether a file starts like an ELF file. */
bool elf_is(const uint8_t *data, uint64_t size);

/* Checks the file and fills `elf` with its segments to load. On an error, one of
 * LOAD_ELF_*, `elf` holds nothing of use. */
enum load_error elf_read(struct elf_image *elf, const uint8_t *data, uint64_t size) MUST_CHECK;

/* Finds the first note of `name` and `type`. *desc is NULL if there is none.
 * LOAD_ELF_NOTE: a note before it is not whole. */
enum load_error elf_note_find(const struct elf_image *elf, const char *name, uint32_t type,
	const uint8_t **desc, uint32_t *size) MUST_CHECK;

/* Takes the place of every segment, by physical address.
 * LOAD_SEGMENT_OUTSIDE_RAM, LOAD_SEGMENT_OVERLAP. */
enum load_error elf_place(const struct elf_image *elf, struct layout *layout) MUST_CHECK;

/* Whether a physical address lies in a segment. */
bool elf_holds(const struct elf_image *elf, uint64_t paddr);

/* The physical address of the header's entry point: translated where it is a
 * virtual address of a segment, as it is where it is a physical one.
 * LOAD_ELF_ENTRY: neither. */
enum load_error elf_entry(const struct elf_image *elf, uint64_t *paddr) MUST_CHECK;

/* The end of the highest segment in physical memory. */
uint64_t elf_end(const struct elf_image *elf);

#endif
