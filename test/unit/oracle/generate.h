/* SPDX-License-Identifier: MIT */
/*
 * Instructions to decode, the same every time: each opcode of the two maps with every
 * ModRM, under prefixes in many orders; each SIB; and plain noise. What is behind the
 * opcode is random where it does not matter.
 */
#ifndef TEST_ORACLE_GENERATE_H
#define TEST_ORACLE_GENERATE_H

#include "vmm/cpu.h"

#define SAMPLE_BYTES 15u

struct sample {
	enum code_size mode;
	uint8_t bytes[SAMPLE_BYTES];
};

/* Calls visit() with each sample. An opcode, 0x0f00 added for those after 0F, is tried
 * thoroughly if wanted() says so, else once per mode and ModRM. */
void generate(bool (*wanted)(unsigned opcode), void (*visit)(const struct sample *sample));

#endif
