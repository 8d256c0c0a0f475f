/* SPDX-License-Identifier: MIT */
/*
 * The oracles: what Zydis and Capstone make of the same bytes, and comparisons of our
 * two decoders with them. A comparison answers NULL, or the name of what differs.
 */
#ifndef TEST_ORACLE_ORACLE_H
#define TEST_ORACLE_ORACLE_H

#include "generate.h"
#include "vmm/decode.h"
#include "vmm/decode_system.h"

#include <Zydis/Zydis.h>

/* What Zydis says. */
struct reference {
	bool valid;
	ZyanStatus status;
	ZydisDecodedInstruction insn;
	ZydisDecodedOperand operand[ZYDIS_MAX_OPERAND_COUNT];
};

void reference_init(void);
void reference_take(struct reference *r, const struct sample *sample);

/* Ours, that was accepted, against Zydis. */
const char *compare_insn(const struct insn *insn, const struct reference *r);
const char *compare_system(const struct insn_system *insn, const struct reference *r);

/* Whether Zydis sees something that ours should not have refused. */
bool reference_is_insn(const struct reference *r);
bool reference_is_system(const struct reference *r);

/* Ours, that was accepted, against Capstone: length and mnemonic. */
void capstone_init(void);
void capstone_end(void);
const char *capstone_insn(const struct insn *insn, const struct sample *sample);
const char *capstone_system(const struct insn_system *insn, const struct sample *sample);

#endif
