/* SPDX-License-Identifier: MIT */
/*
 * The bytes of an instruction, read once from the front, and what its prefixes say.
 * Source: Intel SDM vol. 2A sections 2.1.1 "Instruction Prefixes" and 2.2.1 "REX
 * Prefixes"; vol. 1 section 3.6 "Operand-Size and Address-Size Attributes".
 */
#ifndef VMM_DECODE_CURSOR_H
#define VMM_DECODE_CURSOR_H

#include "vmm/cpu.h"

#include <stddef.h>

#define REX_W 8u
#define REX_R 4u
#define REX_X 2u
#define REX_B 1u

/* The bytes not yet read, and what the prefixes said. */
struct cursor {
	const uint8_t *at;
	size_t left;
	bool short_of; /* a byte was wanted that is not there */
	enum code_size mode;
	uint8_t rex;
	bool operand_prefix, address_prefix;
	bool rep, repne, lock; /* of the first two the last that was there */
	uint8_t override;      /* enum vcpu_seg or INSN_NO_REG */
};

/* Begins with the first of `size` bytes; an instruction has at most 15 of them. */
void cursor_init(struct cursor *c, const uint8_t *bytes, size_t size, enum code_size mode);

/* The next byte; 0 when there is none. */
uint8_t cursor_byte(struct cursor *c);

/* A little-endian number of 1, 2, 4 or 8 bytes, sign-extended. */
uint64_t cursor_number(struct cursor *c, unsigned bytes);

/* Reads the prefixes. Returns the first byte of the opcode. A REX counts only right
 * before it. */
uint8_t cursor_prefixes(struct cursor *c);

/* 2, 4 or 8, as the mode and the prefixes say. */
unsigned cursor_operand_bytes(const struct cursor *c);
unsigned cursor_address_bytes(const struct cursor *c);

#endif
