/* SPDX-License-Identifier: MIT */
/* What Zydis and Capstone call our operations. */
#ifndef TEST_ORACLE_NAMES_H
#define TEST_ORACLE_NAMES_H

#include "vmm/decode.h"
#include "vmm/decode_system.h"

#include <Zydis/Zydis.h>
#include <capstone/capstone.h>

/* Any of these names; those that are 0 are none. */
struct names {
	ZydisMnemonic zydis[2];
	x86_insn capstone[3];
};

const struct names *names_insn(const struct insn *insn);
const struct names *names_system(const struct insn_system *insn);

/* Whether it is the name of an operation of ours that is no string instruction; that
 * is one; that exits. */
bool names_have_insn(ZydisMnemonic mnemonic);
bool names_have_string(ZydisMnemonic mnemonic);
bool names_have_system(ZydisMnemonic mnemonic);

#endif
