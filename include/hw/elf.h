/* SPDX-License-Identifier: MIT */
/*
 * Program files: ELF for 64 bits, little endian.
 *
 * Source: System V ABI, gABI figure 4-3 "ELF Header", figure 5-1 "Program Header".
 */
#ifndef HW_ELF_H
#define HW_ELF_H

#include <stdint.h>

/* First bytes of ident: magic number, 64 bits, little endian, version 1. */
#define ELF_IDENT "\177ELF\2\1\1"
#define ELF_IDENT_SIZE 7u

#define ELF_TYPE_EXEC 2u
#define ELF_MACHINE_X86_64 62u

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

/* Program header: type, and rights in flags. */
#define ELF_LOAD 1u
#define ELF_X 1u
#define ELF_W 2u
#define ELF_R 4u

struct elf_phdr {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

_Static_assert(sizeof(struct elf_header) == 64, "as in the file");
_Static_assert(sizeof(struct elf_phdr) == 56, "as in the file");

#endif
