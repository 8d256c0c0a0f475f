/* SPDX-License-Identifier: MIT */
/*
 * Reader of the program files that init starts: static ELF64 for x86-64, as
 * rt/user.ld lays them out. Pure; strict; the file is hostile until it is read.
 * Source: System V ABI, gABI chapter 4 "Object Files" (ELF Header) and chapter 5
 * "Program Loading and Dynamic Linking" (Program Header).
 */
#ifndef INIT_ELF_H
#define INIT_ELF_H

#include <stddef.h>
#include <stdint.h>
#include "abi/status.h"
#include "lib/compiler.h"

#define ELF_SEGMENTS 8u

struct elf_segment {
	uint64_t address, memory_size; /* page aligned; memory_size in whole pages */
	uint64_t offset, file_size;    /* bytes of the file that go to `address` */
	uint32_t rights;               /* MEM_* of abi/syscall.h; never W and X */
};

struct elf_image {
	uint64_t entry;
	uint64_t pages; /* of all segments */
	uint32_t segments;
	struct elf_segment segment[ELF_SEGMENTS];
};

/*
 * Reads the program headers of the `size` bytes at `file` (8-byte aligned). All
 * segments must lie in [low, high), both page aligned, ascending and apart; the entry must lie in
 * an executable one. Returns STATUS_BAD_ARG if anything else is the case.
 */
MUST_CHECK enum status elf_read(
	const void *file, size_t size, uint64_t low, uint64_t high, struct elf_image *image);

#endif
